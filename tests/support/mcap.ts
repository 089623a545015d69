/**
 * MCAP files as `@mcap/core` reads them.
 *
 * @module
 */
import { McapStreamReader, type McapTypes } from "@mcap/core";
import { readFileSync } from "node:fs";
import { lz4Codec, zstdCodec } from "../../src/codecs/mod.ts";

/** All records of the file at `path`, those in chunks included. */
export function* mcapRecords(path: string): Generator<McapTypes.TypedMcapRecord, void, void> {
  const reader = new McapStreamReader({
    decompressHandlers: {
      lz4: (bytes, size) => lz4Codec().decompress(bytes, Number(size)),
      zstd: (bytes, size) => zstdCodec().decompress(bytes, Number(size)),
    },
  });
  reader.append(readFileSync(path));
  for (let record = reader.nextRecord(); record !== undefined; record = reader.nextRecord()) yield record;
}
