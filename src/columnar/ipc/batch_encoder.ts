/**
 * Batches as IPC messages: the buffers are handed on as views, only the header is made.
 *
 * @module
 */
import { writeBatchHeader } from "./batch_header.ts";
import { bitmapBytes } from "../bitmap.ts";
import { SchemaError } from "../errors.ts";
import { hasValidity, layoutOf } from "../layout.ts";
import type { Batch, BodyCodec, Column, IpcMessage, ValueArray } from "../types.ts";

const CODEC_NUMBER = { lz4: 0, zstd: 1 } as const;
const PADDING: readonly Uint8Array[] = Array.from({ length: 8 }, (_, length) => new Uint8Array(length));
const STORED = new Uint8Array(8).fill(0xff);

/**
 * `batch` as a record batch message. The body's slices are views of its columns: the columns must stay as they are
 * until the message is sent. With `codec` each buffer is compressed on its own; one that gains nothing is stored.
 *
 * @throws {SchemaError} `schema.invalid_column` when a column's buffers are shorter than its rows need.
 */
export function encodeBatch(batch: Batch, codec?: BodyCodec): IpcMessage {
  const parts: Parts = { nodes: [], buffers: [], variadic: [], body: [], bodyLength: 0, codec };
  for (const column of batch.columns) addColumn(parts, column);
  const { body, bodyLength } = parts;
  const header = writeBatchHeader({
    numRows: batch.numRows,
    nodes: parts.nodes,
    buffers: parts.buffers,
    variadic: parts.variadic,
    bodyLength,
    codec: codec === undefined ? undefined : CODEC_NUMBER[codec.name],
  });
  return { header, body, bodyLength };
}

interface Parts {
  readonly nodes: number[];
  readonly buffers: number[];
  readonly variadic: number[];
  readonly body: Uint8Array[];
  bodyLength: number;
  readonly codec: BodyCodec | undefined;
}

function addColumn(parts: Parts, column: Column): void {
  const { length, validity } = column;
  const { type } = column.field;
  parts.nodes.push(length, column.nullCount);
  if (hasValidity(type)) {
    if (column.nullCount === 0 || validity === undefined) parts.buffers.push(parts.bodyLength, 0);
    else addBuffer(parts, bytesOf(column, validity, bitmapBytes(length)));
  }
  const layout = layoutOf(type);
  switch (layout.kind) {
    case "fixed":
      addBuffer(parts, bytesOf(column, column.values, length * layout.stride * layout.array.BYTES_PER_ELEMENT));
      break;
    case "bits":
      addBuffer(parts, bytesOf(column, column.values, bitmapBytes(length)));
      break;
    case "bytes":
    case "list": {
      const offsets = column.offsets;
      const count = length === 0 && (offsets === undefined || offsets.length === 0) ? 0 : length + 1;
      addBuffer(parts, bytesOf(column, offsets, count * (layout.wide ? 8 : 4)));
      if (layout.kind === "bytes") {
        addBuffer(parts, bytesOf(column, column.values, count === 0 ? 0 : Number(offsets![length])));
      }
      break;
    }
    case "listView": {
      const width = layout.wide ? 8 : 4;
      addBuffer(parts, bytesOf(column, column.offsets, length * width));
      addBuffer(parts, bytesOf(column, column.extra, length * width));
      break;
    }
    case "union":
      addBuffer(parts, bytesOf(column, column.extra, length));
      if (layout.dense) addBuffer(parts, bytesOf(column, column.offsets, 4 * length));
      break;
    case "view":
      addBuffer(parts, bytesOf(column, column.values, 16 * length));
      parts.variadic.push(column.variadic?.length ?? 0);
      column.variadic?.forEach((buffer) => addBuffer(parts, buffer));
      break;
  }
  if (type.kind !== "dictionary") { for (const child of column.children) addColumn(parts, child); }
}

/** The first `byteLength` bytes of `array`. Returns a view. */
function bytesOf(column: Column, array: ValueArray | undefined, byteLength: number): Uint8Array {
  if (array === undefined ? byteLength > 0 : array.byteLength < byteLength) {
    throw new SchemaError(
      "schema.invalid_column",
      `Cannot encode batch: column "${column.field.name}" has a buffer of ${array?.byteLength ?? 0} bytes, ` +
        `expected ${byteLength} for ${column.length} rows`,
      { field: column.field.name },
    );
  }
  if (array === undefined) return PADDING[0]!;
  return array instanceof Uint8Array && array.byteLength === byteLength
    ? array
    : new Uint8Array(array.buffer, array.byteOffset, byteLength);
}

function addBuffer(parts: Parts, bytes: Uint8Array): void {
  if (bytes.byteLength === 0) {
    parts.buffers.push(parts.bodyLength, 0);
    return;
  }
  let stored = bytes;
  let prefix: Uint8Array | undefined;
  if (parts.codec !== undefined) {
    const compressed = parts.codec.compress(bytes);
    prefix = compressed === undefined ? STORED : lengthPrefix(bytes.byteLength);
    stored = compressed ?? bytes;
    parts.body.push(prefix);
  }
  const length = stored.byteLength + (prefix === undefined ? 0 : 8);
  parts.body.push(stored);
  parts.buffers.push(parts.bodyLength, length);
  const padding = -length & 7;
  if (padding > 0) parts.body.push(PADDING[padding]!);
  parts.bodyLength += length + padding;
}

function lengthPrefix(length: number): Uint8Array {
  const prefix = new Uint8Array(8);
  new DataView(prefix.buffer).setBigInt64(0, BigInt(length), true);
  return prefix;
}

/** Bytes of the message of `batch` without compression: its header and its body. */
export function sizeOfBatch(batch: Batch): number {
  const { header, bodyLength } = encodeBatch(batch);
  return header.byteLength + bodyLength;
}
