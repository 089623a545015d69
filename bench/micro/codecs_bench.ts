/**
 * The codecs alone: LZ4, JPEG and point clouds, in WASM, natively where the libraries are there, and beside Draco.
 *
 * What is packed comes of the test data when `MOSAICO_TEST_DATA` names it, and is made up otherwise. Figures are CPU seconds
 * of the best round, the implementations taking turns; each is checked for what it gives back.
 *
 * @module
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import {
  type ImagePixels,
  jpegCodec,
  lidarCodec,
  type LidarColumns,
  loadNativeCodecs,
  lz4Codec,
  zstdCodec,
} from "../../src/codecs/mod.ts";
import { concat } from "../../src/base/mod.ts";
import { simulateDrive } from "../../src/bridges/simulation/mod.ts";
import type { Lidar } from "../../src/ontology/mod.ts";
import { cloudsOf } from "../../tests/unit/codecs/clouds.ts";
import { benchArguments } from "../harness.ts";
import { dracoPoints } from "./draco.ts";
import { type Candidate, printTable, sideBySide } from "./side_by_side.ts";

const { runs, filter, json } = benchArguments({});
const rounds = runs === undefined ? 12 : Number(runs);
const wanted = (name: string) => ["encode", "decode"].some((what) => `codecs/${name} ${what}`.includes(filter));
const data = process.env["MOSAICO_TEST_DATA"];
const native = await loadNativeCodecs();
for (const [codec, found] of Object.entries(native)) {
  if (typeof found === "string") console.error(`no native ${codec}: ${found}`);
}
const table = (heading: readonly string[], rows: readonly (readonly string[])[]) => {
  if (!json) printTable(heading, rows);
};
const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView) => new Uint8Array(buffer, byteOffset, byteLength);
const megabytes = (rate: number) => `${(rate / 1e6).toFixed(0)} MB/s`;
const times = (ratio: number) => `${ratio.toPrecision(3)} ×`;

// ------------------------------------------------------------------------------------------------- what is packed

/** Columns of an IMU's log: one float64 column after the other. */
function imuColumns(path: string): Uint8Array {
  const rows = readFileSync(path, "utf8").trim().split("\n").slice(1).map((line) => line.split(",").map(Number));
  return bytesOf(Float64Array.from(rows[0]!.flatMap((_, column) => rows.map((row) => row[column]!))));
}

/** What a slow sensor writes: float64 of few digits. */
function sensorColumn(): Uint8Array {
  return bytesOf(Float64Array.from({ length: 131_072 }, (_, i) => Math.round(Math.sin(i / 500) * 1000) / 8));
}

/** A picture with edges, gradients and a little noise. */
function picture(width: number, height: number): ImagePixels {
  const data = new Uint8Array(width * height * 3);
  let noise = 1;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      noise = Math.imul(noise, 1_664_525) + 1_013_904_223 | 0;
      const block = (x >> 6 ^ y >> 6) & 1 ? 60 : 0;
      data[at++] = block + (x * 150 / width | 0) + (noise >>> 29);
      data[at++] = block + (y * 150 / height | 0) + (noise >>> 29);
      data[at++] = 90 + (noise >>> 28);
    }
  }
  return { width, height, channels: 3, data };
}

/** A picture of a camera, four times as large: 960 × 540 become 1920 × 1080. */
function doubled({ width, height, data }: ImagePixels): ImagePixels {
  const out = new Uint8Array(data.length * 4);
  for (let i = 0, pixel = 0; i < out.length; i += 3, pixel++) {
    const [x, y] = [pixel % (2 * width) >> 1, Math.floor(pixel / (2 * width)) >> 1];
    out.set(data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3), i);
  }
  return { width: 2 * width, height: 2 * height, channels: 3, data: out };
}

/** x, y, z and rings of scans. */
async function scans(): Promise<Map<string, LidarColumns>> {
  const found = new Map<string, LidarColumns>();
  for await (const { topic, data } of simulateDrive({ seconds: 1 })) {
    if (topic !== "/lidar") continue;
    const { x, y, z, beamId } = data as Lidar;
    found.set("simulated", { x, y, z, ...(beamId && { beamId }) } as LidarColumns);
    break;
  }
  for (const [name, { x, y, z, beamId }] of data === undefined ? [] : cloudsOf(data, 2)) {
    const first = name.endsWith(" 2") || x!.length < 5000 || beamId === undefined ? undefined : name;
    if (first === undefined) continue;
    const scan = { x, y, z, beamId };
    found.set(shortName(first), scan);
    const returns = [...x!.keys()].filter((i) => x![i] !== 0 || y![i] !== 0 || z![i] !== 0);
    if (returns.length < x!.length / 2) found.set(`${shortName(first)}, returns only`, pick(scan, returns));
  }
  return found;
}

function shortName(name: string): string {
  const names = { "pointcloud2_64k": "64k cloud", "/top/": "VLP-16", "/front/": "XT32", "os1": "OS1-64" };
  return Object.entries(names).find(([part]) => name.includes(part))?.[1] ?? name;
}

function pick(columns: LidarColumns, points: readonly number[]): LidarColumns {
  const some = Object.entries(columns).map((
    [name, values],
  ) => [name, values.constructor.from(points, (i: number) => values[i]!)]);
  return Object.fromEntries(some);
}

// ------------------------------------------------------------------------------------------------- LZ4, Zstandard

const clouds = await scans();
const jpegs = {
  wasm: await jpegCodec(),
  ...(typeof native.jpeg === "object" && { native: await jpegCodec({ native }) }),
};
const photo = data === undefined
  ? picture(1920, 1080)
  : doubled(jpegs.wasm.decode(readFileSync(join(data, "camera/solidWhiteRight.jpg"))));

if (wanted("lz4")) {
  const first = [...clouds.values()].at(-1)!;
  const sources = new Map([
    ["sensor", sensorColumn()],
    ["cloud", concat([bytesOf(first.x!), bytesOf(first.y!), bytesOf(first.z!)])],
    ["pixels", photo.data.subarray(0, 2_000_000)],
  ]);
  if (data !== undefined) sources.set("IMU", imuColumns(join(data, "logs/imu_euroc.csv")));
  const codecs = {
    wasm: lz4Codec(),
    ...(typeof native.lz4 === "object" && { native: lz4Codec({ native }) }),
    zstd: zstdCodec(),
  };
  const rows: string[][] = [];
  for (const [source, plain] of sources) {
    const work = { count: plain.byteLength, unit: "bytes" };
    const names = Object.keys(codecs) as ("wasm" | "native" | "zstd")[];
    const frames = names.map((name) => codecs[name]!.compress(plain)!);
    const facts = (i: number) => ({ ratio: Number((frames[i]!.byteLength / plain.byteLength).toFixed(3)) });
    const encode = sideBySide(
      "codecs/lz4 encode",
      { source },
      work,
      names.map((name, i) => ({
        name,
        facts: facts(i),
        run: () => codecs[name]!.compress(plain)!,
        verify: (frame: Uint8Array) => assert.deepEqual(codecs[name]!.decompress(frame, plain.byteLength), plain),
      })),
      rounds,
    );
    const decode = sideBySide(
      "codecs/lz4 decode",
      { source },
      work,
      names.map((name, i) => ({
        name,
        facts: facts(i),
        run: () => codecs[name]!.decompress(frames[i]!, plain.byteLength),
        verify: (bytes: Uint8Array) => assert.deepEqual(bytes, plain),
      })),
      rounds,
    );
    const nativeAt = names.indexOf("native");
    for (const [i, name] of names.entries()) {
      const share = (rates: readonly number[]) =>
        name === "wasm" && nativeAt > 0 ? times(rates[0]! / rates[nativeAt]!) : "";
      rows.push([
        source,
        name,
        String(facts(i).ratio),
        megabytes(encode[i]!),
        share(encode),
        megabytes(decode[i]!),
        share(decode),
      ]);
    }
  }
  table(["LZ4, Zstandard", "by", "ratio", "encode", "of native", "decode", "of native"], rows);
}

// ----------------------------------------------------------------------------------------------------------- JPEG

if (wanted("jpeg")) {
  const work = { count: 1, unit: "pictures" };
  const names = Object.keys(jpegs) as ("wasm" | "native")[];
  const files = names.map((name) => jpegs[name]!.encode(photo));
  const params = { size: `${photo.width}×${photo.height}`, quality: 85 };
  const encode = sideBySide(
    "codecs/jpeg encode",
    params,
    work,
    names.map((name, i) => ({
      name,
      run: () => jpegs[name]!.encode(photo),
      verify: ({ byteLength }: Uint8Array) => assert.equal(byteLength, files[i]!.byteLength),
    })),
    rounds,
  );
  const decode = sideBySide(
    "codecs/jpeg decode",
    params,
    work,
    names.map((name, i) => ({
      name,
      run: () => jpegs[name]!.decode(files[i]!),
      verify: (pixels: ImagePixels) => assert.equal(pixels.data.byteLength, photo.data.byteLength),
    })),
    rounds,
  );
  const ms = (rate: number) => `${(1000 / rate).toFixed(1)} ms`;
  table(
    ["JPEG 1080p", "by", "bytes", "encode", "decode"],
    names.map((name, i) => ["", name, String(files[i]!.byteLength), ms(encode[i]!), ms(decode[i]!)]),
  );
}

// --------------------------------------------------------------------------------------------------- point clouds

if (wanted("lidar")) {
  const step = 0.001;
  const rows: string[][] = [];
  const codec = lidarCodec();
  for (const [scan, columns] of clouds) {
    const { x, y, z, beamId } = columns;
    const count = x!.length;
    const points = Float32Array.from({ length: 3 * count }, (_, i) => [x, y, z][i % 3]![Math.floor(i / 3)]!);
    const near = (a: Float32Array, b: Float32Array) => assert.ok(a.every((v, i) => Math.abs(v - b[i]!) <= step * 0.52));
    const draco = await dracoPoints(step, points);
    const dracoBytes = draco.encode(points);
    const profiles = ["fast", "medium", "small"] as const;
    const payloads = profiles.map((profile) => codec.encode(columns, { profile }));
    const rings = profiles.map((profile) => beamId ? codec.encode({ beamId }, { profile }).byteLength : 0);
    const work = { count, unit: "points" };
    const share = (bytes: number) => (bytes / count / 12).toFixed(3);
    const sizes = [
      ...payloads.map(({ byteLength }, i) => ({ all: share(byteLength), xyz: share(byteLength - rings[i]!) })),
      { all: "", xyz: share(dracoBytes.byteLength) },
    ];
    const facts = (i: number) => ({ ratio: Number(sizes[i]!.xyz) });
    const encoders: Candidate<Uint8Array>[] = [
      ...profiles.map((profile, i) => ({
        name: profile as string,
        facts: facts(i),
        run: () => codec.encode(columns, { profile }),
        verify: (payload: Uint8Array) => assert.deepEqual(payload, payloads[i]),
      })),
      {
        name: "Draco",
        facts: facts(3),
        run: () => draco.encode(points),
        verify: (it) => assert.deepEqual(it, dracoBytes),
      },
    ];
    const decoders: Candidate<LidarColumns | Float32Array>[] = [
      ...payloads.map((payload, i) => ({
        name: profiles[i] as string,
        facts: facts(i),
        run: () => codec.decode(payload),
        verify: (back: LidarColumns | Float32Array) => near((back as LidarColumns).z!, z!),
      })),
      {
        name: "Draco",
        facts: facts(3),
        run: () => draco.decode(dracoBytes),
        verify: (it) => near(it as Float32Array, points),
      },
    ];
    const encode = sideBySide("codecs/lidar encode", { scan }, work, encoders, rounds);
    const decode = sideBySide("codecs/lidar decode", { scan }, work, decoders, rounds);
    for (const [i, { name }] of encoders.entries()) {
      const rate = (of: readonly number[]) => `${(of[i]! / 1e6).toFixed(1)} M/s`;
      const than = (of: readonly number[]) => name === "Draco" ? "" : times(of[i]! / of[3]!);
      const { xyz, all } = sizes[i]!;
      rows.push([`${scan}, ${count} points`, name, xyz, all, rate(encode), than(encode), rate(decode), than(decode)]);
    }
  }
  table(["point cloud at 1 mm", "by", "xyz", "with rings", "encode", "of Draco", "decode", "of Draco"], rows);
}
