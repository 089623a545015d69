/**
 * Conversions of the ontology beside those of the official SDK 0.7.0: the same inputs give the same outputs.
 *
 * @module
 */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, test } from "node:test";
import { fromHex, stringifyJson, toHex } from "../../src/base/mod.ts";
import {
  cloudFromPointCloud2,
  compressedImageFromPixels,
  compressedImageToPixels,
  durationFromMs,
  durationFromNs,
  durationFromSeconds,
  durationToNs,
  durationToSeconds,
  type Image,
  IMAGE_ENCODINGS,
  imageFromLinear,
  imageFromPixels,
  type ImagePixels,
  imageToLinear,
  imageToPixels,
  imageToSamples,
  Lidar,
  type OntologyType,
  packRgb,
  pointCloud2FromCloud,
  pressureFromAtm,
  pressureFromBar,
  pressureFromPsi,
  pressureToAtm,
  pressureToBar,
  pressureToPsi,
  Radar,
  RGBDCamera,
  standardRegistry,
  StereoCamera,
  temperatureFromCelsius,
  temperatureFromFahrenheit,
  temperatureToCelsius,
  temperatureToFahrenheit,
  type Time,
  timeFromDate,
  timeFromMs,
  timeFromNs,
  timeFromSeconds,
  timeToDate,
  timeToNs,
  timeToSeconds,
  ToFCamera,
  unpackRgb,
  vector2dFrom,
  vector3dFrom,
  vector4dFrom,
} from "../../src/ontology/mod.ts";
import { temporaryFolder } from "../support/folder.ts";
import { pythonOf, runPython } from "../support/python.ts";

const python = pythonOf("MOSAICO_PYTHON");
const options = { skip: python.skip, timeout: 60_000 };

/** Bytes without a pattern. */
const noise = (length: number, seed = 1) =>
  Uint8Array.from({ length }, (_, i) => Math.imul(i + seed, 2654435761) >>> (8 + seed % 8));
const float = new DataView(new ArrayBuffer(8));

/** Bits of a double. */
function bitsOf(value: number): string {
  float.setFloat64(0, value, true);
  return toHex(new Uint8Array(float.buffer));
}

// The inputs.
const SECONDS = [
  0,
  1.5,
  -0.25,
  -1.5,
  0.9999999999,
  -1e-10,
  2.5e-9,
  1.5e-9,
  1_700_000_000.123456789,
  0.1 + 0.2,
  -2147483648,
  2147483647.999,
  1e-9,
  3.4999999999,
];
const MS = [0, 1, -1, 999, -1001, 1_700_000_000_123, -2147483648000, 2147483647999];
const NS = [
  0n,
  1n,
  -1n,
  999_999_999n,
  -1_000_000_001n,
  1_700_000_000_123_456_789n,
  -(2n ** 31n) * 10n ** 9n,
  2n ** 31n * 10n ** 9n - 1n,
];
const DATES = [0, 1_715_000_000_123, -1, -86_400_000];
const UNITS = [0, 1, -40, 25.3, 273.15, 373.15, 101325, 1e-9, 1e12, 14.7];
const COLOURS = [[0, 0, 0], [1, 2, 3], [255, 255, 255], [255, 0, 1], [128, 64, 32]] as const;
const PACKED = ["03020100", "ffffff00", "0000807f", "0100c07f", "00000000"];
const VECTORS = [[], [1], [1, 2], [1.5, -2, 3e300], [1, 2, 3, 4], [1, 2, 3, 4, 5]];

const encodings = Object.entries(IMAGE_ENCODINGS).map(([encoding, { sample, channels }]) => {
  const bytes = { uint8: 1, uint16: 2, int16: 2, int32: 4, float32: 4, float64: 8 }[sample];
  return { encoding, stride: 5 * bytes * channels, linear: noise(3 * 5 * bytes * channels, bytes + channels) };
});
const images: Image[] = [];
for (const { encoding, linear } of encodings) {
  for (const format of ["png", "raw"] as const) {
    for (const isBigendian of [undefined, false, true]) {
      const settings = { width: 5, height: 3, encoding, format, ...(isBigendian !== undefined && { isBigendian }) };
      images.push(await imageFromLinear(linear, settings));
    }
  }
}
const written = encodings.flatMap(({ encoding, stride, linear }) =>
  ["png", "raw"].map((format) => ({ encoding, stride, width: 5, height: 3, format, linear: toHex(linear) }))
);
const pixelsOf = (channels: 1 | 3 | 4): ImagePixels => ({
  width: 7,
  height: 4,
  channels,
  data: noise(28 * channels, channels),
});
const ENCODINGS_OF = {
  1: [undefined, "mono8", "8UC1", "mono16", "16UC1", "bayer_rggb8"],
  3: [undefined, "rgb8", "bgr8", "8UC3", "rgb16", "bgr16", "16UC3"],
  4: [undefined, "rgba8", "bgra8", "8UC4", "rgba16", "bgra16", "16UC4"],
} as const;
const pictures = ([1, 3, 4] as const).flatMap((channels) =>
  ENCODINGS_OF[channels].map((encoding) => ({ encoding, pixels: pixelsOf(channels) }))
);
const smooth: ImagePixels = {
  width: 32,
  height: 24,
  channels: 3,
  data: Uint8Array.from({ length: 32 * 24 * 3 }, (_, i) => (i % 3) * 40 + Math.floor(i / 96) * 4),
};
const ours = [
  ...await Promise.all(([1, 3, 4] as const).map((it) => compressedImageFromPixels(pixelsOf(it), { format: "png" }))),
  await compressedImageFromPixels(smooth, { quality: 95, subsampling: "4:4:4" }),
];

const CLOUDS: readonly OntologyType<never>[] = [Lidar, Radar, RGBDCamera, ToFCamera, StereoCamera] as never;
interface CloudCase {
  readonly type: OntologyType<never>;
  readonly value: Record<string, readonly number[]>;
  readonly lists: Record<string, string[]>;
}
/** Every list there, and only those that must be. */
const clouds = CLOUDS.flatMap((type) =>
  [true, false].map((all): CloudCase => {
    const value: Record<string, readonly number[]> = {};
    const lists: Record<string, string[]> = {};
    for (const { name, key, type: { kind, ...column }, nullable } of type.fields) {
      if (kind !== "list" || (nullable && !all)) continue;
      const item = (column as unknown as { item: { type: { kind: string } } }).item.type;
      const at = name.length * 3;
      const values = name === "rgb"
        ? [packRgb(1, 2, 3), packRgb(255, 128, 0), packRgb(0, 0, 0)]
        : item.kind === "int"
        ? [at, 0, 255]
        : [at + 0.5, -1, name === "z" ? Infinity : 0.125];
      value[key ?? name] = values;
      lists[name] = values.map(bitsOf);
    }
    return { type, value, lists };
  })
);

const point = { x: 0, y: 0, z: 0 };
const pose = { position: point, orientation: { ...point, w: 1 } };
const range = { radiation_type: 0, field_of_view: 0.5, min_range: 1, max_range: 4 };
/** Rows of both clients, under the names of the wire; the rules of their types decide. */
const RULES: readonly [string, Record<string, unknown>][] = [
  ["Time", { seconds: 0, nanoseconds: 999_999_999 }],
  ["Time", { seconds: 0, nanoseconds: 1_000_000_000 }],
  ["Duration", { seconds: 0, nanoseconds: 1_000_000_000 }],
  ["Velocity", {}],
  ["Velocity", { linear: point }],
  ["Velocity", { angular: point }],
  ["Acceleration", { covariance: [1] }],
  ["Acceleration", { linear: point, angular: point }],
  ["MotionState", { pose, velocity: { linear: point }, target_frame_id: "a" }],
  ["MotionState", { pose, velocity: { linear: point } }],
  ["MotionState", { pose, velocity: {}, target_frame_id: "a" }],
  ["Range", { ...range, range: 1 }],
  ["Range", { ...range, range: 4 }],
  ["Range", { ...range, range: 0.5 }],
  ["Range", { ...range, range: 4.5 }],
  ["Range", { ...range, min_range: 5, range: 5 }],
  ["Vector3d", { x: 1, y: 2 }],
  ["Quaternion", point],
  ["Pose", { position: point }],
  ["IMU", { acceleration: point }],
  ["IMU", { acceleration: point, angular_velocity: point }],
  ["PointField", { name: "x", offset: 0, datatype: 8, count: 1 }],
  ["PointField", { name: "x", offset: 0, datatype: 9, count: 1 }],
  ["PointField", { name: "x", offset: 0, datatype: 0, count: 1 }],
  ["Image", { data: "", format: "gif", width: 1, height: 1, stride: 1, encoding: "mono8" }],
];

interface Answers {
  readonly times: readonly Record<string, never[]>[];
  readonly dates: number[][];
  readonly units: Record<string, number[]>;
  readonly colours: { packed: string[]; unpacked: number[][] };
  readonly readImages: { linear: string; mode?: string; picture?: string }[];
  readonly writeImages: { data: string; format: "png" | "raw" }[];
  readonly pictureImages: unknown[][];
  readonly files: { mode: string; size: number[]; data: string }[];
  readonly pictures: { data: string; format: "png" | "jpeg"; size: number[]; channels: number; pixels: string }[];
  readonly clouds: (Record<string, unknown> & { data: string; back: Record<string, string[]> })[];
  readonly refused: boolean[];
  readonly vectors: (number[] | null)[][];
}
let sdk: Answers;

before(async () => {
  if (python.skip) return;
  await using folder = await temporaryFolder();
  const file = join(folder.path, "inputs.json");
  await writeFile(
    file,
    stringifyJson({
      times: { seconds: SECONDS, ms: MS, ns: NS.map(String) },
      dates: DATES,
      units: UNITS,
      colours: { colours: COLOURS, packed: PACKED },
      readImages: images.map(({ data, isBigendian, format, width, height, stride, encoding }) => ({
        ...{ data: toHex(data), format, width, height, stride, encoding, is_bigendian: isBigendian ?? null },
      })),
      writeImages: written,
      pictureImages: pictures.map(({ encoding, pixels: { data, ...size } }) => ({
        ...{ ...size, data: toHex(data), encoding: encoding ?? null },
      })),
      files: ours.map(({ data, format }) => ({ data: toHex(data), format })),
      pictures: null,
      clouds: clouds.map(({ type, lists }) => ({ tag: type.tag, lists })),
      refused: RULES,
      vectors: VECTORS,
    } as never),
  );
  sdk = JSON.parse(await runPython(python.path, "sdk_conversions.py", [file]));
});

test("times, durations and dates", options, () => {
  const split = ({ seconds, nanoseconds }: Time) => [seconds, nanoseconds];
  assert.deepEqual(sdk.times, [
    {
      fromSeconds: SECONDS.map((it) => split(timeFromSeconds(it))),
      fromMs: MS.map((it) => split(timeFromMs(it))),
      fromNs: NS.map((it) => split(timeFromNs(it))),
      toSeconds: NS.map((it) => timeToSeconds(timeFromNs(it))),
      toMs: NS.map((it) => timeToDate(timeFromNs(it)).getTime()), // `timeToMs` has the fraction, too
      toNs: NS.map((it) => String(timeToNs(timeFromNs(it)))),
    },
    {
      fromSeconds: SECONDS.map((it) => split(durationFromSeconds(it))),
      fromMs: MS.map((it) => split(durationFromMs(it))),
      fromNs: NS.map((it) => split(durationFromNs(it))),
      toSeconds: NS.map((it) => durationToSeconds(durationFromNs(it))),
      toMs: NS.map((it) => timeToDate(durationFromNs(it)).getTime()),
      toNs: NS.map((it) => String(durationToNs(durationFromNs(it)))),
    },
  ]);
  // The SDK goes through a float of seconds, so dates of today are off by up to 0.2 µs there.
  for (const [i, ms] of DATES.entries()) {
    const [seconds, nanoseconds] = sdk.dates[i]!;
    const apart = timeToNs(timeFromDate(new Date(ms))) - timeToNs({ seconds: seconds!, nanoseconds: nanoseconds! });
    assert.ok(apart > -500n && apart < 500n, `${ms}: ${apart} ns apart`);
  }
});

test("units of temperature and pressure", options, () => {
  const value = (it: { value: number }) => it.value;
  assert.deepEqual(sdk.units, {
    fromCelsius: UNITS.map(temperatureFromCelsius).map(value),
    fromFahrenheit: UNITS.map(temperatureFromFahrenheit).map(value),
    toCelsius: UNITS.map((value) => temperatureToCelsius({ value })),
    toFahrenheit: UNITS.map((value) => temperatureToFahrenheit({ value })),
    fromAtm: UNITS.map(pressureFromAtm).map(value),
    fromBar: UNITS.map(pressureFromBar).map(value),
    fromPsi: UNITS.map(pressureFromPsi).map(value),
    toAtm: UNITS.map((value) => pressureToAtm({ value })),
    toBar: UNITS.map((value) => pressureToBar({ value })),
    toPsi: UNITS.map((value) => pressureToPsi({ value })),
  });
});

test("packed colours, bit by bit", options, () => {
  const packed = COLOURS.map(([r, g, b]) => toHex(new Uint8Array(new Float32Array([packRgb(r, g, b)]).buffer)));
  const unpacked = PACKED.map((bits) => unpackRgb(new Float32Array(fromHex(bits).slice().buffer)[0]!));
  assert.deepEqual(sdk.colours, { packed, unpacked });
});

test("images of all 29 encodings: rows, samples and pictures", options, async () => {
  assert.equal(encodings.length, 29);
  let seen = 0;
  for (const [i, image] of images.entries()) {
    const what = `${image.encoding}, ${image.format}, ${image.isBigendian}`;
    const { linear, mode, picture } = sdk.readImages[i]!;
    assert.equal(toHex(await imageToLinear(image)), linear, what);
    if (mode === undefined) continue;
    seen++;
    if (mode === "L" || mode === "RGB" || mode === "RGBA") {
      const pixels = await imageToPixels(image);
      assert.equal(toHex(pixels.data), picture, what);
      assert.equal(pixels.channels, mode === "L" ? 1 : mode.length, what);
      continue;
    }
    const samples = await imageToSamples(image);
    assert.equal(toHex(new Uint8Array(samples.buffer)), picture, what);
    await assert.rejects(imageToPixels(image), /no pixels of 8 bits/);
  }
  assert.equal(seen, 22 * 6);
});

test("images that the SDK makes of rows are read, and those of pictures are the same", options, async () => {
  for (const [i, { linear, ...settings }] of written.entries()) {
    const { data, format } = sdk.writeImages[i]!;
    assert.equal(format, settings.format);
    assert.equal(toHex(await imageToLinear({ ...settings, data: fromHex(data), format })), linear, settings.encoding);
  }
  for (const [i, { encoding, pixels }] of pictures.entries()) {
    const image = await imageFromPixels(pixels, { format: "raw", ...(encoding && { encoding }) });
    const { data, stride, width, height, isBigendian } = image;
    const what = `${pixels.channels} as ${encoding}`;
    assert.deepEqual([toHex(data), stride, width, height, image.encoding, isBigendian], sdk.pictureImages[i], what);
  }
});

test("picture files, ours read by the SDK and the SDK's by us", options, async () => {
  for (const [i, { mode, size, data }] of sdk.files.entries()) {
    const { width, height, channels, data: expected } = i < 3 ? pixelsOf(([1, 3, 4] as const)[i]!) : smooth;
    assert.deepEqual([mode, size], [{ 1: "L", 3: "RGB", 4: "RGBA" }[channels], [width, height]]);
    near(fromHex(data), expected, i < 3 ? 0 : 6, `file ${i}`);
  }
  assert.equal(sdk.pictures.length, 11);
  for (const [i, { data, format, size, channels, pixels }] of sdk.pictures.entries()) {
    const read = await compressedImageToPixels({ data: fromHex(data), format });
    assert.deepEqual([[read.width, read.height], read.channels], [size, channels], `picture ${i}`);
    near(read.data, fromHex(pixels), format === "png" ? 0 : 2, `picture ${i}`);
  }
});

function near(actual: Uint8Array, expected: Uint8Array, most: number, what: string): void {
  assert.equal(actual.length, expected.length, what);
  const apart = actual.reduce((worst, value, i) => Math.max(worst, Math.abs(value - expected[i]!)), 0);
  assert.ok(apart <= most, `${what}: ${apart} apart`);
}

test("scans and clouds as records of points, both ways", options, async () => {
  for (const [i, { type, value }] of clouds.entries()) {
    const { data, back, ...records } = sdk.clouds[i]!;
    const what = `${type.tag} of ${Object.keys(value)}`;
    const { header: _, ...made } = await pointCloud2FromCloud(type, value as never);
    assert.equal(toHex(made.data), data, what);
    const { height, width, isBigendian, pointStep, rowStep, isDense } = made;
    assert.deepEqual(records, {
      ...{ height, width, is_bigendian: isBigendian, point_step: pointStep, row_step: rowStep, is_dense: isDense },
      fields: made.fields.map((field) => ({ ...field, datatype: Number(field.datatype) })),
    }, what);
    const cloud: Record<string, ArrayLike<number>> = await cloudFromPointCloud2(type, { ...made, data: fromHex(data) });
    const lists = type.fields.filter(({ key, name }) => cloud[key ?? name] !== undefined);
    const read = lists.map(({ key, name }) => [name, Array.from(cloud[key ?? name]!, bitsOf)]);
    assert.deepEqual(Object.fromEntries(read), back, what);
  }
});

test("rows that one refuses, the other refuses", options, () => {
  const camel = (value: unknown): unknown =>
    typeof value !== "object" || value === null || Array.isArray(value) ? value : Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
        key === "datatype" ? BigInt(item) : camel(item),
      ]),
    );
  const refused = RULES.map(([tag, row]) => {
    const type = standardRegistry().get(tag)!;
    try {
      type.validate?.(camel(row));
      // What columns alone refuse is found when the row is written.
      return type.fields.some(({ key, name, nullable }) =>
        !nullable && (camel(row) as never)[key ?? name] === undefined
      );
    } catch {
      return true;
    }
  });
  const told = (answers: readonly boolean[]) =>
    RULES.map(([tag, row], i) => `${tag} ${stringifyJson(row as never)} ${answers[i]}`);
  assert.deepEqual(told(refused), told(sdk.refused));
});

test("vectors of lists", options, () => {
  const made = VECTORS.map((values) =>
    [vector2dFrom, vector3dFrom, vector4dFrom].map((from) => {
      try {
        return Object.values(from(values));
      } catch {
        return null;
      }
    })
  );
  assert.deepEqual(made, sdk.vectors);
});
