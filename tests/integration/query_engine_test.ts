/**
 * The engine against a reference that looks at every row: every query of the corpus, however the data is stored and whoever looks
 * through it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { DatabaseSync } from "node:sqlite";
import { concat, delay, type JsonObject } from "../../src/base/mod.ts";
import { lz4Codec, zstdCodec } from "../../src/codecs/mod.ts";
import { BatchBuilder, type BodyCodec, encodeBatch, encodeSchema } from "../../src/columnar/mod.ts";
import { INDEX_VERSION } from "../../src/server/indexing/mod.ts";
import { ServerDirectory } from "../../src/server/storage/mod.ts";
import { temporaryFolder } from "../support/folder.ts";
import { CODECS } from "../unit/server/support.ts";
import { type PutMessage, ServiceFixture } from "../unit/server/service_support.ts";
import {
  corpus,
  type CorpusSequence,
  type CorpusTopic,
  findByContent,
  generated,
  HAND_WRITTEN,
  matching,
  randomOf,
  runsOf,
  SCHEMAS,
} from "./query_corpus.ts";

const SEQUENCES = corpus();
const QUERIES = [...HAND_WRITTEN, ...generated(SEQUENCES, 160, 11)];
const show = (value: unknown) => JSON.stringify(value, (_, item) => typeof item === "bigint" ? `${item}n` : item);

function* messages(
  { tag, chunks }: CorpusTopic,
  codecOf: (chunk: number) => BodyCodec | undefined,
): Generator<PutMessage> {
  for (const [i, rows] of chunks.entries()) {
    const builder = new BatchBuilder(timeFirst(tag));
    for (const { time, data } of rows) builder.append(time, data);
    const batch = builder.finish();
    const columns = SCHEMAS[tag]!.fields.map(({ name }) => batch.columns.find((column) => column.field.name === name)!);
    const { header, body } = encodeBatch({ ...batch, schema: SCHEMAS[tag]!, columns }, codecOf(i));
    yield { header, body: concat(body) };
  }
}

/** Builders have the record time first; what is stored need not. */
function timeFirst(tag: string): typeof SCHEMAS[string] {
  const { fields } = SCHEMAS[tag]!;
  const isTime = ({ name }: { name: string }) => name === "timestamp_ns";
  return { fields: [...fields.filter(isTime), ...fields.filter((field) => !isTime(field))] };
}

async function store(
  fixture: ServiceFixture,
  sequences: readonly CorpusSequence[],
  codecOf: (chunk: number) => BodyCodec | undefined = () => undefined,
): Promise<void> {
  for (const { name, metadata, topics } of sequences) {
    await fixture.act("sequence_create", { locator: name, userMetadata: metadata });
    const session = await fixture.act("session_create", { locator: name });
    for (const topic of topics) {
      const locator = `${name}/${topic.path}`;
      const { uuid } = await fixture.act("topic_create", {
        sessionUuid: session.uuid,
        locator,
        serializationFormat: "default",
        ontologyTag: topic.tag,
        userMetadata: topic.metadata,
      });
      await fixture.put(locator, uuid, messages(topic, codecOf), encodeSchema(SCHEMAS[topic.tag]!));
    }
  }
}

async function find(fixture: ServiceFixture, query: JsonObject): Promise<string[]> {
  const { items } = await fixture.act("query", { query });
  return items.flatMap((item) => item.topics.map((topic) => topic.locator));
}

/** Asks every query, and for the runs of each in the topics of its types. */
async function checkAll(fixture: ServiceFixture, queries: readonly JsonObject[]): Promise<void> {
  const random = randomOf(3);
  for (const ontology of queries) {
    assert.deepEqual(await find(fixture, { ontology }), findByContent(SEQUENCES, ontology), show(ontology));
    const tags = [...new Set(Object.keys(ontology).map((key) => key.split(".")[0]!))];
    for (const { name, topics } of SEQUENCES) {
      for (const topic of topics.filter(({ tag, chunks }) => tags.includes(tag) && chunks.length > 0)) {
        const own = Object.fromEntries(Object.entries(ontology).filter(([key]) => key.startsWith(`${topic.tag}.`)));
        const gap = [0n, 1n, 2n, 5n, 45n, 2n ** 60n][Math.floor(random() * 6)]!;
        const [startNs, endNs] = [BigInt(Math.floor(random() * 300)), BigInt(301 + Math.floor(random() * 6000))];
        const window = [{}, {}, { startNs }, { endNs }, { startNs, endNs }][Math.floor(random() * 5)]!;
        const request = { locator: `${name}/${topic.path}`, clusteringDtNs: gap, ontology: own };
        const found = await fixture.pages("topic_filter_clusterize", { ...request, timestampRange: window });
        assert.deepEqual(
          found.map(({ range }) => [range.startNs, range.endNs]),
          runsOf(matching(topic, own, window).map(({ time }) => time), gap),
          show({ ...request, window }),
        );
      }
    }
  }
}

test("the corpus has at least 200 queries, of which many find some and not all", () => {
  assert.ok(QUERIES.length >= 200, `${QUERIES.length}`);
  const all = SEQUENCES.flatMap(({ topics }) => topics).filter(({ chunks }) => chunks.length > 0).length;
  const counts = QUERIES.map((ontology) => findByContent(SEQUENCES, ontology).length);
  assert.ok(counts.filter((count) => count > 0 && count < all).length > 100);
  assert.ok(counts.filter((count) => count === 0).length > 10);
});

test("every query and every search for runs is answered as by looking at every row", async () => {
  await using fixture = await ServiceFixture.start();
  await store(fixture, SEQUENCES);
  await checkAll(fixture, QUERIES);
});

test("query_explain: chunks are left out by the items of short lists, not by those of long ones", async () => {
  await using fixture = await ServiceFixture.start();
  const sizes = (length: number, chunk: number) =>
    Array.from({ length: 4 }, (_, i) => ({
      time: BigInt(4 * chunk + i),
      data: { many: Array.from({ length }, () => ({ size: chunk, label: `l${chunk}` })) },
    }));
  const chunks = [3, 30, 3, 30, 3].map(sizes);
  await store(fixture, [{ name: "lists", metadata: {}, topics: [{ path: "t", tag: "Sample", metadata: {}, chunks }] }]);
  for (const condition of [{ "Sample.many[?].size": { $eq: 2.5 } }, { "Sample.many[?].label": { $eq: "l9" } }]) {
    const { statistics } = await fixture.act("query_explain", { query: { ontology: condition } });
    assert.deepEqual([statistics.chunks, statistics.chunksPruned], [5, 3], show(condition));
    assert.deepEqual(await find(fixture, { ontology: condition }), []);
  }
});

test("answers are the same when bodies are compressed, in part and each another way", async () => {
  await using fixture = await ServiceFixture.start();
  await store(fixture, SEQUENCES, (chunk) => [undefined, lz4Codec(), zstdCodec()][chunk % 3]);
  await checkAll(fixture, QUERIES.filter((_, i) => i % 3 === 0));
});

test("answers are the same when Workers look through the data", async () => {
  await using fixture = await ServiceFixture.start(undefined, { workers: 2, workerRows: 1 });
  await store(fixture, SEQUENCES, (chunk) => chunk % 4 === 0 ? lz4Codec() : undefined);
  await checkAll(fixture, QUERIES.filter((_, i) => i % 3 === 1));
});

/** Does something to the catalogue behind the back of a server, and starts one over the folder. */
async function reopened(
  folder: string,
  change: (database: DatabaseSync) => void,
  workers: number,
): Promise<ServiceFixture> {
  const database = new DatabaseSync(join(folder, "catalogue.sqlite"));
  change(database);
  database.close();
  const directory = await ServerDirectory.open(folder, { codecs: CODECS });
  return await ServiceFixture.start(undefined, { workers, workerRows: 1 }, directory);
}

test("an index that is missing, of another version or damaged is built anew", async () => {
  await using folder = await temporaryFolder();
  {
    const directory = await ServerDirectory.open(folder.path, { codecs: CODECS });
    await using fixture = await ServiceFixture.start(undefined, { workers: 0 }, directory);
    await store(fixture, SEQUENCES);
  }
  const blocks = (database: DatabaseSync) => database.prepare("SELECT hex(entries) AS h FROM index_blocks").all();
  const read = () => {
    const database = new DatabaseSync(join(folder.path, "catalogue.sqlite"));
    const found = blocks(database);
    database.close();
    return found;
  };
  const before = read();
  assert.ok(before.length > 20);
  const damages: [change: string, workers: number][] = [
    ["DELETE FROM index_blocks; DELETE FROM topic_indexes", 0],
    ["DELETE FROM index_blocks; UPDATE topic_indexes SET version = 99", 1],
    ["UPDATE index_blocks SET entries = x'00112233445566778899'", 0],
  ];
  for (const [i, [change, workers]] of damages.entries()) {
    await using fixture = await reopened(folder.path, (database) => database.exec(change), workers);
    await checkAll(fixture, QUERIES.filter((_, k) => k % 12 === i));
    const { catalogue } = fixture.directory;
    const topic = catalogue.topics.byPath("drive_1", "front/sample")!;
    assert.equal(
      catalogue.indexes.coverage(topic.id, 1),
      topic.totals.chunkCount === 0n ? 0 : Number(topic.totals.chunkCount),
    );
  }
  await using fixture = await reopened(folder.path, () => {}, 0);
  const { statistics } = await fixture.act("query_explain", { query: { ontology: { "Sample.x": { $gt: 1e300 } } } });
  assert.ok(statistics.chunks > 20 && statistics.chunksPruned > statistics.chunks / 3, show(statistics));
});

test("a folder of a server before the index is taken over", async () => {
  await using folder = await temporaryFolder();
  {
    const directory = await ServerDirectory.open(folder.path, { codecs: CODECS });
    await using fixture = await ServiceFixture.start(undefined, { workers: 0 }, directory);
    await store(fixture, SEQUENCES);
  }
  const older = `
    DROP TRIGGER sequence_metadata_added; DROP TRIGGER topic_metadata_added;
    DROP TABLE sequence_metadata; DROP TABLE topic_metadata; DROP TABLE index_blocks; DROP TABLE topic_indexes;
    DROP INDEX topics_by_tag; DROP INDEX topics_by_path; PRAGMA user_version = 1;
  `;
  await using fixture = await reopened(folder.path, (database) => database.exec(older), 0);
  await checkAll(fixture, QUERIES.filter((_, i) => i % 12 === 3));
  const query = {
    sequence: { user_metadata: { "car.version": { $lt: 8 } } },
    topic: { user_metadata: { rate: { $gt: 6 } } },
  };
  assert.deepEqual(await find(fixture, query), [
    "drive_1/front/sample",
    "drive_1/car",
    "drive_2/front/sample",
    "drive_2/car",
  ]);
});

for (const checkpointBytes of [64 << 20, 1]) {
  test(`a topic is searched while its upload runs, and after it broke off; a checkpoint every ${checkpointBytes} bytes`, async () => {
    await using folder = await temporaryFolder();
    const directory = await ServerDirectory.open(folder.path, { codecs: CODECS, checkpointBytes });
    await using fixture = await ServiceFixture.start(undefined, { workers: 0 }, directory);
    const topic = SEQUENCES[0]!.topics[0]!;
    const session = await fixture.openSession("live");
    const uuid = await fixture.createTopic(session.uuid, "live/t", topic.tag);
    const gate = Promise.withResolvers<void>();
    const halfway = Promise.withResolvers<void>();
    const part = { ...topic, chunks: topic.chunks.slice(0, 8) };
    const put = fixture.put(
      "live/t",
      uuid,
      async function* () {
        yield* messages(part, () => undefined);
        halfway.resolve();
        await gate.promise;
        throw new Error("the uploader went away");
      }(),
      encodeSchema(SCHEMAS[topic.tag]!),
    );
    await halfway.promise;
    const { catalogue } = directory;
    const { id } = catalogue.topics.byPath("live", "t")!;
    while (checkpointBytes === 1 && catalogue.indexes.coverage(id, INDEX_VERSION) === 0) await delay(2);
    const check = async () => {
      for (
        const ontology of QUERIES.filter((query) => Object.keys(query).every((key) => key.startsWith("Sample."))).slice(
          0,
          60,
        )
      ) {
        const found = await fixture.pages("topic_filter_clusterize", {
          locator: "live/t",
          clusteringDtNs: 3n,
          ontology,
        });
        const expected = runsOf(matching(part, ontology).map(({ time }) => time), 3n);
        assert.deepEqual(found.map(({ range }) => [range.startNs, range.endNs]), expected, show(ontology));
      }
    };
    await check();
    gate.resolve();
    await assert.rejects(put);
    await check();
  });
}

test("a query that nobody waits for ends, and leaves the thread to others while it runs", async () => {
  await using fixture = await ServiceFixture.start();
  const rows = Array.from({ length: 200_000 }, (_, i) => ({ time: BigInt(i), data: { speed: i % 7, road: "r" } }));
  const chunks = Array.from({ length: 20 }, (_, i) => rows.slice(i * 10_000, (i + 1) * 10_000));
  await store(fixture, [{ name: "long", metadata: {}, topics: [{ path: "t", tag: "Drive", metadata: {}, chunks }] }]);
  const { engine, directory } = fixture;
  const { questionOf, Statistics } = await import("../../src/server/engine/mod.ts");
  const { parseOntology } = await import("../../src/query/mod.ts");
  const topic = directory.catalogue.topics.byPath("long", "t")!;
  const conditions = parseOntology({ "Drive.speed": { $in: [2.5, 3.5, 4.5] }, "Drive.road": { $match: "*z" } }).get(
    "Drive",
  )!;
  const abort = new AbortController();
  const reason = new Error("gone");
  const running = engine.has(questionOf(topic, conditions), { signal: abort.signal, statistics: new Statistics() });
  abort.abort(reason);
  await assert.rejects(running, reason);
  const statistics = new Statistics();
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  const answers = await Promise.all(
    Array.from(
      { length: 8 },
      () => engine.has(questionOf(topic, conditions), { signal: new AbortController().signal, statistics }),
    ),
  );
  clearInterval(timer);
  assert.deepEqual(new Set(answers), new Set([false]));
  assert.equal(statistics.finish().rowsScanned, 8 * rows.length);
  assert.ok(turns > 1, `${turns}`);
});
