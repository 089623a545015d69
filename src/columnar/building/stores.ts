/**
 * What a batch is built in: one store per column, with spare capacity that is zero, so that a null costs nothing.
 *
 * @module
 */
import { bitmapBytes } from "../bitmap.ts";
import { SchemaError } from "../errors.ts";
import { layoutOf, makeColumn, type ValueArrayConstructor } from "../layout.ts";
import type { Column, Field, ValueArray } from "../types.ts";
import { BytesBuffer } from "./bytes_buffer.ts";
import { Offsets } from "./offsets.ts";
import { ValidRuns } from "./valid_runs.ts";

/** Storage of one column. Row writers reach into it; everything slow happens here. */
export interface Store {
  /** The column. */
  readonly field: Field;
  /** Its nulls; `undefined` when it has none. */
  readonly runs: ValidRuns | undefined;
  /** Bytes of body a row takes, children of the same rows included; what varies in length comes on top. */
  readonly rowBytes: number;
  /** Makes room for rows below `capacity`. */
  grow(capacity: number): void;
  /** Forgets the rows from `row` on. */
  rollback(row: number): void;
  /** The column of `length` rows; empty again afterwards. Gives its arrays away. */
  finish(length: number): Column;
}

/** One bit a row and nullable column. */
const BIT = 1 / 8;

function runsOf(field: Field): ValidRuns | undefined {
  return field.nullable ? new ValidRuns() : undefined;
}

/** Numbers. */
export class FixedStore implements Store {
  readonly field: Field;
  readonly runs: ValidRuns | undefined;
  readonly rowBytes: number;
  readonly #array: ValueArrayConstructor;
  /** Values by row. */
  values: ValueArray;

  constructor(field: Field, array: ValueArrayConstructor) {
    this.field = field;
    this.runs = runsOf(field);
    this.rowBytes = array.BYTES_PER_ELEMENT + (field.nullable ? BIT : 0);
    this.#array = array;
    this.values = new array(0);
  }

  grow(capacity: number): void {
    const grown = new this.#array(capacity);
    (grown as Uint8Array).set(this.values as Uint8Array);
    this.values = grown;
  }

  rollback(row: number): void {
    this.runs?.rollback(row);
    const zero = this.values instanceof BigInt64Array || this.values instanceof BigUint64Array ? 0n : 0;
    (this.values as Float64Array).fill(zero as number, row);
  }

  finish(length: number): Column {
    const values = this.values.subarray(0, length);
    this.values = new this.#array(0);
    return makeColumn(this.field, length, { ...this.runs?.finish(length), values });
  }
}

/** Booleans, one bit each. */
export class BitStore implements Store {
  readonly field: Field;
  readonly runs: ValidRuns | undefined;
  readonly rowBytes: number;
  /** Bits by row; only set, never cleared by a writer. */
  values: Uint8Array = new Uint8Array(0);

  constructor(field: Field) {
    this.field = field;
    this.runs = runsOf(field);
    this.rowBytes = BIT + (field.nullable ? BIT : 0);
  }

  grow(capacity: number): void {
    const grown = new Uint8Array(bitmapBytes(capacity));
    grown.set(this.values);
    this.values = grown;
  }

  rollback(row: number): void {
    this.runs?.rollback(row);
    this.values.fill(0, bitmapBytes(row));
    if ((row & 7) !== 0) this.values[row >>> 3]! &= (1 << (row & 7)) - 1;
  }

  finish(length: number): Column {
    const values = this.values.subarray(0, bitmapBytes(length));
    this.values = new Uint8Array(0);
    return makeColumn(this.field, length, { ...this.runs?.finish(length), values });
  }
}

/** Strings and binaries. */
export class BytesStore implements Store {
  readonly field: Field;
  readonly runs: ValidRuns | undefined;
  readonly rowBytes: number;
  readonly offsets: Offsets = new Offsets();
  readonly data: BytesBuffer = new BytesBuffer();

  constructor(field: Field) {
    this.field = field;
    this.runs = runsOf(field);
    this.rowBytes = 4 + (field.nullable ? BIT : 0);
  }

  grow(capacity: number): void {
    this.offsets.grow(capacity);
  }

  rollback(row: number): void {
    this.runs?.rollback(row);
    this.data.rollback(this.offsets.rollback(row));
  }

  finish(length: number): Column {
    const offsets = this.offsets.finish(length);
    return makeColumn(this.field, length, { ...this.runs?.finish(length), offsets, values: this.data.finish() });
  }
}

/** Lists and maps: the items have rows of their own. */
export class ListStore implements Store {
  readonly field: Field;
  readonly runs: ValidRuns | undefined;
  readonly rowBytes: number;
  readonly items: Store;
  readonly offsets: Offsets = new Offsets();
  /** Items so far. */
  count = 0;
  /** Items there is room for. */
  capacity = 0;
  #nextCapacity = 16;

  constructor(field: Field, items: Store) {
    this.field = field;
    this.runs = runsOf(field);
    this.rowBytes = 4 + (field.nullable ? BIT : 0);
    this.items = items;
  }

  grow(capacity: number): void {
    this.offsets.grow(capacity);
  }

  /** Makes room for `items` in all. @throws {SchemaError} `schema.batch_full` beyond 2^31 items. */
  growItems(items: number): void {
    if (items > 0x7fff_ffff) {
      throw new SchemaError("schema.batch_full", `Cannot append row: a column would hold ${items} items`, { items });
    }
    this.capacity = this.capacity === 0 ? Math.max(items, this.#nextCapacity) : 2 * items;
    this.items.grow(this.capacity);
  }

  rollback(row: number): void {
    this.runs?.rollback(row);
    this.count = this.offsets.rollback(row);
    this.items.rollback(this.count);
  }

  finish(length: number): Column {
    const offsets = this.offsets.finish(length);
    const items = this.items.finish(this.count);
    this.#nextCapacity = Math.max(16, this.count);
    this.count = this.capacity = 0;
    return makeColumn(this.field, length, { ...this.runs?.finish(length), offsets, children: [items] });
  }
}

/** Lists of one length: item `j` of row `i` is at `i * size + j`. */
export class FixedListStore implements Store {
  readonly field: Field;
  readonly runs: ValidRuns | undefined;
  readonly rowBytes: number;
  readonly size: number;
  readonly items: Store;

  constructor(field: Field, size: number, items: Store) {
    this.field = field;
    this.runs = runsOf(field);
    this.rowBytes = size * items.rowBytes + (field.nullable ? BIT : 0);
    this.size = size;
    this.items = items;
  }

  grow(capacity: number): void {
    this.items.grow(capacity * this.size);
  }

  rollback(row: number): void {
    this.runs?.rollback(row);
    this.items.rollback(row * this.size);
  }

  finish(length: number): Column {
    const children = [this.items.finish(length * this.size)];
    return makeColumn(this.field, length, { ...this.runs?.finish(length), children });
  }
}

/** Structs: the members have the same rows. */
export class StructStore implements Store {
  readonly field: Field;
  readonly runs: ValidRuns | undefined;
  readonly rowBytes: number;
  readonly members: readonly Store[];

  constructor(field: Field, members: readonly Store[]) {
    this.field = field;
    this.runs = runsOf(field);
    this.rowBytes = members.reduce((sum, member) => sum + member.rowBytes, field.nullable ? BIT : 0);
    this.members = members;
  }

  grow(capacity: number): void {
    for (const member of this.members) member.grow(capacity);
  }

  rollback(row: number): void {
    this.runs?.rollback(row);
    for (const member of this.members) member.rollback(row);
  }

  finish(length: number): Column {
    const children = this.members.map((member) => member.finish(length));
    return makeColumn(this.field, length, { ...this.runs?.finish(length), children });
  }
}

/** An empty store for `field`. @throws {SchemaError} `schema.unsupported_type` when its type has no row form. */
export function makeStore(field: Field): Store {
  const { type } = field;
  switch (type.kind) {
    case "bool":
      return new BitStore(field);
    case "int":
    case "float": {
      const layout = layoutOf(type);
      if (layout.kind === "fixed") return new FixedStore(field, layout.array);
      break;
    }
    case "utf8":
    case "binary":
      return new BytesStore(field);
    case "list":
      return new ListStore(field, makeStore(type.item));
    case "map":
      return new ListStore(field, makeStore(type.entries));
    case "fixedSizeList":
      return new FixedListStore(field, type.size, makeStore(type.item));
    case "struct":
      return new StructStore(field, type.fields.map(makeStore));
  }
  throw new SchemaError(
    "schema.unsupported_type",
    `Cannot build batches: column "${field.name}" is of type ${type.kind}, which has no row form`,
    { field: field.name, type: type.kind },
  );
}
