/**
 * What must not compile. `deno check` fails on an `@ts-expect-error` that finds no error.
 *
 * @module
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type ColumnsOf,
  defineOntology,
  float64,
  FrameTransform,
  Image,
  IMU,
  int64,
  LaserScan,
  list,
  type NumberList,
  type OntologyType,
  optional,
  required,
  String as Text,
  utf8,
  type Vector3d,
} from "../../../src/ontology/mod.ts";

interface Wheel {
  speed: number;
  slip?: number | undefined;
  ticks: NumberList;
}

function tables(): void {
  defineOntology<Wheel>("Wheel", {
    speed: required("speed", float64),
    slip: optional("slip", float64),
    ticks: required("ticks", list(float64)),
  });
  // @ts-expect-error a column is missing
  defineOntology<Wheel>("Wheel", { speed: required("speed", float64), slip: optional("slip", float64) });
  defineOntology<Wheel>("Wheel", {
    speed: required("speed", float64),
    slip: optional("slip", float64),
    ticks: required("ticks", list(float64)),
    // @ts-expect-error the type has no such property
    angle: required("angle", float64),
  });
  defineOntology<Wheel>("Wheel", {
    // @ts-expect-error text is no number
    speed: required("speed", utf8),
    // @ts-expect-error an optional property is an optional column
    slip: required("slip", float64),
    // @ts-expect-error 64-bit integers are bigint
    ticks: required("ticks", list(int64)),
  });
  defineOntology<Wheel>("Wheel", {
    // @ts-expect-error a required property is a required column
    speed: optional("speed", float64),
    slip: optional("slip", float64),
    // @ts-expect-error a list is no single number
    ticks: required("ticks", float64),
  });
  // @ts-expect-error reading gives typed arrays, which have no push
  defineOntology<{ a: number[] }>("A", { a: required("a", list(float64)) });
  // @ts-expect-error a struct of another shape
  defineOntology<{ v: Vector3d }>("V", { v: required("v", Text) });
}

function values(): void {
  const vector: Vector3d = { x: 1, y: 2, z: 3 };
  // @ts-expect-error z is missing
  const flat: Vector3d = { x: 1, y: 2 };
  // @ts-expect-error names are in camel case
  const wireName: IMU = { acceleration: vector, angularVelocity: vector, angular_velocity: vector };
  // @ts-expect-error text is no number
  const text: IMU = { acceleration: { x: "1", y: 2, z: 3 }, angularVelocity: vector };
  // @ts-expect-error not a format other clients know
  const format: Image["format"] = "webp";
  const scan: Pick<LaserScan, "ranges"> = { ranges: new Float32Array(2) };
  scan.ranges = [1, 2];
  void [flat, wireName, text, format];
}

function queries(): void {
  IMU.Q.acceleration.x.gt(5);
  IMU.Q.header.sampleCounter.eq(5n);
  LaserScan.Q.ranges.any().gt(1);
  FrameTransform.Q.transforms.any().targetFrameId.match("b*");
  // @ts-expect-error no such column
  IMU.Q.acceleration.q;
  // @ts-expect-error a number is not matched
  IMU.Q.acceleration.x.match("a");
  // @ts-expect-error text on a number
  IMU.Q.acceleration.x.gt("5");
  // @ts-expect-error text has no neq
  Text.Q.data.neq("a");
  // @ts-expect-error a boolean has no order
  Image.Q.isBigendian.gt(true);
  // @ts-expect-error bytes have no conditions
  Image.Q.data.eq(new Uint8Array(0));
  // @ts-expect-error a list must be opened
  LaserScan.Q.ranges.gt(1);
  // @ts-expect-error only one list can be opened
  FrameTransform.Q.transforms.any().covariance.any();
}

function columns(): void {
  const numbers = new Float64Array(2);
  const acceleration = { x: numbers, y: numbers, z: [1, 2] };
  const timestampNs = new BigInt64Array(2);
  const good: ColumnsOf<IMU> = { timestampNs, acceleration, angularVelocity: acceleration };
  const rows: ColumnsOf<IMU> = {
    timestampNs: [1n],
    acceleration: [{ x: 1, y: 2, z: 3 }],
    angularVelocity: acceleration,
  };
  const lists: ColumnsOf<Pick<LaserScan, "ranges">> = { timestampNs, ranges: [new Float32Array(3), [1, 2]] };
  // @ts-expect-error no record times
  const timeless: ColumnsOf<IMU> = { acceleration, angularVelocity: acceleration };
  // @ts-expect-error a column is missing
  const missing: ColumnsOf<IMU> = { timestampNs, acceleration };
  // @ts-expect-error bigint is no float
  const wide: ColumnsOf<Pick<IMU, "acceleration">> = { timestampNs, acceleration: { ...acceleration, x: timestampNs } };
  // @ts-expect-error text has no typed array
  const text: ColumnsOf<Text> = { timestampNs, data: new Uint8Array(2) };
  void [good, rows, lists, timeless, missing, wide, text];
}

function assignments(): void {
  const any: OntologyType<unknown> = IMU;
  // @ts-expect-error another type
  const other: OntologyType<IMU> = LaserScan;
  void [any, other];
}

test("what must not compile does not", () => {
  // The compiler is the test; the functions are never called.
  assert.equal([tables, values, queries, columns, assignments].length, 5);
});
