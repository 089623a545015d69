import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { concat, fromHex, isMosaicoError } from "../../../src/base/mod.ts";
import {
  type ImagePixels,
  jpegCodec,
  jpegModule,
  type JpegSubsampling,
  loadNativeCodecs,
} from "../../../src/codecs/mod.ts";
import * as files from "./jpeg_files.ts";
import { damaged, fromEnvironment, randomOf } from "./support.ts";

const jpeg = await jpegCodec();
const { value: data, skip } = fromEnvironment("MOSAICO_TEST_DATA");

/** A smooth picture, with colours that JPEG keeps well. */
function picture(width: number, height: number, channels: 1 | 3 | 4): ImagePixels {
  const bytes = new Uint8Array(width * height * channels);
  for (let i = 0; i < bytes.length; i++) {
    const [pixel, channel] = [Math.floor(i / channels), i % channels];
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    bytes[i] = channel === 3 ? 255 : 128 + 80 * Math.sin(x / 9 + channel) * Math.cos(y / 11);
  }
  return { width, height, channels, data: bytes };
}

/** Peak signal-to-noise ratio, dB. */
function psnr(a: Uint8Array, b: Uint8Array): number {
  assert.equal(a.byteLength, b.byteLength);
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return 10 * Math.log10(255 ** 2 / (sum / a.length));
}

function failsWith(code: string, input: Uint8Array): void {
  assert.throws(() => jpeg.decode(input), (error: unknown) => {
    assert.ok(isMosaicoError(error, code), String(error));
    return true;
  });
}

test("a picture comes back nearly as it was, in each number of channels and subsampling", () => {
  for (const channels of [1, 3, 4] as const) {
    for (const subsampling of ["4:4:4", "4:2:2", "4:2:0"] as const) {
      const source = picture(161, 97, channels);
      const back = jpeg.decode(jpeg.encode(source, { quality: 95, subsampling }), channels === 1 ? {} : { channels });
      assert.deepEqual([back.width, back.height, back.channels], [161, 97, channels]);
      assert.ok(psnr(source.data, back.data) > 38, `${channels} ${subsampling} ${psnr(source.data, back.data)}`);
    }
  }
});

test("padded rows and blue before red make the same JPEG, byte for byte", async () => {
  const codecs = [jpeg];
  const native = await loadNativeCodecs();
  if (typeof native.jpeg === "string") console.log(`skipped: no native jpeg: ${native.jpeg}`);
  else codecs.push(await jpegCodec({ native }));
  for (const codec of codecs) {
    for (const channels of [1, 3, 4] as const) {
      const { width, height, data } = picture(45, 31, channels);
      for (const padding of [0, 1, 64]) {
        for (const order of ["rgb", "bgr"] as const) {
          const stride = width * channels + padding;
          const stored = new Uint8Array(height * stride).fill(77);
          for (let y = 0; y < height; y++) {
            for (let i = 0; i < width * channels; i++) {
              const channel = i % channels;
              const swapped = order === "bgr" && channels > 1 && channel < 3 ? i - channel + 2 - channel : i;
              stored[y * stride + swapped] = data[y * width * channels + i]!;
            }
          }
          const before = stored.slice();
          const encoded = codec.encode({ width, height, channels, data: stored, stride, order });
          assert.deepEqual(encoded, codec.encode({ width, height, channels, data }), `${channels} ${padding} ${order}`);
          assert.deepEqual(stored, before);
        }
      }
    }
  }
});

test("a JPEG stays as it is when the next one is encoded", async () => {
  for (const codec of [jpeg, await jpegCodec({ native: await loadNativeCodecs() })]) {
    const first = codec.encode(picture(80, 60, 3));
    const copy = first.slice();
    codec.encode(picture(640, 480, 3), { quality: 100, subsampling: "4:4:4" });
    assert.deepEqual(codec.encode(picture(80, 60, 3)), copy);
    assert.deepEqual(first, copy);
  }
});

test("quality and subsampling change the size", () => {
  const source = picture(200, 200, 3);
  const size = (quality: number, subsampling: JpegSubsampling) =>
    jpeg.encode(source, { quality, subsampling }).byteLength;
  assert.ok(size(50, "4:2:0") < size(95, "4:2:0"));
  assert.ok(size(90, "gray") < size(90, "4:2:0"));
  assert.ok(size(90, "4:2:0") < size(90, "4:4:4"));
  assert.equal(jpeg.decode(jpeg.encode(source, { subsampling: "gray" })).channels, 1);
});

test("every size works, however small or noisy", () => {
  const pixel = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }), fc.constantFrom(1, 3, 4));
  const rest = fc.tuple(fc.integer({ min: 1, max: 100 }), fc.constantFrom("4:4:4", "4:2:2", "4:2:0"), fc.integer());
  const property = fc.property(pixel, rest, ([width, height, channels], [quality, subsampling, seed]) => {
    const random = randomOf(seed);
    const noise = Uint8Array.from({ length: width * height * channels }, () => random() * 256);
    const source = { width, height, channels, data: noise } as ImagePixels;
    const back = jpeg.decode(jpeg.encode(source, { quality, subsampling: subsampling as JpegSubsampling }));
    assert.deepEqual([back.width, back.height, back.channels], [width, height, channels === 1 ? 1 : 3]);
  });
  fc.assert(property, { numRuns: 150 });
});

test("JPEGs of another program are read", () => {
  for (const [hex, limit] of [[files.BASELINE, 25], [files.PROGRESSIVE, 35]] as const) {
    const back = jpeg.decode(fromHex(hex));
    assert.deepEqual([back.width, back.height, back.channels], [24, 17, 3]);
    assert.ok(psnr(files.PICTURE, back.data) > limit, String(psnr(files.PICTURE, back.data)));
  }
  const gray = jpeg.decode(fromHex(files.GRAY));
  assert.equal(gray.channels, 1);
  const rgba = jpeg.decode(fromHex(files.GRAY), { channels: 4 }).data;
  assert.deepEqual([...rgba.subarray(40, 44)], [gray.data[10], gray.data[10], gray.data[10], 255]);
});

test("camera pictures are read", { skip }, () => {
  const names = readdirSync(join(data, "camera")).filter((name) => name.endsWith(".jpg"));
  for (const name of names) {
    const { width, height, channels } = jpeg.decode(readFileSync(join(data, "camera", name)));
    assert.deepEqual([width, height, channels], [960, 540, 3]);
  }
  assert.ok(names.length > 0);
  failsWith("codec.jpeg_data", readFileSync(join(data, "edge/other/truncated.jpg")));
});

test("what is no JPEG we read is told apart", () => {
  const good = fromHex(files.BASELINE);
  failsWith("codec.jpeg_header", new Uint8Array(0));
  failsWith("codec.jpeg_header", fromHex("89504e470d0a1a0a"));
  failsWith("codec.jpeg_header", fromHex("ffd8ffd9"));
  failsWith("codec.jpeg_header", good.subarray(0, 100));
  failsWith("codec.jpeg_data", good.subarray(0, good.byteLength - 60));
  failsWith("codec.jpeg_unsupported", fromHex(files.FOUR_INKS));
});

test("a picture larger than the maximum is refused before memory is taken", async () => {
  const good = fromHex(files.BASELINE);
  const frame = good.findIndex((byte, i) => byte === 0xff && good[i + 1] === 0xc0);
  const huge = Uint8Array.from(good, (byte, i) => i >= frame + 5 && i < frame + 9 ? 0xf0 : byte);
  failsWith("codec.jpeg_too_large", huge);
  const tiny = await jpegCodec({ maxPixels: 100 });
  assert.throws(() => tiny.decode(good), (error: unknown) => isMosaicoError(error, "codec.jpeg_too_large"));
  assert.throws(
    () => tiny.encode(picture(11, 10, 1)),
    (error: unknown) => isMosaicoError(error, "codec.jpeg_too_large"),
  );
  await assert.rejects(jpegCodec({ maxPixels: 0 }), RangeError);
});

test("a picture of endless scans is refused", async () => {
  const good = fromHex(files.PROGRESSIVE);
  const scan = good.findLastIndex((byte, i) => byte === 0xff && good[i + 1] === 0xda);
  const again = good.subarray(scan, good.byteLength - 2);
  const bomb = concat([good.subarray(0, scan), ...Array.from({ length: 200 }, () => again)]);
  const small = await jpegCodec({ maxPixels: 24 * 17 });
  assert.equal(small.decode(good).width, 24);
  assert.throws(() => small.decode(bomb), (error: unknown) => isMosaicoError(error, "codec.jpeg_too_large"));
});

test("wrong arguments are told", () => {
  const source = picture(4, 4, 3);
  for (const quality of [0, 101, 1.5, NaN]) assert.throws(() => jpeg.encode(source, { quality }), RangeError);
  assert.throws(() => jpeg.encode(source, { subsampling: "4:1:1" as JpegSubsampling }), RangeError);
  assert.throws(() => jpeg.encode({ ...source, width: 5 }), TypeError);
  assert.throws(() => jpeg.encode({ ...source, channels: 2 as 1 }), TypeError);
  assert.throws(() => jpeg.encode({ ...source, stride: 13 }), TypeError);
  assert.throws(() => jpeg.encode({ ...source, data: new Uint8Array(44), stride: 11 }), RangeError);
  assert.throws(() => jpeg.encode({ ...source, data: new Uint8Array(50), stride: 12.5 }), RangeError);
  assert.throws(() => jpeg.encode({ ...source, order: "gbr" as "bgr" }), RangeError);
  assert.throws(() => jpeg.encode({ width: 0, height: 0, channels: 1, data: new Uint8Array(0) }), TypeError);
});

test("damaged pictures end in a CodecError or in a picture", () => {
  const random = randomOf(9);
  const sources = [files.BASELINE, files.PROGRESSIVE, files.GRAY].map(fromHex);
  let failed = 0;
  for (let n = 0; n < 600; n++) {
    try {
      const { width, height, channels, data } = jpeg.decode(damaged(sources[n % 3]!, random));
      assert.equal(data.byteLength, width * height * channels);
    } catch (error) {
      assert.ok(isMosaicoError(error, "codec."), String(error));
      failed++;
    }
  }
  assert.ok(failed > 200, `${failed} failed`);
  assert.equal(jpeg.decode(fromHex(files.BASELINE)).width, 24);
});

test("a compiled module can be handed over", async () => {
  const other = await jpegCodec({ module: await jpegModule() });
  assert.equal(other.decode(fromHex(files.GRAY)).height, 17);
});
