/**
 * Codecs: LZ4, Zstandard, JPEG, point clouds; in WASM, and native where a library is there.
 *
 * `deno run -A bench/micro/codecs_bench.ts` or `bun bench/micro/codecs_bench.ts`; options as in `../harness.ts`.
 * Clouds and pictures are made up; a scan of a real sensor joins them when `MOSAICO_TEST_DATA` names the test data.
 *
 * @module
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
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
import { simulateDrive } from "../../src/bridges/simulation/mod.ts";
import type { Lidar } from "../../src/ontology/mod.ts";
import { bench, benchArguments } from "../harness.ts";

benchArguments({});
const native = await loadNativeCodecs();
for (const [codec, found] of Object.entries(native)) {
  if (typeof found === "string") console.error(`no native ${codec}: ${found}`);
}

/** 1 MiB of what a slow sensor writes: float64 of few digits. */
function sensorBytes(): Uint8Array {
  const values = Float64Array.from({ length: 131_072 }, (_, i) => Math.round(Math.sin(i / 500) * 1000) / 8);
  return new Uint8Array(values.buffer);
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

async function simulatedScan(): Promise<LidarColumns> {
  for await (const { topic, data } of simulateDrive({ seconds: 1 })) {
    if (topic !== "/lidar") continue;
    const { x, y, z } = data as Lidar;
    return { x: x as Float32Array, y: y as Float32Array, z: z as Float32Array };
  }
  throw new Error("the simulated drive has no scan");
}

/** A scan of a 16-beam sensor: x, y, z, intensity of each point, float32. */
function recordedScan(path: string): LidarColumns {
  const floats = new Float32Array(new Uint8Array(readFileSync(path)).buffer);
  const column = (offset: number) =>
    Float32Array.from({ length: floats.length / 4 }, (_, i) => floats[4 * i + offset]!);
  return { x: column(0), y: column(1), z: column(2) };
}

const plain = sensorBytes();
const bodyCodecs = [
  { implementation: "wasm", codec: lz4Codec() },
  ...(typeof native.lz4 === "object" ? [{ implementation: "native", codec: lz4Codec({ native }) }] : []),
  { implementation: "runtime", codec: zstdCodec() },
];
for (const { implementation, codec } of bodyCodecs) {
  const packed = codec.compress(plain)!;
  const params = { implementation, ratio: Number((packed.byteLength / plain.byteLength).toFixed(3)) };
  const common = { params, bytes: plain.byteLength, runs: 100 };
  await bench(`codecs/${codec.name} encode`, {
    ...common,
    run: () => codec.compress(plain)!,
    verify: ({ byteLength }) => assert.equal(byteLength, packed.byteLength),
  });
  await bench(`codecs/${codec.name} decode`, {
    ...common,
    run: () => codec.decompress(packed, plain.byteLength),
    verify: (bytes) => assert.deepEqual(bytes, plain),
  });
}

const frame = picture(1920, 1080);
const jpegCodecs = [
  { implementation: "wasm", codec: await jpegCodec() },
  ...(typeof native.jpeg === "object" ? [{ implementation: "native", codec: await jpegCodec({ native }) }] : []),
];
for (const { implementation, codec } of jpegCodecs) {
  const packed = codec.encode(frame);
  const params = {
    implementation,
    size: "1920×1080",
    ratio: Number((packed.byteLength / frame.data.length).toFixed(3)),
  };
  const common = { params, bytes: frame.data.byteLength, runs: 20 };
  await bench("codecs/jpeg encode", {
    ...common,
    run: () => codec.encode(frame),
    verify: ({ byteLength }) => assert.equal(byteLength, packed.byteLength),
  });
  await bench("codecs/jpeg decode", {
    ...common,
    run: () => codec.decode(packed),
    verify: ({ width, height, data }) => assert.deepEqual([width, height, data.length], [1920, 1080, 1920 * 1080 * 3]),
  });
}

const scans: Record<string, LidarColumns> = { simulated: await simulatedScan() };
const recording = join(process.env["MOSAICO_TEST_DATA"] ?? "", "lidar/vlp16_scan_kitti_layout.bin");
if (existsSync(recording)) scans["recorded"] = recordedScan(recording);
for (const [scan, columns] of Object.entries(scans)) {
  const points = columns.x!.length;
  for (const profile of ["fast", "medium", "small"] as const) {
    const codec = lidarCodec();
    const payload = codec.encode(columns, { profile });
    const params = { scan, profile, ratio: Number((payload.byteLength / points / 12).toFixed(3)) };
    const common = { params, bytes: 12 * points, items: { count: points, unit: "points" }, runs: 100 };
    await bench("codecs/lidar encode", {
      ...common,
      run: () => codec.encode(columns, { profile }),
      verify: ({ byteLength }) => assert.equal(byteLength, payload.byteLength),
    });
    await bench("codecs/lidar decode", {
      ...common,
      run: () => codec.decode(payload),
      verify: (decoded) => assert.ok(decoded.x!.every((x, i) => Math.abs(x - columns.x![i]!) <= 0.000_51)),
    });
  }
}
