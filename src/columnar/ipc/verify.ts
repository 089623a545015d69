/**
 * What must hold between the buffers of a column before any value of it is read.
 *
 * @module
 */
import { bitAt } from "../bitmap.ts";
import { isZeros } from "../building/zeros.ts";
import { invalidIpc } from "../errors.ts";
import { offsetAt } from "../layout.ts";
import type { Column, Field, ValueArray } from "../types.ts";
import { isUtf8, skipAscii } from "../utf8.ts";

/** Offsets rise from at least 0 to at most `end`. @throws {IpcError} */
export function verifyOffsets(offsets: Int32Array | BigInt64Array, end: number, field: Field): void {
  if (isZeros(offsets)) return;
  const low = words(offsets);
  let before = 0;
  if (offsets instanceof Int32Array) {
    for (let i = 0; i < low.length; i++) {
      const offset = low[i]!;
      if (offset < before) throw badOffsets(field);
      before = offset;
    }
  } else {
    for (let i = 0; i < low.length; i += 2) {
      const offset = low[i + 1]! * 0x1_0000_0000 + (low[i]! >>> 0);
      if (offset < before) throw badOffsets(field);
      before = offset;
    }
  }
  if (before > end) throw badOffsets(field);
}

function words(array: Int32Array | BigInt64Array): Int32Array {
  return array instanceof Int32Array ? array : new Int32Array(array.buffer, array.byteOffset, 2 * array.length);
}

function badOffsets(field: Field): Error {
  return invalidIpc(`Cannot read batch: the offsets of column "${field.name}" fall, or leave its data`);
}

/** Each `[offset, offset + size)` lies in `[0, end)`. @throws {IpcError} */
export function verifyListViews(
  offsets: ValueArray,
  sizes: ValueArray,
  length: number,
  end: number,
  field: Field,
): void {
  for (let i = 0; i < length; i++) {
    const offset = offsetAt(offsets, i);
    const size = offsetAt(sizes, i);
    if (offset < 0 || size < 0 || offset + size > end) throw badOffsets(field);
  }
}

/** Each string of a utf8 column is UTF-8. @throws {IpcError} */
export function verifyUtf8(column: Column): void {
  const { offsets, values, length, validity, field } = column;
  if (length === 0) return;
  const bytes = values as Uint8Array;
  const from = offsetAt(offsets!, 0);
  const all = bytes.subarray(from, offsetAt(offsets!, length));
  if (skipAscii(all, 0) === all.byteLength) return;
  if (isUtf8(all)) {
    let cut = false;
    for (let i = 1; i < length && !cut; i++) cut = (bytes[offsetAt(offsets!, i)]! & 0xc0) === 0x80;
    if (!cut) return;
  }
  for (let i = 0; i < length; i++) {
    if (validity !== undefined && !bitAt(validity, i)) continue;
    if (!isUtf8(bytes.subarray(offsetAt(offsets!, i), offsetAt(offsets!, i + 1)))) throw notUtf8(field, i);
  }
}

function notUtf8(field: Field, row: number): Error {
  return invalidIpc(`Cannot read batch: row ${row} of column "${field.name}" is not UTF-8`);
}

/** Each view of a string or binary view column is inline or lies in one of its buffers. @throws {IpcError} */
export function verifyViews(column: Column): void {
  const { length, validity, variadic, field } = column;
  const views = column.values as Int32Array;
  const bytes = new Uint8Array(views.buffer, views.byteOffset, views.byteLength);
  for (let i = 0; i < length; i++) {
    if (validity !== undefined && !bitAt(validity, i)) continue;
    const size = views[4 * i]!;
    let value: Uint8Array;
    if (size < 0) throw badOffsets(field);
    if (size <= 12) value = bytes.subarray(16 * i + 4, 16 * i + 4 + size);
    else {
      const buffer = variadic![views[4 * i + 2]!];
      const offset = views[4 * i + 3]!;
      if (buffer === undefined || offset < 0 || offset + size > buffer.byteLength) throw badOffsets(field);
      value = buffer.subarray(offset, offset + size);
      for (let k = 0; k < 4; k++) {
        if (value[k] !== bytes[16 * i + 4 + k]) {
          throw invalidIpc(`Cannot read batch: row ${i} of column "${field.name}" contradicts its prefix`);
        }
      }
    }
    if (field.type.kind === "utf8View" && !isUtf8(value)) throw notUtf8(field, i);
  }
}

/** Each type id is known, and each dense offset is inside its child. @throws {IpcError} */
export function verifyUnion(column: Column): void {
  const { type } = column.field;
  if (type.kind !== "union") return;
  const places = new Int8Array(256).fill(-1);
  type.typeIds.forEach((id, place) => places[id] = place);
  const ids = column.extra as Int8Array;
  const offsets = type.mode === "dense" ? column.offsets : undefined;
  for (let i = 0; i < column.length; i++) {
    const child = column.children[places[ids[i]! & 0xff]!];
    if (child === undefined) {
      throw invalidIpc(`Cannot read batch: row ${i} of column "${column.field.name}" has the unknown type ${ids[i]}`);
    }
    if (offsets !== undefined && !(offsets[i]! >= 0 && offsets[i]! < child.length)) throw badOffsets(column.field);
  }
}

/** Run ends rise and reach the column's length, and each run has a value. @throws {IpcError} */
export function verifyRunEnds(column: Column): void {
  const [runEnds, values] = column.children;
  let before = 0;
  for (let i = 0; i < runEnds!.length; i++) {
    const end = offsetAt(runEnds!.values!, i);
    if (end <= before) throw invalidIpc(`Cannot read batch: the run ends of column "${column.field.name}" do not rise`);
    before = end;
  }
  if (before < column.length || values!.length < runEnds!.length || runEnds!.nullCount > 0) {
    throw invalidIpc(`Cannot read batch: the runs of column "${column.field.name}" do not cover its rows`);
  }
}

/** Each valid index of a dictionary column is below `size`. @throws {IpcError} */
export function verifyIndices(column: Column, size: number): void {
  const { length, validity, values, field } = column;
  for (let i = 0; i < length; i++) {
    const index = offsetAt(values!, i);
    if (index >= 0 && index < size) continue;
    if (validity === undefined || bitAt(validity, i)) {
      throw invalidIpc(`Cannot read batch: row ${i} of column "${field.name}" has index ${index} of ${size} values`);
    }
  }
}
