import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHex, isMosaicoError, toHex } from "../../../src/base/mod.ts";
import {
  lidarCodec,
  type LidarColumnName,
  type LidarColumns,
  lidarModule,
  type LidarProfile,
  lz4Module,
  roundToStep,
} from "../../../src/codecs/mod.ts";
import { cloudsOf, madeUpCloud, withOddFloats } from "./clouds.ts";
import { damaged, fromEnvironment, randomOf } from "./support.ts";

const PROFILES: readonly LidarProfile[] = ["fast", "medium", "small"];
const STEPS: Readonly<Record<string, number>> = { x: 0.001, y: 0.001, z: 0.001, range: 0.001 };
const EXACT: Readonly<Record<string, number>> = { x: 0, y: 0, z: 0, range: 0 };

const codec = lidarCodec();
const { value: data, skip: noData } = fromEnvironment("MOSAICO_TEST_DATA");

/** Distance from `value` to the next of its type. */
function ulp(value: number, digits: number): number {
  return 2 ** Math.max(Math.floor(Math.log2(Math.abs(value))) - digits, digits === 23 ? -149 : -1074);
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Checks that each value came back as it should with these steps; 0 means bit by bit. */
function assertSame(back: LidarColumns, source: LidarColumns, steps: Readonly<Record<string, number>>): void {
  assert.deepEqual(Object.keys(back).sort(), Object.keys(source).sort());
  for (const [name, values] of Object.entries(source)) {
    const actual = back[name as LidarColumnName]!;
    const step = steps[name] ?? 0;
    assert.equal(actual.constructor, values.constructor);
    assert.equal(actual.length, values.length);
    if (step === 0) {
      assert.equal(Buffer.compare(bytesOf(actual), bytesOf(values)), 0, name);
      continue;
    }
    const digits = values instanceof Float64Array ? 52 : 23;
    for (let i = 0; i < values.length; i++) {
      const [a, b] = [actual[i]!, values[i]!];
      const near = Math.abs(a - b) <= step / 2 + ulp(b, digits);
      if (!near && !Object.is(a, b)) assert.fail(`${name}[${i}]: ${b} came back as ${a}`);
    }
  }
}

test("10,000 clouds come back: within their steps, and bit by bit with steps of 0", { timeout: 60_000 }, () => {
  const random = randomOf(41);
  for (let n = 0; n < 10_000; n++) {
    const points = n % 100 === 0 ? Math.floor(600 * random()) : Math.floor(28 * random());
    const cloud = madeUpCloud(points, random);
    withOddFloats(cloud, [0, 0.01, 0.3, 1][n % 4]!, random);
    const profile = n % 50 === 0 ? "small" : n % 3 === 0 ? "medium" : "fast";
    assertSame(codec.decode(codec.encode(cloud, { profile })), cloud, STEPS);
    assertSame(codec.decode(codec.encode(cloud, { profile, resolutions: EXACT })), cloud, {});
  }
});

test("other steps are kept to", () => {
  const random = randomOf(42);
  for (let n = 0; n < 60; n++) {
    const cloud = madeUpCloud(1 + n, random);
    withOddFloats(cloud, n % 2 / 2, random);
    const floats = Object.entries(cloud).filter(([, v]) => v instanceof Float32Array || v instanceof Float64Array);
    for (const step of [1e-6, 0.25, 1000, 1e-300, 1e300]) {
      const resolutions = Object.fromEntries(floats.map(([name]) => [name, step]));
      const payload = codec.encode(cloud, { profile: PROFILES[n % 3]!, resolutions });
      assertSame(codec.decode(payload), cloud, resolutions);
    }
  }
});

test("counts around blocks and groups come back", () => {
  const random = randomOf(43);
  const counts = [0, 1, 2, 7, 8, 9, 31, 32, 33, 65_535, 65_536, 65_537, 140_001];
  for (const count of counts) {
    const x = Float32Array.from(
      { length: count },
      (_, i) => i % 5 === 4 ? NaN : Math.sin(i / 50) * 30 + random() * 0.02,
    );
    const y = x.map((value) => value / 2);
    const beamId = Uint16Array.from({ length: count }, (_, i) => i % 128);
    const pointTimestamp = Float64Array.from(x, (_, i) => i * 1e-9);
    for (const profile of PROFILES) {
      const cloud = { x, y, beamId, pointTimestamp };
      const [encoder, decoder] = [lidarCodec(), lidarCodec()]; // without memory yet
      assertSame(decoder.decode(encoder.encode(cloud, { profile })), cloud, STEPS);
    }
  }
});

test("a payload says what it holds", () => {
  const x = Float32Array.of(1, 2, 3);
  const payload = codec.encode({ x, range: x, nearIr: x, beamId: Uint16Array.of(1, 2, 3) }, {
    resolutions: { range: 0 },
  });
  const { points, columns } = codec.inspect(payload);
  assert.equal(points, 3);
  const steps = Object.fromEntries(columns.map(({ name, resolution }) => [name, resolution]));
  assert.deepEqual(steps, { beamId: 0, x: 0.001, range: 0, nearIr: 0 });
  assert.deepEqual(columns.map(({ name }) => name), Object.keys(codec.decode(payload)));
  assert.throws(() => codec.inspect(payload.subarray(1)), (error) => isMosaicoError(error, "codec.lidar_header"));
});

test("a decoded cloud is coded to the same bytes again", () => {
  const cloud = madeUpCloud(5000, randomOf(44));
  for (const profile of PROFILES) {
    const once = codec.encode(cloud, { profile });
    assert.deepEqual(codec.encode(codec.decode(once), { profile }), once);
  }
});

test("whole numbers and nanoseconds in float columns are packed, and come back bit by bit", () => {
  const n = 10_000;
  const random = randomOf(45);
  const intensity = Float32Array.from({ length: n }, () => Math.floor(random() * 100));
  const pointTimestamp = Float64Array.from({ length: n }, (_, i) => Math.floor(i / 16) * 55_296 * 1e-9);
  const payload = codec.encode({ intensity, pointTimestamp });
  assertSame(codec.decode(payload), { intensity, pointTimestamp }, {});
  assert.ok(payload.byteLength < 4 * n, `${payload.byteLength} bytes`);
});

test("points without a return cost little", () => {
  const n = 32_768;
  const x = Float32Array.from({ length: n }, (_, i) => i % 64 < 40 ? (i % 2 ? 0 : -0) : 20 + Math.sin(i / 1000));
  const nan = x.map((value) => value === 0 ? NaN : value);
  for (const column of [x, nan]) {
    const one = codec.encode({ x: column }).byteLength;
    const three = codec.encode({ x: column, y: column, z: column }).byteLength;
    assert.ok(one < 0.7 * n, `${one} bytes`);
    assert.ok(three - one < 2 * (one - n / 8) + 100, `${three} bytes: the mask is shared`);
  }
});

test("the prediction suits the order of the points", () => {
  const [beams, turns] = [32, 400];
  const value = (beam: number, turn: number) => (beam + 3) ** 2 / 7 + Math.sin(turn / 40);
  const byTurn = { x: new Float32Array(beams * turns), beamId: new Uint16Array(beams * turns) };
  const byBeam = { x: new Float32Array(beams * turns), beamId: new Uint16Array(beams * turns) };
  for (let beam = 0; beam < beams; beam++) {
    for (let turn = 0; turn < turns; turn++) {
      const [i, j] = [turn * beams + beam, beam * turns + turn];
      byTurn.x[i] = byBeam.x[j] = value(beam, turn);
      byTurn.beamId[i] = byBeam.beamId[j] = beam;
    }
  }
  const [a, b] = [codec.encode(byTurn), codec.encode(byBeam)];
  const alone = codec.encode({ x: byTurn.x });
  assert.equal(a[5], 1, "by ring");
  assert.equal(b[5], 0, "by the point before");
  assert.ok(a.byteLength < alone.byteLength);
});

test("the bytes of a known cloud", () => {
  const cloud = {
    x: Float32Array.of(1, 1.001, NaN, 0.5),
    beamId: Uint16Array.of(0, 1, 0, 1),
    nearIr: Float32Array.of(0.1, 0.2, 0.3, 0.4),
  };
  const header = "4d4c4344" + "01000003" + "04000000" +
    "05010100" + "0000000000000000" + "00020000" + "fca9f1d24d62503f" + "07020100" + "0000000000000000";
  // Differences 0 1 −1 1, two bits each.
  const beams = "03000000" + "03000000" + "00" + "02" + "98";
  // Point 2 is masked, one value; steps 1000 1001 500, so differences 1000 1 −501, eleven bits each.
  const x = "0c000000" + "0c000000" + "09" + "04" + "0000c07f" + "0b" + "d01740fa00";
  const nearIr = "11000000" + "11000000" + "04" + "cdcd9acd" + "cccc99cc" + "cc4c99cc" + "3d3e3e3e";
  assert.equal(toHex(codec.encode(cloud)), header + beams + x + nearIr);
  assertSame(codec.decode(fromHex(header + beams + x + nearIr)), cloud, STEPS);
});

test("clouds of devices come back, and are as small as they should be", { skip: noData }, () => {
  let clouds = 0;
  const small: number[] = [];
  for (const [name, cloud] of cloudsOf(data)) {
    const points = cloud.x!.length;
    for (const profile of PROFILES) {
      const payload = codec.encode(cloud, { profile });
      assertSame(codec.decode(payload), cloud, STEPS);
      const { x, y, z, beamId } = cloud;
      const ring = beamId && codec.encode({ beamId }, { profile }).byteLength;
      if (ring === undefined || points < 1000) continue;
      const share = (codec.encode({ x, y, z, beamId }, { profile }).byteLength - ring) / (12 * points);
      assert.ok(share < { fast: 0.25, medium: 0.26, small: 0.2 }[profile], `${name}, ${profile}: ${share}`);
      if (profile === "small") small.push(share);
    }
    clouds++;
  }
  assert.ok(clouds > 40, `${clouds} clouds`);
  const mean = small.reduce((sum, share) => sum + share) / small.length;
  assert.ok(mean < 0.19, `small on average: ${mean}`);
});

/** The same cloud with its columns in another order: `order` has their places. Not for payloads with a stage. */
function reordered(payload: Uint8Array, order: readonly number[], points: number): Uint8Array {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const entry = (i: number) => payload.subarray(12 + 12 * i, 24 + 12 * i);
  const pieces = [payload.subarray(0, 12), ...order.map(entry)];
  for (let at = 12 + 12 * order.length, group = 0; group < Math.ceil(points / 65_536); group++) {
    const sections = order.map(() => payload.subarray(at, at += 8 + view.getUint32(at, true)));
    pieces.push(...order.map((i) => sections[i]!));
  }
  return Buffer.concat(pieces);
}

test("columns may come in any order", () => {
  const points = 140_000;
  const wave = (scale: number) =>
    Float32Array.from({ length: points }, (_, i) => scale * Math.sin((i >> 4) / 90) + i % 16);
  const cloud = {
    beamId: Uint16Array.from({ length: points }, (_, i) => i % 16),
    x: wave(1),
    y: wave(20),
    z: wave(300),
  };
  cloud.y[70_000] = NaN; // so that the second group has them one by one, the others at once
  const payload = codec.encode(cloud);
  assert.equal(payload[5], 1, "by ring");
  for (const order of [[0, 3, 1, 2], [0, 2, 1, 3], [0, 3, 2, 1]]) {
    assertSame(codec.decode(reordered(payload, order, points)), cloud, STEPS);
  }
});

test("damaged payloads end in a CodecError or in a cloud", () => {
  const random = randomOf(47);
  const payloads = PROFILES.flatMap((profile) =>
    [0, 0.2].map((share) => {
      const cloud = madeUpCloud(400, random);
      withOddFloats(cloud, share, random);
      return codec.encode(cloud, { profile });
    })
  );
  let failed = 0;
  for (let n = 0; n < 3000; n++) {
    try {
      const columns = Object.values(codec.decode(damaged(payloads[n % payloads.length]!, random)));
      assert.ok(columns.every((values) => values.length === columns[0]!.length));
    } catch (error) {
      assert.ok(isMosaicoError(error, "codec."), String(error));
      failed++;
    }
  }
  assert.ok(failed > 1000, `${failed} failed`);
});

test("each part of a wrong payload is told", () => {
  const good = codec.encode({ x: Float32Array.of(1, 2, 3), beamId: Uint16Array.of(1, 2, 3) });
  const fails = (code: string, bytes: Uint8Array, other = codec) =>
    assert.throws(() => other.decode(bytes), (error: unknown) => {
      assert.ok(isMosaicoError(error, code), String(error));
      return true;
    });
  const withByte = (at: number, value: number) => Uint8Array.from(good, (byte, i) => i === at ? value : byte);
  fails("codec.lidar_header", withByte(0, 0));
  fails("codec.lidar_version", withByte(4, 2));
  fails("codec.lidar_header", withByte(5, 4));
  fails("codec.lidar_header", withByte(6, 3));
  fails("codec.lidar_header", withByte(7, 0));
  fails("codec.lidar_too_large", withByte(11, 255));
  fails("codec.lidar_header", withByte(12, 13));
  fails("codec.lidar_header", withByte(13, 0));
  fails("codec.lidar_header", withByte(24, 5));
  fails("codec.lidar_data", withByte(36, 1));
  for (let length = 0; length < good.byteLength; length++) {
    fails("codec.lidar_truncated", good.subarray(0, length));
  }
  fails("codec.lidar_data", Uint8Array.of(...good, 0));
  fails("codec.lidar_too_large", good, lidarCodec({ maxPoints: 2 }));
});

test("wrong arguments are told", () => {
  const x = new Float32Array(3);
  assert.throws(() => codec.encode({}), TypeError);
  assert.throws(() => codec.encode({ x: undefined }), TypeError);
  assert.throws(() => codec.encode({ x, y: new Float32Array(2) }), TypeError);
  assert.throws(() => codec.encode({ x: new Float64Array(3) as never }), TypeError);
  assert.throws(() => codec.encode({ x, w: x } as never), TypeError);
  for (const resolution of [-1, NaN, Infinity, 1e-310]) {
    assert.throws(() => codec.encode({ x }, { resolutions: { x: resolution } }), RangeError);
  }
  assert.throws(() => codec.encode({ x }, { resolutions: { beamId: 1 } }), RangeError);
  assert.throws(() => codec.encode({ x }, { profile: "tiny" as LidarProfile }), RangeError);
  assert.throws(() => lidarCodec({ maxPoints: 2 }).encode({ x }), RangeError);
  assert.throws(() => lidarCodec({ maxPoints: 0 }), RangeError);
});

test("compiled modules can be handed over", () => {
  const other = lidarCodec({ module: lidarModule(), lz4Module: lz4Module() });
  const x = new Float32Array(1000);
  assert.deepEqual(other.decode(other.encode({ x }, { profile: "medium" })).x, x);
});

test("rounding to steps keeps within half of one, and what is no number", () => {
  const values = Float32Array.of(0.1, -7.77, 123456.7, NaN, -Infinity, -0, 1e-9, 3.4e38, 1e10);
  const rounded = roundToStep(values);
  for (const [i, value] of values.entries()) {
    assert.ok(Object.is(rounded[i], value) || Math.abs(rounded[i]! - value) <= 1 / 2048, `${value} → ${rounded[i]}`);
    if (Number.isFinite(value)) assert.ok(Number.isInteger(rounded[i]! * 1024));
  }
  for (const step of [0, -1, 0.001, NaN, Infinity]) assert.throws(() => roundToStep(values, step), RangeError);
});
