import assert from "node:assert/strict";
import { test } from "node:test";
import { MosaicoError, Semaphore } from "../../../../src/base/mod.ts";
import type { LaneUpload } from "../../../../src/client/lanes/mod.ts";
import { TopicWriter, type TopicWriterParts } from "../../../../src/client/writing/mod.ts";
import type { Batch } from "../../../../src/columnar/mod.ts";
import { Floating64 } from "../../../../src/ontology/mod.ts";
import { failure, isSettled, within } from "../../../support/errors.ts";

/** An upload whose room and end the test decides. */
class FakeUpload implements LaneUpload {
  readonly batches: Batch[] = [];
  readonly rooms: PromiseWithResolvers<void>[] = [];
  readonly end: PromiseWithResolvers<void> = Promise.withResolvers();
  readonly failed: Promise<unknown>;
  cancelled = 0;
  finished = 0;

  constructor() {
    this.failed = new Promise((resolve) => this.end.promise.catch(resolve));
  }

  send(batch: Batch): Promise<void> {
    this.batches.push(batch);
    const room = Promise.withResolvers<void>();
    this.rooms.push(room);
    return room.promise;
  }

  finish(): Promise<void> {
    this.finished++;
    return this.end.promise;
  }

  cancel(): void {
    this.cancelled++;
    const error = new MosaicoError("rpc.cancelled", "cancelled");
    this.end.reject(error);
    for (const room of this.rooms) room.reject(error);
  }
}

interface Fixture {
  readonly upload: FakeUpload;
  readonly credit: Semaphore;
  readonly notes: string[];
  readonly topic: TopicWriter<Floating64>;
}

function fixture(parts: Partial<TopicWriterParts<Floating64>> = {}): Fixture {
  const upload = new FakeUpload();
  const credit = new Semaphore(4_096);
  const notes: string[] = [];
  const topic = new TopicWriter<Floating64>({
    name: "/t",
    locator: "drive/t",
    type: Floating64,
    upload,
    clientCredit: credit,
    topicBytesInFlight: 2_048,
    batchBytes: 1_024,
    batchRows: 1_000,
    maxBatchBytes: 1 << 20,
    flushIntervalMs: 10_000,
    onError: "raise",
    timeoutMs: 100,
    notify: (message) => {
      notes.push(message);
      return Promise.resolve();
    },
    ...parts,
  });
  return { upload, credit, notes, topic };
}

/** Pushes until there is no room. */
function fill(topic: TopicWriter<Floating64>): Promise<void> {
  for (let i = 0n;; i++) {
    const room = topic.push(i, { data: 1 });
    if (room !== undefined) return room;
  }
}

test("push answers a promise once the credit of the topic is used up, and no batch is sent beyond it", async () => {
  const { topic, upload, credit } = fixture();
  const room = fill(topic);
  assert.equal(upload.batches.length, 1, "a second would be beyond the credit: padding counts");
  assert.equal(await isSettled(room), false);
  assert.ok(credit.free < 4_096);
  upload.rooms[0]!.resolve();
  await within(1_000, room);
  assert.equal(upload.batches.length, 2);
  upload.rooms[1]!.resolve();
  upload.end.resolve();
  await topic.finalize();
  assert.equal(credit.free, 4_096);
});

test("a writer that is discarded drops what waits, rejects who waits, and gives its credit back", async () => {
  const { topic, upload, credit, notes } = fixture();
  const room = fill(topic);
  const reason = new Error("enough");
  upload.end.resolve();
  const discarded = topic.discard(reason);
  await assert.rejects(within(1_000, room), (error) => error === reason);
  await within(1_000, discarded);
  assert.deepEqual([topic.status, upload.cancelled, upload.batches.length], ["finalized_with_error", 0, 1]);
  const dropped = topic.rowCount - upload.batches[0]!.numRows;
  assert.ok(dropped > 0);
  assert.deepEqual(notes, [`enough (${dropped} buffered records discarded)`]);
  upload.rooms[0]!.resolve();
  await Promise.resolve();
  await Promise.resolve();
  assert.equal(credit.free, 4_096);
});

test("a discarded upload is waited for as long as it makes progress, and cancelled after", async () => {
  const { topic, upload } = fixture({ topicBytesInFlight: 1 << 20, clientCredit: new Semaphore(1 << 20) });
  for (let i = 0n; upload.batches.length < 3; i++) topic.push(i, { data: 1 });
  const discarded = topic.discard(new Error("enough"));
  for (const room of upload.rooms) {
    assert.equal(await isSettled(discarded, 70), false);
    assert.equal(upload.cancelled, 0);
    room.resolve();
  }
  await within(2_000, discarded);
  assert.equal(upload.cancelled, 1);
  assert.equal((topic.lastError as Error).message, "enough");
});

test("a signal ends the waiting for a discarded upload at once", async () => {
  const { topic, upload } = fixture({ timeoutMs: 60_000 });
  topic.push(1n, { data: 1 });
  const controller = new AbortController();
  const discarded = topic.discard(new Error("enough"), { signal: controller.signal });
  assert.equal(await isSettled(discarded), false);
  controller.abort();
  await within(1_000, discarded);
  assert.equal(upload.cancelled, 1);
});

test("a signal ends finalize(): the upload is cancelled, the topic fails with the reason", async () => {
  const { topic, upload } = fixture();
  topic.push(1n, { data: 1 });
  const controller = new AbortController();
  const reason = new Error("no time");
  const finalized = topic.finalize({ signal: controller.signal });
  assert.equal(await isSettled(finalized), false);
  controller.abort(reason);
  await assert.rejects(within(1_000, finalized), (error) => error === reason);
  assert.deepEqual([upload.cancelled, topic.status, topic.isActive], [1, "raised_exception", false]);
  assert.throws(() => topic.push(2n, { data: 2 }), (error) => error === reason);
  await assert.rejects(topic.finalize(), (error) => error === reason);
});

test("rows that the flush timer finds after the client was closed fail the topic, and nothing else", async () => {
  const { topic, credit } = fixture({ flushIntervalMs: 10 });
  topic.push(1n, { data: 1 });
  credit.fail(new MosaicoError("session.closed", "the client is closed"));
  await new Promise((resolve) => setTimeout(resolve, 60));
  assert.deepEqual([topic.status, topic.isActive], ["raised_exception", false]);
  await failure(() => topic.push(2n, { data: 2 }), "session.closed");
  await failure(topic.finalize(), "session.closed");
});

test("a push that fills a batch after the client was closed is rejected", async () => {
  const { topic, credit } = fixture();
  credit.fail(new MosaicoError("session.closed", "the client is closed"));
  await failure(fill(topic), "session.closed");
});

test("records that the lane left out are counted and noted; the topic goes on", async () => {
  const { topic, upload, notes } = fixture();
  topic.push(1n, { data: 1 });
  topic.flush();
  upload.rooms[0]!.reject(
    new MosaicoError("message.too_large", "too large", { records: 2, sizeBytes: 9, maxBytes: 8 }),
  );
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert.deepEqual([topic.status, topic.droppedRecordCount, notes.length], ["record_too_large", 2, 2]);
  assert.ok(topic.isActive);
  topic.push(2n, { data: 2 });
  assert.deepEqual([topic.status, topic.lastError], ["active", undefined]);
});
