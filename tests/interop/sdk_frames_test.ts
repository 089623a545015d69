/**
 * Frames and grids, beside those of the official SDK 0.7.0 of the same recording.
 *
 * @module
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Table } from "apache-arrow";
import { asOf, drop, frames, hold, resample, type SyncPolicy } from "../../src/frames/mod.ts";
import {
  Boolean,
  defineOntology,
  Floating64,
  IMU,
  int32,
  list,
  optional,
  required,
  String as Text,
  utf8,
} from "../../src/ontology/mod.ts";
import { startEmbedded } from "../support/embedded.ts";
import { pythonOf, runPython } from "../support/python.ts";

const python = pythonOf("MOSAICO_PYTHON");

interface Mixed {
  readonly count: number;
  readonly label?: string | undefined;
  readonly parts: ArrayLike<number>;
}
const Mixed = defineOntology<Mixed>("Mixed", {
  count: required("count", int32),
  label: optional("label", utf8),
  parts: required("parts", list(int32)),
});

type Columns = Record<string, readonly unknown[]>;

/** A table as the SDK prints it: nothing is null, lists are lists, integers are numbers. */
function plain(table: Table): Columns {
  const value = (cell: unknown): unknown => {
    if (cell === null || typeof cell !== "object") return typeof cell === "bigint" ? Number(cell) : cell;
    return [...cell as Iterable<unknown>].map(value);
  };
  return Object.fromEntries(table.schema.names.map((name) => [name, [...table.getChild(name)!].map(value)]));
}

/** The SDK leaves out columns of topics that are over, and names a missing list as it names a missing number. */
function assertSame(ours: Columns, theirs: Columns): void {
  const rows = ours["timestamp_ns"]!.length;
  for (const name of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
    assert.ok(name in ours, `${name} is missing`);
    assert.deepEqual(ours[name], theirs[name] ?? new Array(rows).fill(null), name);
  }
}

test("frames and grids are those of the SDK", { skip: python.skip, timeout: 60_000 }, async () => {
  await using fx = await startEmbedded({ tcp: true });
  { // no two topics at one time: the SDK gives such rows in no order
    await using drive = await fx.client.sequenceCreate("drive");
    const speed = await drive.topicCreate("/car/speed", Floating64);
    for (let i = 0; i < 120; i++) await speed.push(BigInt(4 * (i * 17 + (i % 5))), { data: i / 8 });
    const imu = await drive.topicCreate("/imu", IMU);
    for (let i = 0; i < 30; i++) {
      const orientation = i % 4 ? {} : { orientation: { x: 0, y: 0, z: i, w: 1 } };
      await imu.push(BigInt(4 * (100 + i * 41) + 1), {
        acceleration: { x: i, y: -i, z: 9.8 },
        angularVelocity: { x: 0, y: 0, z: i / 2 },
        ...orientation,
      });
    }
    const mixed = await drive.topicCreate("/mixed", Mixed);
    for (let i = 0; i < 60; i++) {
      await mixed.push(BigInt(4 * i * 34 + 2), {
        count: i,
        ...(i % 3 ? { label: `l${i}` } : {}),
        parts: [i, i + 1].slice(i % 2),
      });
    }
    const brake = await drive.topicCreate("/brake", Boolean);
    for (const [at, data] of [[1203n, true], [2803n, false], [2807n, true]] as const) await brake.push(at, { data });
    await (await drive.topicCreate("/note", Text)).push(8_003n, { data: "end" });
    await drive.finalize();
  }
  const printed = await runPython(python.path, "sdk_frames.py", [
    "--port",
    String(fx.server.port),
    "--sequence",
    "drive",
  ]);
  const theirs = JSON.parse(printed) as { frames: Columns[]; resampled: Record<string, Columns> };

  const sequence = (await fx.client.sequenceHandler("drive"))!;
  const ours = [];
  for await (const table of frames(sequence, { windowNs: 1_600n })) ours.push(plain(table));
  assert.equal(ours.length, theirs.frames.length);
  for (const [i, frame] of ours.entries()) assertSame(frame, theirs.frames[i]!);
  assert.equal(Object.keys(ours[0]!).length, 1 + 1 + 33 - 1 + 3 + 1 + 1, "every column is in every frame");

  const policies: Record<string, SyncPolicy> = { hold: hold(), asOf: asOf(160n), drop: drop(160n) };
  for (const [name, policy] of Object.entries(policies)) {
    const [table, ...more] = await Array.fromAsync(resample(sequence, { rateHz: 1e9 / 131, policy }));
    assert.equal(more.length, 0);
    assertSame(plain(table!), theirs.resampled[name]!);
  }
});
