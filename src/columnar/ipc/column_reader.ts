/**
 * Record batch bytes as columns: views of the body, verified on the way.
 *
 * @module
 */
import { bitmapBytes, countBits } from "../bitmap.ts";
import type { BodyReader } from "./body_reader.ts";
import { invalidIpc, IpcError } from "../errors.ts";
import { childFields, hasValidity, layoutOf, makeColumn } from "../layout.ts";
import { METADATA_V5 } from "./message.ts";
import { sliceColumn } from "../slice.ts";
import type { Column, Field } from "../types.ts";
import {
  verifyIndices,
  verifyListViews,
  verifyOffsets,
  verifyRunEnds,
  verifyUnion,
  verifyUtf8,
  verifyViews,
} from "./verify.ts";

/** What columns of a message are read from. */
export interface ColumnSource {
  /** Nodes and buffers in order. */
  readonly body: BodyReader;
  /** Metadata version of the message. */
  readonly version: number;
  /** The values a dictionary field refers to, if any came. */
  dictionary(field: Field): Column | undefined;
}

/** The next column, of `field`. @throws {IpcError} */
export function readColumn(source: ColumnSource, field: Field): Column {
  const { body } = source;
  const { type } = field;
  const { length, nullCount } = body.node();
  const layout = layoutOf(type);
  const validity = readValidity(source, field, length, nullCount);
  const base = { nullCount: type.kind === "null" ? length : validity === undefined ? 0 : nullCount, validity };
  switch (layout.kind) {
    case "none":
      return makeColumn(field, length, base);
    case "fixed": {
      const values = body.array(layout.array, length * layout.stride);
      if (type.kind !== "dictionary") return makeColumn(field, length, { ...base, values });
      return readDictionary(source, makeColumn(field, length, { ...base, values }));
    }
    case "bits":
      return makeColumn(field, length, { ...base, values: body.array(Uint8Array, bitmapBytes(length)) });
    case "bytes": {
      const offsets = readOffsets(body, length, layout.wide);
      const values = body.bytes();
      verifyOffsets(offsets, values.byteLength, field);
      const column = makeColumn(field, length, { ...base, offsets, values });
      if (type.kind === "utf8" || type.kind === "largeUtf8") verifyUtf8(column);
      return column;
    }
    case "list": {
      const offsets = readOffsets(body, length, layout.wide);
      const children = readChildren(source, field);
      verifyOffsets(offsets, children[0]!.length, field);
      return makeColumn(field, length, { ...base, offsets, children });
    }
    case "listView": {
      const array = layout.wide ? BigInt64Array : Int32Array;
      const offsets = body.array(array, length) as Int32Array | BigInt64Array;
      const extra = body.array(array, length);
      const children = readChildren(source, field);
      verifyListViews(offsets, extra, length, children[0]!.length, field);
      return makeColumn(field, length, { ...base, offsets, extra, children });
    }
    case "fixedSizeList":
      return makeColumn(field, length, { ...base, children: readChildren(source, field, length * layout.size) });
    case "struct":
      return makeColumn(field, length, { ...base, children: readChildren(source, field, length) });
    case "union": {
      const extra = body.array(Int8Array, length);
      const offsets = layout.dense ? body.array(Int32Array, length) as Int32Array : undefined;
      const children = readChildren(source, field, layout.dense ? undefined : length);
      const column = makeColumn(field, length, { offsets, extra, children });
      verifyUnion(column);
      return column;
    }
    case "runEndEncoded": {
      const column = makeColumn(field, length, { children: readChildren(source, field) });
      verifyRunEnds(column);
      return column;
    }
    case "view": {
      const values = body.array(Int32Array, 4 * length);
      const variadic = Array.from({ length: body.variadicCount() }, () => body.bytes());
      const column = makeColumn(field, length, { ...base, values, variadic });
      verifyViews(column);
      return column;
    }
  }
}

function readValidity(source: ColumnSource, field: Field, length: number, nullCount: number): Uint8Array | undefined {
  if (!hasValidity(field.type)) {
    const legacy = field.type.kind === "union" && source.version < METADATA_V5;
    if (legacy && source.body.bytes().byteLength > 0 && nullCount > 0) {
      throw new IpcError("codec.ipc_unsupported", `Cannot read batch: union "${field.name}" has nulls of its own`);
    }
    return undefined;
  }
  if (nullCount === 0) {
    source.body.skip();
    return undefined;
  }
  const validity = source.body.array(Uint8Array, bitmapBytes(length)) as Uint8Array;
  const nulls = length - countBits(validity, length);
  if (nulls !== nullCount) {
    throw invalidIpc(`Cannot read batch: column "${field.name}" claims ${nullCount} nulls and has ${nulls}`);
  }
  return validity;
}

/** Offsets of `length` rows; a column without rows may come without any. */
function readOffsets(body: BodyReader, length: number, wide: boolean): Int32Array | BigInt64Array {
  const array = wide ? BigInt64Array : Int32Array;
  if (length > 0) return body.array(array, length + 1) as Int32Array | BigInt64Array;
  body.skip();
  return new array(1);
}

/** The children of a column; each has at least `length` rows where that is given, and is cut to them. */
function readChildren(source: ColumnSource, field: Field, length?: number): Column[] {
  return childFields(field.type).map((child) => {
    const column = readColumn(source, child);
    if (length === undefined || column.length === length) return column;
    if (column.length < length) {
      throw invalidIpc(
        `Cannot read batch: "${child.name}" of column "${field.name}" has ${column.length} rows, expected ${length}`,
      );
    }
    return sliceColumn(column, 0, length);
  });
}

function readDictionary(source: ColumnSource, column: Column): Column {
  const values = source.dictionary(column.field);
  if (values !== undefined) {
    verifyIndices(column, values.length);
    return { ...column, children: [values] };
  }
  if (column.nullCount < column.length) {
    throw invalidIpc(`Cannot read batch: the dictionary of column "${column.field.name}" has not come`);
  }
  return column;
}
