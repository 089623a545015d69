import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { isMosaicoError } from "../../../src/base/mod.ts";
import { Catalogue, isBusy, StorageError } from "../../../src/server/catalogue/mod.ts";
import { Database } from "../../../src/server/catalogue/database.ts";
import { temporaryFolder } from "../../support/folder.ts";
import { createTopic, temporaryDirectory } from "./support.ts";

const CHUNK = { headerLength: 100, bodyLength: 1000, rowCount: 10 };

test("Catalogue keeps sequences, with integers of 64 bits and quotes, over a restart", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "catalogue.sqlite");
  const userMetadata = {
    "it's": `"quoted"; DROP TABLE sequences`,
    n: 9_007_199_254_740_993n,
    list: [1, null, { a: true }],
  };
  const createdAtNs = 9_223_372_036_854_775_807n;
  {
    using catalogue = new Catalogue(path);
    catalogue.sequences.create({ name: "a", userMetadata, createdAtNs });
  }
  using catalogue = new Catalogue(path);
  assert.deepEqual(catalogue.sequences.byName("a"), { id: 1n, name: "a", userMetadata, createdAtNs });
  assert.equal(catalogue.sequences.byName("b"), undefined);
  assert.deepEqual(catalogue.sequences.all().map(({ name }) => name), ["a"]);
});

test("Catalogue is open once at a time, in one process too", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "catalogue.sqlite");
  {
    using _first = new Catalogue(path);
    assert.throws(() => new Catalogue(path), isBusy);
  }
  using _second = new Catalogue(path);
});

test("Catalogue refuses a file of a newer version", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "catalogue.sqlite");
  new Catalogue(path)[Symbol.dispose]();
  const { DatabaseSync } = await import("node:sqlite");
  const database = new DatabaseSync(path);
  database.exec("PRAGMA user_version = 99");
  database.close();
  assert.throws(() => new Catalogue(path), (error) => isMosaicoError(error, "session.catalogue_version"));
});

test("Catalogue.chunks answers the chunks that reach into a window", async () => {
  await using directory = await temporaryDirectory();
  const { catalogue } = directory;
  const topic = createTopic(directory);
  catalogue.chunks.add(
    topic.id,
    0,
    [0n, 10n, 20n, 30n].map((startNs, i) => ({
      ...CHUNK,
      offset: i * 2000,
      startNs,
      endNs: startNs + 10n,
    })),
  );
  const starts = (window: { startNs?: bigint; endNs?: bigint }) =>
    catalogue.chunks.ofTopic(topic.id, window).map((chunk) => Number(chunk.startNs));
  assert.deepEqual(starts({}), [0, 10, 20, 30]);
  assert.deepEqual(starts({ startNs: 20n }), [10, 20, 30]);
  assert.deepEqual(starts({ endNs: 20n }), [0, 10]);
  assert.deepEqual(starts({ startNs: 11n, endNs: 12n }), [10]);
  assert.deepEqual(starts({ startNs: 41n }), []);
});

test("Catalogue.saveUpload sums the chunks that were added bit by bit", async () => {
  await using directory = await temporaryDirectory();
  const { catalogue } = directory;
  const topic = createTopic(directory);
  const read = () => catalogue.topics.byPath("drive", "imu")!;
  assert.equal(read().upload, "none");
  catalogue.beginUpload(topic.id, "file", Uint8Array.of(1, 2, 3));
  const chunk = (at: number) => ({ ...CHUNK, offset: at, startNs: BigInt(at), endNs: BigInt(at + 5) });
  const progress = { state: "running", file: "file", inOrder: true } as const;
  catalogue.saveUpload(topic.id, { ...progress, chunks: [chunk(0), chunk(10)], firstOrdinal: 0 });
  assert.equal(read().upload, "running");
  assert.equal(read().completedAtNs, undefined);
  catalogue.saveUpload(topic.id, {
    ...progress,
    state: "complete",
    completedAtNs: 77n,
    chunks: [chunk(20)],
    firstOrdinal: 2,
  });
  const { upload, completedAtNs, schemaHeader, totals } = read();
  assert.deepEqual({ upload, completedAtNs, schemaHeader: [...schemaHeader!], totals }, {
    upload: "complete",
    completedAtNs: 77n,
    schemaHeader: [1, 2, 3],
    totals: { rowCount: 30n, byteCount: 3300n, chunkCount: 3n, interval: { startNs: 0n, endNs: 25n } },
  });
});

test("Catalogue deletes with a sequence all that hangs on it", async () => {
  await using directory = await temporaryDirectory();
  const { catalogue } = directory;
  const topic = createTopic(directory);
  const { id } = catalogue.sequences.byName("drive")!;
  catalogue.chunks.add(topic.id, 0, [{ ...CHUNK, offset: 0, startNs: 0n, endNs: 1n }]);
  const note = { type: "error", message: "m", createdAtNs: 5n };
  catalogue.notifications.create({ sequenceId: id }, note);
  catalogue.notifications.create({ topicId: topic.id }, { ...note, message: "of the topic" });
  assert.deepEqual(catalogue.notifications.of({ sequenceId: id }), [note]);
  catalogue.sequences.delete(id);
  assert.equal(catalogue.sessions.byUuid("s"), undefined);
  assert.equal(catalogue.topics.byPath("drive", "imu"), undefined);
  assert.deepEqual(catalogue.chunks.ofTopic(topic.id), []);
  assert.deepEqual(catalogue.notifications.of({ topicId: topic.id }), []);
});

test("Catalogue.transaction undoes everything when one change fails", async () => {
  await using directory = await temporaryDirectory();
  const { catalogue } = directory;
  const sequence = { name: "a", userMetadata: {}, createdAtNs: 1n };
  assert.throws(() =>
    catalogue.transaction(() => {
      catalogue.sequences.create(sequence);
      catalogue.sequences.create(sequence);
    }), StorageError);
  assert.equal(catalogue.sequences.byName("a"), undefined);
  catalogue.sequences.create(sequence);
});

test("StorageError tells a full disk and a read-only directory apart from the rest", () => {
  const codeOf = (cause: unknown) => new StorageError("write", cause).code;
  assert.equal(codeOf(Object.assign(new Error("x"), { code: "ENOSPC" })), "session.disk_full");
  assert.equal(codeOf(new Error("database or disk is full")), "session.disk_full");
  assert.equal(codeOf(Object.assign(new Error("x"), { code: "EROFS" })), "session.directory_read_only");
  assert.equal(codeOf(new Error("attempt to write a readonly database")), "session.directory_read_only");
  assert.equal(codeOf(new Error("disk I/O error")), "session.storage");
});

test("Database waits for the disk again after a transaction that did not, also after one that failed", async () => {
  await using folder = await temporaryFolder();
  const database = new Database(join(folder.path, "catalogue.sqlite"));
  const [normal, full] = [1n, 2n];
  const synchronous = () => database.prepare("PRAGMA synchronous").get()!.synchronous;
  assert.equal(synchronous(), full);
  database.unsyncedTransaction(() => assert.equal(synchronous(), normal));
  assert.throws(() =>
    database.unsyncedTransaction(() => {
      throw new RangeError("no");
    }), StorageError);
  assert.equal(synchronous(), full);
  database.close();
});
