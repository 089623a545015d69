import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { compressionRegistry, CompressionType, tableFromIPC } from "apache-arrow";
import { type BodyCodec, lz4Codec, zstdCodec } from "../../../src/codecs/mod.ts";
import { fromEnvironment } from "./support.ts";

const { value: data, skip } = fromEnvironment("MOSAICO_TEST_DATA");

/** apache-arrow's form of a codec; the eight bytes before the frame are its plain size. */
function registered(codec: BodyCodec) {
  return {
    decode(frame: Uint8Array): Uint8Array {
      const size = new DataView(frame.buffer, frame.byteOffset - 8, 8).getBigInt64(0, true);
      return codec.decompress(frame, Number(size));
    },
  };
}

for (const name of ["lz4", "uncompressible_lz4", "zstd", "uncompressible_zstd"]) {
  test(`Arrow's compressed gold stream "${name}" reads as its JSON says`, { skip }, () => {
    compressionRegistry.set(CompressionType.LZ4_FRAME, registered(lz4Codec()));
    compressionRegistry.set(CompressionType.ZSTD, registered(zstdCodec()));
    const path = join(data, "arrow/gold/2.0.0-compression", `generated_${name}`);
    const table = tableFromIPC(readFileSync(`${path}.stream`));
    const expected = JSON.parse(gunzipSync(readFileSync(`${path}.json.gz`)).toString("utf8"));
    let checked = 0;
    for (const [batchAt, batch] of expected.batches.entries()) {
      for (const [columnAt, column] of batch.columns.entries()) {
        const actual = [...table.batches[batchAt]!.getChildAt(columnAt)!].map((v) => v === null ? null : String(v));
        const wanted = column.DATA.map((v: unknown, i: number) => column.VALIDITY[i] === 1 ? String(v) : null);
        assert.deepEqual(actual, wanted);
        checked += wanted.length;
      }
    }
    assert.ok(checked > 0);
  });
}
