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
import { blankColumn } from "./zeros.ts";

/** One bit a row and nullable column. */
const BIT = 1 / 8;

/**
 * Storage of one column. Row writers reach into it; everything slow happens here.
 *
 * A nullable column has no memory until it is opened for its first value: most columns of most sensors stay null.
 */
export abstract class Store {
  /** The column. */
  readonly field: Field;
  /** Its nulls; `undefined` when it has none. */
  readonly runs: ValidRuns | undefined;
  /** Bytes of body a row takes, children of the same rows included; what varies in length comes on top. */
  readonly rowBytes: number;
  /** Whether values can be written. A column that cannot be null is open from the start. */
  isOpen: boolean;
  #capacity = 0;

  /** For `field`, whose values alone take `valueBytes` a row. */
  constructor(field: Field, valueBytes: number) {
    this.field = field;
    this.runs = field.nullable ? new ValidRuns() : undefined;
    this.rowBytes = valueBytes + (field.nullable ? BIT : 0);
    this.isOpen = !field.nullable;
  }

  /** Makes room for rows below `capacity`. */
  grow(capacity: number): void {
    this.#capacity = capacity;
    if (this.isOpen) this.reserve(capacity);
  }

  /** Takes memory, before the first value. */
  open(): void {
    this.isOpen = true;
    this.reserve(this.#capacity);
  }

  /** The column of `length` rows; empty again afterwards. Gives its arrays away. */
  finish(length: number): Column {
    if (!this.isOpen) return blankColumn(this.field, length);
    const column = makeColumn(this.field, length, { ...this.runs?.finish(length), ...this.take(length) });
    this.isOpen = !this.field.nullable;
    return column;
  }

  /** Forgets the rows from `row` on. */
  abstract rollback(row: number): void;
  /** Makes room for rows below `capacity` of an open column. */
  protected abstract reserve(capacity: number): void;
  /** The arrays and children of `length` rows of an open column; empty again afterwards. */
  protected abstract take(length: number): Partial<Column>;
}

/** Numbers. */
export class FixedStore extends Store {
  readonly #array: ValueArrayConstructor;
  /** Values by row. */
  values: ValueArray;

  constructor(field: Field, array: ValueArrayConstructor) {
    super(field, array.BYTES_PER_ELEMENT);
    this.#array = array;
    this.values = new array(0);
  }

  protected override reserve(capacity: number): void {
    const grown = new this.#array(capacity);
    (grown as Uint8Array).set(this.values as Uint8Array);
    this.values = grown;
  }

  override rollback(row: number): void {
    this.runs?.rollback(row);
    const zero = this.values instanceof BigInt64Array || this.values instanceof BigUint64Array ? 0n : 0;
    (this.values as Float64Array).fill(zero as number, row);
  }

  protected override take(length: number): Partial<Column> {
    const values = this.values.subarray(0, length);
    this.values = new this.#array(0);
    return { values };
  }
}

/** Booleans, one bit each. */
export class BitStore extends Store {
  /** Bits by row; only set, never cleared by a writer. */
  values: Uint8Array = new Uint8Array(0);

  constructor(field: Field) {
    super(field, BIT);
  }

  protected override reserve(capacity: number): void {
    const grown = new Uint8Array(bitmapBytes(capacity));
    grown.set(this.values);
    this.values = grown;
  }

  override rollback(row: number): void {
    this.runs?.rollback(row);
    this.values.fill(0, bitmapBytes(row));
    if ((row & 7) !== 0) this.values[row >>> 3]! &= (1 << (row & 7)) - 1;
  }

  protected override take(length: number): Partial<Column> {
    const values = this.values.subarray(0, bitmapBytes(length));
    this.values = new Uint8Array(0);
    return { values };
  }
}

/** Strings and binaries. */
export class BytesStore extends Store {
  readonly offsets: Offsets = new Offsets();
  readonly data: BytesBuffer = new BytesBuffer();

  constructor(field: Field) {
    super(field, 4);
  }

  protected override reserve(capacity: number): void {
    this.offsets.grow(capacity);
  }

  override rollback(row: number): void {
    this.runs?.rollback(row);
    this.data.rollback(this.offsets.rollback(row));
  }

  protected override take(length: number): Partial<Column> {
    const offsets = this.offsets.finish(length);
    return { offsets, values: this.data.finish() };
  }
}

/** Lists and maps: the items have rows of their own. */
export class ListStore extends Store {
  readonly items: Store;
  readonly offsets: Offsets = new Offsets();
  /** Items so far. */
  count = 0;
  /** Items there is room for. */
  capacity = 0;
  #nextCapacity = 16;

  constructor(field: Field, items: Store) {
    super(field, 4);
    this.items = items;
  }

  protected override reserve(capacity: number): void {
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

  override rollback(row: number): void {
    this.runs?.rollback(row);
    this.count = this.offsets.rollback(row);
    this.items.rollback(this.count);
  }

  protected override take(length: number): Partial<Column> {
    const offsets = this.offsets.finish(length);
    const items = this.items.finish(this.count);
    this.#nextCapacity = Math.max(16, this.count);
    this.count = this.capacity = 0;
    return { offsets, children: [items] };
  }
}

/** Lists of one length: item `j` of row `i` is at `i * size + j`. */
export class FixedListStore extends Store {
  readonly size: number;
  readonly items: Store;

  constructor(field: Field, size: number, items: Store) {
    super(field, size * items.rowBytes);
    this.size = size;
    this.items = items;
  }

  protected override reserve(capacity: number): void {
    this.items.grow(capacity * this.size);
  }

  override rollback(row: number): void {
    this.runs?.rollback(row);
    this.items.rollback(row * this.size);
  }

  protected override take(length: number): Partial<Column> {
    const children = [this.items.finish(length * this.size)];
    return { children };
  }
}

/** Structs: the members have the same rows. */
export class StructStore extends Store {
  readonly members: readonly Store[];

  constructor(field: Field, members: readonly Store[]) {
    super(field, members.reduce((sum, member) => sum + member.rowBytes, 0));
    this.members = members;
  }

  protected override reserve(capacity: number): void {
    for (const member of this.members) member.grow(capacity);
  }

  override rollback(row: number): void {
    this.runs?.rollback(row);
    for (const member of this.members) member.rollback(row);
  }

  protected override take(length: number): Partial<Column> {
    const children = this.members.map((member) => member.finish(length));
    return { children };
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
