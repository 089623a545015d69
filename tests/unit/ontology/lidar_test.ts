import assert from "node:assert/strict";
import { test } from "node:test";
import { isMosaicoError, toHex } from "../../../src/base/mod.ts";
import { lidarCodec, type LidarProfile, writePoints } from "../../../src/codecs/mod.ts";
import { BatchBuilder, rowReader } from "../../../src/columnar/mod.ts";
import {
  CompressedLidar,
  compressLidar,
  decompressLidar,
  Lidar,
  lidarFromPointCloud2,
  type PointCloud2,
  pointCloud2FromLidar,
  roundLidar,
  STANDARD_TYPES,
  standardRegistry,
} from "../../../src/ontology/mod.ts";

const header = { timestamp: { seconds: 7, nanoseconds: 8 }, frameId: "lidar", sampleCounter: 9n };

/** A scan with every list, as plain arrays. */
function fullScan(points: number): Lidar {
  const list = (value: (i: number) => number) => Array.from({ length: points }, (_, i) => value(i));
  return {
    header,
    x: list((i) => Math.sin(i / 50) * 20),
    y: list((i) => Math.cos(i / 50) * 20),
    z: list((i) => i % 7 === 6 ? NaN : i / 1000),
    intensity: list((i) => Math.fround(i * 0.37)),
    reflectivity: list((i) => 65_535 - i),
    beamId: list((i) => i % 16),
    range: list((i) => 20 + Math.sin(i)),
    nearIr: list((i) => i),
    azimuth: list((i) => Math.fround(i / 50)),
    elevation: list((i) => Math.fround(i % 16 / 100)),
    confidence: list((i) => i % 256),
    returnType: list((i) => i % 2),
    pointTimestamp: list((i) => i * 1e-6),
  };
}

const LISTS = Lidar.fields.flatMap(({ key, name }) => name === "header" ? [] : [(key ?? name) as keyof Lidar]);
const METRES: readonly string[] = ["x", "y", "z", "range"];
const codecError = (code: string) => (error: unknown) => {
  assert.ok(isMosaicoError(error, code), String(error));
  return true;
};

/** Every list is there again, as near as its step says; with 0, as its type on the wire has it. */
function assertNear(actual: Lidar, expected: Lidar, stepOf: (key: string) => number): void {
  assert.deepEqual(actual.header, expected.header);
  for (const key of LISTS) {
    const [is, was] = [actual[key], expected[key]] as [Float32Array | undefined, number[] | undefined];
    assert.equal(is?.length, was?.length, key);
    was?.forEach((value, i) => {
      const exact = key === "pointTimestamp" ? value : Math.fround(value);
      const near = stepOf(key) > 0 && Math.abs(is![i]! - value) <= stepOf(key) / 2 + Math.abs(value) * 2 ** -24;
      if (!near && !Object.is(is![i], exact)) assert.fail(`${key}[${i}]: ${value} came back as ${is![i]}`);
    });
  }
}

test("a scan with every list comes back, in each profile", async () => {
  const scan = fullScan(1000);
  for (const profile of ["fast", "medium", "small"] satisfies LidarProfile[]) {
    const compressed = await compressLidar(scan, { profile });
    assert.deepEqual([compressed.header, compressed.n], [header, 1000]);
    assertNear(await decompressLidar(compressed), scan, (key) => METRES.includes(key) ? 0.001 : 0);
  }
});

test("columns and steps stand beside the payload under the names of the wire", async () => {
  const { columns, resolution } = await compressLidar(fullScan(64), { resolutions: { z: 0, azimuth: 1e-4 } });
  assert.deepEqual(
    [...columns].sort(),
    Lidar.fields.map(({ name }) => name).filter((name) => name !== "header").sort(),
  );
  const steps = Object.fromEntries(columns.map((name, i) => [name, resolution[i]]));
  const { x, y, z, range, azimuth, near_ir, beam_id } = steps;
  assert.deepEqual([x, y, z, range, azimuth, near_ir, beam_id], [0.001, 0.001, 0, 0.001, 1e-4, 0, 0]);
});

test("scans of no points and of x, y, z alone come back", async () => {
  const none = await compressLidar({ x: [], y: [], z: [] });
  assert.deepEqual([none.n, none.columns], [0, ["x", "y", "z"]]);
  const empty = await decompressLidar(none);
  assert.deepEqual(Object.keys(empty), ["header", "x", "y", "z"]);
  assert.equal(empty.x.length, 0);
});

test("a codec that is given is used, and its limits hold", async () => {
  const scan = fullScan(10);
  const compressed = await compressLidar(scan);
  const codec = lidarCodec({ maxPoints: 9 });
  await assert.rejects(compressLidar(scan, { codec }), RangeError);
  await assert.rejects(decompressLidar(compressed, { codec }), codecError("codec.lidar_too_large"));
});

test("a compressed scan goes through its columns", async () => {
  const compressed = await compressLidar(fullScan(100));
  const builder = new BatchBuilder(CompressedLidar.schema);
  builder.append(1n, compressed);
  const batch = builder.finish();
  const row = rowReader(CompressedLidar.schema).row(batch, 0) as unknown as CompressedLidar;
  assert.deepEqual([...row.columns], compressed.columns);
  assert.deepEqual([...row.resolution], compressed.resolution);
  assertNear(await decompressLidar(row), fullScan(100), () => 0.001);
});

test("payloads that are not what stands beside them are refused", async () => {
  const good = await compressLidar({ x: [1, 2], y: [3, 4], z: [5, 6] });
  await assert.rejects(decompressLidar({ ...good, n: 3 }), codecError("codec.lidar_data"));
  await assert.rejects(decompressLidar({ ...good, columns: ["x", "y"] }), codecError("codec.lidar_data"));
  const flat = lidarCodec().encode({ x: Float32Array.of(1, 2) });
  const alone = { n: 2, columns: ["x"], resolution: [0.001], payload: flat };
  await assert.rejects(decompressLidar(alone), codecError("codec.lidar_data"));
  const cut = { ...good, payload: good.payload.subarray(0, -1) };
  await assert.rejects(decompressLidar(cut), codecError("codec.lidar_truncated"));
});

test("values that do not fit their lists, and lists of other lengths, are refused", async () => {
  const xyz = { x: [1], y: [2], z: [3] };
  for (const wrong of [{ beamId: [65_536] }, { reflectivity: [1.5] }, { confidence: [-1] }, { returnType: [NaN] }]) {
    await assert.rejects(compressLidar({ ...xyz, ...wrong }), RangeError);
    await assert.rejects(pointCloud2FromLidar({ ...xyz, ...wrong }), RangeError);
  }
  await assert.rejects(compressLidar({ ...xyz, range: [1, 2] }), TypeError);
  await assert.rejects(pointCloud2FromLidar({ ...xyz, range: [1, 2] }), TypeError);
});

test("CompressedLidar is known to every client of this package, and is none of the shared types", () => {
  assert.equal(standardRegistry().get("CompressedLidar"), CompressedLidar);
  assert.ok(!STANDARD_TYPES.includes(CompressedLidar));
  assert.equal(CompressedLidar.fingerprint, "da9acab1b7");
});

test("a rounded scan is off by half a step at most, and has only metres rounded", async () => {
  const scan = fullScan(200);
  const rounded = await roundLidar(scan);
  assertNear(rounded, scan, (key) => METRES.includes(key) ? 1 / 1024 : 0);
  assert.ok(Array.from(rounded.x).every((value) => Number.isInteger(value * 1024)));
  assert.ok(Array.from(rounded.range!).every((value) => Number.isInteger(value * 1024)));
  assert.equal(rounded.intensity, scan.intensity);
  const coarse = await roundLidar({ x: [0.3], y: [-0.3], z: [Infinity] }, 0.25);
  assert.deepEqual([coarse.x[0], coarse.y[0], coarse.z[0], "range" in coarse], [0.25, -0.25, Infinity, false]);
  await assert.rejects(roundLidar(scan, 0.001), RangeError);
});

test("the records of a known scan", async () => {
  const cloud = await pointCloud2FromLidar({ header, x: [1], y: [2], z: [3], intensity: [4], beamId: [5] });
  assert.equal(toHex(cloud.data), "0000803f0000004000004040000080400500");
  const { data: _, ...rest } = cloud;
  assert.deepEqual(rest, {
    header,
    height: 1,
    width: 1,
    fields: [["x", 0, 7n], ["y", 4, 7n], ["z", 8, 7n], ["intensity", 12, 7n], ["beam_id", 16, 4n]].map(
      ([name, offset, datatype]) => ({ name, offset, datatype, count: 1 }),
    ),
    isBigendian: false,
    pointStep: 18,
    rowStep: 18,
    isDense: true,
  });
});

test("a scan with every list survives as records, bit by bit", async () => {
  const scan = fullScan(50);
  assertNear(await lidarFromPointCloud2(await pointCloud2FromLidar(scan)), scan, () => 0);
});

/** A cloud of a driver: rows, highest byte first, other types and names. */
function driverCloud(intensity: Int16Array | Float64Array): PointCloud2 {
  const names = ["x", "y", "z", "intensity", "ring", "rgb"];
  const xyz = [0, 1, 2].map((axis) => Float64Array.of(1 + axis, 0.1, NaN, -0));
  const values = [...xyz, intensity, Uint8Array.of(1, 2, 3, 4), new Float32Array(4)];
  const columns = names.map((name, i) => ({ name, count: 1, values: values[i]! }));
  const { fields, ...cloud } = writePoints(columns, { height: 2, isBigendian: true });
  return {
    ...cloud,
    fields: fields.map((field) => ({ ...field, datatype: BigInt(field.datatype) })),
    isDense: false,
  };
}

test("clouds of drivers are read: rows, byte order, types, names", async () => {
  const lidar = await lidarFromPointCloud2(driverCloud(Int16Array.of(-5, 6, 7, 8)), { beamId: "ring" });
  assert.deepEqual(Object.keys(lidar), ["header", "x", "y", "z", "intensity", "beamId"]);
  assert.deepEqual(lidar.z, Float32Array.of(3, 0.1, NaN, -0));
  assert.deepEqual(lidar.intensity, Float32Array.of(-5, 6, 7, 8));
  assert.deepEqual(lidar.beamId, Uint16Array.of(1, 2, 3, 4));
});

test("clouds that are no scan are refused", async () => {
  const cloud = driverCloud(Float64Array.of(1, 2, 3, 70_000.5));
  await assert.rejects(lidarFromPointCloud2(cloud, { x: "east" }), codecError("codec.cloud_layout"));
  await assert.rejects(lidarFromPointCloud2(cloud, { reflectivity: "intensity" }), codecError("codec.cloud_data"));
  const [x, ...others] = cloud.fields;
  const twice = { ...cloud, fields: [x!, ...cloud.fields] };
  await assert.rejects(lidarFromPointCloud2(twice), codecError("codec.cloud_layout"));
  const pairs = { ...cloud, fields: [{ ...x!, count: 2 }, ...others] };
  await assert.rejects(lidarFromPointCloud2(pairs), codecError("codec.cloud_layout"));
  await assert.rejects(
    lidarFromPointCloud2({ ...cloud, data: cloud.data.subarray(1) }),
    codecError("codec.cloud_data"),
  );
});
