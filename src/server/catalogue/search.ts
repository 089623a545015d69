/**
 * Queries for sequences and topics by what the catalogue knows. SQLite narrows them down by its indexes; what the conditions say
 * exactly is checked on what is left.
 *
 * @module
 */
import { type JsonObject, parseJson, stringifyJson } from "../../base/mod.ts";
import {
  type CatalogCondition,
  type Condition,
  matchesSequence,
  matchesTopic,
  matchesValue,
  type Ordered,
  wideSpans,
} from "../../query/mod.ts";
import type { Database, SqlRow, SqlValue, Statement } from "./database.ts";

/** What is looked for; all of it must hold. */
export interface CatalogueSearch {
  /** Conditions on the sequence. */
  readonly sequence: readonly CatalogCondition[];
  /** Conditions on the topic. */
  readonly topic: readonly CatalogCondition[];
  /** Types of which the topic must be one; `undefined` = any. */
  readonly tags: readonly string[] | undefined;
}

/** A topic that was found. */
export interface FoundTopic {
  /** Row of the catalogue. */
  readonly id: bigint;
  /** Name of its sequence. */
  readonly sequenceName: string;
  /** Path inside the sequence, without leading slash. */
  readonly path: string;
  /** Type. */
  readonly ontologyTag: string;
}

/** Clauses and the values of their parameters. The text of a clause is ours; what was asked for is in the values alone. */
class Where {
  readonly #clauses: string[] = [];
  readonly values: Record<string, SqlValue> = {};

  /** Adds a clause; `?` stands for each of `values`. */
  add(clause: string, ...values: SqlValue[]): void {
    const parts = clause.split("?");
    const named = values.map((value) => {
      const name = `p${Object.keys(this.values).length}`;
      this.values[name] = value;
      return `:${name}`;
    });
    this.#clauses.push(parts.map((part, i) => part + (named[i] ?? "")).join(""));
  }

  toString(): string {
    return this.#clauses.length === 0 ? "" : `WHERE ${this.#clauses.join(" AND ")}`;
  }
}

const ANY_OF = "IN (SELECT value FROM json_each(?))";

/** Finds sequences and topics. */
export class CatalogueSearcher {
  readonly #database: Database;
  /** Statements by their text: there are as many as there are forms of queries. */
  readonly #statements = new Map<string, Statement>();

  /** Searches `database`. */
  constructor(database: Database) {
    this.#database = database;
  }

  /** Topics that were found, sequence by sequence, oldest first. */
  *search({ sequence, topic, tags }: CatalogueSearch): Generator<readonly FoundTopic[], void, void> {
    const where = new Where();
    if (sequence.length > 0) {
      const ids = this.#sequences(sequence);
      if (ids.length === 0) return;
      where.add(`t.sequence_id ${ANY_OF}`, stringifyJson(ids));
    }
    if (tags !== undefined) where.add(`t.ontology_tag ${ANY_OF}`, stringifyJson(tags));
    const isMetadataAsked = topic.some(({ field }) => field === "user_metadata");
    for (const condition of topic) this.#narrowTopics(where, condition);
    const rows = this.#all(
      `SELECT t.id, t.path, t.ontology_tag, t.serialization_format, t.created_at_ns, t.sequence_id, q.name AS sequence_name
        ${isMetadataAsked ? ", t.user_metadata" : ""}
        FROM topics t JOIN sequences q ON q.id = t.sequence_id ${where} ORDER BY t.sequence_id, t.session_id, t.id`,
      where,
    );
    let found: FoundTopic[] = [];
    let sequenceId: SqlValue = null;
    for (const row of rows) {
      if (topic.length > 0 && !matchesTopic(topic, topicFacts(row))) continue;
      if (row["sequence_id"] !== sequenceId) {
        if (found.length > 0) yield found;
        found = [];
        sequenceId = row["sequence_id"]!;
      }
      found.push(toFound(row));
    }
    if (found.length > 0) yield found;
  }

  /** Ids of the sequences that fulfil all conditions. */
  #sequences(conditions: readonly CatalogCondition[]): bigint[] {
    const where = new Where();
    const isMetadataAsked = conditions.some(({ field }) => field === "user_metadata");
    for (const it of conditions) {
      if (it.field === "name") narrowText(where, "s.name", it.condition, (text) => [text]);
      else if (it.field === "created_at_ns") narrowTime(where, "s.created_at_ns", it.condition);
      else if (it.field === "user_metadata") {
        narrowMetadata(where, "s.id IN (SELECT sequence_id FROM sequence_metadata", it.path, it.condition);
      }
    }
    const metadata = isMetadataAsked ? ", s.user_metadata" : "";
    return this.#all(`SELECT s.id, s.name, s.created_at_ns ${metadata} FROM sequences s ${where}`, where)
      .filter((row) =>
        matchesSequence(conditions, {
          name: row["name"] as string,
          createdAtNs: row["created_at_ns"] as bigint,
          userMetadata: metadataOf(row),
        })
      ).map((row) => row["id"] as bigint);
  }

  #narrowTopics(where: Where, it: CatalogCondition): void {
    switch (it.field) {
      case "name":
        // Names are accepted with and without their leading slash.
        if (it.condition.operator === "$match") this.#narrowValues(where, "path", it, (path) => `/${path}`);
        else narrowText(where, "t.path", it.condition, (text) => [text, text.replace(/^\//, "")]);
        return;
      case "ontology_tag":
        if (it.condition.operator === "$match") this.#narrowValues(where, "ontology_tag", it, (tag) => tag);
        else narrowText(where, "t.ontology_tag", it.condition, (text) => [text]);
        return;
      case "created_at_ns":
        return narrowTime(where, "t.created_at_ns", it.condition);
      case "user_metadata":
        return narrowMetadata(where, "t.id IN (SELECT topic_id FROM topic_metadata", it.path, it.condition);
    }
  }

  /** Matches the values there are, which are few as a rule, once each. */
  #narrowValues(
    where: Where,
    column: "path" | "ontology_tag",
    { field, condition }: CatalogCondition,
    nameOf: (value: string) => string,
  ): void {
    // Goes from one value to the next in the index, whatever the number of topics between.
    const rows = this.#all(
      `WITH RECURSIVE names (value) AS (
         SELECT min(${column}) FROM topics
         UNION ALL SELECT (SELECT min(${column}) FROM topics WHERE ${column} > value) FROM names WHERE value IS NOT NULL
       ) SELECT value FROM names WHERE value IS NOT NULL`,
      new Where(),
    );
    const fitting = rows.map((row) => row["value"] as string).filter((value) =>
      matchesValue(condition, nameOf(value)) || (field === "name" && matchesValue(condition, value))
    );
    where.add(`t.${column} ${ANY_OF}`, stringifyJson(fitting));
  }

  #all(sql: string, { values }: Where): SqlRow[] {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      if (this.#statements.size >= 256) this.#statements.clear();
      this.#statements.set(sql, statement);
    }
    return statement.all(values);
  }
}

/** Narrows down by a text that may be stored in any of `forms`. */
function narrowText(
  where: Where,
  column: string,
  condition: Condition,
  forms: (text: string) => readonly string[],
): void {
  switch (condition.operator) {
    case "$eq":
    case "$in": {
      const texts = [condition.operand].flat().flatMap((text) => forms(text as string));
      return where.add(`${column} ${ANY_OF}`, stringifyJson(texts));
    }
    case "$match": {
      const { head, behind } = headOf(condition.operand);
      if (head !== "") where.add(`${column} >= ? AND ${column} < ?`, head, behind);
      where.add(`${column} GLOB ?`, sqlGlob(condition.operand));
    }
  }
}

/** A pattern in the words of SQLite, which takes time in proportion to text times pattern too. */
function sqlGlob(pattern: string): string {
  return pattern.replace(/\[([^\]]*)\]|#/g, (found, set: string | undefined) => {
    if (set === undefined) return "[0-9]";
    if (!set.startsWith("^")) return found;
    // There, `^` in front turns a set over.
    const others = set.replace(/^\^+/, "");
    return others === "" ? "^" : others.startsWith("-") ? "?" : `[${others}^]`;
  });
}

/** What all texts that fit a pattern begin with, and what stands behind all that begin so. */
function headOf(pattern: string): { readonly head: string; readonly behind: SqlValue } {
  const head = /^[^*?#[]*/.exec(pattern)![0];
  const codes = Array.from(head, (character) => character.codePointAt(0)!);
  // Nothing stands behind the last character; nor is there one before the first half of a pair.
  while (codes.at(-1) === 0x10ffff) codes.pop();
  const last = codes.pop();
  if (last === undefined) return { head, behind: AFTER_TEXT };
  return { head, behind: String.fromCodePoint(...codes, last === 0xd7ff ? 0xe000 : last + 1) };
}

/** To SQLite, bytes stand behind all text. */
const AFTER_TEXT: Uint8Array = new Uint8Array(0);

function narrowTime(where: Where, column: string, condition: Condition): void {
  const { spans, outside } = wideSpans(condition);
  if (outside || spans.length === 0) return;
  const clamp = (time: bigint) => time < 2n ** 63n ? time : 2n ** 63n - 1n;
  where.add(`${column} BETWEEN ? AND ?`, clamp(spans[0]![0]), clamp(spans.at(-1)![1]));
}

/** Narrows down by the last name of a path: values are indexed by it. `member` begins the clause that is completed here. */
function narrowMetadata(where: Where, member: string, path: string, condition: Condition): void {
  const name = path.slice(path.lastIndexOf(".") + 1);
  if (name === "*" || name === "**" || name.endsWith("[*]") || condition.operator === "$nex") return;
  const span = (first: Ordered, last: Ordered) =>
    where.add(`${member} WHERE name = ? AND value BETWEEN ? AND ?)`, name, stored(first, -1), stored(last, 1));
  switch (condition.operator) {
    case "$eq":
      if (typeof condition.operand === "boolean") {
        return where.add(`${member} WHERE name = ? AND value = ?)`, name, Uint8Array.of(Number(condition.operand)));
      }
      if (typeof condition.operand !== "object") return span(condition.operand, condition.operand);
      break;
    case "$between":
      return span(...condition.operand);
    case "$lt":
    case "$leq":
      return span(typeof condition.operand === "string" ? "" : -Infinity, condition.operand);
    case "$gt":
    case "$geq":
      if (typeof condition.operand !== "string") return span(condition.operand, Infinity);
      return where.add(`${member} WHERE name = ? AND value >= ? AND value < ?)`, name, condition.operand, AFTER_TEXT);
    case "$match": {
      const { head, behind } = headOf(condition.operand);
      return where.add(`${member} WHERE name = ? AND value >= ? AND value < ?)`, name, head, behind);
    }
  }
  where.add(`${member} WHERE name = ?)`, name);
}

/** What SQLite compares with what it stores. Of numbers it may store but the nearest double. */
function stored(bound: Ordered, direction: 1 | -1): SqlValue {
  if (typeof bound === "string") return bound;
  const number = Number(bound);
  return Number.isFinite(number) ? number + direction * Math.abs(number) * Number.EPSILON : number;
}

function topicFacts(row: SqlRow): Parameters<typeof matchesTopic>[1] {
  return {
    name: `/${row["path"]}`,
    createdAtNs: row["created_at_ns"] as bigint,
    userMetadata: metadataOf(row),
    ontologyTag: row["ontology_tag"] as string,
    serializationFormat: row["serialization_format"] as string,
  };
}

function metadataOf(row: SqlRow): JsonObject {
  const text = row["user_metadata"];
  return typeof text === "string" ? parseJson(text) as JsonObject : {};
}

function toFound(row: SqlRow): FoundTopic {
  return {
    id: row["id"] as bigint,
    sequenceName: row["sequence_name"] as string,
    path: row["path"] as string,
    ontologyTag: row["ontology_tag"] as string,
  };
}
