import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import {
  FlightDescriptor_DescriptorType as DescriptorType,
  FlightDescriptorSchema,
} from "../../../proto/gen/flight_pb.ts";
import { concat, fromUtf8, isMosaicoError, utf8 } from "../../../src/base/mod.ts";
import {
  BatchBuilder,
  encapsulate,
  schemaFingerprintText,
  SparseEncoder,
  ZeroFrameCodec,
} from "../../../src/columnar/mod.ts";
import { ServerDirectory } from "../../../src/server/storage/mod.ts";
import { commandOf, metadataOf, ServiceFixture } from "./service_support.ts";
import { temporaryFolder } from "../../support/folder.ts";
import { CODECS, message, range, SCHEMA, SCHEMA_HEADER } from "./support.ts";

/** Asserts that `work` fails with this status, and a text that holds `words`. */
async function refused(work: Promise<unknown>, code: string, words: string): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(isMosaicoError(error), String(error));
    assert.equal(`${error.code}: ${error.message}`.slice(0, 4 + code.length), `rpc.${code}`);
    assert.ok(error.message.includes(words), error.message);
    assert.ok(error.message.endsWith("."), error.message);
    return true;
  });
}

const UUID = "01234567-89ab-cdef-0123-456789abcdef";

test("info and version say what SDKs look for", async () => {
  await using fixture = await ServiceFixture.start();
  const [info] = await fixture.rawAction("info", "{}");
  assert.deepEqual(JSON.parse(fromUtf8(info!)), {
    action: "info",
    response: {
      version: "0.7.0",
      semver: { major: 0, minor: 7, patch: 0 },
      config: {
        grpc_max_decode_message_size: 52_428_800,
        grpc_max_encode_message_size: 536_870_912,
        grpc_target_encode_message_size: 26_214_400,
      },
    },
  });
  const [version] = await fixture.rawAction("version", "{}");
  assert.equal(JSON.parse(fromUtf8(version!)).response.version, "0.7.0");
});

test("actions answer strict objects, and null where there is nothing to say", async () => {
  await using fixture = await ServiceFixture.start();
  const run = async (action: string, request: unknown) =>
    (await fixture.rawAction(action, JSON.stringify(request))).map((body) => JSON.parse(fromUtf8(body)));
  assert.deepEqual(await run("sequence_create", { locator: "d", user_metadata: {} }), [
    { action: "sequence_create", response: null },
  ]);
  const [session] = await run("session_create", { locator: "d" });
  assert.deepEqual(Object.keys(session.response), ["uuid", "locator"]);
  assert.match(session.response.locator, /^d:[0-9A-HJKMNP-TV-Z]{26}$/);
  const [topic] = await run("topic_create", {
    session_uuid: session.response.uuid,
    locator: "d/a/b",
    serialization_format: "default",
    ontology_tag: "IMU",
    user_metadata: { rate: 100 },
    extra: "ignored",
  });
  assert.deepEqual(Object.keys(topic.response), ["uuid"]);
});

test("actions refuse what they cannot do, with the status of the reference server", async () => {
  await using fixture = await ServiceFixture.start();
  const { uuid, locator: sessionLocator } = await fixture.openSession("d");
  const raw = (action: string, body: unknown) =>
    fixture.rawAction(action, typeof body === "string" ? body : JSON.stringify(body));
  const topic = { serialization_format: "default", ontology_tag: "IMU", user_metadata: {}, session_uuid: uuid };

  await refused(raw("nope", "{}"), "invalid_argument", "Bad request: no available action for string `nope`.");
  await refused(raw("info", "{"), "invalid_argument", "Bad request");
  await refused(raw("session_create", {}), "invalid_argument", '"locator" is missing');
  await refused(raw("session_create", { locator: 5 }), "invalid_argument", "locator");
  await refused(raw("sequence_create", { locator: "d", user_metadata: {} }), "already_exists", "d already exists");
  await refused(raw("sequence_create", { locator: "/e", user_metadata: {} }), "invalid_argument", "/e is not a valid");
  await refused(
    raw("sequence_create", { locator: "e f", user_metadata: {} }),
    "invalid_argument",
    "e f is not a valid",
  );
  await refused(raw("sequence_create", { locator: "e", user_metadata: { "a.b": 1 } }), "invalid_argument", "a.b");
  await refused(raw("sequence_create", { locator: "e", user_metadata: null }), "invalid_argument", "user_metadata");
  await refused(raw("session_create", { locator: "absent" }), "not_found", "absent not found");
  await refused(raw("topic_create", { ...topic, locator: "d" }), "invalid_argument", 'locator "d" is not a valid');
  await refused(raw("topic_create", { ...topic, locator: "other/x" }), "permission_denied", "other/x");
  await refused(
    raw("topic_create", { ...topic, locator: "d/x", session_uuid: "x" }),
    "invalid_argument",
    "x is not a valid UUID",
  );
  await refused(raw("topic_create", { ...topic, locator: "d/x", session_uuid: UUID }), "not_found", UUID);
  await refused(
    raw("topic_create", { ...topic, locator: "d/x", serialization_format: "odd" }),
    "invalid_argument",
    "odd",
  );
  await refused(raw("session_finalize", { session_uuid: uuid }), "failed_precondition", "is empty");
  await refused(raw("session_finalize", { session_uuid: UUID }), "not_found", UUID);
  await fixture.createTopic(uuid, "d/x");
  await refused(raw("topic_create", { ...topic, locator: "d/x" }), "already_exists", "d/x already exists");
  await refused(
    raw("session_finalize", { session_uuid: uuid }),
    "failed_precondition",
    "DoPut not called for topic `d/x`",
  );
  await refused(raw("sequence_delete", { locator: "absent" }), "not_found", "absent");
  await refused(raw("topic_delete", { locator: "d/absent" }), "not_found", "d/absent");
  await refused(raw("session_delete", { locator: sessionLocator.slice(0, -1) }), "invalid_argument", "locator");
  await refused(
    raw("session_delete", { locator: "d:01M81Y1W8YMY1XHK9HGW9P2DY1" }),
    "not_found",
    "d:01M81Y1W8YMY1XHK9HGW9P2DY1",
  );
  await refused(raw("topic_notification_list", { locator: "d/absent" }), "not_found", "d/absent");
});

test("listFlights names every sequence once, oldest first", async () => {
  await using fixture = await ServiceFixture.start();
  for (const name of ["b", "a", "c"]) await fixture.openSession(name);
  const paths = fixture.listFlights().map(({ flightDescriptor }) => [flightDescriptor!.type, flightDescriptor!.path]);
  assert.deepEqual(paths, ["b", "a", "c"].map((name) => [DescriptorType.PATH, [name]]));
  assert.equal(fixture.listFlights(utf8("/")).length, 3);
  assert.throws(() => fixture.listFlights(utf8("x")), (error) => isMosaicoError(error, "rpc.invalid_argument"));
});

test("getFlightInfo() describes a sequence to SDKs 0.5, 0.6 and 0.7", async () => {
  await using fixture = await ServiceFixture.start();
  await fixture.record("d", { "a/imu": [message(range(1000, 1010)), message(range(1010, 1040))], "b": [] });
  const info = await fixture.info({ resource_locator: "d" });
  const metadata = metadataOf(info);
  assert.equal(metadata["resource_locator"], "d");
  assert.deepEqual(metadata["user_metadata"], {});
  assert.equal(typeof metadata["created_at_ns"], "bigint");
  const [session] = metadata["sessions"] as Record<string, unknown>[];
  assert.deepEqual(session!["topics"], ["d/a/imu", "d/b"]);
  assert.equal(session!["locked"], true);
  assert.equal(typeof session!["completed_at_ns"], "bigint");
  assert.equal(typeof session!["uuid"], "string");
  assert.equal(info.endpoint.length, 2);
  const [imu, empty] = info.endpoint.map(metadataOf);
  const bytes = [message(range(1000, 1010)), message(range(1010, 1040))]
    .reduce((sum, { header, body }) => sum + header.byteLength + body.byteLength, 0);
  const interval = { start_ns: 1000, end_ns: 1039 };
  assert.deepEqual({ ...imu, created_at_ns: 0, completed_at_ns: 0, session_locator: 0 }, {
    created_at_ns: 0,
    completed_at_ns: 0,
    locked: true,
    resource_locator: "d/a/imu",
    session_locator: 0,
    ontology_tag: "IMU",
    serialization_format: "default",
    user_metadata: { rate: 100 },
    data_info: { interval, total_row_count: 40, total_bytes: bytes, total_chunks_count: 2 },
    time_window_info: null,
    info: { chunks_number: 2, total_bytes: bytes, timestamp: interval },
  });
  assert.deepEqual((empty!["data_info"] as Record<string, unknown>)["interval"], null);
  assert.equal(empty!["locked"], true);
});

test("getFlightInfo() with a window counts the rows inside, and its tickets keep the window", async () => {
  await using fixture = await ServiceFixture.start();
  const batches = [range(0, 10), range(10, 20), range(20, 30)].map((times) => message(times));
  await fixture.record("d", { x: batches });
  const cases: [start: number | undefined, end: number | undefined][] = [
    [5, 25],
    [0, 30],
    [10, 20],
    [-100, 1],
    [29, 1000],
    [undefined, 15],
    [15, undefined],
    [30, 40],
    [12, 13],
  ];
  for (const [start, end] of cases) {
    const expected = range(0, 30).filter((time) =>
      (start === undefined || time >= start) && (end === undefined || time < end)
    );
    const info = await fixture.info({
      resource_locator: "d/x",
      ...(start === undefined ? {} : { timestamp_ns_start: start }),
      ...(end === undefined ? {} : { timestamp_ns_end: end }),
    });
    const [endpoint] = info.endpoint;
    assert.deepEqual(metadataOf(endpoint!)["time_window_info"], {
      interval: expected.length === 0 ? null : { start_ns: expected[0], end_ns: expected.at(-1) },
      row_count: expected.length,
    });
    const download = await fixture.get(endpoint!.ticket!.ticket);
    assert.deepEqual(download.times, expected);
    assert.deepEqual(download.rows.map((row) => row["x"]), expected);
    assert.ok(download.sizes.every((size) => size > 0));
  }
});

test("what a window cuts out of sparse batches is as sparse as they are", async () => {
  await using folder = await temporaryFolder();
  const codecs = CODECS.map((codec) => new ZeroFrameCodec(codec, { shared: true }));
  await using fixture = await ServiceFixture.start(
    undefined,
    { workers: 0 },
    await ServerDirectory.open(folder.path, { codecs }),
  );
  const times = range(0, 4_000);
  const builder = new BatchBuilder(SCHEMA);
  for (const time of times) builder.append(BigInt(time), { x: time, label: undefined });
  const { header, body } = new SparseEncoder(CODECS[0]).encode(builder.finish());
  await fixture.record("d", { x: [{ header, body: concat(body) }] });
  const whole = await fixture.get(utf8(JSON.stringify({ resource_locator: "d/x" })));
  const part = await fixture.get(utf8(JSON.stringify({ resource_locator: "d/x", timestamp_ns_start: 1_001 })));
  assert.deepEqual([whole.times, part.times], [times, times.slice(1_001)]);
  assert.deepEqual(part.rows, whole.rows.slice(1_001));
  assert.ok(part.byteLength < 0.8 * whole.byteLength, `${part.byteLength} of ${whole.byteLength} bytes`);
});

test("getFlightInfo() and getSchema() refuse what is none of theirs", async () => {
  await using fixture = await ServiceFixture.start();
  await fixture.record("d", { x: [] });
  const path = create(FlightDescriptorSchema, { type: DescriptorType.PATH, path: ["d"] });
  const context = { metadata: new Map(), signal: new AbortController().signal, peer: "" };
  await refused(fixture.service.getFlightInfo(context, path), "invalid_argument", "Unsupported descriptor");
  const bad = create(FlightDescriptorSchema, { type: DescriptorType.CMD, cmd: utf8("nonsense") });
  await refused(fixture.service.getFlightInfo(context, bad), "invalid_argument", "Bad request");
  await refused(fixture.info({ resource_locator: "absent" }), "not_found", "absent not found");
  await refused(fixture.info({ resource_locator: "d/absent" }), "not_found", "d/absent not found");
  await refused(fixture.info({ resource_locator: "" }), "invalid_argument", "locator");
  await refused(fixture.info({ resource_locator: "d/../e" }), "invalid_argument", "locator");
  const window = { timestamp_ns_start: 5, timestamp_ns_end: 5 };
  await refused(fixture.info({ resource_locator: "d", ...window }), "invalid_argument", "timestamp range");
  await refused(fixture.schema("d"), "invalid_argument", "d is not a valid topic locator");
  await refused(fixture.schema("d/y"), "not_found", "d/y");
  await refused(fixture.get(utf8("foreign")), "invalid_argument", "Bad request");
});

test("the schema comes back as it was sent", async () => {
  await using fixture = await ServiceFixture.start();
  await fixture.record("d", { x: [message([1])] });
  assert.deepEqual(await fixture.schema("d/x"), encapsulate(SCHEMA_HEADER));
  const info = await fixture.info({ resource_locator: "d/x" });
  const { schema } = await fixture.get(info.endpoint[0]!.ticket!.ticket);
  assert.equal(schemaFingerprintText(schema.fields), schemaFingerprintText(SCHEMA.fields));
  const properties = JSON.parse(schema.metadata!.get("mosaico:properties")!);
  assert.equal(properties.ontology_tag, "IMU");
  assert.equal(schema.metadata!.get("mosaico:context"), "topic");
  assert.equal(schema.metadata!.get("mosaico:user_metadata"), '{"rate":100}');
});

test("doPut() holds the rules of uploads", async () => {
  await using fixture = await ServiceFixture.start();
  const { uuid: session } = await fixture.openSession("d");
  const uuid = await fixture.createTopic(session, "d/x");
  const descriptor = commandOf({ resource_locator: "d/x", topic_uuid: uuid });
  const path = create(FlightDescriptorSchema, { type: DescriptorType.PATH, path: ["d"] });

  await refused(fixture.rawPut([]), "invalid_argument", "Unsupported descriptor");
  await refused(fixture.rawPut([{ header: SCHEMA_HEADER }]), "invalid_argument", "Unsupported descriptor");
  await refused(
    fixture.rawPut([{ descriptor: path, header: SCHEMA_HEADER }]),
    "invalid_argument",
    "Unsupported descriptor",
  );
  await refused(fixture.rawPut([{ descriptor }]), "invalid_argument", "schema");
  await refused(fixture.rawPut([{ descriptor, header: Uint8Array.of(1, 2, 3) }]), "invalid_argument", "Bad request");
  await refused(fixture.rawPut([{ descriptor, header: message([1]).header }]), "invalid_argument", "Bad request");
  await refused(fixture.put("d/y", uuid, []), "not_found", "d/y");
  await refused(fixture.put("d/x", "x", []), "invalid_argument", "x is not a valid UUID");
  await refused(fixture.put("d/x", UUID, []), "not_found", UUID);
  await refused(fixture.put("d/x", uuid, [{ header: SCHEMA_HEADER }]), "aborted", "Unsupported stream message");
  await refused(fixture.put("d/x", uuid, [{}]), "aborted", "Unsupported stream message");
  await refused(fixture.put("d/x", uuid, [{ header: Uint8Array.of(1) }]), "invalid_argument", "Bad request");
  const finalize = () => fixture.act("session_finalize", { sessionUuid: session });
  await refused(finalize(), "failed_precondition", "has not ended well");

  // While one upload runs there is no other, and no end of the session.
  await fixture.put(
    "d/x",
    uuid,
    async function* () {
      yield message(range(0, 5));
      await refused(fixture.put("d/x", uuid, []), "failed_precondition", "`d/x` is already uploading data");
      await refused(finalize(), "failed_precondition", "`d/x` is already uploading data");
      const [endpoint] = (await fixture.info({ resource_locator: "d/x" })).endpoint;
      assert.equal(metadataOf(endpoint!)["locked"], false);
      assert.deepEqual((await fixture.get(endpoint!.ticket!.ticket)).times, range(0, 5)); // live data can be seen
      yield message(range(5, 9));
    }(),
  );
  await refused(fixture.put("d/x", uuid, []), "failed_precondition", "`d/x` has already been uploaded and finalized");
  await finalize();
  await refused(finalize(), "failed_precondition", "already finalized");
  await refused(fixture.createTopic(session, "d/z"), "failed_precondition", "already finalized");
});

test("doPut() of damaged and hostile messages stores nothing of them and fails in words", async () => {
  await using fixture = await ServiceFixture.start();
  const { uuid: session } = await fixture.openSession("d");
  const { header, body } = message(range(0, 50));
  let random = 7;
  for (let i = 0; i < 60; i++) {
    const locator = `d/t${i}`;
    const uuid = await fixture.createTopic(session, locator);
    const damaged = header.slice();
    for (let k = 0; k < 4; k++) {
      random = (random * 1_103_515_245 + 12_345) & 0x7fff_ffff;
      damaged[random % damaged.length] = random >>> 16;
    }
    const outcome = await fixture.put(locator, uuid, [message([1]), { header: damaged, body: body.slice() }])
      .then(() => "stored", (error) => error.code);
    assert.ok(["stored", "rpc.invalid_argument", "rpc.aborted"].includes(outcome), outcome);
    const [endpoint] = (await fixture.info({ resource_locator: locator })).endpoint;
    await fixture.get(endpoint!.ticket!.ticket); // whatever was stored can be read
  }
});

test("deletes remove sequences, sessions and topics, finalized or not, with their files", async () => {
  await using fixture = await ServiceFixture.start();
  const files = async () => (await readdir(join(fixture.directory.path, "data"))).length;
  await fixture.record("d", { a: [message([1])], b: [message([2])] });
  const session = await fixture.act("session_create", { locator: "d" });
  await fixture.put("d/c", await fixture.createTopic(session.uuid, "d/c"), [message([3])]);
  await fixture.record("e", { a: [message([1])] });
  assert.equal(await files(), 4);

  await fixture.act("topic_delete", { locator: "d/a" });
  assert.equal(await files(), 3);
  await refused(fixture.info({ resource_locator: "d/a" }), "not_found", "d/a");
  await fixture.act("session_delete", { locator: session.locator });
  assert.equal(await files(), 2);
  await refused(fixture.info({ resource_locator: "d/c" }), "not_found", "d/c");
  await fixture.act("sequence_delete", { locator: "d" });
  assert.equal(await files(), 1);
  assert.deepEqual(fixture.listFlights().map(({ flightDescriptor }) => flightDescriptor!.path), [["e"]]);
  await fixture.record("d", { a: [message([9])] }); // the name is free again
  assert.deepEqual(
    (await fixture.get((await fixture.info({ resource_locator: "d/a" })).endpoint[0]!.ticket!.ticket)).times,
    [9],
  );
});

test("deleting a topic under upload ends the upload", async () => {
  await using fixture = await ServiceFixture.start();
  const { uuid: session } = await fixture.openSession("d");
  const uuid = await fixture.createTopic(session, "d/x");
  const put = fixture.put(
    "d/x",
    uuid,
    async function* () {
      yield message([1]);
      await fixture.act("topic_delete", { locator: "d/x" });
      yield message([2]);
    }(),
  );
  await refused(put, "aborted", "it was deleted");
  assert.deepEqual(await readdir(join(fixture.directory.path, "data")), []);
});

test("notifications are kept for sequences and topics apart", async () => {
  await using fixture = await ServiceFixture.start();
  await fixture.record("d", { x: [] });
  const note = { notificationType: "error", message: "it's broken" };
  await fixture.act("sequence_notification_create", { locator: "d", ...note });
  await fixture.act("topic_notification_create", { locator: "d/x", ...note, message: "of the topic" });
  await fixture.act("topic_notification_create", { locator: "d/x", ...note, message: "again" });
  const list = async (action: "sequence_notification_list" | "topic_notification_list", locator: string) =>
    (await fixture.act(action, { locator })).notifications;
  const [ofSequence, ...more] = await list("sequence_notification_list", "d");
  assert.equal(more.length, 0);
  assert.equal(ofSequence!.locator, "d");
  assert.equal(ofSequence!.message, "it's broken");
  assert.match(ofSequence!.createdDatetime, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} UTC$/);
  assert.deepEqual((await list("topic_notification_list", "d/x")).map(({ message }) => message), [
    "of the topic",
    "again",
  ]);
  await fixture.act("topic_notification_purge", { locator: "d/x" });
  assert.deepEqual(await list("topic_notification_list", "d/x"), []);
  assert.equal((await list("sequence_notification_list", "d")).length, 1);
  await refused(
    fixture.act("sequence_notification_create", { locator: "d", ...note, notificationType: "odd" }),
    "invalid_argument",
    "notification_type",
  );
});

test("API keys are asked of every call, and allow what their scopes say", async () => {
  const expired = new Date(Date.now() - 1000);
  await using fixture = await ServiceFixture.start([
    { token: "reader", scopes: ["read"] },
    { token: "writer", scopes: ["write"] },
    { token: "admin", scopes: ["read", "write", "delete"] },
    { token: "old", scopes: ["read"], expiresAt: expired },
  ]);
  const withKey = (token: string | undefined) =>
    fixture.headers = token === undefined ? {} : { "mosaico-api-key-token": token };
  const create = () => fixture.act("sequence_create", { locator: "d", userMetadata: {} });

  await refused(fixture.act("info", {}), "permission_denied", "Missing API key in request header.");
  await refused(fixture.rawAction("nope", "{}"), "permission_denied", "Missing API key");
  withKey("stranger");
  await refused(fixture.act("info", {}), "permission_denied", "Unauthorized: API key does not exist.");
  withKey("old");
  await refused(fixture.act("info", {}), "permission_denied", "Unauthorized: API key is expired.");
  withKey("reader");
  await fixture.act("info", {});
  assert.deepEqual(fixture.listFlights(), []);
  await refused(create(), "permission_denied", "not enough permissions to execute `sequence_create` action");
  await refused(fixture.rawPut([]), "permission_denied", "does not have WRITE permissions");
  withKey("writer");
  await create();
  await refused(fixture.act("sequence_delete", { locator: "d" }), "permission_denied", "`sequence_delete`");
  assert.throws(() => fixture.listFlights(), (error) => isMosaicoError(error, "rpc.permission_denied"));
  await refused(fixture.info({ resource_locator: "d" }), "permission_denied", "does not have READ permissions");
  withKey("admin");
  await fixture.act("sequence_delete", { locator: "d" });
});
