import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { concat, fromHex, isMosaicoError } from "../../../src/base/mod.ts";
import { CodecError, type Lz4BlockSize, lz4Codec, lz4Module } from "../../../src/codecs/mod.ts";
import * as frames from "./lz4_frames.ts";
import { damaged, randomOf, someBytes } from "./support.ts";

const BLOCK_SIZES: readonly Lz4BlockSize[] = [65_536, 262_144, 1_048_576, 4_194_304];

const shared = lz4Codec();

function failsWith(code: string, input: Uint8Array, size: number): void {
  assert.throws(() => shared.decompress(input, size), (error: unknown) => {
    assert.ok(error instanceof CodecError, String(error));
    assert.equal(error.code, code, error.message);
    return true;
  });
}

test("any bytes come back from the frame made of them", () => {
  const codec = lz4Codec();
  const property = fc.property(
    fc.nat(5000),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.integer(),
    (size, r, seed) => {
      const plain = someBytes(size, r, randomOf(seed));
      const packed = codec.compress(plain);
      if (packed === undefined) return;
      assert.ok(packed.byteLength < size);
      assert.deepEqual(codec.decompress(packed, size), plain);
    },
  );
  fc.assert(property, { numRuns: 300 });
});

test("sizes around a block's and the window's come back, for each block size, linked or not", () => {
  const source = someBytes(5_300_000, 0.9, randomOf(5));
  for (const blockSize of BLOCK_SIZES) {
    for (const linked of [true, false]) {
      const codec = lz4Codec({ blockSize, linked });
      const around = blockSize === 4_194_304 ? [4_194_304] : [blockSize, 262_144 + 65_536, 1_310_720];
      for (const size of around.flatMap((n) => [n - 1, n, n + 1])) {
        const plain = source.subarray(0, size);
        const packed = codec.compress(plain);
        assert.ok(packed !== undefined && packed.byteLength < size);
        assert.ok(Buffer.from(plain).equals(codec.decompress(packed, size)), `${blockSize} ${linked} ${size}`);
      }
    }
  }
});

test("a small block size with links packs tighter than without", () => {
  const plain = someBytes(400_000, 0.95, randomOf(6));
  const linked = lz4Codec({ blockSize: 65_536 }).compress(plain)!;
  const independent = lz4Codec({ blockSize: 65_536, linked: false }).compress(plain)!;
  assert.ok(linked.byteLength < independent.byteLength);
});

test("the same input gives the same frame, whatever was compressed before", () => {
  const plain = someBytes(300_000, 0.8, randomOf(7));
  const used = lz4Codec();
  used.compress(someBytes(900_000, 0.9, randomOf(8)));
  assert.deepEqual(used.compress(plain), lz4Codec().compress(plain));
});

test("bytes that do not shrink give undefined", () => {
  const codec = lz4Codec();
  for (const size of [0, 1, 12, 13, 100, 70_000, 700_000]) {
    assert.equal(codec.compress(someBytes(size, 0, randomOf(size))), undefined, `${size} bytes of noise`);
  }
  assert.equal(codec.compress(new Uint8Array(20)), undefined); // the frame's own 23 bytes are more
});

test("output has a buffer of its own, of exactly its size", () => {
  const codec = lz4Codec();
  for (const size of [5000, 1_000_000]) {
    const packed = codec.compress(new Uint8Array(size))!;
    const plain = codec.decompress(packed, size);
    for (const bytes of [packed, plain]) assert.equal(bytes.buffer.byteLength, bytes.byteLength);
  }
});

test("frames of the reference library are read", () => {
  const codec = lz4Codec();
  assert.deepEqual(codec.decompress(fromHex(frames.SMALL_PLAIN), frames.SMALL.byteLength), frames.SMALL);
  assert.deepEqual(codec.decompress(fromHex(frames.SMALL_CHECKED), frames.SMALL.byteLength), frames.SMALL);
  assert.deepEqual(codec.decompress(fromHex(frames.RUNS_LINKED), frames.RUNS.byteLength), frames.RUNS);
  assert.deepEqual(codec.decompress(fromHex(frames.RUNS_INDEPENDENT), frames.RUNS.byteLength), frames.RUNS);
  assert.deepEqual(codec.decompress(fromHex(frames.EMPTY), 0), new Uint8Array(0));
});

test("a frame that holds another number of bytes fails", () => {
  const size = frames.SMALL.byteLength;
  failsWith("codec.lz4_size", fromHex(frames.SMALL_CHECKED), size + 1);
  failsWith("codec.lz4_size", fromHex(frames.SMALL_PLAIN), size + 1);
  failsWith("codec.lz4_block", fromHex(frames.SMALL_PLAIN), size - 1);
  failsWith("codec.lz4_block", fromHex(frames.SMALL_PLAIN), 0);
  for (const wrong of [-1, 1.5, NaN]) assert.throws(() => lz4Codec().decompress(new Uint8Array(0), wrong), RangeError);
});

test("a size no frame of that length can hold fails before anything is allocated", () => {
  failsWith("codec.lz4_size", fromHex(frames.SMALL_PLAIN), Number.MAX_SAFE_INTEGER);
});

test("each part of a damaged frame is told", () => {
  const good = fromHex(frames.SMALL_CHECKED);
  const size = frames.SMALL.byteLength;
  const withByte = (at: number, value: number) => Uint8Array.from(good, (byte, i) => i === at ? value : byte);
  failsWith("codec.lz4_header", withByte(0, 5), size);
  failsWith("codec.lz4_header", withByte(4, 0x3c), size); // version 0
  failsWith("codec.lz4_header", withByte(4, 0x7d), size); // dictionary
  failsWith("codec.lz4_header", withByte(5, 0x30), size); // block size 3
  failsWith("codec.lz4_header", withByte(6, 0), size); // the content size, so the header's checksum differs
  failsWith("codec.lz4_block", withByte(17, 0x7f), size); // a block of 8 MiB
  failsWith("codec.lz4_block", withByte(19, 0xff), size); // literals beyond the block
  failsWith("codec.lz4_checksum", withByte(30, 0), size); // a literal
  failsWith("codec.lz4_checksum", withByte(good.byteLength - 1, 0), size); // the content's checksum
  failsWith("codec.lz4_trailing", concat([good, new Uint8Array(1)]), size);
  for (let length = 0; length < good.byteLength; length++) {
    failsWith("codec.lz4_truncated", good.subarray(0, length), size);
  }
});

test("a match before the start of its block fails when blocks are independent", () => {
  // One block: 4 literals, then a match 5 back.
  const frame = fromHex("04224d18" + "604082" + "0b000000" + "40" + "01020304" + "0500" + "3001020304" + "00000000");
  failsWith("codec.lz4_block", frame, 11);
});

test("damaged frames end in a CodecError or in bytes of the right size", () => {
  const random = randomOf(11);
  const codec = lz4Codec();
  const sources = [
    { frame: fromHex(frames.SMALL_PLAIN), size: frames.SMALL.byteLength },
    { frame: fromHex(frames.RUNS_LINKED), size: frames.RUNS.byteLength },
    ...[0.5, 0.9].map((repetition) => {
      const plain = someBytes(3000, repetition, random);
      return { frame: codec.compress(plain)!, size: plain.byteLength };
    }),
  ];
  let failed = 0;
  for (let n = 0; n < 4000; n++) {
    const { frame, size } = sources[n % sources.length]!;
    try {
      assert.equal(codec.decompress(damaged(frame, random), size).byteLength, size);
    } catch (error) {
      assert.ok(isMosaicoError(error, "codec."), String(error));
      failed++;
    }
  }
  assert.ok(failed > 2000, `${failed} failed`);
});

test("after a failure the same codec goes on", () => {
  const codec = lz4Codec();
  const plain = someBytes(500_000, 0.9, randomOf(12));
  const packed = codec.compress(plain)!;
  assert.throws(() => codec.decompress(packed.subarray(0, 1000), plain.byteLength), CodecError);
  assert.deepEqual(codec.decompress(packed, plain.byteLength), plain);
});

test("a compiled module can be handed over", () => {
  const module = lz4Module();
  assert.equal(lz4Module(), module);
  const codec = lz4Codec({ module: module });
  assert.equal(codec.decompress(codec.compress(new Uint8Array(1000))!, 1000).byteLength, 1000);
});
