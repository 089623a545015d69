import assert from "node:assert/strict";
import { test } from "node:test";
import { MosaicoError } from "../../../../src/base/mod.ts";
import { JpegUpload } from "../../../../src/client/lanes/jpeg_upload.ts";
import type { LaneUpload } from "../../../../src/client/lanes/mod.ts";
import type { JpegCodec } from "../../../../src/codecs/mod.ts";
import { type Batch, BatchBuilder, rowReader, timestamps } from "../../../../src/columnar/mod.ts";
import { CompressedImage, Image } from "../../../../src/ontology/mod.ts";
import { failure, isSettled } from "../../../support/errors.ts";

class FakeUpload implements LaneUpload {
  readonly batches: Batch[] = [];
  readonly rooms: PromiseWithResolvers<void>[] = [];
  readonly failing: PromiseWithResolvers<unknown> = Promise.withResolvers();
  readonly failed: Promise<unknown> = this.failing.promise;
  finished = 0;
  cancelled = 0;

  send(batch: Batch): Promise<void> {
    this.batches.push(batch);
    const room = Promise.withResolvers<void>();
    this.rooms.push(room);
    return room.promise;
  }

  finish(): Promise<void> {
    this.finished++;
    return Promise.resolve();
  }

  cancel(): void {
    this.cancelled++;
  }
}

/** Encodes a picture as as many bytes as its first byte says, all equal to it. */
class FakeCodec implements JpegCodec {
  encoded = 0;

  encode({ data }: { readonly data: Uint8Array }): Uint8Array {
    this.encoded++;
    return new Uint8Array(data[0]!).fill(data[0]!);
  }

  decode(): never {
    throw new Error("nothing is read here");
  }
}

/** A batch of pictures of one pixel each, one a value. */
function pictures(...values: number[]): Batch {
  const builder = new BatchBuilder(Image.schema);
  const rest = { format: "raw", width: 1, height: 1, stride: 1, encoding: "mono8" } as const;
  values.forEach((value, i) => {
    builder.append(BigInt(i), { ...rest, header: { frameId: `frame ${i}` }, data: Uint8Array.of(value) });
  });
  return builder.finish();
}

interface Fixture {
  readonly inner: FakeUpload;
  readonly codec: FakeCodec;
  readonly upload: JpegUpload;
}

function fixture(loading?: Promise<JpegCodec>): Fixture {
  const inner = new FakeUpload();
  const codec = new FakeCodec();
  const encoding = { schema: CompressedImage.schema, maxBytes: 100 };
  return { inner, codec, upload: new JpegUpload(inner, loading ?? Promise.resolve(codec), encoding, Image.schema) };
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

function jpegsOf({ numRows, ...batch }: Batch): [bigint, number, string, string][] {
  const rows = rowReader(CompressedImage.schema);
  return Array.from({ length: numRows }, (_, i) => {
    const { data, format, header } = rows.row({ numRows, ...batch }, i) as unknown as CompressedImage;
    assert.ok(data.every((byte) => byte === data.length));
    return [timestamps({ numRows, ...batch })[i]!, data.length, format, header!.frameId!];
  });
}

test("the next batch is encoded and sent while the one before waits for room; each waits for its own", async () => {
  const { upload, inner } = fixture();
  const first = upload.send(pictures(10, 20), true);
  const second = upload.send(pictures(30), true);
  await turn();
  assert.deepEqual(inner.batches.map(jpegsOf), [
    [[0n, 10, "jpeg", "frame 0"], [1n, 20, "jpeg", "frame 1"]],
    [[0n, 30, "jpeg", "frame 0"]],
  ]);
  inner.rooms[1]!.resolve();
  await second;
  assert.equal(await isSettled(first), false);
  inner.rooms[0]!.resolve();
  await first;
  await upload.finish();
  assert.equal(inner.finished, 1);
});

test("JPEGs that together exceed a message go in several; one that does alone is left out and told", async () => {
  const { upload, inner } = fixture();
  const sent = upload.send(pictures(60, 50, 101, 20, 102, 70, 40), true);
  await turn();
  assert.deepEqual(
    inner.batches.map((batch) => jpegsOf(batch).map(([time, bytes]) => [Number(time), bytes])),
    [[[0, 60]], [[1, 50]], [[3, 20]], [[5, 70]], [[6, 40]]],
  );
  inner.rooms.forEach((room) => room.resolve());
  const error = await failure(sent, "message.too_large");
  assert.deepEqual(error.facts, { records: 2, sizeBytes: 102, maxBytes: 100 });
  assert.equal(inner.cancelled, 0);
});

test("the memory of pixels is told once they are encoded, if it is given away and holds nothing else", async () => {
  const { upload, inner } = fixture();
  const freed: ArrayBufferLike[] = [];
  upload.onPixelsFree = (pixels) => freed.push(pixels);
  const withPixels = (batch: Batch, values: Uint8Array): Batch => {
    const offsets = Int32Array.of(0, values.byteLength);
    const columns = batch.columns.map((column) =>
      column.field.name === "data" ? { ...column, values, offsets } : column
    );
    return { ...batch, columns };
  };
  const [own, borrowed, tooLarge] = [Uint8Array.of(7), Uint8Array.of(8), Uint8Array.of(101)];
  const sent = [
    upload.send(withPixels(pictures(0), own), true),
    upload.send(withPixels(pictures(0), borrowed), false),
    upload.send(withPixels(pictures(0), Uint8Array.of(9, 9).subarray(1)), true),
  ];
  const refused = upload.send(withPixels(pictures(0), tooLarge), true);
  await failure(refused, "message.too_large");
  assert.deepEqual(freed, [own.buffer, tooLarge.buffer], "before there is room for the JPEG");
  inner.rooms.forEach((room) => room.resolve());
  await Promise.all(sent);
});

test("a cancelled or failed upload encodes no more", async () => {
  for (const end of ["cancel", "fail"] as const) {
    const { upload, inner, codec } = fixture();
    const sent = upload.send(pictures(1, 2, 3), true);
    if (end === "cancel") upload.cancel();
    else inner.failing.resolve(new Error("gone"));
    await turn();
    await turn();
    assert.ok(codec.encoded <= 3);
    const before = codec.encoded;
    sent.catch(() => {});
    upload.send(pictures(4), true).catch(() => {});
    await turn();
    assert.equal(codec.encoded, before);
    assert.equal(inner.cancelled, end === "cancel" ? 1 : 0);
  }
});

test("a codec that cannot be loaded fails every batch, and nothing else", async () => {
  const loading = Promise.reject(new MosaicoError("codec.jpeg_data", "no such codec"));
  const { upload, inner } = fixture(loading);
  await turn();
  await failure(upload.send(pictures(1), true), "codec.jpeg_data");
  await failure(upload.send(pictures(2), true), "codec.jpeg_data");
  assert.equal(inner.batches.length, 0);
});
