import assert from "node:assert/strict";
import { test } from "node:test";
import { zstdCompressSync } from "node:zlib";
import { isMosaicoError } from "../../../src/base/mod.ts";
import { zstdCodec } from "../../../src/codecs/mod.ts";
import { damaged, randomOf, someBytes } from "./support.ts";

test("any bytes come back, in a buffer of their own", () => {
  const random = randomOf(1);
  for (const level of [1, 3, 19]) {
    const codec = zstdCodec(level);
    for (const size of [300, 1000, 65_536, 200_001]) {
      const plain = someBytes(size, 0.8, random);
      const packed = codec.compress(plain);
      assert.ok(packed !== undefined && packed.byteLength < size);
      const back = codec.decompress(packed, size);
      assert.deepEqual(back, plain);
      for (const bytes of [packed, back]) assert.equal(bytes.buffer.byteLength, bytes.byteLength);
    }
  }
});

test("bytes that do not shrink give undefined", () => {
  for (const size of [0, 1, 1000]) assert.equal(zstdCodec().compress(someBytes(size, 0, randomOf(2))), undefined);
});

test("frames say how large their content is", () => {
  const packed = zstdCodec().compress(new Uint8Array(100))!;
  assert.deepEqual([...packed.subarray(4, 6)], [0x20, 100]); // single segment, one byte of size
});

test("another size than the frame's fails, and a bomb stops at the size", () => {
  const bomb = zstdCompressSync(new Uint8Array(50_000_000));
  const codec = zstdCodec();
  for (const size of [0, 1, 1000, 49_999_999, 50_000_001]) {
    assert.throws(() => codec.decompress(bomb, size), (error: unknown) => isMosaicoError(error, "codec.zstd_size"));
  }
  assert.equal(codec.decompress(zstdCompressSync(new Uint8Array(0)), 0).byteLength, 0);
});

test("damaged frames end in a CodecError or in bytes of the right size", () => {
  const random = randomOf(3);
  const codec = zstdCodec();
  const plain = someBytes(3000, 0.7, random);
  const frame = codec.compress(plain)!;
  let failed = 0;
  for (let n = 0; n < 1000; n++) {
    try {
      assert.equal(codec.decompress(damaged(frame, random), 3000).byteLength, 3000);
    } catch (error) {
      assert.ok(isMosaicoError(error, "codec."), String(error));
      failed++;
    }
  }
  assert.ok(failed > 500, `${failed} failed`);
});

test("a level out of range is refused", () => {
  for (const level of [0, 23, 1.5, NaN]) assert.throws(() => zstdCodec(level), RangeError);
});
