import assert from "node:assert/strict";
import { test } from "node:test";
import { isMosaicoError } from "../../../../src/base/mod.ts";
import { IMU, records, String as Text } from "../../../../src/ontology/mod.ts";
import type { AggregateRequest, AggregateValue, ClusterizeRequest } from "../../../../src/protocol/mod.ts";
import {
  type ClusterAnswer,
  type DownloadWindow,
  type IntersectRequest,
  type MergedStream,
  Query,
  type QueryCalls,
  QueryOntologyCatalog,
  QueryResponse,
  type RecordStream,
} from "../../../../src/query/mod.ts";

const items = [
  {
    sequence: "drive_1",
    topics: [
      { locator: "drive_1/sensors/imu", ontologyTag: "IMU" },
      { locator: "drive_1/log/text", ontologyTag: "String" },
    ],
  },
  { sequence: "drive_2", topics: [{ locator: "drive_2/sensors/imu", ontologyTag: "IMU" }] },
];
const query = new Query(new QueryOntologyCatalog(IMU.Q.acceleration.x.gt(1), Text.Q.data.match("warn*"))).toJson();
const cluster: ClusterAnswer = { id: 0n, range: { startNs: 1n, endNs: 2n } };

/** A client that writes down what it is asked. */
class Recorder implements QueryCalls {
  readonly clusterized: ClusterizeRequest[] = [];
  readonly intersected: IntersectRequest[] = [];
  readonly aggregated: AggregateRequest[] = [];
  readonly downloads: (readonly [what: unknown, window: DownloadWindow])[] = [];
  readonly signals: (AbortSignal | undefined)[] = [];
  cluster = cluster;

  clusterize(request: ClusterizeRequest, options: { signal?: AbortSignal }): Promise<readonly ClusterAnswer[]> {
    this.clusterized.push(request);
    this.signals.push(options.signal);
    return Promise.resolve([this.cluster]);
  }

  intersect(request: IntersectRequest, options: { signal?: AbortSignal }): Promise<readonly ClusterAnswer[]> {
    this.intersected.push(request);
    this.signals.push(options.signal);
    return Promise.resolve([this.cluster]);
  }

  aggregate(request: AggregateRequest, options: { signal?: AbortSignal }): Promise<readonly AggregateValue[]> {
    this.aggregated.push(request);
    this.signals.push(options.signal);
    return Promise.resolve(request.aggregates.map((_, i) => i));
  }

  streamTopic<T>(locator: string, type: unknown, window: DownloadWindow): Promise<RecordStream<T>> {
    this.downloads.push([[locator, type], window]);
    return Promise.reject(new Error("only written down"));
  }

  streamTopics(sequence: string, topics: readonly string[], window: DownloadWindow): Promise<MergedStream> {
    this.downloads.push([[sequence, topics], window]);
    return Promise.reject(new Error("only written down"));
  }
}

test("a response is a list of sequences with their topics", () => {
  const response = new QueryResponse(items);
  assert.equal(response.length, 2);
  assert.equal(response.isEmpty, false);
  assert.deepEqual([...response].map((item) => item.sequence.name), ["drive_1", "drive_2"]);
  assert.equal(response.at(-1)!.sequence.name, "drive_2");
  assert.equal(response.at(2), undefined);
  const [imu] = response.items[0]!.topics;
  assert.deepEqual([imu!.name, imu!.locator, imu!.ontologyTag], ["/sensors/imu", "drive_1/sensors/imu", "IMU"]);
  assert.equal(new QueryResponse([]).isEmpty, true);
});

test("a slice of a response is a response", () => {
  const response = new QueryResponse(items, { query, calls: new Recorder() });
  assert.deepEqual(response.slice(1).toQuerySequence().toJson(), { name: { $in: ["drive_2"] } });
  assert.deepEqual(response.slice(-2, -1).items.map((item) => item.sequence.name), ["drive_1"]);
  assert.equal(response.slice(2).isEmpty, true);
  assert.equal(response.slice().length, 2);
});

test("the window of a cluster ends behind its last record", async () => {
  const calls = new Recorder();
  const item = new QueryResponse(items, { query, calls }).items[0]!;
  const { signal } = new AbortController();
  const written = (download: Promise<unknown>) => assert.rejects(download, /only written down/);
  const [topicCluster] = await item.topics[0]!.clusterize();
  await written(topicCluster!.stream());
  await written(topicCluster!.stream(IMU, { signal }));
  await written(topicCluster!.batches().next());
  const [both] = await item.intersect();
  assert.deepEqual([both!.sequence, both!.topics], ["drive_1", ["/sensors/imu", "/log/text"]]);
  await written(both!.stream());
  calls.cluster = { id: 0n, range: { startNs: -5n, endNs: 2n ** 63n - 1n } };
  await written((await item.topics[0]!.clusterize())[0]!.stream());
  const window = { startNs: 1n, endNs: 3n };
  assert.deepEqual(calls.downloads, [
    [["drive_1/sensors/imu", undefined], window],
    [["drive_1/sensors/imu", IMU], { ...window, signal }],
    [["drive_1/sensors/imu", undefined], window],
    [["drive_1", ["/sensors/imu", "/log/text"]], window],
    [["drive_1/sensors/imu", undefined], { startNs: -5n }], // nothing lies behind the last nanosecond there is
  ]);
});

test("figures are asked for with the conditions on the type, and come back under their names", async () => {
  const calls = new Recorder();
  const [imu, text] = new QueryResponse(items, { query, calls }).items[0]!.topics;
  const { x } = IMU.Q.acceleration;
  const { signal } = new AbortController();
  const found = await imu!.aggregate(
    { n: records.count(), peak: x.max(), p99: x.percentile(99), from: IMU.Q.timestampNs.first() },
    { startNs: 5n, signal },
  );
  assert.deepEqual(found, { n: 0, peak: 1, p99: 2, from: 3n });
  const request = {
    locator: "drive_1/sensors/imu",
    ontology: { "IMU.acceleration.x": { $gt: 1 } },
    timestampRange: { startNs: 5n },
    aggregates: [
      { function: "count" },
      { function: "max", key: "IMU.acceleration.x" },
      { function: "percentile", key: "IMU.acceleration.x", percent: 99 },
      { function: "first", key: "IMU.timestamp_ns" },
    ],
  };
  assert.deepEqual(calls.aggregated, [request]);
  assert.deepEqual(calls.signals, [signal]);
  await text!.aggregate({ n: records.count() });
  assert.deepEqual(calls.aggregated[1]!.ontology, { "String.data": { $match: "warn*" } });
  const unconditional = new QueryResponse(items, { query: { sequence: {} }, calls }).items[0]!.topics[0]!;
  await unconditional.aggregate({ hz: records.rate() }, { endNs: 9n });
  assert.deepEqual([calls.aggregated[2]!.ontology, calls.aggregated[2]!.timestampRange], [{}, { endNs: 9n }]);
  await assert.rejects(imu!.aggregate({}), RangeError);
});

test("a response leads on to the next query, doubles kept", () => {
  const response = new QueryResponse(items);
  assert.deepEqual(response.toQuerySequence().toJson(), { name: { $in: ["drive_1", "drive_2"] } });
  assert.deepEqual(response.toQueryTopic().toJson(), { name: { $in: ["/sensors/imu", "/log/text", "/sensors/imu"] } });
  const empty = (error: unknown) => isMosaicoError(error, "query.empty_response");
  assert.throws(() => new QueryResponse([]).toQuerySequence(), empty);
  assert.throws(() => new QueryResponse([]).toQueryTopic(), empty);
});

test("clusters of a topic are asked for with the conditions on its type", async () => {
  const calls = new Recorder();
  const response = new QueryResponse(items, { query, calls });
  const { signal } = new AbortController();
  const found = await response.items[0]!.topics[0]!.clusterize({ clusteringDtNs: 5n, range: { endNs: 9n }, signal });
  assert.deepEqual(found.map(({ id, range }) => ({ id, range })), [cluster]);
  assert.deepEqual(calls.clusterized, [{
    locator: "drive_1/sensors/imu",
    clusteringDtNs: 5n,
    ontology: { "IMU.acceleration.x": { $gt: 1 } },
    timestampRange: { endNs: 9n },
  }]);
  assert.deepEqual(calls.signals, [signal]);
});

test("clusters of all topics, each with the gap of its type", async () => {
  const calls = new Recorder();
  const item = new QueryResponse(items, { query, calls }).items[0]!;
  const found = await item.clusterizeAll({ clusteringDtNsByTag: { IMU: 3n }, clusteringDtNs: 8n });
  assert.deepEqual([...found.keys()], ["/sensors/imu", "/log/text"]);
  assert.deepEqual(calls.clusterized.map((it) => it.clusteringDtNs), [3n, 8n]);
  assert.deepEqual(calls.clusterized[1]!.ontology, { "String.data": { $match: "warn*" } });
  await item.clusterizeAll();
  assert.deepEqual(calls.clusterized.slice(2).map((it) => it.clusteringDtNs), [0n, 0n]);
});

test("overlaps are asked for in one call", async () => {
  const calls = new Recorder();
  const response = new QueryResponse(items, { query, calls });
  const [first, second] = response.items;
  await first!.intersect(second!.topics, { clusteringDtNs: 4n, intersectDtNs: 7n });
  assert.deepEqual(calls.intersected, [{
    topics: [
      { locator: "drive_1/sensors/imu", clusteringDtNs: 4n, ontology: { "IMU.acceleration.x": { $gt: 1 } } },
      { locator: "drive_1/log/text", clusteringDtNs: 4n, ontology: { "String.data": { $match: "warn*" } } },
      { locator: "drive_2/sensors/imu", clusteringDtNs: 4n, ontology: { "IMU.acceleration.x": { $gt: 1 } } },
    ],
    intersectDtNs: 7n,
  }]);
  await first!.topics[1]!.intersect([first!.topics[0]!]);
  assert.deepEqual(calls.intersected[1]!.topics.map((it) => it.locator), ["drive_1/log/text", "drive_1/sensors/imu"]);
  assert.equal(calls.intersected[1]!.intersectDtNs, 0n);
});

test("what can't be asked is refused before any call", async () => {
  const calls = new Recorder();
  const refused = (promise: Promise<unknown>, code: string) =>
    assert.rejects(promise, (error) => isMosaicoError(error, code));
  const onlyImu = new Query(new QueryOntologyCatalog(IMU.Q.acceleration.x.gt(1))).toJson();
  const response = new QueryResponse(items, { query: onlyImu, calls });
  await refused(response.items[0]!.topics[1]!.clusterize(), "query.no_condition");
  await refused(response.items[0]!.intersect(), "query.no_condition");
  const [detached] = new QueryResponse(items, { query }).items[0]!.topics;
  await refused(detached!.clusterize(), "query.detached");
  await refused(detached!.aggregate({ n: records.count() }), "query.detached");
  await refused(
    new QueryResponse([{ sequence: "a", topics: [] }], { query, calls }).items[0]!.intersect(),
    "query.empty_response",
  );
  assert.deepEqual([calls.clusterized, calls.intersected], [[], []]);
});
