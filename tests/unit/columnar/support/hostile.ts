/**
 * Decodes bytes that may be hostile, as far as a caller could.
 *
 * @module
 */
import assert from "node:assert/strict";
import { isMosaicoError } from "../../../../src/base/mod.ts";
import { lz4Codec, zstdCodec } from "../../../../src/codecs/mod.ts";
import { type Batch, type BodyCodec, type Column, rowReader, sliceBatch } from "../../../../src/columnar/mod.ts";
import { IpcStream } from "../../../support/ipc_stream.ts";
import { columnValues } from "./integration_json.ts";

/** What came of hostile bytes. */
export interface Outcome {
  /** Rows read. */
  readonly rows: number;
  /** Code of the error that ended it. */
  readonly code: string | undefined;
  /** Bytes of all buffers, counted once. */
  readonly heldBytes: number;
}

/** A codec that counts what it is asked for. */
function counting(codec: BodyCodec, count: (bytes: number) => void): BodyCodec {
  return {
    ...codec,
    decompress(input, size) {
      count(size);
      return codec.decompress(input, size);
    },
  };
}

/** Decodes `bytes` as an IPC stream and reads up to 2,000 rows a batch; every error must be one of ours. */
export function readHostile(bytes: Uint8Array): Outcome {
  const buffers = new Set<ArrayBufferLike>();
  let heldBytes = 0;
  let rows = 0;
  const codecs = [lz4Codec(), zstdCodec()].map((codec) => counting(codec, (size) => heldBytes += size));
  const hold = (column: Column): void => {
    const arrays = [column.validity, column.offsets, column.values, column.extra, ...column.variadic ?? []];
    for (const array of arrays) if (array !== undefined) buffers.add(array.buffer);
    column.children.forEach(hold);
  };
  let code: string | undefined;
  try {
    for (const batch of new IpcStream(bytes, codecs)) {
      batch.columns.forEach(hold);
      rows += readBatch(batch);
    }
  } catch (error) {
    if (!isMosaicoError(error, "codec.", "schema.")) throw error;
    code = error.code;
  }
  for (const buffer of buffers) heldBytes += buffer.byteLength;
  return { rows, code, heldBytes };
}

/** Reads what a batch claims to hold, as values and, where its types have such, as rows. */
function readBatch(batch: Batch): number {
  const window = sliceBatch(batch, 0, Math.min(2_000, batch.numRows));
  for (const column of window.columns) assert.equal(columnValues(column).length, window.numRows);
  try {
    const reader = rowReader(window.schema, { codeGeneration: false });
    for (let i = 0; i < window.numRows; i++) reader.row(window, i);
  } catch (error) {
    if (!isMosaicoError(error, "schema.unsupported_type", "schema.duplicate_key")) throw error;
  }
  return window.numRows;
}
