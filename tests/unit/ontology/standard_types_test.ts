import assert from "node:assert/strict";
import { test } from "node:test";
import { batchFromColumns, rowReader, timestamps } from "../../../src/columnar/mod.ts";
import { type ColumnsOf, IMU, STANDARD_TYPES, standardRegistry } from "../../../src/ontology/mod.ts";
import { FINGERPRINTS } from "./fingerprints.ts";

test("every type of the official SDK is there, with the same columns", () => {
  const ours = Object.fromEntries(STANDARD_TYPES.map((type) => [type.tag, type.fingerprint]));
  assert.equal(Object.keys(FINGERPRINTS).length, 60);
  assert.deepEqual(ours, { ...FINGERPRINTS });
});

test("columns of typed arrays make a batch of a type", () => {
  const columns: ColumnsOf<IMU> = {
    timestampNs: new BigInt64Array([1n, 2n]),
    header: [{ frameId: "a" }, undefined],
    acceleration: { x: new Float64Array([1, 2]), y: [3, 4], z: new Float64Array(2) },
    angularVelocity: [{ x: 0, y: 0, z: 0 }, { x: 0, y: 0, z: 1 }],
  };
  const batch = batchFromColumns(IMU.schema, columns);
  const row = rowReader(IMU.schema).row(batch, 1) as unknown as IMU;
  assert.deepEqual([...timestamps(batch)], [1n, 2n]);
  assert.deepEqual([row.acceleration.x, row.acceleration.y, row.angularVelocity.z, row.header], [2, 4, 1, undefined]);
});

test("images are stored as images, everything else by default", () => {
  const images = STANDARD_TYPES.filter((type) => type.serializationFormat === "image").map((type) => type.tag);
  assert.deepEqual(images.sort(), ["CompressedImage", "Image"]);
  assert.ok(STANDARD_TYPES.every((type) => type.serializationFormat !== "ragged"));
});

test("a topic's schema is the record time, then the columns", () => {
  const [time, ...columns] = standardRegistry().get("IMU")!.schema.fields;
  const type = { kind: "int", bits: 64, signed: true };
  assert.deepEqual(time, { name: "timestamp_ns", key: "timestampNs", type, nullable: false });
  assert.deepEqual(columns.map(({ name }) => name), ["header", "acceleration", "angular_velocity", "orientation"]);
  assert.deepEqual(columns.map(({ key }) => key), [undefined, undefined, "angularVelocity", undefined]);
  assert.deepEqual(columns.map(({ nullable }) => nullable), [true, false, false, true]);
});

test("properties are the wire names in camel case", () => {
  const camel = (name: string) => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  for (const type of STANDARD_TYPES) {
    for (const { name, key } of type.fields) assert.equal(key ?? name, camel(name), `${type.tag}.${name}`);
  }
});
