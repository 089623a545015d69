/**
 * Columns beside rows: batches, tables, slices of many topics.
 *
 * @module
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { RecordBatch } from "apache-arrow";
import { tableOf } from "../../../../src/client/reading/mod.ts";
import {
  type BigIntList,
  defineOntology,
  float16,
  Floating64,
  int64,
  Integer64,
  list,
  optional,
  required,
  String as Text,
  uint64,
} from "../../../../src/ontology/mod.ts";
import { type Embedded, startEmbedded } from "../../../support/embedded.ts";
import { failure } from "../../../support/errors.ts";

interface Exact {
  readonly signed: bigint;
  readonly unsigned: bigint;
  readonly half: number;
  readonly maybe?: bigint | undefined;
  readonly items: BigIntList;
}
const Exact = defineOntology<Exact>("Exact", {
  signed: required("signed", int64),
  unsigned: required("unsigned", uint64),
  half: required("half", float16),
  maybe: optional("maybe", int64),
  items: required("items", list(int64)),
});
const BIG = 2n ** 53n;
const EXACT: readonly Exact[] = [
  { signed: BIG + 1n, unsigned: 2n ** 64n - 1n, half: 1.5, items: [BIG + 3n] },
  { signed: -(2n ** 63n), unsigned: BIG + 1n, half: -0.25, maybe: 2n ** 63n - 1n, items: [] },
  { signed: -BIG - 1n, unsigned: 0n, half: 65504, items: [1n, -BIG - 5n] },
];

async function exact({ client }: Embedded): Promise<void> {
  await using drive = await client.sequenceCreate("drive");
  const topic = await drive.topicCreate("/exact", Exact);
  for (const [i, row] of EXACT.entries()) await topic.push(BIG + BigInt(i), row);
  await (await drive.topicCreate("/nothing", Text)).finalize();
  await drive.finalize();
}

test("a table holds 64-bit integers exact, times as bigints, half floats as numbers", async () => {
  await using fx = await startEmbedded();
  await exact(fx);
  const topic = (await fx.client.topicHandler("drive", "/exact"))!;
  const table = await topic.toTable();
  assert.equal(table.numRows, 3);
  assert.deepEqual(table.schema.names, ["timestamp_ns", "signed", "unsigned", "half", "maybe", "items"]);
  assert.deepEqual(table.getChild("timestamp_ns")!.toArray(), BigInt64Array.of(BIG, BIG + 1n, BIG + 2n));
  assert.deepEqual(table.getChild("signed")!.toArray(), BigInt64Array.from(EXACT, (row) => row.signed));
  assert.deepEqual(table.getChild("unsigned")!.toArray(), BigUint64Array.from(EXACT, (row) => row.unsigned));
  assert.deepEqual([...table.getChild("half")!], EXACT.map((row) => row.half));
  assert.deepEqual([...table.getChild("maybe")!], [null, 2n ** 63n - 1n, null]);
  assert.deepEqual([...table.getChild("items")!].map((items) => [...items]), EXACT.map((row) => [...row.items]));
  const rows = [];
  const typed = (await fx.client.topicHandler("drive", "/exact", Exact))!;
  for await (const { data } of await typed.stream()) rows.push({ ...data, items: [...data.items] });
  assert.deepEqual(rows, EXACT.map((row) => ({ ...row, maybe: row.maybe })));
  const part = await topic.toTable({ startNs: BIG + 1n, endNs: BIG + 2n });
  assert.deepEqual([...part.getChild("signed")!], [EXACT[1]!.signed]);
});

test("columns are views of what came over the wire", async () => {
  await using fx = await startEmbedded();
  await exact(fx);
  const topic = (await fx.client.topicHandler("drive", "/exact"))!;
  const stream = await topic.stream();
  const { value: batch } = await stream.columns().next();
  const [times, signed, , half] = batch!.columns;
  assert.ok(times!.values instanceof BigInt64Array && signed!.values instanceof BigInt64Array);
  assert.equal(signed!.values.buffer, times!.values.buffer, "one message, one buffer");
  const { buffer: bytes, byteOffset, length } = half!.values as Uint16Array<ArrayBuffer>; // bit patterns
  assert.deepEqual([...new Float16Array(bytes, byteOffset, length)], EXACT.map((row) => row.half));

  const { value: arrow } = await topic.batches().next() as { value: RecordBatch };
  const buffer = arrow.getChild("timestamp_ns")!.data[0]!.values.buffer;
  assert.equal((arrow.getChild("signed")!.toArray() as BigInt64Array).buffer, buffer);
  assert.equal(arrow.getChild("unsigned")!.data[0]!.values.buffer, buffer);
});

test("a topic without rows is a table without rows, but with columns", async () => {
  await using fx = await startEmbedded();
  await exact(fx);
  const nothing = (await fx.client.topicHandler("drive", "/nothing"))!;
  const table = await nothing.toTable();
  assert.deepEqual([table.numRows, table.schema.names], [0, ["timestamp_ns", "data"]]);
  const exactly = (await fx.client.topicHandler("drive", "/exact"))!;
  assert.equal((await exactly.toTable({ startNs: 0n, endNs: 5n })).schema.fields.length, 6);
  const { schema } = nothing;
  assert.equal((await tableOf(schema!, (async function* () {})())).getChild("data")!.length, 0);
});

test("toTable() takes what the messages left", async () => {
  await using fx = await startEmbedded();
  await exact(fx);
  const stream = await (await fx.client.topicHandler("drive", "/exact"))!.stream();
  assert.equal((await stream.next()).value?.timestampNs, BIG);
  assert.deepEqual([...(await stream.toTable()).getChild("signed")!], EXACT.slice(1).map((row) => row.signed));
  assert.deepEqual(await stream.next(), { done: true, value: undefined });
});

/** `/often` each ns up to 100 in batches of 7, `/seldom` each 10th in batches of 4, `/twice` two rows at each 20th. */
async function three({ client }: Embedded): Promise<void> {
  await using drive = await client.sequenceCreate("drive");
  const often = await drive.topicCreate("/often", Integer64);
  for (let time = 0n; time < 100n; time++) {
    await often.push(time, { data: time });
    if (time % 7n === 6n) await often.flush();
  }
  const seldom = await drive.topicCreate("/seldom", Floating64);
  for (let time = 0n; time < 100n; time += 10n) {
    await seldom.push(time, { data: Number(time) });
    if (time % 40n === 30n) await seldom.flush();
  }
  const twice = await drive.topicCreate("/twice", Text);
  for (let time = 0n; time < 100n; time += 20n) {
    await twice.push(time, { data: `${time} first` });
    await twice.flush();
    await twice.push(time, { data: `${time} second` });
    await twice.flush();
  }
  await drive.finalize();
}

test("slices of a sequence follow one another in time and lose no row", async () => {
  await using fx = await startEmbedded();
  await three(fx);
  const sequence = (await fx.client.sequenceHandler("drive"))!;
  const rows = new Map<string, bigint[]>();
  let before = 0n;
  let slices = 0;
  let most = 0;
  for await (const { startNs, endNs, topics } of sequence.stream().batches()) {
    slices++;
    assert.ok(startNs >= before && endNs >= startNs);
    const ranks = topics.map(({ topic }) => ["/often", "/seldom", "/twice"].indexOf(topic));
    assert.deepEqual(ranks, ranks.toSorted(), "topics keep their order");
    let first: bigint | undefined;
    for (const { topic, ontologyTag, batch } of topics) {
      assert.equal(ontologyTag, { "/often": "Integer64", "/seldom": "Floating64", "/twice": "String" }[topic]);
      const times = batch.getChildAt(0)!.toArray() as BigInt64Array;
      assert.ok(times.length > 0 && times[0]! >= startNs && times.at(-1)! <= endNs);
      if (first === undefined || times[0]! < first) first = times[0]!;
      rows.set(topic, [...rows.get(topic) ?? [], ...times]);
      most = Math.max(most, times.length);
    }
    assert.equal(first, startNs);
    before = endNs;
  }
  assert.deepEqual(rows.get("/often"), Array.from({ length: 100 }, (_, i) => BigInt(i)));
  assert.deepEqual(rows.get("/seldom"), Array.from({ length: 10 }, (_, i) => BigInt(10 * i)));
  assert.deepEqual(rows.get("/twice"), Array.from({ length: 10 }, (_, i) => BigInt(20 * (i >> 1))));
  assert.ok(slices < 40 && most > 3, `${slices} slices, of ${most} rows at most: cut no finer than batches end`);
});

test("slices begin where the messages that were read end, and leaving cancels", async () => {
  await using fx = await startEmbedded();
  await three(fx);
  const sequence = (await fx.client.sequenceHandler("drive"))!;
  const stream = sequence.stream({ topics: ["/often", "/seldom"], endNs: 50n });
  const read = [];
  for (let i = 0; i < 13; i++) read.push((await stream.next()).value!);
  assert.deepEqual(read.slice(0, 3).map(({ topic, timestampNs }) => [topic, timestampNs]), [
    ["/often", 0n],
    ["/seldom", 0n],
    ["/often", 1n],
  ]);
  let rest = 0;
  for await (const { topics } of stream.columns()) for (const { batch } of topics) rest += batch.numRows;
  assert.equal(rest, 55 - 13);

  const left = sequence.stream();
  for await (const _ of left.columns()) break;
  assert.deepEqual(await left.next(), { done: true, value: undefined });
  left.close();
  const closed = sequence.stream();
  const slices = closed.columns();
  await slices.next();
  closed.close();
  await failure(slices.next(), "session.stream_closed");
});
