import assert from "node:assert/strict";
import { test } from "node:test";
import { isMosaicoError } from "../../../src/base/mod.ts";
import { writePoints } from "../../../src/codecs/mod.ts";
import {
  cloudFromPointCloud2,
  defineOntology,
  float64,
  headerColumn,
  list,
  packRgb,
  pointCloud2FromCloud,
  Radar,
  required,
  RGBDCamera,
  StereoCamera,
  uint16,
  unpackRgb,
  type WithHeader,
} from "../../../src/ontology/mod.ts";

const header = { frameId: "camera" };
const layout = (code: string) => (error: unknown) => isMosaicoError(error, code);

test("lists of every kind of cloud become records, and records lists", async () => {
  const rgb = [packRgb(1, 2, 3), packRgb(255, 254, 253)];
  const stereo = { header, x: [1, 2], y: [3, 4], z: [5, NaN], rgb, luma: [0, 255], cost: [7, 8] };
  const records = await pointCloud2FromCloud(StereoCamera, stereo);
  assert.deepEqual(records.fields.map(({ name, offset, datatype }) => [name, offset, datatype]), [
    ["x", 0, 7n],
    ["y", 4, 7n],
    ["z", 8, 7n],
    ["rgb", 12, 7n],
    ["luma", 16, 2n],
    ["cost", 17, 2n],
  ]);
  assert.deepEqual([records.pointStep, records.width, records.header], [18, 2, header]);
  assert.deepEqual(await cloudFromPointCloud2(StereoCamera, records), {
    header,
    x: Float32Array.of(1, 2),
    y: Float32Array.of(3, 4),
    z: Float32Array.of(5, NaN),
    rgb: Float32Array.from(rgb),
    luma: Uint8Array.of(0, 255),
    cost: Uint8Array.of(7, 8),
  });
  const radar = await cloudFromPointCloud2(Radar, records);
  assert.deepEqual(Object.keys(radar), ["header", "x", "y", "z"], "what Radar has no list for is left out");
});

test("colours packed into integers keep their bits; fields of other names are named", async () => {
  const xyz = Float32Array.of(1);
  for (const colours of [Uint32Array.of(0xff8001), Int32Array.of(0xff8001)]) {
    const records = writePoints([
      ...["px", "py", "pz"].map((name) => ({ name, count: 1, values: xyz })),
      { name: "rgb", count: 1, values: colours },
    ]);
    const fields = records.fields.map((field) => ({ ...field, datatype: BigInt(field.datatype) }));
    const cloud = { ...records, fields, isDense: true };
    const read = await cloudFromPointCloud2(RGBDCamera, cloud, { x: "px", y: "py", z: "pz" });
    assert.deepEqual(unpackRgb(read.rgb![0]!), [255, 128, 1]);
    await assert.rejects(cloudFromPointCloud2(RGBDCamera, cloud), (error: Error) => {
      assert.ok(layout("codec.cloud_layout")(error));
      assert.match(error.message, /its fields are px,py,pz,rgb, without x, y, z/);
      return true;
    });
  }
});

test("types of users are clouds, too; integers that do not fit are refused", async () => {
  interface Rings extends WithHeader {
    angle: ArrayLike<number> & Iterable<number>;
    ring: ArrayLike<number> & Iterable<number>;
  }
  const Rings = defineOntology<Rings>("Rings", {
    ...headerColumn,
    angle: required("angle_rad", list(float64)),
    ring: required("ring", list(uint16)),
  });
  const records = await pointCloud2FromCloud(Rings, { angle: [0.1, 0.2], ring: [1, 65535] });
  assert.deepEqual(await cloudFromPointCloud2(Rings, records), {
    header: undefined,
    angle: Float64Array.of(0.1, 0.2),
    ring: Uint16Array.of(1, 65535),
  });
  await assert.rejects(pointCloud2FromCloud(Rings, { angle: [0], ring: [65536] }), /ring\[0\]: 65536 does not fit/);
  await assert.rejects(pointCloud2FromCloud(Rings, { angle: [0], ring: [] }), TypeError);
  const fields = records.fields.map((field) => field.name === "ring" ? { ...field, name: "angle_rad" } : field);
  await assert.rejects(cloudFromPointCloud2(Rings, { ...records, fields }), layout("codec.cloud_layout"));
});
