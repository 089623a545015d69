import assert from "node:assert/strict";
import { test } from "node:test";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { FlightDataSchema } from "../../../../proto/gen/flight_pb.ts";
import { concat, utf8 } from "../../../../src/base/mod.ts";
import { decodeFlightData, encodeFlightData } from "../../../../src/wire/flight/flight_data.ts";
import { commandDescriptor, pathDescriptor } from "../../../../src/wire/flight/mod.ts";

/** `bytes` as gRPC hands a message over: their end at a multiple of 64 in a buffer of its own. */
function received(bytes: Uint8Array): Uint8Array {
  const capacity = Math.ceil(bytes.length / 64) * 64;
  const out = new Uint8Array(new ArrayBuffer(capacity), capacity - bytes.length);
  out.set(bytes);
  return out;
}

/** For messages that nobody gives back. */
const keep = () => assert.fail("it was given back");

const full = {
  descriptor: commandDescriptor(utf8("do it")),
  header: Uint8Array.from({ length: 200 }, (_, i) => i),
  appMetadata: utf8("meta"),
  body: [new Uint8Array(16).fill(1), new Uint8Array(0), new Uint8Array(300_000).fill(2)],
};

test("encodeFlightData() writes what a protobuf library reads", () => {
  const slices = encodeFlightData(full);
  const data = fromBinary(FlightDataSchema, concat(slices));
  assert.deepEqual(data.flightDescriptor!.cmd, utf8("do it"));
  assert.deepEqual(data.dataHeader, full.header);
  assert.deepEqual(data.appMetadata, utf8("meta"));
  assert.deepEqual(data.dataBody, concat(full.body));
  assert.deepEqual(slices.slice(1), full.body, "the body is passed on in its own slices");
  assert.equal(slices[3], full.body[2]);
});

test("encodeFlightData() leaves out what is not there", () => {
  assert.equal(concat(encodeFlightData({})).length, 0);
  assert.equal(concat(encodeFlightData({ header: new Uint8Array(0), body: [new Uint8Array(0)] })).length, 0);
  assert.deepEqual([...concat(encodeFlightData({ appMetadata: new Uint8Array([7]) }))], [0x1a, 1, 7]);
});

test("decodeFlightData() answers views of the message, the body aligned to 8", () => {
  const message = received(toBinary(
    FlightDataSchema,
    create(FlightDataSchema, {
      flightDescriptor: pathDescriptor(["a", "b"]),
      dataHeader: full.header,
      appMetadata: full.appMetadata,
      dataBody: concat(full.body),
    }),
  ));
  const data = decodeFlightData(message, keep);
  assert.deepEqual(data.descriptor!.path, ["a", "b"]);
  assert.deepEqual([data.header, data.appMetadata], [full.header, full.appMetadata]);
  assert.deepEqual(data.body, concat(full.body));
  for (const part of [data.header, data.appMetadata, data.body]) assert.equal(part.buffer, message.buffer);
  assert.equal(data.body.byteOffset % 8, 0);
});

test("decodeFlightData() takes fields in any order, unknown ones, and repeated ones", () => {
  const body = Uint8Array.from({ length: 24 }, (_, i) => i);
  const message = received(concat([
    new Uint8Array([0xc2, 0x3e, 24]),
    body,
    new Uint8Array([0x12, 1, 9]), // header, replaced below
    new Uint8Array([0x20, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]), // field 4, varint
    new Uint8Array([0x29, 1, 2, 3, 4, 5, 6, 7, 8]), // field 5, 64 bits
    new Uint8Array([0x35, 1, 2, 3, 4]), // field 6, 32 bits
    new Uint8Array([0x3a, 2, 1, 2]), // field 7, bytes
    new Uint8Array([0x12, 2, 8, 8]),
    new Uint8Array([0x1a, 0]),
  ]));
  const data = decodeFlightData(message, keep);
  assert.equal(data.descriptor, undefined);
  assert.deepEqual([...data.header], [8, 8]);
  assert.equal(data.appMetadata.length, 0);
  assert.deepEqual(data.body, body);
  assert.equal(data.body.byteOffset % 8, 0, "aligned although it is not the last field");
});

test("decodeFlightData() gives the whole message back, once asked", () => {
  const message = received(concat(encodeFlightData({ header: utf8("h"), body: [new Uint8Array(16)] })));
  const released: Uint8Array[] = [];
  const data = decodeFlightData(message, (it) => released.push(it));
  assert.deepEqual(released, []);
  data.release();
  assert.equal(released[0], message);
});

test("decodeFlightData() of nothing is an empty message", () => {
  const { descriptor, header, appMetadata, body } = decodeFlightData(new Uint8Array(0), keep);
  assert.deepEqual([descriptor, header.length, appMetadata.length, body.length], [undefined, 0, 0, 0]);
});

test("decodeFlightData() refuses what is no FlightData", () => {
  const cases: Record<string, number[]> = {
    "a tag cut short": [0x80],
    "a length cut short": [0x12, 0x80],
    "a field longer than the message": [0x12, 5, 1, 2, 3, 4],
    "a length of 2^63": [0x12, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
    "a number that does not end": [0x20, ...new Array(11).fill(0x80)],
    "a group": [0x23, 0x24],
    "field 0": [0x02, 1, 1],
    "a 64-bit field cut short": [0x29, 1, 2, 3],
    "a descriptor that is none": [0x0a, 2, 0x12, 9],
  };
  for (const [what, bytes] of Object.entries(cases)) {
    assert.throws(() => decodeFlightData(Uint8Array.from(bytes), keep), { code: "rpc.internal" }, what);
  }
});

test("decodeFlightData() ends in a message or a typed error, whatever the bytes", () => {
  const bytes = concat(encodeFlightData({ ...full, body: [new Uint8Array(32)] }));
  let state = 1;
  const random = (below: number) => (state = Math.imul(state, 48_271) % 0x7fff_ffff, Math.abs(state) % below);
  for (let round = 0; round < 5_000; round++) {
    const damaged = bytes.slice(0, 1 + random(bytes.length));
    for (let i = random(4); i >= 0; i--) damaged[random(damaged.length)] = random(256);
    try {
      const data = decodeFlightData(damaged, keep);
      assert.ok(data.body.length + data.header.length + data.appMetadata.length <= damaged.length);
    } catch (error) {
      assert.equal((error as { code?: string }).code, "rpc.internal", String(error));
    }
  }
});
