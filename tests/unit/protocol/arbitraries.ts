/**
 * Arbitrary values of every message, for both codecs.
 *
 * @module
 */
import fc from "fast-check";
import { type JsonObject, parseJson, stringifyJson } from "../../../src/base/mod.ts";
import {
  type ActionName,
  type Actions,
  type Aggregate,
  AGGREGATE_FUNCTIONS,
  type FlightInfoCommand,
  type PutCommand,
  type SequenceMetadata,
  SERIALIZATION_FORMATS,
  type TopicMetadata,
} from "../../../src/protocol/mod.ts";

const text = fc.string({ unit: "grapheme", maxLength: 12 });
const extremes = [0n, 1n, -1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)];
const int64 = fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.constantFrom(...extremes));
const uint64 = fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.constantFrom(0n, 2n ** 64n - 1n));
const count = fc.nat({ max: Number.MAX_SAFE_INTEGER });

/** An object with some of the members left out, never `undefined`. */
function partly<T extends object, K extends keyof T>(
  model: { [Key in keyof T]: fc.Arbitrary<T[Key]> },
  requiredKeys: K[],
): fc.Arbitrary<Pick<T, K> & Partial<T>> {
  return fc.record(model, { requiredKeys, noNullPrototype: true }) as fc.Arbitrary<Pick<T, K> & Partial<T>>;
}

/** JSON as our reader gives it: integers beyond the safe range are bigint. */
const json: fc.Arbitrary<JsonObject> = fc.dictionary(text, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 })
  .map((object) => parseJson(stringifyJson({ ...object, big: 2n ** 64n - 1n })) as JsonObject);
const jsonOrEmpty = fc.oneof(json, fc.constant({}));

const window = partly<{ startNs: bigint; endNs: bigint }, never>({ startNs: int64, endNs: int64 }, []);
const interval = fc.record({ startNs: int64, endNs: int64 }, { noNullPrototype: true });
const serializationFormat = fc.constantFrom(...SERIALIZATION_FORMATS);

const empty = fc.constant({});
const locator = fc.record({ locator: text }, { noNullPrototype: true });
const semver = partly<Actions["info"]["answer"]["semver"], "major" | "minor" | "patch">({
  major: count,
  minor: count,
  patch: count,
  pre: fc.constantFrom("rc1", "dev"),
}, ["major", "minor", "patch"]);
const notification = fc.record({ locator: text, notificationType: text, message: text }, { noNullPrototype: true });
const notifications = fc.record({
  notifications: fc.array(
    fc.record({ locator: text, notificationType: text, message: text, createdDatetime: text }, {
      noNullPrototype: true,
    }),
    { maxLength: 3 },
  ),
}, { noNullPrototype: true });
const clusterize = partly<Actions["topic_filter_clusterize"]["request"], "locator" | "clusteringDtNs" | "ontology">({
  locator: text,
  clusteringDtNs: uint64,
  ontology: jsonOrEmpty,
  timestampRange: window,
}, ["locator", "clusteringDtNs", "ontology"]);
const cluster = fc.record({ id: uint64, range: interval }, { noNullPrototype: true });
const uuid = fc.record({ uuid: text }, { noNullPrototype: true });

const items = fc.array(
  fc.record({
    sequence: text,
    topics: fc.array(fc.record({ locator: text, ontologyTag: text }, { noNullPrototype: true }), { maxLength: 3 }),
  }, { noNullPrototype: true }),
  { maxLength: 3 },
);

/** Requests and answers by action. */
export const ACTIONS: {
  [A in ActionName]: { request: fc.Arbitrary<Actions[A]["request"]>; answer: fc.Arbitrary<Actions[A]["answer"]> };
} = {
  info: {
    request: empty,
    answer: fc.record({
      version: text,
      semver,
      // Both limits are one in the binary form.
      config: fc.tuple(count, count).map(([max, target]) => ({
        maxDecodeMessageBytes: max,
        maxEncodeMessageBytes: max,
        targetEncodeMessageBytes: target,
      })),
    }, { noNullPrototype: true }),
  },
  version: { request: empty, answer: fc.record({ version: text, semver }, { noNullPrototype: true }) },
  sequence_create: {
    request: fc.record({ locator: text, userMetadata: jsonOrEmpty }, { noNullPrototype: true }),
    answer: empty,
  },
  sequence_delete: { request: locator, answer: empty },
  session_create: {
    request: locator,
    answer: fc.record({ uuid: text, locator: text }, { noNullPrototype: true }),
  },
  session_finalize: { request: fc.record({ sessionUuid: text }, { noNullPrototype: true }), answer: empty },
  session_delete: { request: locator, answer: empty },
  topic_create: {
    request: fc.record(
      { locator: text, sessionUuid: text, serializationFormat, ontologyTag: text, userMetadata: jsonOrEmpty },
      { noNullPrototype: true },
    ),
    answer: uuid,
  },
  topic_delete: { request: locator, answer: empty },
  sequence_notification_create: { request: notification, answer: empty },
  sequence_notification_list: { request: locator, answer: notifications },
  sequence_notification_purge: { request: locator, answer: empty },
  topic_notification_create: { request: notification, answer: empty },
  topic_notification_list: { request: locator, answer: notifications },
  topic_notification_purge: { request: locator, answer: empty },
  query: {
    request: fc.record({ query: jsonOrEmpty }, { noNullPrototype: true }),
    answer: fc.record({
      items,
    }, { noNullPrototype: true }),
  },
  topic_filter_clusterize: { request: clusterize, answer: cluster },
  topic_filter_intersect: {
    request: fc.record({ topics: fc.array(clusterize, { maxLength: 3 }), intersectDtNs: uint64 }, {
      noNullPrototype: true,
    }),
    answer: cluster,
  },
  topic_aggregate: {
    request: partly<Actions["topic_aggregate"]["request"], "locator" | "ontology" | "aggregates">({
      locator: text,
      ontology: jsonOrEmpty,
      timestampRange: window,
      aggregates: fc.array(
        partly<Aggregate, "function">({
          function: fc.constantFrom(...AGGREGATE_FUNCTIONS),
          key: text,
          percent: fc.double({ noNaN: true, min: 0, max: 100 }).map((percent) => percent + 0),
        }, ["function"]),
        { maxLength: 3 },
      ),
    }, ["locator", "ontology", "aggregates"]),
    answer: fc.record({
      values: fc.array(
        fc.oneof(
          text,
          fc.boolean(),
          fc.double().filter((value) => !Object.is(value, -0)),
          fc.constantFrom(undefined, 2n ** 63n - 1n, 2 ** 53, -(2 ** 53), 2 ** 63, 1e300, NaN, Infinity, -Infinity),
        ),
        { maxLength: 4 },
      ),
    }, { noNullPrototype: true }),
  },
  query_explain: {
    request: fc.record({ query: jsonOrEmpty }, { noNullPrototype: true }),
    answer: fc.record({
      items,
      statistics: fc.record({
        topics: count,
        topicsPruned: count,
        chunks: count,
        chunksPruned: count,
        chunksByIndex: count,
        rowsScanned: count,
        bytesStored: count,
        bytesRead: count,
        elapsedNs: uint64,
      }, { noNullPrototype: true }),
    }, { noNullPrototype: true }),
  },
};

/** Names of all actions. */
export const ACTION_NAMES: readonly ActionName[] = Object.keys(ACTIONS) as ActionName[];

/** Commands of GetFlightInfo. */
export const flightInfoCommand: fc.Arbitrary<FlightInfoCommand> = partly<Required<FlightInfoCommand>, "locator">({
  locator: text,
  window: window.filter(({ startNs, endNs }) => startNs !== undefined || endNs !== undefined),
}, ["locator"]);

/** Commands of DoPut. */
export const putCommand: fc.Arbitrary<PutCommand> = fc.record({ locator: text, topicUuid: text }, {
  noNullPrototype: true,
});

/** Metadata of sequences; `uuid` of sessions is known to the JSON form only. */
export const sequenceMetadata: fc.Arbitrary<SequenceMetadata> = fc.record({
  locator: text,
  createdAtNs: int64,
  userMetadata: jsonOrEmpty,
  sessions: fc.array(
    partly<
      { locator: string; createdAtNs: bigint; completedAtNs: bigint; locked: boolean; topics: string[] },
      "locator" | "createdAtNs" | "locked" | "topics"
    >({
      locator: text,
      createdAtNs: int64,
      completedAtNs: int64,
      locked: fc.boolean(),
      topics: fc.array(text, { maxLength: 3 }),
    }, ["locator", "createdAtNs", "locked", "topics"]),
    { maxLength: 3 },
  ),
}, { noNullPrototype: true });

/** Metadata of topics. */
export const topicMetadata: fc.Arbitrary<TopicMetadata> = partly<
  Required<TopicMetadata>,
  Exclude<keyof TopicMetadata, "sessionLocator" | "completedAtNs" | "timeWindowInfo">
>({
  locator: text,
  sessionLocator: text.filter((session) => session !== ""),
  createdAtNs: int64,
  completedAtNs: int64,
  locked: fc.boolean(),
  ontologyTag: text,
  serializationFormat,
  userMetadata: jsonOrEmpty,
  dataInfo: partly<Required<TopicMetadata["dataInfo"]>, "totalRowCount" | "totalBytes" | "totalChunksCount">({
    interval,
    totalRowCount: uint64,
    totalBytes: uint64,
    totalChunksCount: uint64,
  }, ["totalRowCount", "totalBytes", "totalChunksCount"]),
  timeWindowInfo: partly<Required<NonNullable<TopicMetadata["timeWindowInfo"]>>, "rowCount">({
    interval,
    rowCount: uint64,
  }, ["rowCount"]),
}, ["locator", "createdAtNs", "locked", "ontologyTag", "serializationFormat", "userMetadata", "dataInfo"]);
