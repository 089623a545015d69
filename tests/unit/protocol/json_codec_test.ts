import assert from "node:assert/strict";
import { test } from "node:test";
import { create, toBinary } from "@bufbuild/protobuf";
import { ActionSchema } from "../../../proto/gen/flight_pb.ts";
import { fromUtf8, isMosaicoError, parseJson, toHex, utf8 } from "../../../src/base/mod.ts";
import {
  jsonCodec,
  readSchemaMetadata,
  sequenceSchemaMetadata,
  type TopicMetadata,
  topicSchemaMetadata,
} from "../../../src/protocol/mod.ts";

const malformed = (error: unknown) => isMosaicoError(error, "message.malformed");
const unexpected = (error: unknown) => isMosaicoError(error, "message.unexpected_answer");
const parsed = (bytes: Uint8Array) => parseJson(fromUtf8(bytes));

const TOPIC: TopicMetadata = {
  locator: "drive_1/sensors/imu",
  createdAtNs: 1_795_361_401_934_985_679n,
  completedAtNs: 1_795_361_402_000_097_311n,
  locked: true,
  ontologyTag: "IMU",
  serializationFormat: "default",
  userMetadata: { rate: 100 },
  dataInfo: { interval: { startNs: 1000n, endNs: 1040n }, totalRowCount: 5n, totalBytes: 3200n, totalChunksCount: 1n },
};

test("requests read as the Python SDK writes them", () => {
  const create = '{"session_uuid": "a7ec80f6-3b4e-4b9c-a039-18d745d444ba", "locator": "drive_1/sensors/imu", ' +
    '"serialization_format": "default", "ontology_tag": "IMU", "user_metadata": {"rate": 100}}';
  assert.deepEqual(jsonCodec.decodeRequest("topic_create", utf8(create)), {
    sessionUuid: "a7ec80f6-3b4e-4b9c-a039-18d745d444ba",
    locator: "drive_1/sensors/imu",
    serializationFormat: "default",
    ontologyTag: "IMU",
    userMetadata: { rate: 100 },
  });
  const sequence =
    '{"locator": "drive_1", "user_metadata": {"nested": {"a": [1, {"b": null}]}, "\\u00e9": "\\ud83d\\ude97"}}';
  assert.deepEqual(jsonCodec.decodeRequest("sequence_create", utf8(sequence)), {
    locator: "drive_1",
    userMetadata: { nested: { a: [1, { b: null }] }, é: "🚗" },
  });
  const clusterize = '{"locator": "d/imu", "clustering_dt_ns": 5, "ontology": {"IMU.acceleration.x": {"$gt": 1.0}}, ' +
    '"timestamp_range": null}';
  assert.deepEqual(jsonCodec.decodeRequest("topic_filter_clusterize", utf8(clusterize)), {
    locator: "d/imu",
    clusteringDtNs: 5n,
    ontology: { "IMU.acceleration.x": { $gt: 1 } },
  });
  const window = '{"resource_locator": "drive_1", "timestamp_ns_start": 1010, "timestamp_ns_end": 1030}';
  assert.deepEqual(jsonCodec.decodeFlightInfoCommand(utf8(window)), {
    locator: "drive_1",
    window: { startNs: 1010n, endNs: 1030n },
  });
});

test("requests are written as servers read them", () => {
  const info = create(ActionSchema, { type: "info", body: jsonCodec.encodeRequest("info", {}) });
  assert.equal(toHex(toBinary(ActionSchema, info)), "0a04696e666f12027b7d");
  assert.equal(fromUtf8(jsonCodec.encodeRequest("session_create", { locator: "drive_1" })), '{"locator":"drive_1"}');
  assert.equal(fromUtf8(jsonCodec.encodeFlightInfoCommand({ locator: "a", window: {} })), '{"resource_locator":"a"}');
  const query = { topic: { name: { $eq: "/x" } } };
  assert.deepEqual(parsed(jsonCodec.encodeRequest("query", { query })), query);
});

test("answers are one envelope, void answers null", () => {
  const finalize = jsonCodec.encodeAnswer("session_finalize", {});
  assert.equal(fromUtf8(finalize), '{"action":"session_finalize","response":null}');
  const session = { uuid: "u", locator: "l" };
  const answer = parsed(jsonCodec.encodeAnswer("session_create", { ...session, extra: 1 } as typeof session));
  assert.deepEqual(answer, { action: "session_create", response: session });
});

test("a void answer is taken in all the ways servers say it", () => {
  const texts = [
    '{"action":"sequence_delete","response":null}',
    '{"action":"empty"}',
    '{"action":"other","response":{}}',
    "",
  ];
  for (const text of texts) assert.deepEqual(jsonCodec.decodeAnswer("sequence_delete", [utf8(text)]), {});
  assert.deepEqual(jsonCodec.decodeAnswer("sequence_delete", []), {});
  assert.throws(() => jsonCodec.decodeAnswer("sequence_delete", [utf8("[]")]), malformed);
});

test("an answer that is due must be there, and of the action asked", () => {
  const read = (text: string) => jsonCodec.decodeAnswer("topic_create", [utf8(text)]);
  assert.deepEqual(read('{"action": "topic_create", "response": {"uuid": "u", "more": 1}}'), { uuid: "u" });
  assert.deepEqual(read('{"response": {"uuid": "u"}}'), { uuid: "u" });
  assert.throws(() => read('{"action":"topic_create","response":null}'), unexpected);
  assert.throws(() => read('{"action":"session_create","response":{"uuid":"u"}}'), /it answers "session_create"/);
  assert.throws(() => read(""), malformed);
  assert.throws(() => read('{"action":"topic_create","response":{"uuid":"u"}}{}'), malformed);
});

test("errors name message, field, value and expectation", () => {
  const read = (text: string) => () => jsonCodec.decodeRequest("topic_create", utf8(text));
  assert.throws(read('{"locator":1}'), /Cannot read topic_create: "session_uuid" is missing, expected text/);
  assert.throws(
    read('{"session_uuid":"u","locator":"l","serialization_format":"fast"}'),
    /"serialization_format" is "fast", expected one of default, ragged, image/,
  );
  assert.throws(() => jsonCodec.decodeRequest("sequence_delete", utf8("[1]")), /it is an array, expected an object/);
  assert.throws(
    () => jsonCodec.decodeRequest("topic_filter_intersect", utf8('{"topics":[{"locator":"a","clustering_dt_ns":-1}]}')),
    /"topics\[0\]\.clustering_dt_ns" is -1, expected an unsigned 64-bit integer/,
  );
  assert.throws(
    () => jsonCodec.decodeRequest("sequence_create", utf8('{"locator": "a", "user_metadata": {"x": NaN}}')),
    malformed,
  );
  assert.throws(() => jsonCodec.decodeRequest("sequence_create", new Uint8Array([0x22, 0xff, 0x22])), malformed);
});

test("64-bit integers stay exact, and none is invented", () => {
  const at = (time: string) =>
    jsonCodec.decodeFlightInfoCommand(utf8(`{"resource_locator":"a","timestamp_ns_start":${time}}`));
  for (const time of ["9223372036854775807", "-9223372036854775808", "1795361401934985679", "0"]) {
    assert.equal(at(time).window?.startNs, BigInt(time));
    const bytes = jsonCodec.encodeFlightInfoCommand({ locator: "a", window: { startNs: BigInt(time) } });
    assert.ok(fromUtf8(bytes).includes(`:${time}}`));
  }
  for (const time of ["9223372036854775808", "1.5", "1e30", '"5"', "true", `${"9".repeat(400)}`]) {
    assert.throws(() => at(time), malformed, time);
  }
});

test("topic metadata serves SDK 0.5, 0.6 and 0.7 at once", () => {
  const topic = { ...TOPIC, timeWindowInfo: { rowCount: 0n } };
  assert.deepEqual(parsed(jsonCodec.encodeTopicMetadata(topic)), {
    created_at_ns: 1_795_361_401_934_985_679n,
    completed_at_ns: 1_795_361_402_000_097_311n,
    locked: true,
    resource_locator: "drive_1/sensors/imu",
    ontology_tag: "IMU",
    serialization_format: "default",
    user_metadata: { rate: 100 },
    data_info: {
      interval: { start_ns: 1000, end_ns: 1040 },
      total_row_count: 5,
      total_bytes: 3200,
      total_chunks_count: 1,
    },
    time_window_info: { interval: null, row_count: 0 },
    info: { chunks_number: 1, total_bytes: 3200, timestamp: { start_ns: 1000, end_ns: 1040 } },
  });
});

test("topic metadata of a 0.5 server is read as far as it goes", () => {
  const text = '{"created_at_ns":1795364185731211414,"completed_at_ns":1795364190698404022,"locked":true,' +
    '"resource_locator":"golden_raw/imu","info":{"chunks_number":1,"total_bytes":1857,"timestamp":{"start_ns":1000,"end_ns":1040}}}';
  assert.deepEqual(jsonCodec.decodeTopicMetadata(utf8(text)), {
    locator: "golden_raw/imu",
    createdAtNs: 1_795_364_185_731_211_414n,
    completedAtNs: 1_795_364_190_698_404_022n,
    locked: true,
    ontologyTag: "",
    serializationFormat: "default",
    userMetadata: {},
    dataInfo: { interval: { startNs: 1000n, endNs: 1040n }, totalBytes: 1857n, totalChunksCount: 1n },
  });
  const open = '{"created_at_ns":1,"completed_at_ns":null,"locked":false,"resource_locator":"a/b","info":null}';
  assert.deepEqual(jsonCodec.decodeTopicMetadata(utf8(open)).dataInfo, { totalBytes: 0n, totalChunksCount: 0n });
});

test("sequence metadata carries uuid and locator of sessions, and reads without", () => {
  const session = { uuid: "u", locator: "a:x", createdAtNs: 1n, locked: false, topics: ["a/b"] };
  const metadata = { locator: "a", createdAtNs: 2n ** 62n, userMetadata: {}, sessions: [session] };
  const bytes = jsonCodec.encodeSequenceMetadata(metadata);
  assert.deepEqual(parsed(bytes), {
    resource_locator: "a",
    created_at_ns: 2n ** 62n,
    user_metadata: {},
    sessions: [{ uuid: "u", locator: "a:x", created_at_ns: 1, completed_at_ns: null, locked: false, topics: ["a/b"] }],
  });
  assert.deepEqual(jsonCodec.decodeSequenceMetadata(bytes), metadata);
  const old = '{"created_at_ns":1,"resource_locator":"a"}';
  assert.deepEqual(jsonCodec.decodeSequenceMetadata(utf8(old)), {
    locator: "a",
    createdAtNs: 1n,
    userMetadata: {},
    sessions: [],
  });
});

test("version answers are read as an object, with or without numbers, and as text", () => {
  const read = (response: string) =>
    jsonCodec.decodeAnswer("version", [utf8(`{"action":"version","response":${response}}`)]);
  const semver = { major: 0, minor: 5, patch: 0 };
  assert.deepEqual(read('{"version":"0.5.0","semver":{"major":0,"minor":5,"patch":0,"pre":""}}'), {
    version: "0.5.0",
    semver,
  });
  assert.deepEqual(read('{"version":"0.5.0"}'), { version: "0.5.0", semver });
  assert.deepEqual(read('"0.5.0"'), { version: "0.5.0", semver });
});

test("query answers of 0.5 have no tag", () => {
  const text =
    '{"action":"query","response":{"items":[{"sequence":"golden_raw","topics":[{"locator":"golden_raw/imu"}]}]}}';
  assert.deepEqual(jsonCodec.decodeAnswer("query", [utf8(text)]), {
    items: [{ sequence: "golden_raw", topics: [{ locator: "golden_raw/imu", ontologyTag: "" }] }],
  });
});

test("schema metadata for servers and clients before 0.7 comes back equal", () => {
  assert.deepEqual(readSchemaMetadata(topicSchemaMetadata(TOPIC)), {
    userMetadata: { rate: 100 },
    ontologyTag: "IMU",
    serializationFormat: "default",
    totalRowCount: 5n,
  });
  const sequence = sequenceSchemaMetadata({ a: 1 });
  assert.equal(sequence.get("mosaico:context"), "sequence");
  assert.deepEqual(readSchemaMetadata(sequence), { userMetadata: { a: 1 } });
  assert.deepEqual(readSchemaMetadata(undefined), { userMetadata: {} });
  assert.throws(() => readSchemaMetadata(new Map([["mosaico:properties", "{"]])), malformed);
});
