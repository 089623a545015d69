/**
 * The header of a record batch message. Its shape never changes, so it is a template of bytes whose numbers are patched.
 *
 * @module
 */
import { MESSAGE, METADATA_V5 } from "./message.ts";

/** Where things stand in the template; the vectors follow it. All 64-bit numbers are at multiples of 8. */
const AT = {
  messageTable: 16,
  content: 20,
  bodyLength: 24,
  version: 32,
  kind: 34,
  batchVtable: 36,
  batchTable: 52,
  batchLength: 56,
  nodes: 64,
  buffers: 68,
  compression: 72,
  variadic: 76,
  compressionVtable: 80,
  compressionTable: 88,
  codec: 92,
  nodeCount: 100,
  nodeValues: 104,
} as const;

const TEMPLATE: Uint8Array = makeTemplate();

function makeTemplate(): Uint8Array {
  const bytes = new Uint8Array(AT.nodeValues);
  const view = new DataView(bytes.buffer);
  const u16 = (at: number, ...values: number[]) =>
    values.forEach((value, i) => view.setUint16(at + 2 * i, value, true));
  const link = (from: number, to: number) => view.setUint32(from, to - from, true);
  link(0, AT.messageTable);
  u16(4, 12, 20, 16, 18, 4, 8); // vtable of Message: own size, table size, then where each slot stands in the table
  view.setInt32(AT.messageTable, AT.messageTable - 4, true);
  link(AT.content, AT.batchTable);
  u16(AT.version, METADATA_V5);
  bytes[AT.kind] = MESSAGE.recordBatch;
  u16(AT.batchVtable, 14, 28, 4, 12, 16, 0, 0); // vtable of RecordBatch; compression and variadic counts are absent
  view.setInt32(AT.batchTable, AT.batchTable - AT.batchVtable, true);
  link(AT.nodes, AT.nodeCount);
  link(AT.compression, AT.compressionTable);
  u16(AT.compressionVtable, 8, 6, 4, 5);
  view.setInt32(AT.compressionTable, AT.compressionTable - AT.compressionVtable, true);
  return bytes;
}

/** What a record batch header says. */
export interface BatchHeader {
  /** Rows. */
  readonly numRows: number;
  /** Length and null count of each field node, flat. */
  readonly nodes: readonly number[];
  /** Offset and length of each buffer, flat. */
  readonly buffers: readonly number[];
  /** Counts of variadic buffers. */
  readonly variadic: readonly number[];
  /** Bytes of the body. */
  readonly bodyLength: number;
  /** Number of the body's codec: 0 LZ4_FRAME, 1 ZSTD. */
  readonly codec: number | undefined;
}

/** Flatbuffer `Message` of a record batch. */
export function writeBatchHeader(header: BatchHeader): Uint8Array {
  const { nodes, buffers, variadic } = header;
  const bufferCount = AT.nodeValues + 8 * nodes.length + 4;
  const variadicCount = bufferCount + 4 + 8 * buffers.length + 4;
  const bytes = new Uint8Array(variadic.length === 0 ? variadicCount - 4 : variadicCount + 4 + 8 * variadic.length);
  bytes.set(TEMPLATE);
  const words = new Int32Array(bytes.buffer);
  writeCount(words, AT.bodyLength, header.bodyLength);
  writeCount(words, AT.batchLength, header.numRows);
  words[AT.nodeCount >> 2] = nodes.length / 2;
  for (let i = 0; i < nodes.length; i++) words[(AT.nodeValues >> 2) + 2 * i] = nodes[i]!;
  words[AT.buffers >> 2] = bufferCount - AT.buffers;
  words[bufferCount >> 2] = buffers.length / 2;
  for (let i = 0; i < buffers.length; i++) writeCount(words, bufferCount + 4 + 8 * i, buffers[i]!);
  if (header.codec !== undefined) {
    words[(AT.batchVtable + 8) >> 2]! |= (AT.compression - AT.batchTable) << 16;
    bytes[AT.codec] = header.codec;
  }
  if (variadic.length > 0) {
    words[(AT.batchVtable + 12) >> 2]! |= AT.variadic - AT.batchTable;
    words[AT.variadic >> 2] = variadicCount - AT.variadic;
    words[variadicCount >> 2] = variadic.length;
    variadic.forEach((count, i) => words[(variadicCount + 4 + 8 * i) >> 2] = count);
  }
  return bytes;
}

/** A non-negative 64-bit number, low word first. */
function writeCount(words: Int32Array, at: number, value: number): void {
  words[at >> 2] = value | 0;
  words[(at >> 2) + 1] = value / 0x1_0000_0000;
}
