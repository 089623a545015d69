/** Answers recorded from a real 0.5.0 server, replayed. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { env } from "node:process";
import { test } from "node:test";
import { fromBinary } from "@bufbuild/protobuf";
import {
  ActionSchema,
  FlightDescriptorSchema,
  FlightInfoSchema,
  ResultSchema,
} from "../../../../proto/gen/flight_pb.ts";
import { fromHex, fromUtf8, type JsonValue, parseJson, stringifyJson, utf8 } from "../../../../src/base/mod.ts";
import { ControlConnection } from "../../../../src/client/control/mod.ts";
import { RpcError } from "../../../../src/wire/flight/mod.ts";
import { FakeFlight, Status, status } from "./fake_flight.ts";

interface Call {
  readonly method: string;
  readonly request_hex: string;
  readonly responses_hex?: readonly string[];
  readonly status: string;
  readonly message?: string;
}

const data = env["MOSAICO_TEST_DATA"];
const path = `${data}/../protocol/golden/server-0.5.0.json`;
const skip = data === undefined ? "MOSAICO_TEST_DATA is not set" : !existsSync(path) ? "no transcript is there" : false;
if (skip) console.log(`golden_test.ts: skipped: ${skip}`);

const STATUS: Readonly<Record<string, number>> = {
  INVALID_ARGUMENT: Status.invalidArgument,
  NOT_FOUND: Status.notFound,
  UNIMPLEMENTED: Status.unimplemented,
};

/** A server that knows the recorded requests, however their JSON is spaced. */
function replay(): FakeFlight {
  const calls = (parseJson(readFileSync(path, "utf8")) as { calls: JsonValue }).calls as unknown as readonly Call[];
  const answers = new Map<string, Call>();
  for (const call of calls) {
    const request = fromHex(call.request_hex);
    if (call.method === "DoAction") {
      const { type, body } = fromBinary(ActionSchema, request);
      answers.set(keyOf(type, body), call);
    } else if (call.method !== "DoGet") {
      answers.set(keyOf(call.method, fromBinary(FlightDescriptorSchema, request).cmd), call);
    }
  }
  const answer = (name: string, body: Uint8Array): Uint8Array[] => {
    const call = answers.get(keyOf(name, body));
    assert.ok(call !== undefined, `${name} ${fromUtf8(body)} was not recorded`);
    if (call.status !== "OK") throw status(STATUS[call.status]!, call.message!);
    return call.responses_hex!.map(fromHex);
  };
  return new FakeFlight({
    doAction: (type, body) => answer(type, body).map((result) => fromBinary(ResultSchema, result).body),
    getFlightInfo: (cmd) => fromBinary(FlightInfoSchema, answer("GetFlightInfo", cmd)[0]!),
    getSchema: (cmd) => answer("GetSchema", cmd)[0]!,
  });
}

function keyOf(name: string, body: Uint8Array): string {
  return `${name} ${stringifyJson(parseJson(fromUtf8(body)))}`;
}

test("a real 0.5.0 server is recognised and read", { skip }, async () => {
  const control = await ControlConnection.over(replay());
  assert.deepEqual([control.era, control.info.version], ["version", "0.5.0"]);

  const sequence = await control.sequenceInfo("golden_raw");
  assert.equal(sequence.metadata.locator, "golden_raw");
  assert.deepEqual(sequence.metadata.userMetadata, { driver: "Ada", n: 1, nested: { a: [1, 2, { b: null }] } });
  assert.equal(sequence.metadata.sessions.length, 1);
  const [session] = sequence.metadata.sessions;
  assert.match(session!.locator, /^golden_raw:[0-9A-Z]{26}$/);
  assert.deepEqual([session!.locked, session!.topics], [true, ["golden_raw/imu"]]);
  assert.ok(session!.completedAtNs! > session!.createdAtNs);

  const [imu] = sequence.endpoints;
  assert.equal(sequence.endpoints.length, 1);
  assert.deepEqual([imu!.metadata.ontologyTag, imu!.metadata.serializationFormat], ["imu", "default"]);
  assert.deepEqual(imu!.metadata.userMetadata, { rate: 100 });
  assert.deepEqual(imu!.metadata.dataInfo, {
    interval: { startNs: 1000n, endNs: 1040n },
    totalBytes: 1857n,
    totalChunksCount: 1n,
  });
  assert.deepEqual(imu!.ticket, utf8("\x0egolden_raw/imu\0\0"));
  const window = await control.sequenceInfo("golden_raw", { startNs: 1010n, endNs: 1030n });
  assert.notDeepEqual(window.endpoints[0]!.ticket, imu!.ticket);

  const { fields } = (await control.topicSchema("golden_raw/imu"))!;
  assert.deepEqual(fields.map((field) => field.name), ["timestamp_ns", "frame_id", "acceleration"]);
  await assert.rejects(
    control.sequenceInfo("absent"),
    (error) => error instanceof RpcError && error.code === "rpc.not_found",
  );
});

test("a real 0.5.0 server answers queries and notifications", { skip }, async () => {
  const control = await ControlConnection.over(replay());
  const { items } = await control.call("query", { query: { sequence: { name: { $eq: "golden_raw" } } } });
  assert.deepEqual(items, [{ sequence: "golden_raw", topics: [{ locator: "golden_raw/imu", ontologyTag: "" }] }]);
  const note = { locator: "golden_raw/imu", notificationType: "error", message: "boom" };
  assert.deepEqual(await control.call("topic_notification_create", note), {});
  const [found] = await control.notifications("topic", "golden_raw/imu");
  assert.deepEqual([found!.sequence, found!.topic, found!.message], ["golden_raw", "/imu", "boom"]);
  assert.ok(found!.createdAtNs! > 0n);
  assert.deepEqual(await control.notifications("sequence", "golden_raw"), []);
});
