import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fromHex, isMosaicoError } from "../../../src/base/mod.ts";
import {
  IMAGE_ENCODINGS,
  imageFromLinear,
  imageFromPixels,
  imageFromSamples,
  imageToLinear,
  imageToPixels,
  imageToSamples,
} from "../../../src/ontology/mod.ts";
import { decodeGrayPng, encodeGrayPng } from "../../../src/ontology/sensors/png.ts";

/** Made by another client: bytes 0 to 11 as two rows of six. */
const FOREIGN_PNG = fromHex(
  "89504e470d0a1a0a0000000d49484452000000060000000208000000005e36f2820000000f4944415478016364600403363009000088001335bd8c130000000049454e44ae426082",
);
const twelve = Uint8Array.from({ length: 12 }, (_, i) => i);

const png = (code: string) => (error: unknown) => isMosaicoError(error, code);

test("the PNG of another client is read", async () => {
  const image = { data: FOREIGN_PNG, format: "png", width: 2, height: 2, stride: 6, encoding: "rgb8" } as const;
  assert.deepEqual(await imageToLinear(image), twelve);
  assert.deepEqual(await imageToSamples(image), twelve);
});

test("rows survive, as they are and packed", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 9 }),
      fc.constantFrom("png", "raw"),
      fc.infiniteStream(fc.integer({ min: 0, max: 255 })),
      async (stride, height, format, bytes) => {
        const rows = Uint8Array.from({ length: stride * height }, () => bytes.next().value!);
        const image = await imageFromLinear(rows, { width: 1, height, stride, encoding: "own", format });
        assert.equal(image.format, format);
        assert.deepEqual(await imageToLinear(image), rows);
      },
    ),
    { numRuns: 40 },
  );
});

test("the PNG is 8-bit gray, as wide as a row has bytes", async () => {
  const { data } = await imageFromLinear(twelve, { width: 2, height: 2, encoding: "rgb8" });
  assert.deepEqual([...data.subarray(0, 29)], [...FOREIGN_PNG.subarray(0, 29)]);
});

test("every row filter of PNG is undone", async () => {
  const width = 5, rows = Uint8Array.from({ length: 5 * width }, (_, i) => (i * i * 37 + 11 * i) & 255);
  const at = (y: number, x: number) => x < 0 || y < 0 ? 0 : rows[y * width + x]!;
  const guesses = [
    () => 0,
    (y: number, x: number) => at(y, x - 1),
    (y: number, x: number) => at(y - 1, x),
    (y: number, x: number) => Math.floor((at(y, x - 1) + at(y - 1, x)) / 2),
    (y: number, x: number) => {
      const [a, b, c] = [at(y, x - 1), at(y - 1, x), at(y - 1, x - 1)];
      const p = a + b - c;
      return [a, b, c].toSorted((u, v) => Math.abs(p - u) - Math.abs(p - v))[0]!;
    },
  ];
  for (let first = 0; first < 5; first++) {
    const filtered = new Uint8Array(5 * (width + 1));
    for (let y = 0; y < 5; y++) {
      const filter = (first + y) % 5;
      filtered[y * (width + 1)] = filter;
      for (let x = 0; x < width; x++) filtered[y * (width + 1) + 1 + x] = at(y, x) - guesses[filter]!(y, x);
    }
    assert.deepEqual(await decodeGrayPng(await pngOf(filtered, width, 5), width, 5), rows);
  }
  const unknown = new Uint8Array(2 * (width + 1)).fill(5);
  await assert.rejects(decodeGrayPng(await pngOf(unknown, width, 2), width, 2), png("codec.png_invalid"));
});

/** A PNG around rows that are filtered already: the frame of a good one, its pixels replaced. */
async function pngOf(filtered: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  const good = await encodeGrayPng(new Uint8Array(width * height), width, height);
  const stream = new Blob([new Uint8Array(filtered)]).stream().pipeThrough(new CompressionStream("deflate"));
  const pixels = new Uint8Array(await new Response(stream).arrayBuffer());
  const out = new Uint8Array(33 + 12 + pixels.length + 12);
  const view = new DataView(out.buffer);
  out.set(good.subarray(0, 33));
  view.setUint32(33, pixels.length);
  out.set(new TextEncoder().encode("IDAT"), 37);
  out.set(pixels, 41);
  view.setUint32(41 + pixels.length, crc(out.subarray(37, 41 + pixels.length)));
  out.set(good.subarray(-12), 45 + pixels.length);
  return out;
}

function crc(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let i = 0; i < 8; i++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  }
  return (value ^ 0xffffffff) >>> 0;
}

test("damaged and foreign bytes are refused, never trusted", async () => {
  const refused = (bytes: Uint8Array, width = 6, height = 2) =>
    assert.rejects(decodeGrayPng(bytes, width, height), png("codec.png_invalid"));
  for (let length = 0; length < FOREIGN_PNG.length; length++) await refused(FOREIGN_PNG.subarray(0, length));
  for (let at = 0; at < FOREIGN_PNG.length; at++) {
    const damaged = FOREIGN_PNG.slice();
    damaged[at]! ^= 0x10;
    await refused(damaged);
  }
  await refused(FOREIGN_PNG, 7, 2);
  await refused(FOREIGN_PNG, 6, 3);
  const huge = await encodeGrayPng(new Uint8Array(4), 2, 2);
  new DataView(huge.buffer).setUint32(16, 2 ** 30);
  new DataView(huge.buffer).setUint32(29, crc(huge.subarray(12, 29)));
  await refused(huge, 2 ** 30, 2);
});

test("numbers that do not fit each other are refused", async () => {
  await assert.rejects(imageFromLinear(twelve, { width: 2, height: 3, encoding: "rgb8" }), RangeError);
  await assert.rejects(
    imageFromLinear(twelve, { width: 2, height: 2, encoding: "own" }),
    png("codec.image_unsupported"),
  );
  const raw = { data: twelve, format: "raw", width: 2, height: 2, stride: 6, encoding: "rgb8" } as const;
  await assert.rejects(imageToLinear({ ...raw, stride: 5 }), png("codec.image_invalid"));
  await assert.rejects(imageToLinear({ ...raw, stride: 0, height: 0 }), png("codec.image_invalid"));
  await assert.rejects(imageToSamples({ ...raw, width: 3 }), png("codec.image_invalid"));
  await assert.rejects(imageToSamples({ ...raw, encoding: "toString" }), png("codec.image_unsupported"));
  await assert.rejects(imageToLinear({ ...raw, format: "jpeg" }), png("codec.image_unsupported"));
});

test("samples leave out the padding of rows and mind the order of bytes", async () => {
  const padded = new Uint8Array([1, 2, 3, 4, 99, 5, 6, 7, 8, 99]);
  const settings = { width: 2, height: 2, stride: 5, encoding: "mono16" } as const;
  const little = await imageFromLinear(padded, settings);
  assert.deepEqual(await imageToSamples(little), new Uint16Array([513, 1027, 1541, 2055]));
  const big = await imageFromLinear(padded, { ...settings, isBigendian: true, format: "raw" });
  assert.deepEqual(await imageToSamples(big), new Uint16Array([258, 772, 1286, 1800]));
});

test("samples of every encoding survive", async () => {
  assert.equal(Object.keys(IMAGE_ENCODINGS).length, 29);
  for (const [encoding, { sample, channels }] of Object.entries(IMAGE_ENCODINGS)) {
    const arrays = {
      uint8: Uint8Array,
      uint16: Uint16Array,
      int16: Int16Array,
      int32: Int32Array,
      float32: Float32Array,
      float64: Float64Array,
    };
    const samples = Object.assign(new arrays[sample](3 * 2 * channels)).map((_: number, i: number) => i * 3);
    const image = await imageFromSamples(samples, { width: 3, height: 2, encoding });
    assert.equal(image.stride, 3 * channels * samples.BYTES_PER_ELEMENT);
    assert.deepEqual(await imageToSamples(image), samples);
  }
  await assert.rejects(
    imageFromSamples(new Int8Array(3) as never, { width: 1, height: 1, encoding: "rgb8" }),
    TypeError,
  );
});

test("pictures of 8 bits go into every encoding of colours and gray, and come back", async () => {
  const encodings = {
    1: ["mono8", "8UC1", "bayer_rggb8"],
    3: ["rgb8", "bgr8", "8UC3", "rgb16", "bgr16", "16UC3"],
    4: ["rgba8", "bgra8", "8UC4", "rgba16", "bgra16", "16UC4"],
  };
  for (const channels of [1, 3, 4] as const) {
    const data = Uint8Array.from({ length: 6 * channels }, (_, i) => i * 43);
    const pixels = { width: 3, height: 2, channels, data: data.slice() };
    for (const encoding of [undefined, ...encodings[channels]]) {
      for (const format of ["png", "raw"] as const) {
        const settings = { format, header: { frameId: "a" }, ...(encoding !== undefined && { encoding }) };
        const image = await imageFromPixels(pixels, settings);
        assert.deepEqual([image.encoding, image.format, image.header?.frameId], [
          encoding ?? { 1: "mono8", 3: "rgb8", 4: "rgba8" }[channels],
          format,
          "a",
        ]);
        assert.deepEqual(await imageToPixels(image), { ...pixels, data });
      }
    }
    assert.deepEqual(pixels.data, data, "the pixels were only borrowed");
  }
  const bgr16 = await imageFromPixels({ width: 1, height: 1, channels: 3, data: Uint8Array.of(255, 0, 1) }, {
    encoding: "bgr16",
    format: "raw",
  });
  assert.deepEqual([...bgr16.data], [1, 1, 0, 0, 255, 255]);
});

test("what is no picture of 8 bits, or of another size, is refused", async () => {
  const gray = { width: 2, height: 1, channels: 1, data: Uint8Array.of(1, 2) } as const;
  for (const encoding of ["32FC1", "8UC2", "16SC1", "own", "toString"]) {
    await assert.rejects(imageFromPixels(gray, { encoding }), png("codec.image_unsupported"));
  }
  await assert.rejects(imageFromPixels(gray, { encoding: "rgb8" }), TypeError);
  await assert.rejects(imageFromPixels({ ...gray, width: 3 }), TypeError);
  const depth = await imageFromPixels(gray, { encoding: "mono16", format: "raw" });
  assert.deepEqual([...depth.data], [1, 0, 2, 0]);
  await assert.rejects(imageToPixels(depth), png("codec.image_unsupported"));
});
