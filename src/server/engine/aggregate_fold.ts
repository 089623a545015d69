/**
 * Sums over the values of columns.
 *
 * @module
 */
import { compareText, fromUtf8 } from "../../base/mod.ts";
import { type Batch, type Column, isNumeric, perArrayClass } from "../../columnar/mod.ts";
import { RankFold } from "./ranks.ts";
import type { AggregateColumn, AggregateState, ColumnState, ColumnValue, TimeSpan } from "./types.ts";

/** Sums over the records of chunks, in their order. */
export class AggregateFold {
  readonly #columns: readonly ColumnFold[];
  #records = 0;
  #startNs: bigint | undefined;
  #endNs: bigint | undefined;

  /** For these columns. */
  constructor(columns: readonly AggregateColumn[]) {
    this.#columns = columns.map((column) => new ColumnFold(column));
  }

  /**
   * Adds the rows `[from, to)` that `mask` has, or all of them. `places` says where in `batch` the columns are; `times` may be
   * left out when nobody asks for them.
   */
  add(
    batch: Batch,
    places: readonly (readonly number[])[],
    times: BigInt64Array | undefined,
    mask: Uint8Array | undefined,
    from: number,
    to: number,
  ): void {
    const rows = mask === undefined ? undefined : mask.fill(0, 0, from).fill(0, to);
    const first = rows === undefined ? from : rows.indexOf(1);
    const last = rows === undefined ? to - 1 : rows.lastIndexOf(1);
    if (first < 0 || last < first) return;
    this.#records += rows === undefined ? to - from : count(rows);
    this.#startNs ??= times?.[first];
    this.#endNs = times?.[last];
    this.#columns.forEach((column, i) => column.add(batch, places[i]!, rows, from, to));
  }

  /** The sums. */
  finish(): AggregateState {
    const span: TimeSpan | undefined = this.#startNs === undefined
      ? undefined
      : { startNs: this.#startNs, endNs: this.#endNs! };
    return { records: this.#records, span, columns: this.#columns.map((column) => column.finish()) };
  }
}

function count(mask: Uint8Array): number {
  let ones = 0;
  for (let row = 0; row < mask.length; row++) ones += mask[row]!;
  return ones;
}

/** Sums over one column. */
class ColumnFold {
  readonly #path: AggregateColumn["path"];
  readonly #item: number | undefined;
  readonly #needsMoments: boolean;
  readonly #needsExtremes: boolean;
  readonly #ranks: RankFold | undefined;
  #state: ColumnState = NO_VALUES;

  constructor({ path, item, functions, ranks }: AggregateColumn) {
    this.#path = path;
    this.#item = item;
    this.#needsMoments = functions.includes("mean") || functions.includes("std");
    this.#needsExtremes = functions.includes("min") || functions.includes("max");
    this.#ranks = ranks && new RankFold(ranks);
  }

  /** Adds rows `[from, to)` of the column at `place`. */
  add(batch: Batch, place: readonly number[], mask: Uint8Array | undefined, from: number, to: number): void {
    const { column, rows } = this.#locate(batch, place, mask, from, to);
    if (rows.length === 0) return;
    const values = numbersOf(column, rows);
    if (values === undefined) this.#addOthers(column, rows);
    else this.#addNumbers(column, values, rows);
  }

  finish(): ColumnState {
    return { ...this.#state, ranks: this.#ranks?.finish() };
  }

  /** The column at the end of the way, and which of its rows count. */
  #locate(batch: Batch, place: readonly number[], mask: Uint8Array | undefined, from: number, to: number): Located {
    let columns = batch.columns;
    let column!: Column;
    let rows = mask === undefined ? rowsBetween(from, to) : indicesOf(mask);
    place.forEach((index, i) => {
      column = columns[index]!;
      columns = column.children;
      rows = withoutNulls(column, rows);
      const { kind } = column.field.type;
      const opensList = i + 1 < place.length && (kind === "list" || kind === "largeList" || kind === "fixedSizeList");
      if (opensList) rows = itemsAt(column, rows, this.#item!);
    });
    return { column, rows };
  }

  #addNumbers(column: Column, values: Float64Array, rows: Uint32Array): void {
    const isWide = column.values instanceof BigInt64Array || column.values instanceof BigUint64Array;
    let least = Infinity, most = -Infinity, sum = 0;
    let leastAt = -1, mostAt = -1, first = -1, last = -1;
    let count = 0;
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (value !== value) continue;
      count++;
      sum += value;
      if (first < 0) first = i;
      last = i;
      if (value < least || leastAt < 0) {
        least = value;
        leastAt = i;
      }
      if (value > most || mostAt < 0) {
        most = value;
        mostAt = i;
      }
    }
    if (count === 0) return;
    this.#ranks?.add(values);
    const exact = (i: number): number | bigint =>
      isWide ? narrowed((column.values as BigInt64Array)[rows[i]!]!) : values[i]!;
    let mean = 0, squares = 0;
    if (this.#needsMoments) {
      mean = sum / count;
      for (let i = 0; i < values.length; i++) {
        const distance = values[i]! - mean;
        if (distance === distance) squares += distance * distance;
      }
      if (!Number.isFinite(mean)) squares = NaN;
    }
    const wideBound = (i: number, sign: 1 | -1) =>
      isWide && this.#needsExtremes ? extreme(column, rows, sign) : exact(i);
    this.#merge({
      ...NO_VALUES,
      count,
      least: wideBound(leastAt, -1),
      most: wideBound(mostAt, 1),
      mean,
      squares,
      first: exact(first),
      last: exact(last),
    });
  }

  #addOthers(column: Column, rows: Uint32Array): void {
    const at = valueAt(column);
    let least = at(rows[0]!), most = least;
    if (typeof least === "string") {
      for (const row of rows) {
        const value = at(row) as string;
        if (value === least || value === most) continue;
        if (compareText(value, least as string) < 0) least = value;
        else if (compareText(value, most as string) > 0) most = value;
      }
    }
    const [first, last] = [at(rows[0]!), at(rows.at(-1)!)];
    this.#merge({ ...NO_VALUES, count: rows.length, least, most, first, last });
  }

  #merge(part: ColumnState): void {
    this.#state = mergeColumns(this.#state, part);
  }
}

interface Located {
  readonly column: Column;
  readonly rows: Uint32Array;
}

/** Of a column without values. */
export const NO_VALUES: ColumnState = {
  count: 0,
  least: undefined,
  most: undefined,
  mean: 0,
  squares: 0,
  first: undefined,
  last: undefined,
  ranks: undefined,
};

/** Sums over two parts of a topic, `b` behind `a`; without ranks. */
export function mergeColumns(a: ColumnState, b: ColumnState): ColumnState {
  if (a.count === 0) return { ...b, ranks: undefined };
  if (b.count === 0) return { ...a, ranks: undefined };
  const count = a.count + b.count;
  const distance = b.mean - a.mean;
  return {
    count,
    least: isBelow(b.least!, a.least!) ? b.least : a.least,
    most: isBelow(a.most!, b.most!) ? b.most : a.most,
    mean: a.mean + distance * (b.count / count),
    squares: a.squares + b.squares + distance * distance * (a.count * b.count / count),
    first: a.first,
    last: b.last,
    ranks: undefined,
  };
}

function isBelow(a: ColumnValue, b: ColumnValue): boolean {
  return typeof a === "string" ? compareText(a, b as string) < 0 : a < b;
}

const gather = perArrayClass<(values: ArrayLike<number>, rows: Uint32Array, out: Float64Array) => void>(
  (values, rows, out) => {
    for (let i = 0; i < rows.length; i++) out[i] = values[rows[i]!]!;
  },
);

/** Values of rows, of which there is one, as doubles; `undefined` for columns of no numbers. Returns a view or a copy. */
function numbersOf(column: Column, rows: Uint32Array): Float64Array | undefined {
  const { type } = column.field;
  if (!isNumeric(type)) return undefined;
  const values = column.values!;
  const first = rows[0]!;
  if (values instanceof Float64Array && rows.at(-1)! - first + 1 === rows.length) {
    return values.subarray(first, first + rows.length); // neighbours, as they lie
  }
  const out = new Float64Array(rows.length);
  if (values instanceof BigInt64Array || values instanceof BigUint64Array) {
    const words = new Int32Array(values.buffer, values.byteOffset, 2 * values.length);
    const signed = values instanceof BigInt64Array;
    for (let i = 0; i < rows.length; i++) {
      const high = words[2 * rows[i]! + 1]!;
      out[i] = (signed ? high : high >>> 0) * 0x1_0000_0000 + (words[2 * rows[i]!]! >>> 0);
    }
    return out;
  }
  const isHalf = type.kind === "float" && type.bits === 16;
  const numbers = isHalf
    ? new Float16Array(values.buffer as ArrayBuffer, values.byteOffset, values.length)
    : values as ArrayLike<number>;
  gather(numbers)(numbers, rows, out);
  return out;
}

/** Least or largest of 64-bit integers, which doubles cannot tell apart. */
function extreme(column: Column, rows: Uint32Array, sign: 1 | -1): number | bigint {
  const values = column.values as BigInt64Array;
  let found = values[rows[0]!]!;
  for (const row of rows) {
    const value = values[row]!;
    if (sign > 0 ? value > found : value < found) found = value;
  }
  return narrowed(found);
}

function narrowed(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Reads text, and true or false. */
function valueAt({ field: { type }, values, offsets }: Column): (row: number) => ColumnValue {
  const bytes = values as Uint8Array;
  if (type.kind === "bool") return (row) => (bytes[row >>> 3]! >>> (row & 7) & 1) === 1;
  return (row) => fromUtf8(bytes.subarray(Number(offsets![row]), Number(offsets![row + 1])));
}

function rowsBetween(from: number, to: number): Uint32Array {
  const rows = new Uint32Array(to - from);
  for (let i = 0; i < rows.length; i++) rows[i] = from + i;
  return rows;
}

function indicesOf(mask: Uint8Array): Uint32Array {
  const rows = new Uint32Array(mask.length);
  let count = 0;
  for (let row = 0; row < mask.length; row++) if (mask[row] === 1) rows[count++] = row;
  return rows.subarray(0, count);
}

function withoutNulls(column: Column, rows: Uint32Array): Uint32Array {
  const { validity, nullCount } = column;
  if (nullCount === 0) return rows;
  if (validity === undefined) return rows.subarray(0, 0);
  return rows.filter((row) => (validity[row >>> 3]! >>> (row & 7) & 1) === 1);
}

/** Item number `item` of each of these rows of a list, where there is one. */
function itemsAt({ field: { type }, offsets }: Column, rows: Uint32Array, item: number): Uint32Array {
  const items: number[] = [];
  for (const row of rows) {
    const from = type.kind === "fixedSizeList" ? row * type.size : Number(offsets![row]);
    const to = type.kind === "fixedSizeList" ? from + type.size : Number(offsets![row + 1]);
    if (item < to - from) items.push(from + item);
  }
  return Uint32Array.from(items);
}
