/**
 * The conditions of one part of a query, as they lie on the wire.
 *
 * @module
 */
import type { JsonObject } from "../../base/mod.ts";
import { QueryError } from "../errors.ts";

/** Conditions by key; each key is there once at most. */
export class ConditionSet {
  readonly #conditions = new Map<string, JsonObject>();

  /** Adds a condition. @throws {QueryError} `query.duplicate_key` */
  add(key: string, condition: JsonObject): void {
    if (this.#conditions.has(key)) {
      const text = `Cannot add a condition on "${key}": there is one already, and a query has one a key`;
      throw new QueryError("query.duplicate_key", text, { key });
    }
    this.#conditions.set(key, condition);
  }

  /** The conditions on the wire. Returns a copy, two levels deep. */
  toJson(): JsonObject {
    return Object.fromEntries(Array.from(this.#conditions, ([key, condition]) => [key, { ...condition }]));
  }
}
