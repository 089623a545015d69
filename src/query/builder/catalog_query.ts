/**
 * What queries for sequences and for topics have in common.
 *
 * @module
 */
import type { JsonObject } from "../../base/mod.ts";
import { compileGlob } from "../predicate/mod.ts";
import { ConditionSet } from "./condition_set.ts";
import { checkMetadataKey, type MetadataCondition, metadataCondition } from "./metadata_condition.ts";

/** Conditions on things with a name, a time of creation and user metadata. */
export abstract class CatalogQuery {
  readonly #conditions = new ConditionSet();
  readonly #metadata = new ConditionSet();

  /** Its name is `name`. @throws {QueryError} `query.duplicate_key` when there is a condition on the name */
  withName(name: string): this {
    this.#conditions.add("name", { $eq: text("name", name) });
    return this;
  }

  /** Its name is any of `names`. @throws {QueryError} `query.duplicate_key` when there is a condition on the name */
  withNameIn(names: readonly string[]): this {
    if (names.length === 0) throw new RangeError("Cannot query by name: no name is given");
    this.#conditions.add("name", { $in: names.map((name) => text("name", name)) });
    return this;
  }

  /**
   * Its whole name fits the glob `pattern`: `*` any run, `?` one character, `#` one digit, `[abc]` or `[a-z]` one of a set.
   *
   * @throws {QueryError} `query.duplicate_key` when there is a condition on the name; `query.invalid_pattern`,
   * `query.pattern_too_long`
   */
  withNameMatch(pattern: string): this {
    compileGlob(text("pattern", pattern));
    this.#conditions.add("name", { $match: pattern });
    return this;
  }

  /**
   * The value at `key` of its user metadata fulfils `condition`. Dots lead into nested objects, `*` stands for one level,
   * `**` for any depth, `name[*]` for the items of a list.
   *
   * @throws {QueryError} `query.duplicate_key` when there is a condition on the key; `query.invalid_path` when no metadata can
   * have it: names are letters, digits, `-`, `_` and blanks; `query.invalid_pattern`, `query.pattern_too_long`
   */
  withUserMetadata(key: string, condition: MetadataCondition): this {
    checkMetadataKey(text("key", key));
    this.#metadata.add(key, metadataCondition(key, condition));
    return this;
  }

  /**
   * It was created in this span, both ends inclusive; either may be left out.
   *
   * @throws {RangeError} without any end, or when the span is reversed
   * @throws {QueryError} `query.duplicate_key` when there is a condition on the creation
   */
  withCreatedTimestamp({ startNs, endNs }: { readonly startNs?: bigint; readonly endNs?: bigint }): this {
    if (startNs !== undefined && endNs !== undefined) {
      if (startNs > endNs) throw new RangeError(`Cannot query the creation: ${startNs} lies after ${endNs}`);
      this.#conditions.add("created_at_ns", { $between: [startNs, endNs] });
    } else if (startNs !== undefined) {
      this.#conditions.add("created_at_ns", { $geq: startNs });
    } else if (endNs !== undefined) {
      this.#conditions.add("created_at_ns", { $leq: endNs });
    } else {
      throw new RangeError("Cannot query the creation: neither startNs nor endNs is given");
    }
    return this;
  }

  /** Adds a condition on the thing itself. */
  protected add(key: string, condition: JsonObject): void {
    this.#conditions.add(key, condition);
  }

  /** The conditions on the wire. */
  toJson(): JsonObject {
    const metadata = this.#metadata.toJson();
    const conditions = this.#conditions.toJson();
    return Object.keys(metadata).length === 0 ? conditions : { ...conditions, user_metadata: metadata };
  }
}

/** Refuses what is no text. */
export function text(what: string, value: string): string {
  if (typeof value === "string") return value;
  throw new TypeError(`Cannot query by ${what}: ${value} is no text`);
}
