/**
 * Figures over the records of a topic, against plain sums over rows.
 *
 * @module
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { concat, isMosaicoError, type JsonObject } from "../../src/base/mod.ts";
import { BatchBuilder, encodeBatch, encodeSchema, type Field, type Schema } from "../../src/columnar/mod.ts";
import type { Aggregate, AggregateValue } from "../../src/protocol/mod.ts";
import { joinPasses, RankFold, type RankTask, valuesAt } from "../../src/server/engine/ranks.ts";
import { type PutMessage, ServiceFixture } from "../unit/server/service_support.ts";
import { randomOf } from "./query_corpus.ts";

const nullable = (name: string, type: Field["type"]): Field => ({ name, type, nullable: true });
const double = nullable("x", { kind: "float", bits: 64 });
const SCHEMA: Schema = {
  fields: [
    { name: "timestamp_ns", type: { kind: "int", bits: 64, signed: true }, nullable: false },
    double,
    nullable("big", { kind: "int", bits: 64, signed: true }),
    nullable("small", { kind: "int", bits: 8, signed: true }),
    nullable("label", { kind: "utf8" }),
    nullable("flag", { kind: "bool" }),
    nullable("inner", { kind: "struct", fields: [{ ...double, name: "y" }] }),
    nullable("list", { kind: "list", item: { ...double, name: "item" } }),
    nullable("parts", { kind: "list", item: nullable("item", { kind: "struct", fields: [double] }) }),
  ],
};

interface Row {
  readonly time: bigint;
  readonly x: number | undefined;
  readonly big: bigint | undefined;
  readonly small: number | undefined;
  readonly label: string | undefined;
  readonly flag: boolean | undefined;
  readonly inner: { readonly y: number | undefined } | undefined;
  readonly list: readonly number[] | undefined;
  readonly parts: readonly { readonly x: number }[] | undefined;
}

const random = randomOf(5);
const maybe = <T>(value: T): T | undefined => random() < 0.2 ? undefined : value;
const ROWS: readonly Row[] = Array.from({ length: 700 }, (_, i): Row => ({
  time: BigInt(i) * 10_000_000n + (i > 300 ? 5n : 0n),
  x: maybe(random() < 0.05 ? NaN : 100 * random() - 30),
  big: maybe(2n ** 60n + BigInt(i % 13)),
  small: maybe(i % 50 - 25),
  label: maybe(["b", "a", "\u{1f600}", "\ue000", "ab"][i % 5]!),
  flag: maybe(i % 3 === 0),
  inner: maybe({ y: maybe(i / 7) }),
  list: maybe(Array.from({ length: i % 3 }, (_, k) => i + k)),
  parts: maybe([{ x: i }, { x: -i }]),
}));
const CHUNK = 64;

function* messages(): Generator<PutMessage> {
  for (let from = 0; from < ROWS.length; from += CHUNK) {
    const builder = new BatchBuilder(SCHEMA);
    for (const { time, ...row } of ROWS.slice(from, from + CHUNK)) builder.append(time, row);
    const { header, body } = encodeBatch(builder.finish());
    yield { header, body: concat(body) };
  }
}

async function start(workers = 0): Promise<ServiceFixture> {
  const fixture = await ServiceFixture.start(undefined, { workers, workerRows: 1 });
  const session = await fixture.openSession("d");
  await fixture.put("d/t", await fixture.createTopic(session.uuid, "d/t", "T"), messages(), encodeSchema(SCHEMA));
  return fixture;
}

async function ask(
  fixture: ServiceFixture,
  aggregates: readonly Aggregate[],
  ontology: JsonObject = {},
  timestampRange = {},
): Promise<readonly AggregateValue[]> {
  return (await fixture.act("topic_aggregate", { locator: "d/t", ontology, timestampRange, aggregates })).values;
}

function near(found: AggregateValue, expected: number | undefined, text: string): void {
  if (expected === undefined) return assert.equal(found, undefined, text);
  assert.ok(
    Math.abs(Number(found) - expected) <= 1e-9 * Math.max(1, Math.abs(expected)),
    `${text}: ${found}, expected ${expected}`,
  );
}

/** As numpy does it. */
function percentile(sorted: readonly number[], percent: number): number | undefined {
  const place = percent / 100 * (sorted.length - 1);
  const below = sorted[Math.floor(place)]!, above = sorted[Math.ceil(place)]!;
  return sorted.length === 0 ? undefined : below + (above - below) * (place - Math.floor(place));
}

const NUMBERS: Readonly<Record<string, (row: Row) => number | undefined>> = {
  "T.x": ({ x }) => x,
  "T.small": ({ small }) => small,
  "T.inner.y": ({ inner }) => inner?.y,
  "T.list[1]": ({ list }) => list?.[1],
  "T.parts[0].x": ({ parts }) => parts?.[0]?.x,
};
const SELECTIONS: readonly [
  ontology: JsonObject,
  window: { startNs?: bigint; endNs?: bigint },
  holds: (row: Row) => boolean,
][] = [
  [{}, {}, () => true],
  [{ "T.x": { $gt: 20 } }, {}, ({ x }) => x !== undefined && x > 20],
  [
    { "T.label": { $eq: "a" } },
    { startNs: 1_000_000_000n },
    ({ label, time }) => label === "a" && time >= 1_000_000_000n,
  ],
  [{}, { startNs: 100n, endNs: 3_200_000_000n }, ({ time }) => time >= 100n && time < 3_200_000_000n],
  [{ "T.x": { $gt: 1000 } }, {}, () => false],
  [{ "T.absent": { $eq: 1 } }, {}, () => false],
  [{ "T.timestamp_ns": { $between: [0, 10_000_000] } }, {}, ({ time }) => time <= 10_000_000n],
];

for (const workers of [0, 2]) {
  test(`figures of columns of numbers are those of plain sums over rows, with ${workers} Workers`, async () => {
    await using fixture = await start(workers);
    for (const [ontology, window, holds] of SELECTIONS) {
      const rows = ROWS.filter(holds);
      for (const [key, valueOf] of Object.entries(NUMBERS)) {
        const values = rows.map(valueOf).filter((value) => value !== undefined && !Number.isNaN(value)) as number[];
        const sorted = values.toSorted((a, b) => a - b);
        const mean = values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
        const std = values.length < 2
          ? undefined
          : Math.sqrt(values.reduce((sum, value) => sum + (value - mean!) ** 2, 0) / (values.length - 1));
        const found = await ask(
          fixture,
          [
            ...(["count", "min", "max", "mean", "std", "first", "last"] as const).map((name) => ({
              function: name,
              key,
            })),
            ...[0, 12.5, 50, 99, 100].map((percent) => ({ function: "percentile" as const, key, percent })),
          ],
          ontology,
          window,
        );
        const expected = [
          values.length,
          sorted[0],
          sorted.at(-1),
          mean,
          std,
          values[0],
          values.at(-1),
          ...[0, 12.5, 50, 99, 100].map((percent) => percentile(sorted, percent)),
        ];
        expected.forEach((value, i) => near(found[i], value, `${key} ${JSON.stringify(ontology)} figure ${i}`));
      }
    }
  });
}

test("records are counted, and their rate is that between the first and the last", async () => {
  await using fixture = await start();
  for (const [ontology, window, holds] of SELECTIONS) {
    const times = ROWS.filter(holds).map(({ time }) => time);
    const [count, rate] = await ask(fixture, [{ function: "count" }, { function: "rate" }], ontology, window);
    assert.equal(count, times.length);
    const seconds = times.length < 2 ? undefined : Number(times.at(-1)! - times[0]!) / 1e9;
    near(rate, seconds === undefined ? undefined : (times.length - 1) / seconds, JSON.stringify(ontology));
  }
});

test("64-bit integers, text and flags keep their values; text stands in the order of its code points", async () => {
  await using fixture = await start();
  const of = (key: string, ...names: Aggregate["function"][]) =>
    ask(fixture, names.map((name) => ({ function: name, key })));
  assert.deepEqual(await of("T.big", "min", "max"), [2n ** 60n, 2n ** 60n + 12n]);
  assert.deepEqual(await of("T.timestamp_ns", "min", "max", "count"), [0, 6_990_000_005, 700]);
  const labels = ROWS.flatMap(({ label }) => label ?? []);
  assert.deepEqual(await of("T.label", "min", "max", "first", "last", "count"), [
    "a",
    "\u{1f600}",
    labels[0],
    labels.at(-1),
    labels.length,
  ]);
  const flags = ROWS.flatMap(({ flag }) => flag ?? []);
  assert.deepEqual(await of("T.flag", "first", "last", "count"), [flags[0], flags.at(-1), flags.length]);
});

test("what the index knows is not read", async () => {
  await using fixture = await start();
  const topic = fixture.directory.catalogue.topics.byPath("d", "t")!;
  await fixture.directory.removeFiles([topic.file]); // whoever reads now fails
  const keys = ["T.x", "T.small", "T.inner.y", "T.timestamp_ns"];
  const found = await ask(
    fixture,
    keys.flatMap((key) => (["count", "min", "max"] as const).map((name) => ({ function: name, key }))),
  );
  const numbers = (valueOf: (row: Row) => number | undefined) =>
    ROWS.map(valueOf).filter((value) => value !== undefined && !Number.isNaN(value)) as number[];
  const figures = (values: number[]) => [values.length, Math.min(...values), Math.max(...values)];
  assert.deepEqual(found, [
    ...figures(numbers(({ x }) => x)),
    ...figures(numbers(({ small }) => small)),
    ...figures(numbers(({ inner }) => inner?.y)),
    700,
    0,
    6_990_000_005,
  ]);
  await assert.rejects(ask(fixture, [{ function: "mean", key: "T.x" }]), /deleted/);
});

test("figures that make no sense are refused", async () => {
  await using fixture = await start();
  const refused = async (aggregates: Aggregate[], words: RegExp, ontology: JsonObject = {}) =>
    await assert.rejects(ask(fixture, aggregates, ontology), (error) => {
      assert.ok(isMosaicoError(error, "rpc.invalid_argument"), String(error));
      assert.match(error.message, words);
      return true;
    });
  await refused([], /1 to 64 aggregates/);
  await refused(Array.from({ length: 65 }, () => ({ function: "count" as const })), /1 to 64 aggregates/);
  await refused([{ function: "mean" }], /mean of records: expected count, rate/);
  await refused([{ function: "mean", key: "T.label" }], /mean of T\.label: expected count, min, max, first, last/);
  await refused([{ function: "min", key: "T.flag" }], /expected count, first, last/);
  await refused([{ function: "rate", key: "T.x" }], /rate of T\.x/);
  await refused([{ function: "count", key: "T.inner" }], /a column of single values/);
  await refused([{ function: "count", key: "T.list" }], /a column of single values/);
  await refused([{ function: "mean", key: "T.absent" }], /no such column/);
  await refused([{ function: "mean", key: "Odd.x" }], /holds T/);
  await refused([{ function: "mean", key: "T.list[?]" }], /one item of a list/);
  await refused([{ function: "mean", key: "T.x[0]" }], /no list/);
  await refused([{ function: "mean", key: "T.label.x" }], /no such column/);
  await refused([{ function: "percentile", key: "T.x" }], /0 to 100/);
  await refused([{ function: "percentile", key: "T.x", percent: 101 }], /0 to 100/);
  await refused([{ function: "mean", key: "T.x", percent: 5 }], /expected none/);
  await refused([{ function: "count" }], /wrong ontology tag Odd/, { "Odd.x": { $eq: 1 } });
});

test("values of a rank are found without holding all of them", async () => {
  const values = Float64Array.from(
    { length: 90_000 },
    (_, i) => i % 3 === 0 ? 1.5 : i % 3 === 1 ? -Math.sqrt(i) : i / 1e6,
  );
  values[1] = -Infinity;
  values[4] = Infinity;
  const parts = [values.subarray(0, 40_000), values.subarray(40_000)];
  const tasks: RankTask[] = [];
  const ranks = [0, 1, 29_999, 45_000, 60_000, 89_999];
  const found = await valuesAt(ranks, values.length, (task) => {
    tasks.push(task);
    const passes = parts.map((part) => {
      const fold = new RankFold(task);
      fold.add(part);
      return fold.finish();
    });
    return Promise.resolve(joinPasses(passes));
  }, 5000);
  const sorted = values.toSorted();
  for (const rank of ranks) assert.equal(found.get(rank), sorted[rank], `${rank}`);
  assert.ok(tasks.every(({ kind, prefix }) => kind === "count" || prefix.length > 0));
});
