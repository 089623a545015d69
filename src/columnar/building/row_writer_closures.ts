/**
 * Rows into stores without generated code: one closure a store.
 *
 * @module
 */
import { toFloat16Bits } from "../float16.ts";
import type { DataType, Field, ValueArray } from "../types.ts";
import { invalidValue, type Place } from "./invalid_value.ts";
import { isInherited, lengthOf, type RowWriter, type RowWriterParts, type Tally } from "./row_writer.ts";
import { BitStore, BytesStore, FixedListStore, FixedStore, type ListStore, type Store, StructStore } from "./stores.ts";

/** Writes a value at an index. */
export type Write = (index: number, value: unknown, place: Place) => void;

/** A writer of closures. */
export function makeClosureWriter({ stores, tally }: RowWriterParts): RowWriter {
  const [first, ...others] = stores.map((store) => writeOf(store, tally));
  const members = stores.slice(1).map((store) => readerOf(store.field));
  const names = stores.map((store) => [keyOf(store.field)]);
  return {
    write: (row, firstValue, value) => {
      first!(row, firstValue, names[0]!);
      for (let i = 0; i < others.length; i++) others[i]!(row, members[i]!(value), names[i + 1]!);
    },
    save: () => {},
    load: () => {},
  };
}

function keyOf(field: Field): string {
  return field.key ?? field.name;
}

function readerOf(field: Field): (value: unknown) => unknown {
  const key = keyOf(field);
  if (isInherited(key)) return (value) => Object.hasOwn(value as object, key) ? (value as never)[key] : undefined;
  return (value) => (value as Record<string, unknown>)[key];
}

/** Writes values into `store`. Null is left out where it may be. */
export function writeOf(store: Store, tally: Tally): Write {
  const { field, runs } = store;
  const put = putOf(store, tally);
  return (index, value, place) => {
    if (value === undefined || value === null) {
      if (field.nullable) return;
    } else if (put(index, value, place)) {
      runs?.mark(index);
      return;
    }
    throw invalidValue(place, field, value);
  };
}

function putOf(store: Store, tally: Tally): (index: number, value: unknown, place: Place) => boolean {
  if (store instanceof FixedStore) return putFixed(store);
  if (store instanceof BitStore) return putBit(store);
  if (store instanceof BytesStore) return putBytes(store, tally);
  if (store instanceof StructStore) return putStruct(store, tally);
  if (store instanceof FixedListStore) return putFixedList(store, tally);
  if (store.field.type.kind === "map") return putMap(store as ListStore, tally);
  return putList(store as ListStore, tally);
}

function putFixed(store: FixedStore): (index: number, value: unknown) => boolean {
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

function putBit(store: BitStore): (index: number, value: unknown) => boolean {
  return (index, value) => {
    if (value === true) store.values[index >>> 3]! |= 1 << (index & 7);
    return typeof value === "boolean";
  };
}

function putBytes(store: BytesStore, tally: Tally): (index: number, value: unknown) => boolean {
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

function putStruct(store: StructStore, tally: Tally): (index: number, value: unknown, place: Place) => boolean {
  const writes = store.members.map((member) => writeOf(member, tally));
  const members = store.members.map((member) => readerOf(member.field));
  return (index, value, place) => {
    if (typeof value !== "object" || Array.isArray(value)) return false;
    for (let i = 0; i < writes.length; i++) {
      writes[i]!(index, members[i]!(value), [...place, keyOf(store.members[i]!.field)]);
    }
    return true;
  };
}

function putFixedList(store: FixedListStore, tally: Tally): (index: number, value: unknown, place: Place) => boolean {
  const write = writeOf(store.items, tally);
  const { size } = store;
  return (index, value, place) => {
    if (lengthOf(value) !== size) return false;
    for (let i = 0; i < size; i++) write(index * size + i, (value as unknown[])[i], [...place, i]);
    return true;
  };
}

function putList(store: ListStore, tally: Tally): (index: number, value: unknown, place: Place) => boolean {
  const write = writeOf(store.items, tally);
  return (index, value, place) => {
    const length = lengthOf(value);
    if (length < 0) return false;
    const start = store.count;
    if (start + length > store.capacity) store.growItems(start + length);
    for (let i = 0; i < length; i++) write(start + i, (value as unknown[])[i], [...place, i]);
    endItems(store, index, length, tally);
    return true;
  };
}

function putMap(store: ListStore, tally: Tally): (index: number, value: unknown, place: Place) => boolean {
  const [writeKey, writeValue] = (store.items as StructStore).members.map((member) => writeOf(member, tally));
  return (index, value, place) => {
    if (!(value instanceof Map)) return false;
    const start = store.count;
    const length = value.size;
    if (start + length > store.capacity) store.growItems(start + length);
    let i = 0;
    for (const [key, item] of value) {
      store.items.runs?.mark(start + i);
      writeKey!(start + i, key, [...place, i, "key"]);
      writeValue!(start + i, item, [...place, i, "value"]);
      i++;
    }
    endItems(store, index, length, tally);
    return true;
  };
}

function endItems(store: ListStore, index: number, length: number, tally: Tally): void {
  store.count += length;
  store.offsets.set(index, store.count);
  tally.bytes += length * store.items.rowBytes;
}
