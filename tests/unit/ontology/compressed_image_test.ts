import assert from "node:assert/strict";
import { test } from "node:test";
import { isMosaicoError } from "../../../src/base/mod.ts";
import { type ImagePixels, jpegCodec } from "../../../src/codecs/mod.ts";
import { CompressedImage, compressedImageFromPixels, compressedImageToPixels } from "../../../src/ontology/mod.ts";

const codec = await jpegCodec();
const pixels: ImagePixels = {
  width: 40,
  height: 30,
  channels: 3,
  data: Uint8Array.from({ length: 40 * 30 * 3 }, (_, i) => (i % 3) * 60 + Math.floor(i / 3) % 40),
};

/** The largest difference of two pictures. */
function worst(a: Uint8Array, b: Uint8Array): number {
  assert.equal(a.length, b.length);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}

test("pixels become a JPEG that the type accepts, and come back", async () => {
  const header = { frameId: "camera" };
  const image = await compressedImageFromPixels(pixels, { header, quality: 95, subsampling: "4:4:4" });
  assert.deepEqual([image.header, image.format], [header, "jpeg"]);
  CompressedImage.validate!(image);
  assert.deepEqual([...image.data.subarray(0, 3)], [0xff, 0xd8, 0xff]);
  const { data, ...size } = await compressedImageToPixels(image);
  assert.deepEqual(size, { width: 40, height: 30, channels: 3 });
  assert.ok(worst(data, pixels.data) <= 12);
  const rgba = await compressedImageToPixels({ ...image, format: "jpg" }, { channels: 4 });
  assert.deepEqual([rgba.channels, rgba.data.length, rgba.data[3]], [4, 40 * 30 * 4, 255]);
});

test("quality and subsampling are what is asked for", async () => {
  const [low, high] = await Promise.all([5, 100].map((quality) => compressedImageFromPixels(pixels, { quality })));
  assert.ok(low!.data.length < high!.data.length);
  const gray = await compressedImageFromPixels(pixels, { subsampling: "gray" });
  assert.equal((await compressedImageToPixels(gray)).channels, 1);
  await assert.rejects(compressedImageFromPixels(pixels, { quality: 0 }), RangeError);
  await assert.rejects(compressedImageFromPixels({ ...pixels, width: 41 }), TypeError);
});

test("a codec that is given is used", async () => {
  const asked: string[] = [];
  const spy: typeof codec = {
    encode: (...args) => (asked.push("encode"), codec.encode(...args)),
    decode: (...args) => (asked.push("decode"), codec.decode(...args)),
  };
  await compressedImageToPixels(await compressedImageFromPixels(pixels, { codec: spy }), { codec: spy });
  assert.deepEqual(asked, ["encode", "decode"]);
});

test("other formats, and bytes that are no JPEG, are told", async () => {
  for (const format of ["raw", "tiff", "h264", "hevc"] as const) {
    await assert.rejects(compressedImageToPixels({ data: new Uint8Array(9), format }), (error: Error) => {
      assert.ok(isMosaicoError(error, "codec.image_unsupported"));
      assert.match(error.message, new RegExp(`format is ${format}, expected jpeg`));
      return true;
    });
  }
  const none = { data: new Uint8Array(9), format: "jpeg" } as const;
  await assert.rejects(
    compressedImageToPixels(none, { codec }),
    (error) => isMosaicoError(error, "codec.jpeg_header"),
  );
});

test("a PNG keeps every bit, gray, colour and alpha", async () => {
  for (const channels of [1, 3, 4] as const) {
    const size = 7 * 5 * channels;
    const picture = { width: 7, height: 5, channels, data: Uint8Array.from({ length: size }, (_, i) => i * i * 31) };
    const image = await compressedImageFromPixels(picture, { format: "png", header: { frameId: "camera" } });
    assert.deepEqual([image.format, image.header], ["png", { frameId: "camera" }]);
    CompressedImage.validate!(image);
    assert.deepEqual(await compressedImageToPixels(image), picture);
    for (let at = 0; at < image.data.length; at++) {
      const data = image.data.slice();
      data[at]! ^= 0x11;
      await assert.rejects(
        compressedImageToPixels({ ...image, data }),
        (error) => isMosaicoError(error, "codec.png_invalid"),
      );
    }
  }
  await assert.rejects(compressedImageFromPixels({ ...pixels, width: 41 }, { format: "png" }), TypeError);
});
