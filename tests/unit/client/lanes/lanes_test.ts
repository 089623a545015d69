import assert from "node:assert/strict";
import { test } from "node:test";
import type { Compression, Lane, LaneUpload } from "../../../../src/client/lanes/mod.ts";
import { type DataType, IpcError, rowReader, SchemaError, sizeOfBatch } from "../../../../src/columnar/mod.ts";
import { RpcError } from "../../../../src/wire/flight/mod.ts";
import { ConnectionError } from "../../../../src/wire/net/mod.ts";
import {
  batchOf,
  bytesOf,
  type LaneFixture,
  largeBatch,
  row,
  SCHEMA,
  settlesSoon,
  startLanes,
  timesOf,
} from "./support.ts";

/** The same lane on the caller's thread and in a Worker. */
function testLanes(name: string, run: (lane: Lane, fixture: LaneFixture) => Promise<void>): void {
  for (const workers of [0, 1]) {
    test(`${workers === 0 ? "inline lane" : "lane in a Worker"}: ${name}`, async () => {
      await using fixture = await startLanes(workers);
      const opener = fixture.opener();
      const lane = await opener.open(0);
      assert.equal(lane.inWorker, workers === 1, opener.inlineReason);
      try {
        await run(lane, fixture);
      } finally {
        await lane.close();
      }
    });
  }
}

function upload(lane: Lane, command: string, compression: Compression = "none"): LaneUpload {
  return lane.upload({ command: bytesOf(command), schema: SCHEMA, compression });
}

testLanes("batches go up and come down in order, values, nulls and schema as they were", async (lane, { recorder }) => {
  const up = upload(lane, "keep");
  const rooms = [];
  for (let i = 0; i < 40; i++) rooms.push(up.send(batchOf(50, 50 * i), i % 2 === 0));
  await up.finish();
  await Promise.all(rooms);
  assert.deepEqual(timesOf(recorder.batches), Array.from({ length: 2000 }, (_, i) => BigInt(i)));

  const down = lane.download(bytesOf("kept"));
  const schema = await down.schema;
  assert.equal(schema.metadata!.get("made by"), "a test");
  assert.equal(schema.fields[1]!.metadata!.get("unit"), "m");
  const rows = rowReader(schema);
  let i = 0;
  for (let batch = await down.take(); batch !== undefined; batch = await down.take()) {
    for (let k = 0; k < batch.numRows; k++, i++) {
      const { value, text, axes } = row(i) as Record<string, unknown>;
      const expected = { value: value ?? undefined, text, axes, absent: undefined, note: undefined };
      const actual = rows.row(batch, k);
      assert.deepEqual({ ...actual, axes: [...actual["axes"] as Iterable<number>] }, expected);
    }
  }
  assert.equal(i, 2000);
  assert.equal(await down.take(), undefined);
  assert.equal(lane.active, 0);
});

for (const compression of ["lz4", "zstd"] as const) {
  testLanes(`${compression} shrinks what is sent, and comes back whole`, async (lane, { recorder }) => {
    const up = upload(lane, "keep", compression);
    const batch = largeBatch(200_000);
    const plain = sizeOfBatch(batch);
    const { numRows } = batch;
    await up.send(batch, true);
    await up.finish();
    assert.ok(recorder.wireBytes < plain / 10, `${recorder.wireBytes} of ${plain}`);
    assert.equal(recorder.batches[0]!.numRows, numRows);
  });
}

testLanes("the server's refusal at the end is the failure of finish()", async (lane) => {
  const up = upload(lane, "refuse");
  await up.send(batchOf(3), true);
  const error = await up.finish().then(() => undefined, (error) => error);
  assert.ok(error instanceof RpcError);
  assert.equal(error.code, "rpc.not_found");
  assert.equal(error.message, "no such topic: /imu");
  assert.equal(await up.failed, error);
  assert.equal(lane.active, 0);
});

testLanes("the server's refusal while writing shows at once, and every send settles", async (lane) => {
  const up = upload(lane, "break");
  const rooms = Array.from({ length: 5 }, () => up.send(largeBatch(1 << 20), true));
  const error = await up.failed;
  assert.ok(error instanceof RpcError);
  assert.equal(error.code, "rpc.resource_exhausted");
  await Promise.allSettled(rooms);
  await assert.rejects(up.finish(), (reason) => reason === error);
});

testLanes("a cancelled upload is cancelled on the server and fails", async (lane, { recorder }) => {
  const up = upload(lane, "keep");
  await up.send(batchOf(3), true);
  up.cancel();
  up.cancel();
  assert.equal((await up.failed as RpcError).code, "rpc.cancelled");
  await recorder.cancelled.promise;
  assert.equal(lane.active, 0);
});

testLanes("a cancelled download is cancelled on the server and gives no more", async (lane, { recorder }) => {
  const down = lane.download(bytesOf("endless"));
  assert.ok((await down.take())!.numRows > 0);
  down.cancel();
  down.cancel();
  await recorder.cancelled.promise;
  await assert.rejects(down.take(), { code: "rpc.cancelled" });
  assert.equal(lane.active, 0);
});

testLanes("the failure of a download is the server's, typed", async (lane) => {
  const down = lane.download(bytesOf("missing"));
  await assert.rejects(down.schema, (error: RpcError) => error instanceof RpcError && error.code === "rpc.not_found");
  await assert.rejects(down.take(), { code: "rpc.not_found" });
});

testLanes("damaged batches are refused", async (lane) => {
  const down = lane.download(bytesOf("damaged"));
  await assert.rejects(down.take(), (error) => error instanceof IpcError);
  assert.equal(lane.active, 0);
});

testLanes("a server that does not read holds the writer back", async (lane, { recorder }) => {
  const { promise, resolve } = Promise.withResolvers<void>();
  recorder.hold = promise;
  const up = upload(lane, "keep");
  // More than windows, buffers of sockets and of the inbox hold.
  const rooms = Array.from({ length: 64 }, () => up.send(largeBatch(1 << 20), true) ?? Promise.resolve());
  assert.equal(await settlesSoon(rooms[63]!), false);
  resolve();
  await Promise.all(rooms);
  await up.finish();
  assert.equal(recorder.batches.length, 64);
});

testLanes("a reader that does not take holds the server back", async (lane, { recorder }) => {
  const down = lane.download(bytesOf("endless"));
  await down.take();
  let before = -1;
  for (let still = 0; still < 3; still = recorder.servedBytes === before ? still + 1 : 0) {
    before = recorder.servedBytes;
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.ok(recorder.servedBytes < 96 << 20, `${recorder.servedBytes} bytes sent ahead`);
  }
  for (let i = 0; i < 40; i++) assert.ok((await down.take())!.numRows > 0);
  assert.ok(recorder.servedBytes > before);
  down.cancel();
});

testLanes("closing fails what is under way, and a second close does nothing", async (lane) => {
  const up = upload(lane, "keep");
  await up.send(batchOf(3), true);
  const down = lane.download(bytesOf("silent"));
  await down.schema;
  const taken = assert.rejects(down.take());
  await Promise.all([lane.close(), lane.close()]);
  assert.ok(await up.failed instanceof Error);
  await taken;
});

testLanes("a batch that cannot be encoded fails its send, and the lane lives on", async (lane) => {
  const [time, ...columns] = batchOf(3).columns;
  const short = { ...time!, values: time!.values!.slice(0, 1) };
  const up = upload(lane, "keep");
  const sent = Promise.resolve(up.send({ schema: SCHEMA, numRows: 3, columns: [short, ...columns] }, true));
  await assert.rejects(sent, (error) => error instanceof SchemaError && error.code === "schema.invalid_column");
  up.cancel();
  await up.failed;
  assert.equal(lane.active, 0);
  const next = upload(lane, "keep");
  await next.send(batchOf(3), true);
  await next.finish();
});

testLanes("a schema that cannot be encoded fails its upload, and the lane lives on", async (lane) => {
  const type = { kind: "of no kind" } as unknown as DataType;
  const schema = { fields: [{ name: "value", type, nullable: false }] };
  await assert.rejects(async () => {
    throw await lane.upload({ command: bytesOf("keep"), schema, compression: "none" }).failed;
  });
  assert.equal(lane.active, 0);
  const next = upload(lane, "keep");
  await next.send(batchOf(3), true);
  await next.finish();
});

for (const workers of [0, 1]) {
  test(`opening a lane names the address that refuses (workers: ${workers})`, async () => {
    const fixture = await startLanes(workers);
    const { port } = fixture.server;
    await fixture[Symbol.asyncDispose]();
    await assert.rejects(fixture.opener().open(0), (error) => {
      assert.ok(error instanceof ConnectionError);
      assert.equal(error.code, "connection.refused");
      assert.equal(error.facts["port"], port);
      return true;
    });
  });
}
