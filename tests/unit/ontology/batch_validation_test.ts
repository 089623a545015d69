import assert from "node:assert/strict";
import { test } from "node:test";
import { isMosaicoError } from "../../../src/base/mod.ts";
import { type Batch, BatchBuilder, batchFromColumns, sliceBatch } from "../../../src/columnar/mod.ts";
import {
  CompressedImage,
  defineOntology,
  Floating64,
  IMU,
  int64,
  list,
  map,
  oneOf,
  type OntologyType,
  optional,
  required,
  RobotPath,
  struct,
  Time,
  unmodeledType,
  utf8,
  Velocity,
} from "../../../src/ontology/mod.ts";
import { samplesOf, TYPES_WITH_COLUMNS } from "../../types/samples.ts";

/** A batch of rows, good or bad, as columns could bring them: nobody looked at the rules. */
function batchOf(type: OntologyType<never>, rows: readonly unknown[]): Batch {
  const builder = new BatchBuilder(type.schema);
  rows.forEach((row, i) => builder.append(BigInt(i), row as object));
  return builder.finish();
}

function refused(type: OntologyType<never>, rows: readonly unknown[], row: number, field: string, rule: RegExp): void {
  assert.throws(() => type.validateBatch!(batchOf(type, rows)), (error) => {
    assert.ok(isMosaicoError(error, "schema.invalid_value"), String(error));
    assert.deepEqual([error.facts["type"], error.facts["row"], error.facts["field"]], [type.tag, row, field]);
    assert.match(String(error.facts["rule"]), rule);
    assert.match(error.message, new RegExp(`row ${row} of a batch of ${type.tag}: `));
    return true;
  });
}
const any = (type: unknown) => type as OntologyType<never>;

test("good rows of every type pass as batches, whole and sliced", () => {
  for (const type of TYPES_WITH_COLUMNS) {
    const rows = samplesOf(type);
    const batch = batchOf(any(type), rows);
    type.validateBatch?.(batch);
    for (let from = 0; from < rows.length; from++) type.validateBatch?.(sliceBatch(batch, from, from + 1));
    type.validateBatch?.(sliceBatch(batch, 0, 0));
  }
  assert.equal(Floating64.validateBatch, undefined, "nothing to look at");
  assert.equal(unmodeledType("Drive", IMU.schema).validateBatch, undefined, "its schema says all");
});

test("rules over several columns, sets of values, and parts that must be there are found in columns", () => {
  const [time, late] = [{ seconds: 0, nanoseconds: 5 }, { seconds: 0, nanoseconds: 1e9 }];
  refused(any(Time), [time, time, late], 2, "nanoseconds", /less than 1e9/);
  const vector = { x: 1, y: 2, z: 3 };
  refused(any(Velocity), [{ linear: vector }, {}], 1, "linear", /present when angular is not/);
  const imu = { acceleration: vector, angularVelocity: vector };
  refused(any(IMU), [imu, { ...imu, acceleration: { x: 1, z: 3 } }], 1, "acceleration.y", /be present/);
  refused(any(IMU), [imu, { ...imu, header: { timestamp: late } }], 1, "header.timestamp.nanoseconds", /1e9/);
  refused(any(IMU), [{ ...imu, orientation: vector }], 0, "orientation.w", /be present/);
  const image = { data: new Uint8Array(1), format: "png" };
  refused(any(CompressedImage), [image, image, { ...image, format: "webp" }], 2, "format", /one of raw, png/);
});

test("what lies in lists, maps and structs is looked at, too", () => {
  const vector = { x: 0, y: 0, z: 0 };
  const pose = { position: vector, orientation: { ...vector, w: 1 } };
  const bad = { ...pose, position: { x: 0, y: 0 } };
  refused(any(RobotPath), [{ poses: [] }, { poses: [pose, bad] }], 1, "poses[1].position.z", /be present/);
  const Lights = defineOntology("Lights", {
    lights: required("lights", map(utf8, oneOf("red", "green"))),
    modes: optional("modes", list(struct({ mode: required("mode", oneOf(1n, 2n)) }))),
    count: required("count", int64),
  });
  const good = { lights: new Map([["a", "red"]]), count: 1n };
  refused(
    any(Lights),
    [good, { ...good, lights: new Map([["a", "red"], ["b", "blue"]]) }],
    1,
    'lights["b"]',
    /red, green/,
  );
  refused(any(Lights), [good, { ...good, modes: [{ mode: 2n }, { mode: 3n }] }], 1, "modes[1].mode", /one of 1, 2/);
});

test("columns of typed arrays are looked at as they are", () => {
  const timestampNs = BigInt64Array.of(1n, 2n, 3n);
  const columns = { timestampNs, seconds: new Int32Array(3), nanoseconds: Uint32Array.of(0, 1, 4e9) };
  const batch = batchFromColumns(Time.schema, columns);
  assert.throws(() => Time.validateBatch!(batch), /row 2 of a batch of Time: nanoseconds is 4000000000/);
  Time.validateBatch!(sliceBatch(batch, 0, 2));
});
