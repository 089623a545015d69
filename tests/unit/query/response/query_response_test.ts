import assert from "node:assert/strict";
import { test } from "node:test";
import { isMosaicoError } from "../../../../src/base/mod.ts";
import { IMU, String as Text } from "../../../../src/ontology/mod.ts";
import type { ClusterizeRequest, TopicCluster } from "../../../../src/protocol/mod.ts";
import {
  type ClusterCalls,
  type IntersectRequest,
  Query,
  QueryOntologyCatalog,
  QueryResponse,
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
const cluster: TopicCluster = { id: 0n, range: { startNs: 1n, endNs: 2n } };

/** A client that writes down what it is asked. */
class Recorder implements ClusterCalls {
  readonly clusterized: ClusterizeRequest[] = [];
  readonly intersected: IntersectRequest[] = [];
  readonly signals: (AbortSignal | undefined)[] = [];

  clusterize(request: ClusterizeRequest, options: { signal?: AbortSignal }): Promise<readonly TopicCluster[]> {
    this.clusterized.push(request);
    this.signals.push(options.signal);
    return Promise.resolve([cluster]);
  }

  intersect(request: IntersectRequest, options: { signal?: AbortSignal }): Promise<readonly TopicCluster[]> {
    this.intersected.push(request);
    this.signals.push(options.signal);
    return Promise.resolve([cluster]);
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
  assert.deepEqual(found, [cluster]);
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
  await refused(new QueryResponse(items, { query }).items[0]!.topics[0]!.clusterize(), "query.detached");
  await refused(
    new QueryResponse([{ sequence: "a", topics: [] }], { query, calls }).items[0]!.intersect(),
    "query.empty_response",
  );
  assert.deepEqual([calls.clusterized, calls.intersected], [[], []]);
});
