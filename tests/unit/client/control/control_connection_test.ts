import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { FlightInfoSchema } from "../../../../proto/gen/flight_pb.ts";
import { fromUtf8, isMosaicoError, parseJson, utf8 } from "../../../../src/base/mod.ts";
import { ControlConnection } from "../../../../src/client/control/mod.ts";
import { encapsulate, encodeSchema, type Schema } from "../../../../src/columnar/mod.ts";
import { jsonCodec, loadBinaryCodec, type TopicMetadata, topicSchemaMetadata } from "../../../../src/protocol/mod.ts";
import { RpcError } from "../../../../src/wire/flight/mod.ts";
import { FakeFlight, type Script, Status, status, unknownAction } from "./fake_flight.ts";

const INFO = {
  version: "0.7.0",
  semver: { major: 0, minor: 7, patch: 0 },
  config: { maxDecodeMessageBytes: 5, maxEncodeMessageBytes: 6, targetEncodeMessageBytes: 7 },
};
const SCHEMA: Schema = {
  fields: [{ name: "timestamp_ns", type: { kind: "int", bits: 64, signed: true }, nullable: false }],
};
const TOPIC: TopicMetadata = {
  locator: "drive/imu",
  createdAtNs: 1n,
  locked: true,
  ontologyTag: "IMU",
  serializationFormat: "image",
  userMetadata: { rate: 1 },
  dataInfo: { interval: { startNs: 1n, endNs: 2n }, totalRowCount: 3n, totalBytes: 4n, totalChunksCount: 5n },
};
const SEQUENCE = { locator: "drive", createdAtNs: 1n, userMetadata: { car: "v7" }, sessions: [] };
const ENDPOINT = { ticket: { ticket: utf8("t") }, appMetadata: jsonCodec.encodeTopicMetadata(TOPIC) };

async function connect(script: Script): Promise<{ control: ControlConnection; flight: FakeFlight }> {
  const flight = new FakeFlight({
    ...script,
    doAction: (type, body) => type === "info" ? [jsonCodec.encodeAnswer("info", INFO)] : script.doAction!(type, body),
  });
  const control = await ControlConnection.over(flight);
  flight.calls.length = 0;
  return { control, flight };
}

test("call() sends the request and reads the answer of all its results", async () => {
  const { control, flight } = await connect({
    doAction: (type, body) => {
      assert.deepEqual([type, fromUtf8(body)], ["session_create", '{"locator":"drive"}']);
      const answer = jsonCodec.encodeAnswer("session_create", { uuid: "u", locator: "drive:x" });
      return [answer.subarray(0, 9), answer.subarray(9)];
    },
  });
  const answer = await control.call("session_create", { locator: "drive" }, { timeoutMs: 7 });
  assert.deepEqual(answer, { uuid: "u", locator: "drive:x" });
  assert.equal(flight.lastOptions?.timeoutMs, 7);
  assert.deepEqual([control.era, control.info, control.limits.maxMessageBytes], ["info", INFO, 5]);
  await control.close();
  assert.equal(flight.closed, 1);
});

test("call() sends nothing that breaks a rule", async () => {
  const { control, flight } = await connect({});
  await assert.rejects(
    control.call("sequence_create", { locator: "a b", userMetadata: {} }),
    (error) => isMosaicoError(error, "message.invalid_request"),
  );
  assert.deepEqual(flight.calls, []);
});

test("errors of the server name action and locator, and keep class, status and cause", async () => {
  const { control } = await connect({
    doAction: () => {
      throw status(Status.notFound, " not found.");
    },
    getFlightInfo: () => {
      throw status(Status.notFound, " not found.");
    },
  });
  const named = (text: RegExp) => (error: unknown) => {
    assert.ok(error instanceof RpcError && error.code === "rpc.not_found" && error.cause instanceof RpcError);
    assert.match(error.message, text);
    return true;
  };
  await assert.rejects(
    control.call("topic_delete", { locator: "a/b" }),
    named(/^Cannot run topic_delete on "a\/b": .*not found/),
  );
  await assert.rejects(control.sequenceInfo("drive"), named(/^Cannot get sequence "drive": .*not found/));
  await assert.rejects(control.topicInfo("a/b"), named(/^Cannot get topic "a\/b": .*not found/));
});

test("an answer that is malformed names action and locator", async () => {
  const { control } = await connect({ doAction: () => [utf8("{}")] });
  await assert.rejects(control.call("session_create", { locator: "drive" }), (error) => {
    assert.ok(isMosaicoError(error, "message.unexpected_answer"));
    assert.match(error.message, /^Cannot run session_create on "drive": Cannot read the answer of session_create/);
    return true;
  });
});

test("page() gives one answer a result, skips empty ones, and cancels when left", async () => {
  const clusters = [0n, 1n, 2n].map((id) => ({ id, range: { startNs: id, endNs: id } }));
  const { control, flight } = await connect({
    doAction: () =>
      clusters.flatMap((cluster) => [new Uint8Array(0), jsonCodec.encodeAnswer("topic_filter_clusterize", cluster)]),
  });
  const request = { locator: "a/b", clusteringDtNs: 0n, ontology: {} };
  assert.deepEqual(await Array.fromAsync(control.page("topic_filter_clusterize", request)), clusters);
  assert.equal(flight.cancelled, false);
  for await (const { id } of control.page("topic_filter_clusterize", request)) {
    assert.equal(id, 0n);
    break;
  }
  assert.equal(flight.cancelled, true);
});

test("listSequences() joins the paths and passes over flights without one", async () => {
  const { control } = await connect({
    listFlights: () => [
      create(FlightInfoSchema, { flightDescriptor: { path: ["b"] } }),
      create(FlightInfoSchema),
      create(FlightInfoSchema, { flightDescriptor: { path: ["a"] } }),
    ],
  });
  assert.deepEqual(await control.listSequences(), ["b", "a"]);
});

test("sequenceInfo() asks with the window and reads sequence and topics", async () => {
  const { control } = await connect({
    getFlightInfo: (cmd) => {
      assert.deepEqual(parseJson(fromUtf8(cmd)), {
        resource_locator: "drive",
        timestamp_ns_start: 5,
        timestamp_ns_end: 2n ** 60n,
      });
      return { appMetadata: jsonCodec.encodeSequenceMetadata(SEQUENCE), endpoint: [ENDPOINT] };
    },
  });
  const info = await control.sequenceInfo("/drive", { startNs: 5n, endNs: 2n ** 60n });
  assert.deepEqual(info, { metadata: SEQUENCE, endpoints: [{ metadata: TOPIC, ticket: utf8("t") }] });
});

test("topicInfo() gives metadata, ticket and schema", async () => {
  const schema = encapsulate(encodeSchema(SCHEMA));
  const { control } = await connect({ getFlightInfo: () => ({ schema, endpoint: [ENDPOINT] }) });
  assert.deepEqual(await control.topicInfo("drive/imu"), { endpoint: { metadata: TOPIC, ticket: utf8("t") }, schema });
});

test("topicInfo() wants exactly one endpoint", async () => {
  for (const endpoint of [[], [ENDPOINT, ENDPOINT]]) {
    const { control } = await connect({ getFlightInfo: () => ({ endpoint }) });
    await assert.rejects(control.topicInfo("drive/imu"), /has (0|2) endpoints, expected 1/);
  }
});

test("locators and windows are checked before anything is sent", async () => {
  const { control, flight } = await connect({});
  const invalid = (error: unknown) => isMosaicoError(error, "message.invalid_locator");
  await assert.rejects(control.sequenceInfo("a/b"), invalid);
  await assert.rejects(control.sequenceInfo(""), invalid);
  await assert.rejects(control.topicInfo("a"), invalid);
  await assert.rejects(control.topicSchema("a b/c"), invalid);
  await assert.rejects(control.sequenceInfo("a", { startNs: 5n, endNs: 5n }), RangeError);
  assert.deepEqual(flight.calls, []);
});

test("topicSchema() reads the answer of GetSchema", async () => {
  const { control } = await connect({
    getSchema: (cmd) => {
      assert.equal(jsonCodec.decodeSchemaCommand(cmd), "drive/imu");
      return encapsulate(encodeSchema(SCHEMA));
    },
  });
  const { fields } = (await control.topicSchema("/drive/imu"))!;
  assert.deepEqual(fields.map(({ name, type }) => [name, type]), [["timestamp_ns", {
    kind: "int",
    bits: 64,
    signed: true,
  }]]);
});

test("topicSchema() ends in a typed error when the answer is no schema", async () => {
  const { control } = await connect({ getSchema: () => utf8("nonsense") });
  await assert.rejects(control.topicSchema("drive/imu"), (error) => isMosaicoError(error));
});

test("notifications() splits the locator and reads the date", async () => {
  const note = { notificationType: "error", message: "boom", createdDatetime: "1970-01-01 00:00:01 UTC" };
  const { control } = await connect({
    doAction: (type) => [
      jsonCodec.encodeAnswer(type as "sequence_notification_list", {
        notifications: [{ ...note, locator: "a" }, { ...note, locator: "a/b/c", createdDatetime: "?" }],
      }),
    ],
  });
  assert.deepEqual(await control.notifications("sequence", "a"), [
    { ...note, locator: "a", sequence: "a", createdAtNs: 1_000_000_000n },
    { ...note, locator: "a/b/c", createdDatetime: "?", sequence: "a", topic: "/b/c" },
  ]);
});

test("a 0.6 server is read with what its schemas say", async () => {
  const old = (locator: string) =>
    utf8(
      JSON.stringify({
        created_at_ns: 1,
        locked: true,
        resource_locator: locator,
        info: { chunks_number: 5, total_bytes: 4 },
      }),
    );
  const schema = encapsulate(encodeSchema({ ...SCHEMA, metadata: topicSchemaMetadata(TOPIC) }));
  const flight = new FakeFlight({
    doAction: (type) => {
      if (type === "version") return [utf8('{"action":"version","response":{"version":"0.6.0"}}')];
      throw unknownAction(type);
    },
    getFlightInfo: (cmd) => {
      const { locator, window } = jsonCodec.decodeFlightInfoCommand(cmd);
      const endpoint = [{
        ticket: { ticket: utf8(window === undefined ? "all" : "part") },
        appMetadata: old("drive/imu"),
      }];
      return locator === "drive"
        ? { endpoint, appMetadata: jsonCodec.encodeSequenceMetadata(SEQUENCE) }
        : { endpoint, schema };
    },
  });
  const control = await ControlConnection.over(flight);
  const { endpoints } = await control.sequenceInfo("drive", { startNs: 1n });
  assert.deepEqual(endpoints, [{
    ticket: utf8("part"),
    metadata: { ...TOPIC, dataInfo: { totalRowCount: 3n, totalBytes: 4n, totalChunksCount: 5n } },
  }]);
  assert.deepEqual((await control.topicSchema("drive/imu"))!.fields.map(({ name }) => name), ["timestamp_ns"]);
  assert.ok(!flight.calls.includes("getSchema"));
});

test("a server before 0.6 has no filters and calls names locators", async () => {
  const flight = new FakeFlight({
    doAction: (type, body) => {
      if (type === "version") return [utf8('{"action":"version","response":"0.5.0"}')];
      if (type !== "query") throw unknownAction(type);
      assert.equal(fromUtf8(body), '{"sequence":{"locator":{"$eq":"a"}}}');
      return [jsonCodec.encodeAnswer("query", { items: [] })];
    },
  });
  const control = await ControlConnection.over(flight);
  assert.deepEqual(await control.call("query", { query: { sequence: { name: { $eq: "a" } } } }), { items: [] });
  const request = { locator: "a/b", clusteringDtNs: 0n, ontology: {} };
  await assert.rejects(
    Array.fromAsync(control.page("topic_filter_clusterize", request)),
    (error) => isMosaicoError(error, "session.unsupported_action"),
  );
});

test("a server after 0.7 is spoken to in protobuf", async () => {
  const codec = await loadBinaryCodec();
  const flight = new FakeFlight({
    doAction: (type, body) => {
      if (type === "info") return [codec.encodeAnswer("info", INFO)];
      assert.deepEqual(codec.decodeRequest("sequence_delete", body), { locator: "drive" });
      return [];
    },
    getFlightInfo: (cmd) => {
      assert.deepEqual(codec.decodeFlightInfoCommand(cmd), { locator: "drive" });
      const endpoint = [{ ticket: ENDPOINT.ticket, appMetadata: codec.encodeTopicMetadata(TOPIC) }];
      return { appMetadata: codec.encodeSequenceMetadata(SEQUENCE), endpoint };
    },
  });
  const control = await ControlConnection.over(flight);
  assert.deepEqual(await control.call("sequence_delete", { locator: "drive" }), {});
  const info = await control.sequenceInfo("drive");
  assert.deepEqual(info, { metadata: SEQUENCE, endpoints: [{ metadata: TOPIC, ticket: utf8("t") }] });
});
