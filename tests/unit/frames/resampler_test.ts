/**
 * The grid, against a naive reference that looks through all rows for each point and column.
 *
 * @module
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  type Batch,
  BatchBuilder,
  type DataType,
  type Field,
  rowReader,
  type Schema,
  sliceBatch,
  timestamps,
} from "../../../src/columnar/mod.ts";
import { leavesOf } from "../../../src/frames/leaves.ts";
import { asOf, drop, hold, nearest, type SyncPolicy } from "../../../src/frames/mod.ts";
import { Resampler } from "../../../src/frames/resampler.ts";

const field = (name: string, type: DataType, nullable = true): Field => ({ name, type, nullable });
const int: DataType = { kind: "int", bits: 64, signed: true };
const SCHEMA: Schema = {
  fields: [
    field("timestamp_ns", int, false),
    field("number", { kind: "float", bits: 64 }),
    field("exact", int, false),
    field("flag", { kind: "bool" }),
    field("text", { kind: "utf8" }),
    field("items", { kind: "list", item: field("item", { kind: "int", bits: 32, signed: true }) }),
    field("nested", {
      kind: "struct",
      fields: [
        field("x", { kind: "float", bits: 32 }),
        field("deeper", { kind: "struct", fields: [field("y", { kind: "int", bits: 8, signed: false })] }),
      ],
    }),
  ],
};
const NAMES = ["number", "exact", "flag", "text", "items", "nested.x", "nested.deeper.y"];
const LEAVES = leavesOf("/t", "Tag", SCHEMA);

type Row = readonly [time: number, values: Readonly<Record<string, unknown>>];

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const values = fc.record({
  number: maybe(fc.integer()),
  exact: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
  flag: maybe(fc.boolean()),
  text: maybe(fc.string({ maxLength: 4 })),
  items: maybe(fc.array(fc.integer({ min: -99, max: 99 }), { maxLength: 3 })),
  nested: maybe(fc.record({
    x: maybe(fc.integer({ min: -99, max: 99 })),
    deeper: maybe(fc.record({ y: maybe(fc.nat(255)) })),
  })),
});
const rows = fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), values), { maxLength: 30 })
  .map((all): Row[] => all.toSorted((a, b) => a[0] - b[0]));

function batchOf(rows: readonly Row[], originNs: bigint): Batch {
  const builder = new BatchBuilder(SCHEMA);
  for (const [time, row] of rows) builder.append(originNs + BigInt(time), row);
  return builder.finish();
}

/** The value of a leaf in a row, or undefined. */
function at(row: Readonly<Record<string, unknown>>, path: string): unknown {
  const value = path.split(".").reduce<unknown>((inner, name) => (inner as Record<string, unknown>)?.[name], row);
  return ArrayBuffer.isView(value) ? [...value as Int32Array] : value;
}

/** The last value before a point, or the nearest, for each column by itself. */
function naive(all: readonly Row[], path: string, point: number, age: number, ahead: number): unknown {
  const known = all.filter(([, row]) => at(row, path) !== undefined);
  const before = known.findLast(([time]) => time <= point);
  const after = known.find(([time]) => time > point);
  const backward = before === undefined ? Infinity : point - before[0];
  const forward = after === undefined ? Infinity : after[0] - point;
  if (before !== undefined && backward <= age && backward <= (forward <= ahead ? forward : Infinity)) {
    return at(before[1], path);
  }
  return forward <= ahead ? at(after![1], path) : undefined;
}

/** Rows of the grid as objects, by the names of the leaves. */
function* read(batch: Batch): Generator<readonly [bigint, unknown[]]> {
  const reader = rowReader(batch.schema);
  for (const [i, time] of timestamps(batch).entries()) {
    const row = reader.row(batch, i);
    yield [
      time,
      NAMES.map((name) => {
        const value = row[`/t.Tag.${name}`];
        return ArrayBuffer.isView(value) ? [...value as Int32Array] : value;
      }),
    ];
  }
}

const POLICIES: readonly [SyncPolicy, age: number, ahead: number][] = [
  [hold(), Infinity, -1],
  [asOf(25n), 25, -1],
  [drop(25n), 24, -1],
  [nearest(25n), 25, 25],
];

test("nested columns are taken apart, everything else stays whole", () => {
  assert.deepEqual(LEAVES.map((leaf) => leaf.field.name), NAMES.map((name) => `/t.Tag.${name}`));
  assert.ok(LEAVES.every((leaf) => leaf.field.nullable));
});

test("whatever the rows, the slices and the sizes of the tables: the grid is what a look through all rows gives", () => {
  const cuts = fc.array(fc.nat(30), { maxLength: 6 });
  const origin = fc.constantFrom(0n, 1_700_000_000_123_456_789n, -5_000n);
  const rate = fc.constantFrom(1e9 / 7, 1e9 / 33.5, 1e9 / 100);
  fc.assert(
    fc.property(rows, cuts, origin, rate, fc.integer({ min: 1, max: 20 }), fc.constantFrom(...POLICIES), (
      all,
      places,
      originNs,
      rateHz,
      maxRows,
      [policy, age, ahead],
    ) => {
      const topics = [{ topic: "/t", leaves: LEAVES }];
      const resampler = new Resampler({ topics, rateHz, originNs, policy });
      const whole = batchOf(all, originNs);
      const found: (readonly [bigint, unknown[]])[] = [];
      const drain = () => {
        for (let batch = resampler.take(maxRows); batch !== undefined; batch = resampler.take(maxRows)) {
          assert.ok(batch.numRows <= maxRows && batch.numRows > 0);
          found.push(...read(batch));
        }
      };
      const ends = [...places.filter((place) => place < all.length).sort((a, b) => a - b), all.length];
      let from = 0;
      for (const end of ends) {
        if (end === from) continue;
        resampler.add("/t", sliceBatch(whole, from, end));
        resampler.completeUntil(originNs + BigInt(all[end - 1]![0]));
        drain();
        from = end;
      }
      resampler.end();
      drain();
      const expected: [bigint, unknown[]][] = [];
      for (let i = 0; all.length > 0; i++) {
        const point = Math.floor(i * (1e9 / rateHz) + 0.5);
        if (point > all.at(-1)![0]) break;
        expected.push([originNs + BigInt(point), NAMES.map((name) => naive(all, name, point, age, ahead))]);
      }
      assert.deepEqual(found, expected);
    }),
    { numRuns: 300 },
  );
});

test("a topic that never has a row is a column of nulls of its type", () => {
  const topics = [{ topic: "/t", leaves: LEAVES }, { topic: "/never", leaves: leavesOf("/never", "Tag", SCHEMA) }];
  const resampler = new Resampler({ topics, rateHz: 1e9, originNs: 0n, policy: hold() });
  resampler.add("/t", batchOf([[0, { exact: 1n }], [2, { exact: 2n }]], 0n));
  resampler.end();
  const batch = resampler.take(10)!;
  assert.equal(batch.columns.length, 1 + 2 * NAMES.length);
  for (const column of batch.columns.slice(1 + NAMES.length)) {
    assert.deepEqual([column.length, column.nullCount], [3, 3]);
  }
  assert.deepEqual([...read(batch)].map(([, [, exact]]) => exact), [1n, 1n, 2n]);
});
