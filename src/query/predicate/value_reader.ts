/**
 * Single values of a column, as conditions compare them.
 *
 * @module
 */
import type { JsonValue } from "../../base/mod.ts";
import type { Column } from "../../columnar/mod.ts";

/** The value of a row that is not null. */
export type ValueReader = (row: number) => JsonValue;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Reads the values of `column`; `undefined` when its type holds nothing that can be compared. Lists are read up to
 * `maxItems`, one more stands for a longer one.
 */
export function valueReader(column: Column, maxItems: number): ValueReader | undefined {
  const { type } = column.field;
  switch (type.kind) {
    case "int":
    case "date":
    case "time":
    case "timestamp":
    case "duration":
      return numbers(column.values as ArrayLike<number>);
    case "float":
      return numbers(type.bits === 16 ? halves(column.values as Uint16Array) : column.values as ArrayLike<number>);
    case "bool": {
      const bits = column.values as Uint8Array;
      return (row) => bitAt(bits, row);
    }
    case "utf8":
    case "largeUtf8": {
      const { offsets } = column;
      const read = textReader(column.values as Uint8Array);
      return (row) => read(Number(offsets![row]), Number(offsets![row + 1]));
    }
    case "utf8View":
      return views(column);
    case "dictionary": {
      const values = column.children[0]!;
      const read = valueReader(values, maxItems);
      const indices = column.values as ArrayLike<number>;
      return read && ((row) => {
        const index = Number(indices[row]);
        return isNull(values, index) ? null : read(index);
      });
    }
    case "list":
    case "largeList":
    case "fixedSizeList": {
      const items = column.children[0]!;
      const read = valueReader(items, maxItems);
      const range = listRange(column);
      return read && ((row) => {
        const [from, to] = range(row);
        const length = Math.min(to - from, maxItems + 1);
        return Array.from({ length }, (_, i) => isNull(items, from + i) ? null : read(from + i));
      });
    }
    default:
      return undefined;
  }
}

/** Where the items of each row of a list column lie in its child: from, to. */
export function listRange({ field: { type }, offsets }: Column): (row: number) => [from: number, to: number] {
  if (type.kind === "fixedSizeList") return (row) => [row * type.size, (row + 1) * type.size];
  return (row) => [Number(offsets![row]), Number(offsets![row + 1])];
}

/** Whether a row is null. */
export function isNull(column: Column, row: number): boolean {
  if (column.validity === undefined) return column.nullCount > 0;
  return !bitAt(column.validity, row);
}

function bitAt(bits: Uint8Array, row: number): boolean {
  return (bits[row >>> 3]! >>> (row & 7) & 1) === 1;
}

function numbers(values: ArrayLike<number>): ValueReader {
  return (row) => values[row]!;
}

function halves(bits: Uint16Array): ArrayLike<number> {
  return new Float16Array(bits.buffer as ArrayBuffer, bits.byteOffset, bits.length);
}

/** Text often repeats from row to row, the names of frames above all: then it is decoded once. */
function textReader(bytes: Uint8Array): (from: number, to: number) => string {
  let last = bytes.subarray(0, 0);
  let text = "";
  return (from, to) => {
    const length = to - from;
    let same = 0;
    if (length === last.length) { while (same < length && last[same] === bytes[from + same]) same++; }
    if (length !== last.length || same < length) {
      last = bytes.subarray(from, to);
      text = decoder.decode(last);
    }
    return text;
  };
}

/** Text of at most 12 bytes lies in the view itself, longer text in a buffer. */
function views({ values, variadic }: Column): ValueReader {
  const words = values as Int32Array;
  const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  return (row) => {
    const size = words[4 * row]!;
    if (size <= 12) return decoder.decode(bytes.subarray(16 * row + 4, 16 * row + 4 + size));
    const offset = words[4 * row + 3]!;
    return decoder.decode(variadic![words[4 * row + 2]!]!.subarray(offset, offset + size));
  };
}
