/**
 * Raw pictures that become JPEGs in their lane.
 *
 * @module
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ImageTopicCreateOptions, MosaicoClient, SequenceWriter, TopicWriter } from "../../src/client/mod.ts";
import { jpegCodec } from "../../src/codecs/mod.ts";
import { CompressedImage, Image, IMU } from "../../src/ontology/mod.ts";
import { type Embedded, startEmbedded } from "../support/embedded.ts";
import { failure } from "../support/errors.ts";

const CHANNELS: Readonly<Record<string, readonly number[]>> = {
  rgb8: [0, 1, 2],
  bgr8: [2, 1, 0],
  rgba8: [0, 1, 2],
  bgra8: [2, 1, 0],
  mono8: [0, 0, 0],
};
const jpeg = await jpegCodec();

/** Red rises to the right, green to the bottom, blue says which picture it is. Rows have `padding` bytes more than they need. */
function picture(encoding: string, shade = 0, padding = 0, width = 64, height = 48): Image {
  const bytes = encoding === "mono8" ? 1 : encoding.includes("a") ? 4 : 3;
  const stride = width * bytes + padding;
  const data = new Uint8Array(height * stride).fill(255);
  const [red, green, blue] = CHANNELS[encoding]!;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * stride + x * bytes;
      data[at + blue!] = shade;
      data[at + green!] = 4 * y;
      data[at + red!] = 3 * x;
    }
  }
  const header = { stamp: { seconds: 5n, nanoseconds: 6 }, frameId: `camera ${shade}` };
  return { header, data, format: "raw", width, height, stride, encoding };
}

async function rowsOf(client: MosaicoClient, topic = "/camera"): Promise<[bigint, CompressedImage][]> {
  const rows: [bigint, CompressedImage][] = [];
  const handler = await client.topicHandler("drive", topic, CompressedImage);
  for await (const { timestampNs, data } of await handler!.stream()) {
    rows.push([timestampNs, { ...data, data: data.data.slice() }]);
  }
  return rows;
}

/** Asserts that a JPEG shows {@linkcode picture}. */
function assertShows(image: CompressedImage, encoding: string, shade: number): void {
  assert.equal(image.format, "jpeg");
  assert.deepEqual(image.header?.frameId, `camera ${shade}`);
  const { width, height, channels, data } = jpeg.decode(image.data);
  assert.deepEqual([width, height, channels], [64, 48, encoding === "mono8" ? 1 : 3]);
  for (const [x, y] of [[3, 5], [60, 5], [30, 40]] as const) {
    const at = (y * width + x) * channels;
    const wanted = channels === 1 ? [3 * x] : [3 * x, 4 * y, shade];
    wanted.forEach((value, i) => {
      assert.ok(Math.abs(data[at + i]! - value) <= 12, `${encoding}: ${data[at + i]} at ${x},${y},${i}, not ${value}`);
    });
  }
}

interface Recording extends AsyncDisposable {
  readonly fx: Embedded;
  readonly drive: SequenceWriter;
  readonly camera: TopicWriter<Image>;
}

async function record(
  workers: number,
  options: Partial<ImageTopicCreateOptions> = {},
  server: object = {},
): Promise<Recording> {
  const fx = await startEmbedded({ tcp: true, client: { lanes: 1, workers }, server });
  const drive = await fx.client.sequenceCreate("drive");
  const camera = await drive.topicCreate("/camera", Image, { encode: "jpeg", quality: 92, ...options });
  return { fx, drive, camera, [Symbol.asyncDispose]: () => fx[Symbol.asyncDispose]() };
}

for (const workers of [0, 1]) {
  const where = workers === 0 ? "inline" : "in a Worker";

  test(`raw pictures of every encoding that a JPEG can hold are read back as JPEGs, in order (${where})`, async () => {
    await using fx = await startEmbedded({ tcp: true, client: { lanes: 1, workers } });
    await using drive = await fx.client.sequenceCreate("drive");
    for (const encoding of Object.keys(CHANNELS)) {
      const camera = await drive.topicCreate(`/${encoding}`, Image, {
        encode: "jpeg",
        quality: 92,
        subsampling: "4:4:4",
      });
      const rows = [picture(encoding, 10), picture(encoding, 90, 5), picture(encoding, 200)];
      const before = rows.map(({ data }) => data.slice());
      for (let i = 0; i < 3; i++) await camera.push(BigInt(i), rows[i]!);
      await camera.flush();
      assert.deepEqual(rows.map(({ data }) => data), before, "the caller's pixels are copied");
      await camera.push(3n, picture(encoding, 120));
    }
    await drive.finalize();
    for (const encoding of Object.keys(CHANNELS)) {
      const rows = await rowsOf(fx.client, `/${encoding}`);
      assert.deepEqual(rows.map(([time]) => time), [0n, 1n, 2n, 3n]);
      rows.forEach(([, image], i) => assertShows(image, encoding, [10, 90, 200, 120][i]!));
      const handler = (await fx.client.topicHandler("drive", `/${encoding}`))!;
      assert.equal(handler.ontologyTag, "CompressedImage");
      assert.equal(handler.serializationFormat, "image");
    }
  });

  test(`codecs in WASM do the same (${where})`, async () => {
    await using fx = await startEmbedded({ tcp: true, client: { lanes: 1, workers, nativeCodecs: false } });
    await using drive = await fx.client.sequenceCreate("drive");
    const camera = await drive.topicCreate("/camera", Image, { encode: "jpeg", quality: 92, subsampling: "4:4:4" });
    for (let i = 0; i < 3; i++) await camera.push(BigInt(i), picture("bgr8", 60 * i));
    await drive.finalize();
    const rows = await rowsOf(fx.client);
    assert.equal(rows.length, 3);
    rows.forEach(([, image], i) => assertShows(image, "bgr8", 60 * i));
  });

  test(`pictures as columns and as Arrow batches are encoded too, and left as they are (${where})`, async () => {
    await using recording = await record(workers);
    const { camera, drive, fx } = recording;
    const raw = await drive.topicCreate("/raw", Image);
    await raw.push(0n, picture("bgr8", 30));
    await raw.push(1n, picture("bgr8", 170));
    await drive.finalize();
    await using again = await fx.client.sequenceUpdate("drive");
    const copy = await again.topicCreate("/copy", Image, { encode: "jpeg", quality: 92, subsampling: "4:4:4" });
    for await (const batch of (await fx.client.topicHandler("drive", "/raw"))!.batches()) {
      const pixels = (batch.getChild("data")!.get(0) as Uint8Array).slice();
      await copy.pushBatch(batch);
      await copy.flush();
      assert.deepEqual((batch.getChild("data")!.get(0) as Uint8Array).slice(), pixels, "borrowed, not changed");
    }
    await again.finalize();
    const rows = await rowsOf(fx.client, "/copy");
    assert.equal(rows.length, 2);
    rows.forEach(([, image], i) => assertShows(image, "bgr8", [30, 170][i]!));
    assert.equal(camera.rowCount, 0);
  });

  test(`a picture that no JPEG can hold is named, leaves no trace, and the next push works (${where})`, async () => {
    await using recording = await record(workers);
    const { camera, drive, fx } = recording;
    const good = picture("rgb8", 10);
    const bad: [Partial<Record<keyof Image, unknown>>, RegExp][] = [
      [{ encoding: "mono16" }, /encoding is mono16, must be one of rgb8, bgr8, rgba8, bgra8, mono8/],
      [{ encoding: undefined }, /encoding is undefined/],
      [{ format: "png" }, /format is png, must be raw/],
      [{ width: 0 }, /width is 0, must be an integer from 1 to 65500/],
      [{ width: 1.5 }, /width is 1\.5/],
      [{ height: 70_000 }, /height is 70000/],
      [{ height: "48" }, /height is 48, must be an integer/],
      [{ width: 60_000, height: 60_000 }, /at most 67108864 pixels/],
      [{ stride: 191 }, /stride is 191, must be at least 192/],
      [{ height: 47 }, /data is 9216 bytes, must be 47 rows of 192 bytes/],
      [{ data: new Uint8Array(9215) }, /data is 9215 bytes/],
      [{ data: Array.from(good.data) }, /data is .*, must be a Uint8Array/],
      [{ isBigendian: "no" }, /is_bigendian|isBigendian/],
    ];
    await camera.push(1n, good);
    for (const [part, says] of bad) {
      const error = await failure(() => camera.push(2n, { ...good, ...part } as Image), "schema.invalid_value");
      assert.match(error.message, says);
      assert.equal(camera.rowCount, 1);
    }
    for (const none of [null, undefined]) {
      await failure(() => camera.push(2n, none as unknown as Image), "schema.invalid_value");
    }
    await failure(
      () => camera.push(2 as unknown as bigint, picture("rgb8", 10, 0, 1024, 1024)),
      "schema.invalid_value",
    );
    await camera.push(3n, good);
    await drive.finalize();
    assert.deepEqual((await rowsOf(fx.client)).map(([time]) => time), [1n, 3n]);
  });

  test(`a picture whose JPEG the server would refuse is dropped with a note; the rest arrives (${where})`, async () => {
    const limits = { maxMessageBytes: 1 << 20 };
    await using recording = await record(workers, { quality: 100, subsampling: "4:4:4" }, { limits });
    const { camera, drive, fx } = recording;
    const noise = picture("rgb8", 10, 0, 1024, 1024);
    for (let i = 0, state = 1; i < noise.data.length; i++) {
      noise.data[i] = (state = state * 1103515245 + 12345 >>> 0) >>> 24;
    }
    const plain = picture("rgb8", 10, 0, 1024, 1024); // more than a message as pixels, far less as a JPEG
    await camera.push(0n, plain);
    await camera.push(1n, noise);
    await camera.push(2n, picture("rgb8", 90));
    await camera.flush();
    await drive.finalize();
    assert.equal(camera.droppedRecordCount, 1);
    assert.deepEqual((await rowsOf(fx.client)).map(([time]) => time), [0n, 2n]);
    const [note, ...more] = await fx.client.listTopicNotifications("drive", "/camera");
    assert.match(note!.message, /^Record dropped for topic '\/camera'/);
    assert.deepEqual(more, []);
  });
}

for (
  const [workers, kind] of [[0, ArrayBuffer], [0, SharedArrayBuffer], [1, ArrayBuffer], [1, SharedArrayBuffer]] as const
) {
  test(`memory that was taken comes back once its picture is encoded (${kind.name}, ${workers} Workers)`, async () => {
    const free: Uint8Array[] = [];
    const onPixelsFree = (pixels: Uint8Array) => void free.push(pixels);
    await using recording = await record(workers, { takePixels: true, onPixelsFree, subsampling: "4:4:4" });
    const { camera, drive, fx } = recording;
    const { byteLength } = picture("bgr8").data;
    let memory = new Uint8Array(new kind(byteLength));
    for (let i = 0; i < 5; i++) {
      const { data, ...rest } = picture("bgr8", 40 * i);
      memory.set(data);
      await camera.push(BigInt(i), { ...rest, data: memory });
      if (workers === 1) assert.equal(memory.byteLength, kind === ArrayBuffer ? 0 : byteLength, "moved, unless shared");
      const ring = new Uint8Array(byteLength + 1); // copied, so there is nothing to give back
      ring.set(data);
      await camera.push(BigInt(i), { ...rest, data: ring.subarray(0, -1) });
      await camera.flush();
      while (free.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      memory = free.pop()!;
      assert.equal(memory.byteLength, byteLength);
      assert.equal(free.length, 0);
    }
    await drive.finalize();
    const rows = await rowsOf(fx.client);
    assert.equal(rows.length, 10);
    rows.forEach(([, image], i) => assertShows(image, "bgr8", 40 * (i >> 1)));
  });
}

for (const workers of [0, 1]) {
  test(`large pictures are copied into memory that came back, whatever their size (${workers} Workers)`, async () => {
    await using recording = await record(workers, { subsampling: "4:4:4" });
    const { camera, drive, fx } = recording;
    const sizes = [[640, 600], [640, 600], [800, 700], [640, 600]] as const;
    for (let i = 0; i < 16; i++) {
      const [width, height] = sizes[i >> 2]!;
      const source = picture("rgb8", 15 * i, 0, width, height);
      const before = source.data.slice();
      await camera.push(BigInt(i), source);
      if (i % 3 === 0) await camera.flush();
      assert.deepEqual(source.data, before);
    }
    await drive.finalize();
    const rows = await rowsOf(fx.client);
    assert.equal(rows.length, 16);
    rows.forEach(([, image], i) => {
      const { width, height, channels, data } = jpeg.decode(image.data);
      assert.deepEqual([width, height], sizes[i >> 2]);
      const blue = data[(20 * width + 40) * channels + 2]!;
      assert.ok(Math.abs(blue - 15 * i) <= 12, `picture ${i} has ${blue} of blue`);
    });
  });
}

test("takePixels moves the caller's pixels to the lane, unless they are a part of something", async () => {
  await using recording = await record(1, { takePixels: true, subsampling: "4:4:4" });
  const { camera, drive, fx } = recording;
  const whole = picture("bgr8", 40);
  await camera.push(1n, whole);
  assert.equal(whole.data.byteLength, 0, "moved");
  const { data, ...rest } = picture("bgr8", 140);
  const ring = new Uint8Array(data.byteLength + 8);
  ring.set(data, 8);
  await camera.push(2n, { ...rest, data: ring.subarray(8) });
  await failure(() => camera.push(3n, { ...rest, data: new Uint8Array(5) }), "schema.invalid_value");
  await drive.finalize();
  assert.deepEqual(ring.subarray(8), data, "copied");
  const rows = await rowsOf(fx.client);
  assert.deepEqual(rows.map(([time]) => time), [1n, 2n]);
  assertShows(rows[0]![1], "bgr8", 40);
  assertShows(rows[1]![1], "bgr8", 140);
});

test("the bytes in flight are those of the raw pictures, and all of them come back", async () => {
  await using recording = await record(1);
  const { camera, drive, fx } = recording;
  const full = picture("rgb8", 10, 0, 1920, 1080);
  camera.push(1n, full)?.catch(() => {});
  assert.ok(fx.client.stats().bytesInFlight >= 1920 * 1080 * 3, String(fx.client.stats().bytesInFlight));
  for (let i = 2n; i < 12n; i++) {
    await camera.push(i, full);
    assert.ok(fx.client.stats().bytesInFlight <= 3 * 1920 * 1080 * 3);
  }
  await drive.finalize();
  assert.equal(fx.client.stats().bytesInFlight, 0);
  assert.equal((await rowsOf(fx.client)).length, 11);
});

test("an encoding that cannot be is refused before the topic exists", async () => {
  await using fx = await startEmbedded();
  await using drive = await fx.client.sequenceCreate("drive");
  const create = (options: object) =>
    drive.topicCreate("/camera", Image, { encode: "jpeg", ...options } as ImageTopicCreateOptions);
  await assert.rejects(create({ quality: 0 }), RangeError);
  await assert.rejects(create({ quality: 99.5 }), RangeError);
  await assert.rejects(create({ subsampling: "4:1:1" }), RangeError);
  await assert.rejects(create({ encode: "webp" }), TypeError);
  // @ts-expect-error: only pictures can be encoded
  await assert.rejects(drive.topicCreate("/imu", IMU, { encode: "jpeg" }), TypeError);
  // @ts-expect-error: raw pictures, not files
  await assert.rejects(drive.topicCreate("/camera", CompressedImage, { encode: "jpeg" }), TypeError);
  assert.equal(await fx.client.topicExists("drive", "/camera"), false);
  assert.deepEqual(drive.listTopicWriters(), []);
  await drive.abort(new Error("enough"));
});
