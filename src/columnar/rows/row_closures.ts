/**
 * Rows without generated code: one closure a column.
 *
 * @module
 */
import { bitAt } from "../bitmap.ts";
import { fromFloat16Bits } from "../float16.ts";
import { offsetAt } from "../layout.ts";
import type { Column, Field, Schema } from "../types.ts";
import type { BindBatch } from "./row_reader.ts";
import { TextReader } from "./text_reader.ts";
import { duplicateKey, isNumeric } from "./value_types.ts";

type Read = (index: number) => unknown;

/** Binds batches of `schema` to closures. */
export function makeClosureReader(schema: Schema, dropEmpty: boolean): BindBatch {
  const fields = schema.fields.slice(1);
  return (batch) => {
    const members = fields.map((field, i) => memberOf(field, batch.columns[i + 1]!, dropEmpty));
    return (index) => objectOf(members, index);
  };
}

/** A named reader. */
type Member = readonly [name: string, read: Read];

function memberOf(field: Field, column: Column, dropEmpty: boolean): Member {
  return [field.key ?? field.name, readerOf(field, column, dropEmpty)];
}

function objectOf(members: readonly Member[], index: number): Record<string, unknown> {
  return Object.fromEntries(members.map(([name, read]) => [name, read(index)]));
}

function readerOf(field: Field, column: Column, dropEmpty: boolean): Read {
  const read = validReaderOf(field, column, dropEmpty);
  const { validity } = column;
  return validity === undefined ? read : (index) => bitAt(validity, index) ? read(index) : undefined;
}

function validReaderOf(field: Field, column: Column, dropEmpty: boolean): Read {
  const { type } = field;
  const { values, children } = column;
  switch (type.kind) {
    case "float":
      return type.bits === 16 ? (index) => fromFloat16Bits(Number(values![index])) : (index) => values![index];
    case "bool":
      return (index) => bitAt(values as Uint8Array, index);
    case "utf8":
    case "largeUtf8": {
      const texts = new TextReader();
      const [start, end] = rangeOf(column);
      return (index) => texts.read(values as Uint8Array, start(index), end(index));
    }
    case "binary":
    case "largeBinary": {
      const [start, end] = rangeOf(column);
      return (index) => (values as Uint8Array).subarray(start(index), end(index));
    }
    case "list":
    case "largeList": {
      const [start, end] = rangeOf(column);
      const items = itemsOf(type.item, children[0]!);
      return (index) => items(start(index), end(index));
    }
    case "fixedSizeList": {
      const { size } = type;
      const items = itemsOf(type.item, children[0]!);
      return (index) => items(index * size, (index + 1) * size);
    }
    case "struct": {
      const members = type.fields.map((member, i) => memberOf(member, children[i]!, dropEmpty));
      return (index) => {
        const object = objectOf(members, index);
        const empty = dropEmpty && members.length > 0 && Object.values(object).every((value) => value === undefined);
        return empty ? undefined : object;
      };
    }
    case "map": {
      if (type.entries.type.kind !== "struct") throw new TypeError("Cannot read rows: a map of no entries");
      const [start, end] = rangeOf(column);
      const [key, value] = type.entries.type.fields.map((member, i) =>
        readerOf(member, children[0]!.children[i]!, false)
      );
      return (index) => {
        const map = new Map<unknown, unknown>();
        for (let i = start(index); i < end(index); i++) {
          const at = key!(i);
          if (map.has(at)) throw duplicateKey(field, at);
          map.set(at, value!(i));
        }
        return map;
      };
    }
    case "dictionary": {
      const [dictionary] = children;
      if (dictionary === undefined) return () => undefined;
      const value = readerOf(type.values, dictionary, dropEmpty);
      return (index) => value(offsetAt(values!, index));
    }
    default:
      return (index) => values![index];
  }
}

function rangeOf(column: Column): [start: (index: number) => number, end: (index: number) => number] {
  const offsets = column.offsets!;
  return [(index) => offsetAt(offsets, index), (index) => offsetAt(offsets, index + 1)];
}

/** Reads the items from `start` to `end`; what they nest is kept as it is. */
function itemsOf(item: Field, column: Column): (start: number, end: number) => unknown {
  const { validity, values } = column;
  const read = readerOf(item, column, false);
  const list = (start: number, end: number) => Array.from({ length: end - start }, (_, i) => read(start + i));
  const whole = isNumeric(item)
    ? (start: number, end: number) => values!.subarray(start, end)
    : item.type.kind === "float"
    ? (start: number, end: number) => Float32Array.from(list(start, end) as number[])
    : undefined;
  if (whole === undefined) return list;
  return (start, end) => allValid(validity, start, end) ? whole(start, end) : list(start, end);
}

/** Whether the rows from `start` to `end` are all valid. */
export function allValid(validity: Uint8Array | undefined, start: number, end: number): boolean {
  if (validity !== undefined) { for (let i = start; i < end; i++) if (!bitAt(validity, i)) return false; }
  return true;
}
