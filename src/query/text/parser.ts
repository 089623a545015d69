/**
 * Queries as people write them: `IMU.acceleration.x > 5 and sequence ~ "drive*"`.
 *
 * @module
 */
import { isMosaicoError } from "../../base/mod.ts";
import { standardRegistry } from "../../ontology/mod.ts";
import { Query, type QueryBuilder, QueryOntologyCatalog, QuerySequence, QueryTopic } from "../builder/mod.ts";
import type { KnownTypes } from "./columns.ts";
import { Cursor } from "./cursor.ts";
import { type Builders, readSubject } from "./subject.ts";
import { readComparison } from "./comparison.ts";

/** Settings of texts of queries. */
export interface QueryTextOptions {
  /** Types whose columns are known. @default the standard ontology */
  readonly registry?: KnownTypes;
}

const MAX_CONDITIONS = 256;
const MAX_DEPTH = 32;

/**
 * The query a text asks for:
 *
 * ```text
 * query      = condition { "and" condition }
 * condition  = subject test | "(" query ")"
 * subject    = sequence | topic               the name; also sequence.name, topic.name
 *            | topic.type                     the tag of its type
 *            | sequence.created | topic.created
 *            | sequence.meta.KEY | topic.meta.KEY       user metadata: a.b, a.*.c, **.d, list[*]
 *            | TAG.COLUMN                     of records; lists are opened by [any], [all] or [3]
 * test       = (= != < <= > >=) value | ~ "glob" | in (value, …)
 *            | between value and value | outside value and value      both ends inclusive, exclusive
 *            | exists | missing               metadata only
 * value      = 5 | -1.5e3 | "text" | 'text' | true | false
 * ```
 *
 * Times are nanoseconds or a date such as `"2026-11-22T10:00:00Z"`. A tag in quotes, `"Wheel".speed > 3`, is of a type this
 * program need not know: its columns are taken as they stand. Words of the language are read in any case.
 *
 * @example
 * ```ts
 * import { queryFromText } from "@mosaico/client/query";
 *
 * const query = queryFromText('IMU.acceleration.x > 5 and sequence ~ "drive*" and sequence.meta.weather = "rain"');
 * ```
 *
 * @throws {QueryError} `query.syntax`, `query.unknown_tag`, `query.unknown_field` and the codes of the builders, with the
 * column, counted from 1, in text and facts
 */
export function queryFromText(text: string, options: QueryTextOptions = {}): Query {
  return new Parser(text, options.registry ?? standardRegistry()).query();
}

class Parser implements Builders {
  readonly #cursor: Cursor;
  readonly #registry: KnownTypes;
  /** In the order they were first asked for. */
  readonly #builders = new Map<QueryBuilder["part"], QueryBuilder>();
  #conditions = 0;

  constructor(text: string, registry: KnownTypes) {
    this.#cursor = new Cursor(text);
    this.#registry = registry;
  }

  query(): Query {
    this.#all(0);
    if (this.#cursor.peek.kind !== "end") throw this.#cursor.expected('"and" or the end');
    return new Query(...this.#builders.values());
  }

  sequence(): QuerySequence {
    return this.#builder("sequence", () => new QuerySequence());
  }

  topic(): QueryTopic {
    return this.#builder("topic", () => new QueryTopic());
  }

  ontology(): QueryOntologyCatalog {
    return this.#builder("ontology", () => new QueryOntologyCatalog());
  }

  #all(depth: number): void {
    const cursor = this.#cursor;
    do this.#condition(depth); while (cursor.takeWord("and"));
    const { index } = cursor.peek;
    if (!cursor.takeWord("or")) return;
    const why =
      'there is no "or", servers find what meets every condition: ask for each side, or say in (…) for several values';
    throw cursor.error(index, "query.unsupported_operator", why);
  }

  #condition(depth: number): void {
    const cursor = this.#cursor;
    const { index } = cursor.peek;
    if (cursor.takeSymbol("(")) {
      if (depth === MAX_DEPTH) throw cursor.error(index, "query.syntax", "there are too many brackets in brackets");
      this.#all(depth + 1);
      if (!cursor.takeSymbol(")")) throw cursor.expected('"and" or ")"');
      return;
    }
    if (++this.#conditions > MAX_CONDITIONS) {
      throw cursor.error(index, "query.syntax", `there are more than ${MAX_CONDITIONS} conditions`);
    }
    const subject = readSubject(cursor, this, this.#registry);
    const comparison = readComparison(cursor, subject.kind);
    try {
      subject.add(comparison.operator, comparison.values);
    } catch (error) {
      if (!isMosaicoError(error, "query.duplicate_key")) cursor.refuse(comparison.index, error);
      const why = "there is a condition on it already, and a query has one a column; say between … and … for a range";
      throw cursor.error(index, "query.duplicate_key", why);
    }
  }

  #builder<B extends QueryBuilder>(part: B["part"], create: () => B): B {
    const known = this.#builders.get(part) as B | undefined;
    if (known !== undefined) return known;
    const made = create();
    this.#builders.set(part, made);
    return made;
  }
}
