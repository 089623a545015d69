/**
 * A window of a batch.
 *
 * @module
 */
import { bitmapBytes, countBits, sliceBits } from "./bitmap.ts";
import { isZeros } from "./building/zeros.ts";
import { layoutOf, makeColumn, offsetAt } from "./layout.ts";
import type { Batch, Column } from "./types.ts";

/**
 * Rows `[from, to)` of `batch`.
 *
 * Returns views of its buffers; only offsets, and bitmaps cut inside a byte, are copied.
 *
 * @throws {RangeError} when the window leaves the batch.
 */
export function sliceBatch(batch: Batch, from: number, to: number): Batch {
  if (!(from >= 0 && from <= to && to <= batch.numRows)) {
    throw new RangeError(`Cannot slice batch: [${from}, ${to}) of ${batch.numRows} rows`);
  }
  if (from === 0 && to === batch.numRows) return batch;
  const columns = batch.columns.map((column) => sliceColumn(column, from, to - from));
  return { schema: batch.schema, numRows: to - from, columns };
}

/** Rows `[from, from + length)` of `column`, which has them. */
export function sliceColumn(column: Column, from: number, length: number): Column {
  if (from === 0 && length === column.length) return column;
  const { field, values, offsets, children } = column;
  const window = column.validity === undefined ? undefined : sliceBitmap(column.validity, from, length);
  const nullCount = window === undefined ? 0 : length - countBits(window, length);
  const base = { validity: nullCount === 0 ? undefined : window, nullCount };
  const layout = layoutOf(field.type);
  switch (layout.kind) {
    case "none":
      return makeColumn(field, length);
    case "fixed": {
      const { stride } = layout;
      return makeColumn(field, length, {
        ...base,
        values: values!.subarray(stride * from, stride * (from + length)),
        children,
      });
    }
    case "bits":
      return makeColumn(field, length, { ...base, values: sliceBitmap(values as Uint8Array, from, length) });
    case "bytes": {
      const cut = sliceOffsets(offsets!, from, length);
      const bytes = (values as Uint8Array).subarray(cut.start, cut.end);
      return makeColumn(field, length, { ...base, offsets: cut.offsets, values: bytes });
    }
    case "list": {
      const cut = sliceOffsets(offsets!, from, length);
      const items = sliceColumn(children[0]!, cut.start, cut.end - cut.start);
      return makeColumn(field, length, { ...base, offsets: cut.offsets, children: [items] });
    }
    case "listView":
      return makeColumn(field, length, {
        ...base,
        offsets: offsets!.subarray(from, from + length),
        extra: column.extra!.subarray(from, from + length),
        children,
      });
    case "fixedSizeList": {
      const { size } = layout;
      return makeColumn(field, length, { ...base, children: [sliceColumn(children[0]!, size * from, size * length)] });
    }
    case "struct":
      return makeColumn(field, length, {
        ...base,
        children: children.map((child) => sliceColumn(child, from, length)),
      });
    case "union":
      return makeColumn(field, length, {
        extra: column.extra!.subarray(from, from + length),
        offsets: offsets?.subarray(from, from + length),
        children: layout.dense ? children : children.map((child) => sliceColumn(child, from, length)),
      });
    case "runEndEncoded":
      return sliceRuns(column, from, length);
    case "view":
      return makeColumn(field, length, {
        ...base,
        values: values!.subarray(4 * from, 4 * (from + length)),
        variadic: column.variadic ?? [],
      });
  }
}

/** The bits of a window; shared zeros stay shared. */
function sliceBitmap(bitmap: Uint8Array, from: number, length: number): Uint8Array {
  return isZeros(bitmap) ? bitmap.subarray(0, bitmapBytes(length)) : sliceBits(bitmap, from, length);
}

/** Offsets of a window, made to start at 0, and where they started and ended. Returns a copy, or shared zeros. */
function sliceOffsets(
  offsets: Int32Array | BigInt64Array,
  from: number,
  length: number,
): { offsets: Int32Array | BigInt64Array; start: number; end: number } {
  if (length === 0) {
    return { offsets: offsets instanceof Int32Array ? new Int32Array(1) : new BigInt64Array(1), start: 0, end: 0 };
  }
  if (isZeros(offsets)) return { offsets: offsets.subarray(from, from + length + 1), start: 0, end: 0 };
  const cut = offsets.slice(from, from + length + 1) as Int32Array | BigInt64Array;
  const start = offsetAt(cut, 0);
  const end = offsetAt(cut, length);
  if (start !== 0) {
    if (cut instanceof Int32Array) { for (let i = 0; i <= length; i++) cut[i]! -= start; }
    else for (let i = 0; i <= length; i++) cut[i]! -= BigInt(start);
  }
  return { offsets: cut, start, end };
}

function sliceRuns(column: Column, from: number, length: number): Column {
  const [runEnds, values] = column.children;
  const ends = runEnds!.values!;
  let first = 0;
  while (first < runEnds!.length && offsetAt(ends, first) <= from) first++;
  let last = first;
  while (last < runEnds!.length && offsetAt(ends, last) < from + length) last++;
  const count = length === 0 ? 0 : last + 1 - first;
  const cut = ends.slice(first, first + count);
  for (let i = 0; i < count; i++) {
    const end = Math.min(offsetAt(cut, i) - from, length);
    cut[i] = cut instanceof BigInt64Array ? BigInt(end) : end;
  }
  return makeColumn(column.field, length, {
    children: [makeColumn(runEnds!.field, count, { values: cut }), sliceColumn(values!, first, count)],
  });
}

/** Bytes of the buffers `column` needs for its rows. */
export function columnByteLength(column: Column): number {
  const { length, offsets, values, extra, variadic, validity } = column;
  let bytes = (validity === undefined ? 0 : bitmapBytes(length)) + (offsets?.byteLength ?? 0) +
    (extra?.byteLength ?? 0);
  bytes += values?.byteLength ?? 0;
  for (const buffer of variadic ?? []) bytes += buffer.byteLength;
  for (const child of column.children) bytes += columnByteLength(child);
  return bytes;
}
