/**
 * Merges against a naive reference: sorted by time, then by topic.
 *
 * @module
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { SequenceStreamOptions } from "../../../../src/client/mod.ts";
import { MergeHeap } from "../../../../src/client/reading/merge_heap.ts";
import { rowsUntil } from "../../../../src/client/reading/times.ts";
import { Integer64 } from "../../../../src/ontology/mod.ts";
import { startEmbedded } from "../../../support/embedded.ts";

type Row = readonly [topic: string, timestampNs: bigint, value: bigint];

/** Six topics: one dense, one of equal times, one at times below zero, one far away, one single row, one empty. */
const TOPICS: Readonly<Record<string, readonly bigint[]>> = {
  "/dense": Array.from({ length: 120 }, (_, i) => BigInt(i)),
  "/equal": Array.from({ length: 60 }, (_, i) => BigInt(10 * (i >> 3))),
  "/below": Array.from({ length: 40 }, (_, i) => BigInt(7 * i - 150)),
  "/far": [5n, 100n, 100n, 10n ** 18n, 2n ** 63n - 1n],
  "/single": [50n],
  "/empty": [],
};
const NAMES = Object.keys(TOPICS);

/** What a stream should give. */
function naive({ topics = NAMES, startNs, endNs }: SequenceStreamOptions): Row[] {
  const rows = NAMES.filter((name) => topics.includes(name)).flatMap((topic) =>
    TOPICS[topic]!.map((time, i): Row => [topic, time, BigInt(i)])
  );
  return rows
    .filter(([, time]) => (startNs === undefined || time >= startNs) && (endNs === undefined || time < endNs))
    .sort((a, b) => (a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : 0)); // stable: topics, and rows of a topic, keep their order
}

const time = fc.oneof(
  fc.bigInt(-160n, 130n),
  fc.constantFrom(-(2n ** 63n), 10n ** 18n, 10n ** 18n + 1n, 2n ** 63n - 1n),
);
const options = fc.record({
  topics: fc.option(fc.subarray(NAMES), { nil: undefined }),
  startNs: fc.option(time, { nil: undefined }),
  endNs: fc.option(time, { nil: undefined }),
  maxBufferedBytes: fc.constantFrom(600, 4_000, 1 << 27, 1 << 27),
}).map((given) => Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)))
  .filter(({ startNs, endNs }) => startNs === undefined || endNs === undefined || startNs < endNs);

for (const tcp of [false, true]) {
  test(`random windows, topics and bounds give what a sort gives: ${tcp ? "sockets, Workers" : "memory"}`, {
    timeout: 30_000,
  }, async () => {
    await using fx = await startEmbedded({ tcp });
    {
      await using drive = await fx.client.sequenceCreate("drive");
      for (const [name, times] of Object.entries(TOPICS)) {
        const topic = await drive.topicCreate(name, Integer64);
        for (const [i, at] of times.entries()) {
          await topic.push(at, { data: BigInt(i) });
          if (i % 9 === 8) await topic.flush();
        }
      }
      await drive.finalize();
    }
    const sequence = (await fx.client.sequenceHandler("drive"))!;
    const property = fc.asyncProperty(options, fc.nat(20), async (given, byHand) => {
      const expected = naive(given);
      const stream = sequence.stream(given as SequenceStreamOptions);
      const { messageCount, startNs, endNs, topics } = await stream.info();
      assert.deepEqual([messageCount, startNs, endNs], [
        BigInt(expected.length),
        expected[0]?.[1],
        expected.at(-1)?.[1],
      ]);
      const present = new Set(expected.map(([topic]) => topic));
      assert.deepEqual(topics.map(({ topic }) => topic), NAMES.filter((name) => present.has(name)));
      const found: Row[] = [];
      for (let i = 0; i < byHand; i++) {
        assert.equal(await stream.nextTimestamp(), expected[i]?.[1]);
        const { done, value } = await stream.next();
        if (done) break;
        found.push([value.topic, value.timestampNs, (value.data as Integer64).data]);
      }
      const rows: Row[] = [];
      for await (const { topics } of stream.columns()) {
        const slice = topics.flatMap(({ topic, batch }) => {
          const [times, values] = batch.columns.map((column) => column.values as BigInt64Array);
          return Array.from(times!, (at, i): Row => [topic, at, values![i]!]);
        });
        rows.push(...slice);
      }
      // Within a slice rows stand by topic, and rows at its end may follow in the next: sorting by topic mends both.
      const rank = ([topic]: Row) => NAMES.indexOf(topic);
      rows.sort((a, b) => (a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : rank(a) - rank(b)));
      assert.deepEqual([...found, ...rows], expected);
    });
    await fc.assert(property, { numRuns: tcp ? 8 : 20 });

    for (const maxBufferedBytes of [1, 1_000]) {
      const all: Row[] = [];
      for await (const { topic, timestampNs, data } of sequence.stream({ maxBufferedBytes })) {
        all.push([topic, timestampNs, (data as Integer64).data]);
      }
      assert.deepEqual(all, naive({}), `in passes of ${maxBufferedBytes} bytes`);
    }
  });
}

test("a heap of topics gives the earliest, ties by rank, whatever was added and replaced", () => {
  const time = fc.oneof(fc.bigInt(0n, 20n), fc.bigInt(-(1n << 63n), (1n << 63n) - 1n));
  const inOrder = (times: bigint[]) => times.sort((a, b) => a < b ? -1 : a > b ? 1 : 0);
  const split = (timestampNs: bigint) => ({
    high: Number(timestampNs >> 32n),
    low: Number(BigInt.asUintN(32, timestampNs)),
  });
  fc.assert(fc.property(fc.array(fc.array(time, { minLength: 1 }).map(inOrder)), (topics) => {
    const heap = new MergeHeap();
    const left = topics.map((times) => times.slice());
    left.forEach((times, rank) => heap.add({ streamer: undefined as never, rank, ...split(times.shift()!) }));
    const found: [bigint, number][] = [];
    for (let first = heap.first; first !== undefined; first = heap.first) {
      found.push([(BigInt(first.high) << 32n) + BigInt(first.low), first.rank]);
      const following = left[first.rank]!.shift();
      if (following === undefined) assert.equal(heap.removeFirst(), first);
      else {
        Object.assign(first, split(following));
        heap.sinkFirst();
      }
    }
    const expected = topics.flatMap((times, rank) => times.map((time): [bigint, number] => [time, rank]));
    assert.deepEqual(found, expected.sort((a, b) => a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] - b[1]));
  }));
});
test("rowsUntil() counts the rows that are not after a time", () => {
  fc.assert(fc.property(fc.array(fc.bigInt(0n, 30n)), fc.nat(10), fc.bigInt(-1n, 31n), (times, from, end) => {
    times.sort((a, b) => Number(a - b));
    const start = Math.min(from, times.length);
    const expected = Math.max(start, times.filter((time) => time <= end).length);
    assert.equal(rowsUntil(BigInt64Array.from(times), start, end), expected);
  }));
});
