import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHex, isMosaicoError } from "../../../src/base/mod.ts";
import {
  type CodecStatus,
  codecStatus,
  type ImagePixels,
  jpegCodec,
  loadNativeCodecs,
  type Lz4BlockSize,
  lz4Codec,
} from "../../../src/codecs/mod.ts";
import { openLibrary } from "../../../src/codecs/foreign.ts";
import * as files from "./jpeg_files.ts";
import * as frames from "./lz4_frames.ts";
import { damaged, randomOf, someBytes } from "./support.ts";

const native = await loadNativeCodecs();
const missing = (codec: "lz4" | "jpeg") => {
  const found = native[codec];
  if (typeof found === "string") console.log(`skipped: no native ${codec}: ${found}`);
  return typeof found === "string" && found;
};
const noLz4 = missing("lz4");
const noJpeg = missing("jpeg");

/** What `work` returns, or the code of the error it throws. */
function outcome<T>(work: () => T): T | string {
  try {
    return work();
  } catch (error) {
    assert.ok(isMosaicoError(error, "codec."), String(error));
    return error.code;
  }
}

function statusOf(list: readonly CodecStatus[], codec: string): CodecStatus {
  return list.find((status) => status.codec === codec)!;
}

test("a library that is not there is told, and WASM runs", async () => {
  const none = await loadNativeCodecs({ lz4: "no-such-library.so", jpeg: "no-such-library.so" });
  for (const codec of ["lz4", "jpeg"]) {
    const { implementation, reason } = statusOf(codecStatus(none), codec);
    assert.equal(implementation, "wasm");
    assert.match(reason, /no-such-library|cannot call native/);
  }
  const codec = lz4Codec({ native: none });
  assert.equal(codec.decompress(codec.compress(new Uint8Array(500))!, 500).byteLength, 500);
  assert.equal((await jpegCodec({ native: none })).decode(fromHex(files.GRAY)).width, 24);
});

test("a library without the functions is told", { skip: noLz4 }, async () => {
  const { library } = native.lz4 as { library: string };
  const found = await openLibrary([library], { no_such_function: { args: [], result: "int" } });
  assert.ok(typeof found === "string", "opened");
  assert.match(found, /cannot be opened/);
});

test("the report names what runs", () => {
  for (const { implementation, reason } of codecStatus(native)) {
    assert.ok(["native", "wasm", "runtime"].includes(implementation));
    assert.ok(reason.length > 0);
  }
  assert.equal(statusOf(codecStatus(native), "lz4").implementation, noLz4 === false ? "native" : "wasm");
  assert.equal(statusOf(codecStatus(), "jpeg").implementation, "wasm");
});

test("LZ4: each reads what the other writes", { skip: noLz4 }, () => {
  const random = randomOf(31);
  for (let n = 0; n < 120; n++) {
    const options = { blockSize: 65_536 * 4 ** (n % 3) as Lz4BlockSize, linked: n % 2 === 0 };
    const [ours, theirs] = [lz4Codec(options), lz4Codec({ ...options, native })];
    const plain = someBytes(Math.floor(600_000 * random() ** 4), 0.6 + 0.4 * random(), random);
    const [a, b] = [ours.compress(plain), theirs.compress(plain)];
    if (a !== undefined) assert.deepEqual(theirs.decompress(a, plain.byteLength), plain);
    if (b !== undefined) {
      assert.deepEqual(ours.decompress(b, plain.byteLength), plain);
      assert.deepEqual(theirs.decompress(b, plain.byteLength), plain);
      assert.equal(b.buffer.byteLength, b.byteLength);
      assert.ok((a ?? plain).byteLength < 1.06 * b.byteLength + 32, "ours is about as small");
    }
  }
});

test("LZ4: damaged frames end alike", { skip: noLz4 }, () => {
  const random = randomOf(32);
  const [ours, theirs] = [lz4Codec(), lz4Codec({ native })];
  const sources = [
    { frame: fromHex(frames.SMALL_CHECKED), size: frames.SMALL.byteLength },
    { frame: fromHex(frames.SMALL_PLAIN), size: frames.SMALL.byteLength },
    { frame: fromHex(frames.RUNS_LINKED), size: frames.RUNS.byteLength },
    { frame: fromHex(frames.EMPTY), size: 0 },
  ];
  for (let n = 0; n < 2000; n++) {
    const { frame, size } = sources[n % sources.length]!;
    const bad = damaged(frame, random);
    const wanted = random() < 0.1 ? size + 1 : size;
    const [a, b] = [outcome(() => ours.decompress(bad, wanted)), outcome(() => theirs.decompress(bad, wanted))];
    const lenient = a === "codec.lz4_block" && typeof b !== "string"; // liblz4 lets some wrong matches pass
    if (!lenient) assert.deepEqual(b, a);
  }
});

test("JPEG: pictures and errors are nearly alike", { skip: noJpeg }, async () => {
  const [ours, theirs] = [await jpegCodec(), await jpegCodec({ native })];
  const random = randomOf(33);
  let same = 0;
  for (let n = 0; n < 60; n++) {
    const [width, height, channels] = [1 + Math.floor(random() * 70), 1 + Math.floor(random() * 50), [1, 3, 4][n % 3]!];
    const data = Uint8Array.from({ length: width * height * channels }, (_, i) => 128 + 90 * Math.sin(i / 100 + n));
    const source = { width, height, channels, data } as ImagePixels;
    const options = { quality: 30 + n, subsampling: (["4:2:0", "4:4:4", "gray"] as const)[n % 4 % 3]! };
    const [a, b] = [ours.encode(source, options), theirs.encode(source, options)];
    assert.ok(Math.abs(a.byteLength - b.byteLength) < 50, `${a.byteLength} and ${b.byteLength} bytes`);
    for (const packed of [a, b]) {
      const [x, y] = [ours.decode(packed), theirs.decode(packed)];
      assert.deepEqual([y.width, y.height, y.channels], [x.width, x.height, x.channels]);
      assert.ok(y.data.every((value, i) => Math.abs(value - x.data[i]!) <= 4));
      same++;
    }
    const bad = damaged(a, random);
    const [x, y] = [outcome(() => ours.decode(bad)), outcome(() => theirs.decode(bad))];
    if (typeof x === "string" && x !== "codec.jpeg_data") assert.equal(y, x); // found in the header, which is ours
  }
  assert.equal(same, 120);
});
