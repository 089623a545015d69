import assert from "node:assert/strict";
import { appendFile, readdir, readFile, readlink, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { concat, isMosaicoError } from "../../../src/base/mod.ts";
import { BatchBuilder, BatchDecoder, encodeBatch, encodeSchema, type Schema } from "../../../src/columnar/mod.ts";
import { DirectoryLockedError, StorageError } from "../../../src/server/catalogue/mod.ts";
import { readChunks, recoverUploads, ServerDirectory, type Upload, Uploads } from "../../../src/server/storage/mod.ts";
import { temporaryFolder } from "../../support/folder.ts";
import {
  CODECS,
  createTopic,
  message,
  range,
  readRows,
  rowsOf,
  SCHEMA,
  SCHEMA_HEADER,
  temporaryDirectory,
} from "./support.ts";
import { IpcStream } from "../../support/ipc_stream.ts";

/** Nothing is cancelled here. */
const NEVER = new AbortController().signal;

async function append(upload: Upload, times: readonly number[]): Promise<void> {
  const { header, body } = message(times);
  await upload.append(header, body);
}

/** Uploads `batches` of times to the topic `path`. */
async function put(directory: ServerDirectory, batches: readonly (readonly number[])[], path = "imu"): Promise<void> {
  const topic = createTopic(directory, path);
  await new Uploads(directory).run(topic, SCHEMA_HEADER, NEVER, async (upload) => {
    for (const times of batches) await append(upload, times);
  });
}

const dataFiles = async (directory: { readonly path: string }) => await readdir(join(directory.path, "data"));

test("Upload stores batches as they came, and the file is an Arrow stream", async () => {
  await using directory = await temporaryDirectory();
  await put(directory, [range(0, 10), range(10, 11), [], range(11, 500)]);
  assert.deepEqual(await readRows(directory), rowsOf(range(0, 500)));
  const topic = directory.catalogue.topics.byPath("drive", "imu")!;
  assert.equal(topic.upload, "complete");
  assert.equal(topic.totals.chunkCount, 3n); // none for the batch without rows
  assert.deepEqual(topic.totals.interval, { startNs: 0n, endNs: 499n });
  const file = new Uint8Array(await readFile(directory.filePath(topic.file!)));
  assert.ok(file.includes(message(range(0, 10)).body[0]!));
  assert.deepEqual(Array.from(new IpcStream(file), (batch) => batch.numRows), [10, 1, 489]);
});

test("Upload keeps the bytes of a compressed body", async () => {
  await using directory = await temporaryDirectory();
  const { header, body } = message(range(0, 2000), CODECS[0]);
  await new Uploads(directory).run(createTopic(directory), SCHEMA_HEADER, NEVER, async (upload) => {
    await upload.append(header, body);
  });
  const topic = directory.catalogue.topics.byPath("drive", "imu")!;
  const [chunk] = directory.catalogue.chunks.ofTopic(topic.id);
  assert.equal(chunk!.bodyLength, body.byteLength);
  assert.deepEqual(await readRows(directory), rowsOf(range(0, 2000)));
});

test("Upload of large batches writes and reads them whole", async () => {
  await using directory = await temporaryDirectory();
  await put(directory, [range(0, 60_000), range(60_000, 60_010), range(60_010, 120_000)]);
  assert.deepEqual(await readRows(directory), rowsOf(range(0, 120_000)));
});

test("Upload brings rows that came out of order into order", async () => {
  const cases: Record<string, number[][]> = {
    "inside one batch": [[3, 1, 2, 2, 0]],
    "overlapping neighbours": [range(0, 100), range(90, 200), range(195, 300)],
    "batches the wrong way round": [range(500, 600), range(100, 200), range(300, 400)],
    "more batches than are merged at a time": range(0, 70).map((i) =>
      range(0, 20).map((k) => (i * 37 + k * 101) % 997)
    ),
    "a late row at the end": [range(10, 20), range(20, 30), [5]],
    "two groups that do not meet, and batches in order around": [range(0, 9), [20, 12], [15, 13, 19], range(30, 40), [
      60,
      50,
    ]],
    "times that are far apart": [[2 ** 60, 0, -(2 ** 61)], [4, 4, 3]],
  };
  for (const [name, batches] of Object.entries(cases)) {
    await using directory = await temporaryDirectory();
    await put(directory, batches);
    assert.deepEqual(await readRows(directory), rowsOf(batches.flat().sort((a, b) => a - b)), name);
    const topic = directory.catalogue.topics.byPath("drive", "imu")!;
    assert.equal(topic.upload, "complete", name);
    assert.equal((await dataFiles(directory)).length, 1, name); // nothing of the sorting is left
    const chunks = directory.catalogue.chunks.ofTopic(topic.id);
    assert.ok(chunks.every((chunk, i) => i === 0 || chunk.startNs >= chunks[i - 1]!.endNs), name);
  }
});

test("Upload sorts rows of one time as they came", async () => {
  // Chunks that meet in a single time, the later one first, and merges of many runs.
  const cases = [[[5, 7], [3, 5], [5, 5, 1]], [[1, 2, 2], [2, 3]], range(0, 40).map((i) => [i % 3, 1, i % 2])];
  for (const batches of cases) {
    await using directory = await temporaryDirectory();
    const topic = createTopic(directory);
    let came = 0;
    const rows: [time: number, x: number][] = [];
    await new Uploads(directory).run(topic, SCHEMA_HEADER, NEVER, async (upload) => {
      for (const times of batches) {
        const builder = new BatchBuilder(SCHEMA);
        for (const time of times) {
          rows.push([time, came]);
          builder.append(BigInt(time), { x: came++, label: undefined });
        }
        const { header, body } = encodeBatch(builder.finish());
        await upload.append(header, concat(body));
      }
    });
    const decoder = new BatchDecoder(SCHEMA, CODECS);
    const found: [time: number, x: number][] = [];
    const { id, file } = directory.catalogue.topics.byPath("drive", "imu")!;
    for await (
      const { header, body } of readChunks(
        directory.files,
        directory.filePath(file!),
        directory.catalogue.chunks.ofTopic(id),
      )
    ) {
      const [times, values] = decoder.decode(header, body)!.columns;
      for (const [i, time] of (times!.values as BigInt64Array).entries()) {
        found.push([Number(time), Number(values!.values![i])]);
      }
    }
    assert.deepEqual(found, rows.sort((a, b) => a[0] - b[0]));
  }
});

test("Upload that breaks off leaves no file open", { skip: process.platform !== "linux" }, async () => {
  await using directory = await temporaryDirectory();
  const openFiles = async () => {
    const links = await Promise.all(
      (await readdir("/proc/self/fd")).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => "")),
    );
    return links.filter((link) => link.startsWith(join(directory.path, "data"))).length;
  };
  for (const name of ["a", "b", "c"]) {
    const uploading = new Uploads(directory).run(createTopic(directory, name), SCHEMA_HEADER, NEVER, async (upload) => {
      await append(upload, range(0, 5));
      await upload.readableChunks(); // it is written
      assert.ok(await openFiles() > 0);
      throw new Error("the client is gone");
    });
    await assert.rejects(uploading, /the client is gone/);
  }
  assert.equal(await openFiles(), 0);
  assert.equal((await readRows(directory, "b")).length, 5);
});

test("Upload sorts whatever place the time column has", async () => {
  const time = { name: "timestamp_ns", type: { kind: "int", bits: 64, signed: true }, nullable: true } as const;
  const value = { name: "v", type: { kind: "int", bits: 64, signed: true }, nullable: false } as const;
  const schema: Schema = { fields: [value, time] };
  const builder = new BatchBuilder(schema);
  for (const at of [5n, 3n, 4n]) builder.append(at * 10n, { timestamp_ns: at });
  const { header, body } = encodeBatch(builder.finish());
  await using directory = await temporaryDirectory();
  await new Uploads(directory).run(createTopic(directory), encodeSchema(schema), NEVER, async (upload) => {
    await upload.append(header, concat(body));
  });
  const topic = directory.catalogue.topics.byPath("drive", "imu")!;
  const [batch, ...more] = new IpcStream(new Uint8Array(await readFile(directory.filePath(topic.file!))));
  assert.ok(batch !== undefined && more.length === 0);
  assert.deepEqual(batch.columns.map((column) => [...column.values!]), [[30n, 40n, 50n], [3n, 4n, 5n]]);
  assert.equal(batch.schema.fields[1]!.nullable, true);
});

test("Upload refuses damaged batches and keeps those before", async () => {
  await using directory = await temporaryDirectory();
  const topic = createTopic(directory);
  const { header, body } = message(range(10, 20));
  const failing = new Uploads(directory).run(topic, SCHEMA_HEADER, NEVER, async (upload) => {
    await append(upload, range(0, 10));
    await upload.append(header, body.subarray(0, 16));
  });
  await assert.rejects(failing, (error) => isMosaicoError(error, "codec.ipc_truncated"));
  const { upload, completedAtNs } = directory.catalogue.topics.byPath("drive", "imu")!;
  assert.deepEqual({ upload, completedAtNs }, { upload: "broken", completedAtNs: undefined });
  assert.deepEqual(await readRows(directory), rowsOf(range(0, 10)));
});

test("Upload refuses a schema without record time", async () => {
  await using directory = await temporaryDirectory();
  const topic = createTopic(directory);
  const schema = encodeSchema({
    fields: [{ name: "timestamp_ns", type: { kind: "float", bits: 64 }, nullable: false }],
  });
  const failing = new Uploads(directory).run(topic, schema, NEVER, async () => {});
  await assert.rejects(failing, (error) => isMosaicoError(error, "schema.timestamp"));
  assert.equal(directory.catalogue.topics.byPath("drive", "imu")!.upload, "none");
  assert.deepEqual(await dataFiles(directory), []);
});

test("Upload after a broken one takes its place", async () => {
  await using directory = await temporaryDirectory();
  const uploads = new Uploads(directory);
  const topic = createTopic(directory);
  const broken = uploads.run(topic, SCHEMA_HEADER, NEVER, async (upload) => {
    await append(upload, range(0, 10));
    throw new Error("cut");
  });
  await assert.rejects(broken, /cut/);
  const again = directory.catalogue.topics.byPath("drive", "imu")!;
  await uploads.run(again, SCHEMA_HEADER, NEVER, (upload) => append(upload, range(100, 103)));
  assert.deepEqual(await readRows(directory), rowsOf(range(100, 103)));
  assert.equal((await dataFiles(directory)).length, 1);
});

test("Upload shows readers what came before any disorder", async () => {
  await using directory = await temporaryDirectory();
  const uploads = new Uploads(directory);
  const topic = createTopic(directory);
  await uploads.run(topic, SCHEMA_HEADER, NEVER, async (upload) => {
    await append(upload, range(0, 10));
    await append(upload, range(10, 20));
    assert.deepEqual((await uploads.readableChunks(topic.id))!.map((chunk) => chunk.rowCount), [10, 10]);
    await append(upload, [15]);
    await append(upload, range(20, 30));
    assert.equal((await uploads.readableChunks(topic.id))!.length, 2);
  });
  assert.equal(await uploads.readableChunks(topic.id), undefined);
});

test("Upload of a topic that is deleted ends with an error and leaves no file", async () => {
  await using directory = await temporaryDirectory();
  const uploads = new Uploads(directory);
  const topic = createTopic(directory);
  const running = uploads.run(topic, SCHEMA_HEADER, NEVER, async (upload) => {
    await append(upload, range(0, 10));
    directory.catalogue.topics.delete(topic.id);
    await uploads.discard([topic]);
    await append(upload, range(10, 20));
  });
  await assert.rejects(running, (error) => isMosaicoError(error, "session.topic_deleted"));
  assert.deepEqual(await dataFiles(directory), []);
});

test("Upload hands on that the disk is full", async () => {
  await using directory = await temporaryDirectory();
  const use = directory.files.use.bind(directory.files);
  let full = false;
  directory.files.use = (path, work) =>
    full ? Promise.reject(Object.assign(new Error("no space"), { code: "ENOSPC", syscall: "write" })) : use(path, work);
  const topic = createTopic(directory);
  const failing = new Uploads(directory).run(topic, SCHEMA_HEADER, NEVER, async (upload) => {
    full = true;
    for (let i = 0; i < 10; i++) await append(upload, range(i * 60_000, (i + 1) * 60_000));
  });
  await assert.rejects(
    failing,
    (error) => isMosaicoError(error, "session.disk_full") && /drive\/imu/.test(error.message),
  );
  const { upload, file } = directory.catalogue.topics.byPath("drive", "imu")!;
  assert.notEqual(upload, "complete");
  assert.equal((await stat(directory.filePath(file!))).size, 0); // what was not noted takes no room
});

test("Uploads in large numbers use few open files", async () => {
  await using directory = await temporaryDirectory();
  const uploads = new Uploads(directory);
  const names = range(0, 200).map((i) => `topic${i}`);
  const ready = names.map(() => Promise.withResolvers<void>());
  const all = Promise.all(ready.map(({ promise }) => promise));
  await Promise.all(
    names.map((name, i) =>
      uploads.run(createTopic(directory, name), SCHEMA_HEADER, NEVER, async (upload) => {
        await append(upload, range(0, 5));
        ready[i]!.resolve();
        await all; // every upload is open now
        await append(upload, range(5, 9));
      })
    ),
  );
  for (const name of names) assert.equal((await readRows(directory, name)).length, 9);
  if (process.platform === "linux") assert.ok((await readdir("/proc/self/fd")).length < 200);
});

test("recoverUploads keeps what a checkpoint noted and cuts the rest", async () => {
  await using folder = await temporaryFolder();
  for (const disordered of [false, true]) {
    const path = join(folder.path, String(disordered));
    const first = disordered ? [9, 1, 5] : range(0, 10);
    const directory = await ServerDirectory.open(path, { codecs: CODECS, checkpointBytes: 1 });
    const topic = createTopic(directory);
    // An upload that never ends, as far as this server goes.
    void new Uploads(directory).run(topic, SCHEMA_HEADER, NEVER, async (upload) => {
      await append(upload, first);
      await new Promise(() => {});
    });
    for (;;) {
      if (directory.catalogue.chunks.ofTopic(topic.id).length === 1) break;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const file = directory.filePath(directory.catalogue.topics.byPath("drive", "imu")!.file!);
    await directory[Symbol.asyncDispose]();
    const { size } = await stat(file);
    await appendFile(file, new Uint8Array(1000).fill(0xee));

    await using reopened = await ServerDirectory.open(path, { codecs: CODECS });
    assert.equal(reopened.catalogue.topics.byPath("drive", "imu")!.upload, "running");
    await recoverUploads(reopened);
    const recovered = reopened.catalogue.topics.byPath("drive", "imu")!;
    assert.equal(recovered.upload, "broken");
    assert.equal(recovered.completedAtNs, undefined);
    assert.deepEqual(await readRows(reopened), rowsOf([...first].sort((a, b) => a - b)));
    if (!disordered) assert.equal((await stat(file)).size, size);
    assert.equal((await dataFiles(reopened)).length, 1);
  }
});

test("ServerDirectory.freeRoom() has room for deletes on a full disk", async () => {
  await using directory = await temporaryDirectory();
  const hasReserve = async () => (await readdir(directory.path)).includes("reserve");
  assert.equal(await hasReserve(), true);
  let calls = 0;
  await directory.freeRoom(() => {
    if (calls++ === 0) throw new StorageError("delete", Object.assign(new Error("full"), { code: "ENOSPC" }));
  });
  assert.equal(calls, 2);
  assert.equal(await hasReserve(), false);
  await directory.removeFiles(["absent"]);
  assert.equal(await hasReserve(), true);
  await assert.rejects(
    directory.freeRoom(() => {
      throw new StorageError("delete", new Error("disk I/O error"));
    }),
    (error) => isMosaicoError(error, "session.storage"),
  );
});

test("ServerDirectory.open() removes files of no topic and leaves the others", async () => {
  await using folder = await temporaryFolder();
  {
    await using directory = await ServerDirectory.open(folder.path, { codecs: CODECS });
    await put(directory, [range(0, 3)]);
    await writeFile(directory.filePath(directory.newFile()), "orphan");
    assert.equal((await dataFiles(directory)).length, 2);
  }
  await using directory = await ServerDirectory.open(folder.path, { codecs: CODECS });
  assert.equal((await dataFiles(directory)).length, 1);
  assert.deepEqual(await readRows(directory), rowsOf(range(0, 3)));
});

test("ServerDirectory.open() names directory and process when another has it", async () => {
  await using directory = await temporaryDirectory();
  await assert.rejects(ServerDirectory.open(directory.path, { codecs: CODECS }), (error) => {
    assert.ok(error instanceof DirectoryLockedError);
    assert.equal(error.code, "session.directory_locked");
    assert.ok(error.message.includes(directory.path) && error.message.includes(String(process.pid)));
    return true;
  });
});

test("ServerDirectory.open() says so when the path is no directory", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "file");
  await writeFile(path, "x");
  await assert.rejects(ServerDirectory.open(path, { codecs: CODECS }), (error) => isMosaicoError(error, "session."));
});
