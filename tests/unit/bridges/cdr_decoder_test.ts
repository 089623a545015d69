import assert from "node:assert/strict";
import { test } from "node:test";
import { CdrWriter, EncapsulationKind } from "@foxglove/cdr";
import { isMosaicoError } from "../../../src/base/mod.ts";
import { CdrDecoder } from "../../../src/bridges/ros/cdr_decoder.ts";
import { parseRosDefinition } from "../../../src/bridges/ros/definition.ts";
import { cdr } from "./support.ts";

const line = "=".repeat(80);
const everything = [
  "bool flag",
  "int8 i8",
  "uint8 u8",
  "int16 i16",
  "uint16 u16",
  "int32 i32",
  "uint32 u32",
  "int64 i64",
  "uint64 u64",
  "float32 f32",
  "float64 f64",
  "string text",
  "builtin_interfaces/Time at",
  "builtin_interfaces/Duration span",
  "bool[] flags",
  "uint8[] bytes",
  "int16[] shorts",
  "float32[] floats",
  "float64[3] doubles",
  "int64[] longs",
  "string[] texts",
  "builtin_interfaces/Time[] times",
  "pkg/Pair pair",
  "pkg/Pair[] pairs",
  "pkg/Pair[2] two",
  "pkg/Nothing nothing",
  line,
  "MSG: pkg/Pair",
  "int32 a",
  "string b",
  line,
  "MSG: pkg/Nothing",
  "uint8 CONSTANT=1",
].join("\n");
const value = {
  flag: true,
  i8: -8,
  u8: 200,
  i16: -1600,
  u16: 65000,
  i32: -320000,
  u32: 4000000000,
  i64: -(1n << 62n),
  u64: (1n << 64n) - 1n,
  f32: 1.5,
  f64: Math.PI,
  text: "plain",
  at: { sec: 5, nanosec: 7 },
  span: { sec: -5, nanosec: 7 },
  flags: [true, false],
  bytes: Uint8Array.of(1, 2, 3),
  shorts: Int16Array.of(-1, 2),
  floats: Float32Array.from({ length: 20 }, (_, i) => i / 2),
  doubles: Float64Array.of(1, 2, 3),
  longs: BigInt64Array.of(-1n, 1n),
  texts: ["", "a", "bc"],
  times: [{ sec: 1, nanosec: 2 }],
  pair: { a: 1, b: "x" },
  pairs: [{ a: 2, b: "yy" }, { a: 3, b: "" }],
  two: [{ a: 4, b: "z" }, { a: 5, b: "zz" }],
  nothing: {},
};

function decoder(definition: string): CdrDecoder {
  return new CdrDecoder(parseRosDefinition("pkg/msg/Thing", definition).root);
}

function refused(definition: string, payload: Uint8Array, reason: RegExp): void {
  assert.throws(() => decoder(definition).decode(payload), (error) => {
    assert.ok(isMosaicoError(error, "codec.cdr"), String(error));
    assert.match(error.message, reason);
    return true;
  });
}

test("CdrDecoder decodes every kind of field", () => {
  assert.deepEqual(decoder(everything).decode(cdr(everything, value)), value);
});

test("CdrDecoder reads big-endian payloads", () => {
  const writer = new CdrWriter({ kind: EncapsulationKind.CDR_BE });
  writer.uint16(0x0102).float64(2.5).sequenceLength(2).float32(1).float32(2).string("ok");
  const message = decoder("uint16 a\nfloat64 b\nfloat32[] c\nstring d").decode(writer.data);
  assert.deepEqual(message, { a: 0x0102, b: 2.5, c: Float32Array.of(1, 2), d: "ok" });
});

test("CdrDecoder reads text as UTF-8", () => {
  const text = new TextEncoder().encode("Grüße");
  const payload = Uint8Array.of(0, 1, 0, 0, text.length + 1, 0, 0, 0, ...text, 0);
  assert.deepEqual(decoder("string x").decode(payload), { x: "Grüße" });
});

test("CdrDecoder gives byte arrays as views of the payload", () => {
  const payload = cdr("uint8[] data", { data: new Uint8Array(1000) });
  const message = decoder("uint8[] data").decode(payload) as { data: Uint8Array };
  assert.equal(message.data.buffer, payload.buffer);
});

test("CdrDecoder finds a payload that ends anywhere too early", () => {
  const payload = cdr(everything, value);
  for (let length = 0; length < payload.length; length++) {
    refused(everything, payload.slice(0, length), /payload of \d+ bytes/);
    // The same as a view with more bytes behind it: those belong to others and must not be read.
    refused(everything, payload.subarray(0, length), /payload of \d+ bytes/);
  }
});

test("CdrDecoder believes no length before it has seen the bytes", () => {
  const bomb = Uint8Array.of(0, 1, 0, 0, 0xff, 0xff, 0xff, 0xff);
  for (
    const type of ["string", "uint8[]", "float64[]", "string[]", "bool[]", "pkg/Empty[]", "builtin_interfaces/Time[]"]
  ) {
    refused(`${type} x\n${line}\nMSG: pkg/Empty\n`, bomb, /bytes announced where/);
  }
  refused("float64[2000000000] x", bomb, /bytes announced where/);
});

test("CdrDecoder refuses foreign encapsulations", () => {
  refused("uint8 x", Uint8Array.of(0xff, 0xff, 0, 0, 1), /encapsulation is ff ff/);
  refused("uint8 x", Uint8Array.of(0, 3, 0, 0, 1), /encapsulation is 00 03/);
  refused("uint8 x", new Uint8Array(0), /too short/);
});
