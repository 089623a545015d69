import assert from "node:assert/strict";
import { test } from "node:test";
import { isMosaicoError } from "../../../src/base/mod.ts";
import { parseRosDefinition } from "../../../src/bridges/ros/definition.ts";
import { Ros1Decoder, rosTopic } from "../../../src/bridges/ros/mod.ts";
import { Random } from "../../../src/bridges/simulation/random.ts";
import type { CameraInfo } from "../../../src/ontology/mod.ts";
import { Ros1Writer } from "./support.ts";

const line = "=".repeat(80);
const headerDefinition = [line, "MSG: std_msgs/Header", "uint32 seq", "time stamp", "string frame_id"];
const everything = [
  "bool flag",
  "byte signed",
  "char unsigned",
  "int16 i16",
  "uint16 u16",
  "int32 i32",
  "uint32 u32",
  "int64 i64",
  "uint64 u64",
  "float32 f32",
  "float64 f64",
  "string text",
  "time at",
  "duration span",
  "bool[] flags",
  "uint8[] bytes",
  "int16[] shorts",
  "float64[3] doubles",
  "string[] texts",
  "Header header",
  "Pair[] pairs",
  "Nothing nothing",
  "int8 mixedCase",
  "string LABEL=a # label",
  ...headerDefinition,
  line,
  "MSG: pkg/Pair",
  "int32 a",
  "string b",
  line,
  "MSG: pkg/Nothing",
].join("\n");
const payload = new Ros1Writer()
  .uint8(1).uint8(0xf8).uint8(200).uint16(0xf9c0).uint16(65000).uint32(0xfffb1e00).uint32(4000000000)
  .uint64(1n << 63n).uint64((1n << 64n) - 1n).float32(1.5).float64(Math.PI).string("Grüße")
  .uint32(3000000000).uint32(7).uint32(0xfffffffb).uint32(9)
  .uint32(2).uint8(1).uint8(0)
  .uint32(3).uint8(1).uint8(2).uint8(3)
  .uint32(2).uint16(0xffff).uint16(2)
  .float64(1).float64(2).float64(3)
  .uint32(2).string("").string("bc")
  .uint32(42).uint32(5).uint32(6).string("base")
  .uint32(2).uint32(1).string("x").uint32(2).string("yy")
  .uint8(0x85)
  .bytes;
const value = {
  flag: true,
  signed: -8,
  unsigned: 200,
  i16: -1600,
  u16: 65000,
  i32: -320000,
  u32: 4000000000,
  i64: -(1n << 63n),
  u64: (1n << 64n) - 1n,
  f32: 1.5,
  f64: Math.PI,
  text: "Grüße",
  at: { sec: 3000000000 | 0, nanosec: 7 },
  span: { sec: -5, nanosec: 9 },
  flags: [true, false],
  bytes: Uint8Array.of(1, 2, 3),
  shorts: Int16Array.of(-1, 2),
  doubles: Float64Array.of(1, 2, 3),
  texts: ["", "bc"],
  header: { seq: 42, stamp: { sec: 5, nanosec: 6 }, frame_id: "base" },
  pairs: [{ a: 1, b: "x" }, { a: 2, b: "yy" }],
  nothing: {},
  mixedCase: -123,
};

function decoder(definition: string): Ros1Decoder {
  return new Ros1Decoder(parseRosDefinition("pkg/Thing", definition, 1).root);
}

function refused(definition: string, bytes: Uint8Array, reason: RegExp): void {
  assert.throws(() => decoder(definition).decode(bytes), (error) => {
    assert.ok(isMosaicoError(error, "codec.ros1"), String(error));
    assert.match(error.message, reason);
    return true;
  });
}

test("Ros1Decoder decodes every kind of field, however the payload is aligned", () => {
  for (let shift = 0; shift < 8; shift++) {
    const bytes = new Uint8Array(payload.length + 16);
    bytes.set(payload, shift);
    assert.deepEqual(decoder(everything).decode(bytes.subarray(shift, shift + payload.length)), value);
  }
});

test("Ros1Decoder finds a payload that ends anywhere too early", () => {
  for (let length = 0; length < payload.length; length++) {
    // As a view with more bytes behind it: those belong to others and must not be read.
    refused(everything, payload.subarray(0, length), /payload of \d+ bytes/);
  }
});

test("Ros1Decoder believes no length before it has seen the bytes", () => {
  const bomb = Uint8Array.of(0xff, 0xff, 0xff, 0xff);
  for (const type of ["string", "uint8[]", "float64[]", "string[]", "bool[]", "time[]", "Header[]"]) {
    refused(`${type} x\n${line}\nMSG: std_msgs/Header\nstring frame_id`, bomb, /bytes announced where 0 are left/);
  }
});

test("a definition of ROS 1 with an array of nothing is refused: its length would be believed", () => {
  const definition = `Nothing[] x\n${line}\nMSG: pkg/Nothing\n`;
  assert.throws(() => decoder(definition), (error) => {
    assert.ok(isMosaicoError(error, "schema.ros_definition"), String(error));
    assert.match(error.message, /items of array x take no bytes/);
    return true;
  });
});

test("Ros1Decoder decodes damaged payloads or refuses them, and nothing else", () => {
  const random = new Random(7);
  const decode = decoder(everything);
  let refusals = 0;
  for (let i = 0; i < 5_000; i++) {
    const bytes = payload.slice();
    for (let n = 0; n < 3; n++) bytes[random.bits() % bytes.length] = random.bits();
    try {
      decode.decode(bytes);
    } catch (error) {
      assert.ok(isMosaicoError(error, "codec.ros1"), String(error));
      refusals++;
    }
  }
  assert.ok(refusals > 500, `${refusals}`);
});

test("a calibration of ROS 1, whose matrices have capital names, is a CameraInfo", () => {
  const definition = [
    "Header header",
    "uint32 height",
    "uint32 width",
    "string distortion_model",
    "float64[] D",
    "float64[9]  K",
    "float64[9]  R",
    "float64[12] P",
    "uint32 binning_x",
    "uint32 binning_y",
    "RegionOfInterest roi",
    ...headerDefinition,
    line,
    "MSG: sensor_msgs/RegionOfInterest",
    "uint32 x_offset",
    "uint32 y_offset",
    "uint32 height",
    "uint32 width",
    "bool do_rectify",
  ].join("\n");
  const writer = new Ros1Writer().uint32(1).uint32(2).uint32(3).string("camera").uint32(480).uint32(640)
    .string("plumb_bob").uint32(5);
  for (let i = 0; i < 5 + 9 + 9 + 12; i++) writer.float64(i);
  for (const number of [1, 1, 0, 0, 480, 640]) writer.uint32(number);
  const topic = rosTopic("sensor_msgs/CameraInfo", definition, [], 1);
  const info = topic.decode(writer.uint8(0).bytes) as CameraInfo;
  assert.equal(topic.adapted, true);
  assert.deepEqual([info.width, info.height, info.header?.timestamp], [640, 480, { seconds: 2, nanoseconds: 3 }]);
  assert.deepEqual([info.distortionParameters.length, info.intrinsicParameters[0], info.projectionParameters[0]], [
    5,
    5,
    23,
  ]);
});
