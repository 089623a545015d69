/**
 * Columns of a topic as command lines name them, and the figures there are over each.
 *
 * @module
 */
import type { DataType, Field, Schema } from "../columnar/mod.ts";
import { type AggregateExpression, queryableBoolean, queryableNumeric, queryableString } from "../query/mod.ts";
import { UsageError } from "./arguments.ts";
import { NotFoundError } from "./not_found.ts";

/** A column, and what is asked of it, by the name it is printed under. */
export interface Asked {
  /** As `acceleration.x` or `ranges[0]`. */
  readonly column: string;
  /** Whether it was named itself, not with all of a struct or a topic. */
  readonly isNamed: boolean;
  /** What is asked. */
  readonly figures: Readonly<Record<string, AggregateExpression<unknown>>>;
}

interface Leaf {
  readonly column: string;
  readonly type: DataType;
  readonly isNamed: boolean;
}

/**
 * What to ask of `columns`; of all that hold one number in a struct that is named, or in the topic when none is.
 *
 * @throws {NotFoundError} when the topic has no such column, or there are no figures over it
 */
export function askedOf(tag: string, schema: Schema, columns: readonly string[]): Asked[] {
  const fields = schema.fields.filter(({ name }) => name !== "timestamp_ns");
  const leaves = columns.length === 0 ? numbersOf("", fields) : columns.flatMap((column) => find(tag, column, fields));
  const unique = new Map(leaves.map((leaf) => [leaf.column, leaf])).values();
  return Array.from(unique, (leaf) => {
    const { column, isNamed } = leaf;
    return { column, isNamed, figures: figuresOf(tag, leaf) };
  });
}

function numbersOf(prefix: string, fields: readonly Field[]): Leaf[] {
  return fields.flatMap(({ name, type }) => {
    const column = `${prefix}${name}`;
    if (type.kind === "struct") return numbersOf(`${column}.`, type.fields);
    return type.kind === "int" || type.kind === "float" ? [{ column, type, isNamed: false }] : [];
  });
}

function find(tag: string, column: string, fields: readonly Field[]): Leaf[] {
  let type: DataType = { kind: "struct", fields };
  for (const segment of column.split(".")) {
    const match = /^([^[\]]+)(\[\d{1,9}\])?$/.exec(segment);
    if (match === null) throw new UsageError(`"${column}" is no column; acceleration.x and ranges[0] are`);
    const [, name, index] = match;
    const inside: readonly Field[] = type.kind === "struct" ? type.fields : [];
    const field = inside.find((it) => it.name === name);
    if (field === undefined) {
      const names = inside.map((it) => it.name).join(", ");
      throw new NotFoundError(`${tag} has no ${column}: there is no "${name}"${names === "" ? "" : `, only ${names}`}`);
    }
    type = field.type;
    if (index === undefined) continue;
    if (type.kind !== "list" && type.kind !== "largeList" && type.kind !== "fixedSizeList") {
      throw new NotFoundError(`${tag} has no ${column}: "${name}" is no list`);
    }
    type = type.item.type;
  }
  return type.kind === "struct" ? numbersOf(`${column}.`, type.fields) : [{ column, type, isNamed: true }];
}

function figuresOf(tag: string, { column, type }: Leaf): Asked["figures"] {
  const key = `${tag}.${column}`;
  switch (type.kind) {
    case "int":
    case "float": {
      const path = queryableNumeric(key);
      const [p50, p95, p99] = [50, 95, 99].map((percent) => path.percentile(percent));
      const [count, mean, std, min, max] = [path.count(), path.mean(), path.std(), path.min(), path.max()];
      return { count, mean, std, min, p50: p50!, p95: p95!, p99: p99!, max };
    }
    case "utf8":
    case "largeUtf8": {
      const path = queryableString(key);
      return { count: path.count(), min: path.min(), max: path.max(), first: path.first(), last: path.last() };
    }
    case "bool": {
      const path = queryableBoolean(key);
      return { count: path.count(), first: path.first(), last: path.last() };
    }
    default: {
      const isList = "item" in type;
      throw new NotFoundError(
        `there are no figures over ${key}: ${isList ? "name an item, as in [0]" : `it is ${type.kind}`}`,
      );
    }
  }
}
