import assert from "node:assert/strict";
import { test } from "node:test";
import { LanePool } from "../../../../src/client/lanes/mod.ts";
import { ConnectionError, memoryNetwork } from "../../../../src/wire/net/mod.ts";
import { batchOf, bytesOf, SCHEMA, startLanes, timesOf } from "./support.ts";

const KEEP = { command: bytesOf("keep"), schema: SCHEMA, compression: "none" } as const;

test("a lane whose Worker dies fails its topics; the pool replaces it", async () => {
  await using fixture = await startLanes(1);
  const workers: Worker[] = [];
  const start = () => {
    workers.push(new Worker(new URL("./mortal_worker.ts", import.meta.url), { type: "module" }));
    return workers.at(-1)!;
  };
  const opener = fixture.opener({ start });
  const pool = new LanePool({ lanes: 1, maxBytesInFlight: 1 << 20, open: (slot) => opener.open(slot) });
  const lane = await pool.next();
  const up = lane.upload(KEEP);
  await up.send(batchOf(3), true);
  const down = lane.download(bytesOf("silent"));
  await down.schema;
  const taken = assert.rejects(down.take(), { code: "connection.lane_lost" });

  workers[0]!.postMessage({ type: "die" });
  const error = await up.failed;
  assert.ok(error instanceof ConnectionError);
  assert.equal(error.code, "connection.lane_lost");
  assert.match(error.message, /out of luck/);
  await assert.rejects(up.finish(), { code: "connection.lane_lost" });
  await assert.rejects(Promise.resolve(up.send(batchOf(3), true)), { code: "connection.lane_lost" });
  await taken;
  await fixture.recorder.cancelled.promise; // its connection is gone, too
  assert.equal(lane.active, 0);
  assert.ok(lane.isLost);
  await assert.rejects(lane.download(bytesOf("kept")).take(), { code: "connection.lane_lost" });

  const next = await pool.next();
  assert.notEqual(next, lane);
  fixture.recorder.batches.length = 0;
  const again = next.upload(KEEP);
  await again.send(batchOf(4), true);
  await again.finish();
  assert.equal(timesOf(fixture.recorder.batches).length, 4);
  assert.equal(workers.length, 2);
  await pool.close();
});

test("where no Worker starts, lanes run inline and it is said why", async () => {
  await using fixture = await startLanes(1);
  const missing = () => new Worker(new URL("./there_is_no_such_file.ts", import.meta.url), { type: "module" });
  const forbidden = () => {
    throw new TypeError("Workers are not allowed here");
  };
  for (const start of [missing, forbidden]) {
    const opener = fixture.opener({ start });
    assert.equal(opener.inlineReason, undefined);
    const lane = await opener.open(0);
    assert.equal(lane.inWorker, false);
    assert.match(opener.inlineReason!, /Cannot start a lane's Worker: ./);
    const up = lane.upload(KEEP);
    await up.send(batchOf(3), true);
    await up.finish();
    await lane.close();
  }
});

test("a network of the caller's own keeps lanes inline", async () => {
  await using fixture = await startLanes(1);
  const opener = fixture.opener({ network: memoryNetwork() });
  assert.match(opener.inlineReason!, /network/);
  await assert.rejects(opener.open(0), { code: "connection.unknown_host" }); // in that network
});

test("only so many lanes as asked for run in Workers", async () => {
  await using fixture = await startLanes(1);
  const opener = fixture.opener();
  const lanes = [await opener.open(0), await opener.open(1)];
  assert.deepEqual(lanes.map((lane) => lane.inWorker), [true, false]);
  await Promise.all(lanes.map((lane) => lane.close()));
});

test("opening is given up when its signal aborts", async () => {
  await using fixture = await startLanes(1);
  const reason = new Error("never mind");
  const controller = new AbortController();
  const opening = fixture.opener().open(0, controller.signal);
  controller.abort(reason);
  await assert.rejects(opening, (error) => error === reason);
  await assert.rejects(fixture.opener().open(0, controller.signal), (error) => error === reason);
});

test("a batch that was given moves; one that was only lent stays", async () => {
  await using fixture = await startLanes(1);
  const lane = await fixture.opener().open(0);
  const up = lane.upload(KEEP);
  const given = batchOf(3);
  const lent = batchOf(3);
  await up.send(given, true);
  await up.send(lent, false);
  assert.equal(given.columns[0]!.values!.length, 0);
  assert.deepEqual([...lent.columns[0]!.values!], [0n, 1n, 2n]);
  await up.finish();
  assert.deepEqual(timesOf(fixture.recorder.batches), [0n, 1n, 2n, 0n, 1n, 2n]);
  await lane.close();
});
