/**
 * Recordings as wide tables.
 *
 * @module
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Table } from "apache-arrow";
import fc from "fast-check";
import type { MosaicoClient, SequenceHandler } from "../../src/client/mod.ts";
import {
  asOf,
  drop,
  type FrameOptions,
  frames,
  hold,
  nearest,
  resample,
  type SyncPolicy,
} from "../../src/frames/mod.ts";
import {
  defineOntology,
  fixedList,
  float32,
  Floating64,
  Image,
  int64,
  Integer64,
  list,
  optional,
  required,
  String as Text,
  Unsigned8,
  utf8,
} from "../../src/ontology/mod.ts";
import { startEmbedded } from "../support/embedded.ts";

interface Mixed {
  readonly exact: bigint;
  readonly name?: string | undefined;
  readonly corner: ArrayLike<number>;
  readonly parts: ArrayLike<number>;
}
const Mixed = defineOntology<Mixed>("Mixed", {
  exact: required("exact", int64),
  name: optional("name", utf8),
  corner: required("corner", fixedList(float32, 2)),
  parts: required("parts", list(float32)),
});

type Row = readonly [timestampNs: bigint, column: string, values: Readonly<Record<string, unknown>>];
const BASE = 1_700_000_000_000_000_000n;

/** Records four topics in small batches; answers all messages in the order of the stream. */
async function record(client: MosaicoClient): Promise<Row[]> {
  await using drive = await client.sequenceCreate("drive");
  const rows: Row[] = [];
  const speed = await drive.topicCreate("/speed", Floating64);
  for (let i = 0; i < 100; i++) {
    const at = BASE + BigInt(i * 10);
    await speed.push(at, { data: i / 2 });
    rows.push([at, "/speed", { "/speed.Floating64.data": i / 2 }]);
    if (i % 7 === 6) await speed.flush();
  }
  const mixed = await drive.topicCreate("/mixed", Mixed);
  for (let i = 0; i < 40; i++) {
    const at = BASE + BigInt(i * 27 - 13);
    const row = {
      exact: 2n ** 60n + BigInt(i),
      ...(i % 3 ? {} : { name: `n${i}` }),
      corner: [i, -i],
      parts: Array(i % 4).fill(i),
    };
    await mixed.push(at, row);
    rows.push([at, "/mixed", {
      "/mixed.Mixed.exact": row.exact,
      ...(i % 3 ? {} : { "/mixed.Mixed.name": `n${i}` }),
      "/mixed.Mixed.corner": row.corner,
      "/mixed.Mixed.parts": row.parts,
    }]);
    if (i % 5 === 4) await mixed.flush();
  }
  const late = await drive.topicCreate("/late", Text);
  for (const at of [BASE + 500n, BASE + 500n, BASE + 5_000n]) {
    await late.push(at, { data: `at ${at}` });
    rows.push([at, "/late", { "/late.String.data": `at ${at}` }]);
  }
  await (await drive.topicCreate("/silent", Integer64)).finalize();
  await drive.finalize();
  return rows.sort((a, b) => Number(a[0] - b[0]));
}

const COLUMNS = [
  "timestamp_ns",
  "/speed.Floating64.data",
  "/mixed.Mixed.exact",
  "/mixed.Mixed.name",
  "/mixed.Mixed.corner",
  "/mixed.Mixed.parts",
  "/late.String.data",
];

/** Rows of a table as objects without nulls; lists as arrays. */
function plain(table: Table): [bigint, Record<string, unknown>][] {
  return table.toArray().map((row) => {
    const { timestamp_ns: time, ...values } = row.toJSON();
    const known = Object.entries(values).filter(([, value]) => value !== null);
    return [
      time as bigint,
      Object.fromEntries(
        known.map(([name, value]) => [name, typeof value === "object" ? [...value as number[]] : value]),
      ),
    ];
  });
}

async function sequenceOf(client: MosaicoClient): Promise<SequenceHandler> {
  return (await client.sequenceHandler("drive"))!;
}

test("frames hold every message in order, in half-open windows that follow the first message", async () => {
  await using fx = await startEmbedded();
  const rows = await record(fx.client);
  const sequence = await sequenceOf(fx.client);
  for (const windowNs of [undefined, 1n, 100n, 333n, 5_013n]) {
    const found = [];
    let window = -1n;
    for await (const table of frames(sequence, { ...(windowNs === undefined ? {} : { windowNs }) })) {
      assert.deepEqual(table.schema.names, COLUMNS);
      assert.equal(table.batches.length, 1);
      const part = plain(table);
      assert.ok(part.length > 0, "there are no frames without messages");
      const windows = part.map(([time]) => (time - rows[0]![0]) / (windowNs ?? 5_000_000_000n));
      assert.equal(new Set(windows).size, 1, "a frame is of one window");
      assert.ok(windows[0]! > window, "of a later window than the one before");
      window = windows[0]!;
      found.push(...part);
    }
    assert.deepEqual(found, rows.map(([time, , values]) => [time, values]), `${windowNs}`);
  }
});

test("frames of some topics and a part of the time", async () => {
  await using fx = await startEmbedded();
  const rows = await record(fx.client);
  const sequence = await sequenceOf(fx.client);
  const topics = ["/late", "/speed"];
  const part: FrameOptions = { topics, startNs: BASE + 200n, endNs: BASE + 501n, windowNs: 50n };
  const found = [];
  for await (const table of frames(sequence, part)) {
    assert.deepEqual(table.schema.names, ["timestamp_ns", "/speed.Floating64.data", "/late.String.data"]);
    found.push(...plain(table));
  }
  const expected = rows.filter(([time, topic]) => topics.includes(topic) && time >= BASE + 200n && time < BASE + 501n);
  assert.deepEqual(found, expected.map(([time, , values]) => [time, values]));
  assert.deepEqual(await Array.fromAsync(frames(sequence, { startNs: BASE + 9_000n })), []);
  await assert.rejects(frames(sequence, { windowNs: 0n }).next(), RangeError);
  await assert.rejects(frames(sequence, { windowNs: 2n ** 53n }).next(), RangeError);
  await assert.rejects(frames(sequence, { topics: ["/absent"] }).next(), /absent.*\/speed, \/mixed, \/late/);
});

/** For each point and column the value that counts, found by looking through all messages. */
function naive(
  rows: readonly Row[],
  rateHz: number,
  originNs: bigint,
  ageNs: number,
  aheadNs: number,
): [bigint, Record<string, unknown>][] {
  const grid: [bigint, Record<string, unknown>][] = [];
  for (let i = 0;; i++) {
    const point = originNs + BigInt(Math.floor(i * (1e9 / rateHz) + 0.5));
    if (point > rows.at(-1)![0]) return grid;
    const values: Record<string, unknown> = {};
    for (const column of COLUMNS.slice(1)) {
      const known = rows.filter(([, , row]) => column in row);
      const before = known.findLast(([time]) => time <= point);
      const after = known.find(([time]) => time > point);
      const age = before === undefined ? Infinity : Number(point - before[0]);
      const ahead = after === undefined ? Infinity : Number(after[0] - point);
      if (before !== undefined && age <= ageNs && (ahead > aheadNs || age <= ahead)) values[column] = before[2][column];
      else if (ahead <= aheadNs) values[column] = after![2][column];
    }
    grid.push([point, values]);
  }
}

for (const tcp of [false, true]) {
  test(`topics on one clock are what a look through all messages gives: ${tcp ? "sockets, Workers" : "memory"}`, {
    timeout: 60_000,
  }, async () => {
    await using fx = await startEmbedded({ tcp });
    const rows = await record(fx.client);
    const sequence = await sequenceOf(fx.client);
    const policies: [SyncPolicy, number, number][] = [
      [hold(), Infinity, -1],
      [asOf(20n), 20, -1],
      [drop(20n), 19, -1],
      [nearest(15n), 15, 15],
    ];
    const given = fc.record({
      rateHz: fc.constantFrom(1e9 / 10, 1e9 / 33.3, 1e9 / 7.5),
      policy: fc.constantFrom(...policies),
      rowsPerTable: fc.constantFrom(1, 17, 1024),
      originNs: fc.constantFrom(undefined, BASE - 40n, BASE + 123n),
    });
    const property = fc.asyncProperty(
      given,
      async ({ rateHz, policy: [policy, age, ahead], rowsPerTable, originNs }) => {
        const found = [];
        const sizes = [];
        const options = { rateHz, policy, rowsPerTable, ...(originNs === undefined ? {} : { originNs }) };
        for await (const table of resample(sequence, options)) {
          assert.deepEqual(table.schema.names, COLUMNS);
          sizes.push(table.numRows);
          found.push(...plain(table));
        }
        assert.ok(sizes.slice(0, -1).every((size) => size === rowsPerTable) && sizes.at(-1)! <= rowsPerTable);
        assert.deepEqual(found, naive(rows, rateHz, originNs ?? rows[0]![0], age, ahead));
      },
    );
    await fc.assert(property, { numRuns: tcp ? 6 : 16 });
  });
}

test("a policy of one's own chooses records", async () => {
  await using fx = await startEmbedded();
  await record(fx.client);
  const sequence = await sequenceOf(fx.client);
  /** The first record behind each point. */
  const following: SyncPolicy = {
    lookAheadNs: 50n,
    select: (grid, times) => Int32Array.from(grid, (point) => times.findIndex((time) => time > point)),
  };
  const options = { rateHz: 1e9 / 20, policy: following, topics: ["/speed"], originNs: BASE, rowsPerTable: 10_000 };
  const [table] = await Array.fromAsync(resample(sequence, options));
  assert.deepEqual(
    table!.getChild("/speed.Floating64.data")!.toArray(),
    Float64Array.from({ length: 50 }, (_, i) => i + 0.5),
  );
  for (const bad of [{ rateHz: 0 }, { rateHz: 2e9 }, { rateHz: NaN }, { rateHz: 1, rowsPerTable: 0 }]) {
    await assert.rejects(resample(sequence, bad).next(), RangeError);
  }
});

test("a gap of years is refused, one of hours is filled table by table", async () => {
  await using fx = await startEmbedded();
  {
    await using drive = await fx.client.sequenceCreate("drive");
    const topic = await drive.topicCreate("/gap", Unsigned8);
    await topic.push(0n, { data: 1 });
    await topic.push(3_600_000_000_000n, { data: 2 });
    const far = await drive.topicCreate("/far", Unsigned8);
    await far.push(0n, { data: 1 });
    await far.push(BASE, { data: 2 });
    await drive.finalize();
  }
  const sequence = await sequenceOf(fx.client);
  let rows = 0;
  for await (const table of resample(sequence, { rateHz: 10, topics: ["/gap"] })) {
    rows += table.numRows;
    assert.ok(table.numRows <= 1024);
  }
  assert.equal(rows, 36_001);
  await assert.rejects(Array.fromAsync(resample(sequence, { rateHz: 10 })), /104 days/);
  const far = await Array.fromAsync(frames(sequence, { topics: ["/far"] }));
  assert.deepEqual(far.map((table) => table.numRows), [1, 1]);
});

test("tables of large values stay small: the rows that are out of the window are let go", async () => {
  await using fx = await startEmbedded();
  const bytes = 4 << 20;
  {
    await using drive = await fx.client.sequenceCreate("drive");
    const topic = await drive.topicCreate("/camera", Image);
    const image = {
      width: 1024,
      height: 1024,
      stride: 4096,
      encoding: "rgba8",
      format: "raw",
      isBigendian: false,
    } as const;
    for (let i = 0n; i < 12n; i++) {
      await topic.push(i * 100n, { ...image, data: new Uint8Array(bytes).fill(Number(i)) });
    }
    await drive.finalize();
  }
  const sequence = await sequenceOf(fx.client);
  const sizes = [];
  let row = 0;
  for await (const table of resample(sequence, { rateHz: 1e9 / 50 })) {
    sizes.push(table.numRows);
    const data = table.getChild("/camera.Image.data")!;
    for (let i = 0; i < table.numRows; i++, row++) {
      const value = data.get(i) as Uint8Array;
      assert.deepEqual([value.byteLength, value[0], value.at(-1)], [bytes, row >> 1, row >> 1]);
    }
  }
  assert.equal(row, 23);
  assert.ok(Math.max(...sizes) <= 16, `${sizes} rows of 4 MiB`);
});
