/**
 * Rows into stores without generated code: one closure a store.
 *
 * @module
 */
import { toFloat16Bits } from "../float16.ts";
import type { DataType, Field, ValueArray } from "../types.ts";
import { invalidValue, placeOf } from "./invalid_value.ts";
import { isInherited, lengthOf, type RowWriter, type RowWriterParts, type Tally } from "./row_writer.ts";
import { BitStore, BytesStore, FixedListStore, FixedStore, type ListStore, type Store, StructStore } from "./stores.ts";

/** Writes a value at an index. */
export type Write = (index: number, value: unknown) => void;
/** Writes a value that is not null; `false` when it does not fit. */
type Put = (index: number, value: unknown) => boolean;

/** Where a store stands in a row; what errors say of it. */
export interface Position {
  /** Names from the row on; `undefined` stands for the index of a list item. */
  readonly path: readonly (string | undefined)[];
  /** Indices of the list items at hand, outermost first; shared by all stores. */
  readonly indices: number[];
  /** Counts bytes. */
  readonly tally: Tally;
}

/** A writer of closures. */
export function makeClosureWriter({ stores, tally }: RowWriterParts): RowWriter {
  const row: Position = { path: [], indices: [], tally };
  const [first, ...others] = stores.map((store) => writeOf(store, member(row, store.field)));
  const readers = stores.slice(1).map((store) => readerOf(store.field));
  return {
    write: (index, firstValue, value) => {
      first!(index, firstValue);
      for (let i = 0; i < others.length; i++) others[i]!(index, readers[i]!(value));
    },
    save: () => {},
    load: () => {},
  };
}

function keyOf(field: Field): string {
  return field.key ?? field.name;
}

function member(position: Position, field: Field): Position {
  return { ...position, path: [...position.path, keyOf(field)] };
}

/** Position of the items of a list, and where in `indices` the number of the item goes. */
function item(position: Position): { position: Position; depth: number } {
  const depth = position.path.filter((part) => part === undefined).length;
  return { position: { ...position, path: [...position.path, undefined] }, depth };
}

function readerOf(field: Field): (value: unknown) => unknown {
  const key = keyOf(field);
  if (isInherited(key)) return (value) => Object.hasOwn(value as object, key) ? (value as never)[key] : undefined;
  return (value) => (value as Record<string, unknown>)[key];
}

/** Writes values into `store`. Null is left out where it may be. */
export function writeOf(store: Store, position: Position): Write {
  const { field, runs } = store;
  const put = putOf(store, position);
  return (index, given) => {
    const value = field.default === undefined ? given : given ?? field.default;
    if (value === undefined || value === null) {
      if (field.nullable) return;
    } else {
      if (!store.isOpen) store.open();
      if (put(index, value)) return runs?.mark(index);
    }
    throw invalidValue(placeOf(position.path, position.indices), field, value);
  };
}

function putOf(store: Store, position: Position): Put {
  if (store instanceof FixedStore) return putFixed(store);
  if (store instanceof BitStore) return putBit(store);
  if (store instanceof BytesStore) return putBytes(store, position.tally);
  if (store instanceof StructStore) return putStruct(store, position);
  if (store instanceof FixedListStore) return putFixedList(store, position);
  if (store.field.type.kind === "map") return putMap(store as ListStore, position);
  return putList(store as ListStore, position);
}

function putFixed(store: FixedStore): Put {
  const convert = converterOf(store.field.type);
  return (index, value) => {
    const converted = convert(value);
    if (converted === undefined) return false;
    (store.values as ValueArray)[index] = converted;
    return true;
  };
}

/** What is stored for a value of `type`; `undefined` when it does not fit. */
function converterOf(type: DataType): (value: unknown) => number | bigint | undefined {
  if (type.kind === "float") {
    if (type.bits === 16) return (value) => typeof value === "number" ? toFloat16Bits(value) : undefined;
    return (value) => typeof value === "number" ? value : undefined;
  }
  if (type.kind !== "int") return () => undefined;
  const { bits, signed } = type;
  if (bits === 64) {
    const cut = signed ? BigInt.asIntN : BigInt.asUintN;
    return (value) => {
      const exact = Number.isSafeInteger(value) ? BigInt(value as number) : value;
      return typeof exact === "bigint" && cut(64, exact) === exact ? exact : undefined;
    };
  }
  const low = signed ? -(2 ** (bits - 1)) : 0;
  const high = low + 2 ** bits - 1;
  return (value) =>
    typeof value === "number" && Number.isInteger(value) && value >= low && value <= high ? value : undefined;
}

function putBit(store: BitStore): Put {
  return (index, value) => {
    if (value === true) store.values[index >>> 3]! |= 1 << (index & 7);
    return typeof value === "boolean";
  };
}

function putBytes(store: BytesStore, tally: Tally): Put {
  const { data, offsets, field } = store;
  const isText = field.type.kind === "utf8";
  return (index, value) => {
    let size = -1;
    if (isText) { if (typeof value === "string") size = data.text(value); }
    else if (value instanceof Uint8Array) size = data.copy(value);
    if (size < 0) return false;
    offsets.set(index, data.length);
    tally.bytes += size;
    return true;
  };
}

function putStruct(store: StructStore, position: Position): Put {
  const writes = store.members.map((each) => writeOf(each, member(position, each.field)));
  const readers = store.members.map((each) => readerOf(each.field));
  return (index, value) => {
    if (typeof value !== "object" || Array.isArray(value)) return false;
    for (let i = 0; i < writes.length; i++) writes[i]!(index, readers[i]!(value));
    return true;
  };
}

function putFixedList(store: FixedListStore, list: Position): Put {
  const { position, depth } = item(list);
  const write = writeOf(store.items, position);
  const { size } = store;
  return (index, value) => {
    if (lengthOf(value) !== size) return false;
    for (let i = 0; i < size; i++) {
      position.indices[depth] = i;
      write(index * size + i, (value as unknown[])[i]);
    }
    return true;
  };
}

function putList(store: ListStore, list: Position): Put {
  const { position, depth } = item(list);
  const write = writeOf(store.items, position);
  return (index, value) => {
    const length = lengthOf(value);
    if (length < 0) return false;
    const start = store.count;
    if (start + length > store.capacity) store.growItems(start + length);
    for (let i = 0; i < length; i++) {
      position.indices[depth] = i;
      write(start + i, (value as unknown[])[i]);
    }
    endItems(store, index, length, position.tally);
    return true;
  };
}

function putMap(store: ListStore, list: Position): Put {
  const { position, depth } = item(list);
  const [writeKey, writeValue] = (store.items as StructStore).members.map((each, side) =>
    writeOf(each, { ...position, path: [...position.path, side === 0 ? "key" : "value"] })
  );
  return (index, value) => {
    if (!(value instanceof Map)) return false;
    const start = store.count;
    const length = value.size;
    if (start + length > store.capacity) store.growItems(start + length);
    let i = 0;
    for (const [key, held] of value) {
      position.indices[depth] = i;
      if (!store.items.isOpen) store.items.open();
      store.items.runs?.mark(start + i);
      writeKey!(start + i, key);
      writeValue!(start + i, held);
      i++;
    }
    endItems(store, index, length, position.tally);
    return true;
  };
}

function endItems(store: ListStore, index: number, length: number, tally: Tally): void {
  store.count += length;
  store.offsets.set(index, store.count);
  tally.bytes += length * store.items.rowBytes;
}
