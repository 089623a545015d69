import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { isMosaicoError, type MosaicoError } from "../../../../src/base/mod.ts";
import {
  type LidarPacket,
  type OusterMetadata,
  ousterMetadata,
  type OusterProfile,
  ousterScans,
  type PacketOptions,
} from "../../../../src/bridges/lidar_packets/mod.ts";
import type { LidarColumns } from "../../../../src/codecs/mod.ts";
import { randomOf } from "../../codecs/support.ts";
import { mcapMessages, packetsOfPcap } from "./recorded.ts";

const data = process.env["MOSAICO_TEST_DATA"] ?? "";
const noData = data === "" && "MOSAICO_TEST_DATA is not set";
if (noData) console.log(`skipped: recorded packets: ${noData}`);

const BEAMS = 8;
const COLUMNS = 512;
const IDENTITY = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
/** In sections, as newer firmware has it. */
const METADATA = {
  sensor_info: { prod_line: "OS-1-8", status: "RUNNING" },
  beam_intrinsics: {
    beam_altitude_angles: Array.from({ length: BEAMS }, (_, beam) => 20 - 5 * beam),
    beam_azimuth_angles: Array.from({ length: BEAMS }, (_, beam) => beam % 4 - 1.5),
    lidar_origin_to_beam_origin_mm: 40,
    beam_to_lidar_transform: [1, 0, 0, 30, 0, 1, 0, 0, 0, 0, 1, 40, 0, 0, 0, 1],
  },
  lidar_intrinsics: { lidar_to_sensor_transform: [-1, 0, 0, 1, 0, -1, 0, 2, 0, 0, 1, 36.18, 0, 0, 0, 1] },
  lidar_data_format: {
    ...{ columns_per_frame: COLUMNS, columns_per_packet: 16, pixels_per_column: BEAMS, column_window: [0, 511] },
    ...{ udp_profile_lidar: "RNG19_RFL8_SIG16_NIR16", pixel_shift_by_row: Array(BEAMS).fill(0) },
  },
};

/** A pixel: ranges in the sensor's units, and what goes with them. */
interface Pixel {
  readonly ranges: readonly number[];
  readonly reflectivities: readonly number[];
  readonly signals: readonly number[];
  readonly nearIr: number;
}

/** One packet of 16 columns from `first` on; times grow by 1000 ns a column. */
function packetOf(
  profile: OusterProfile,
  { frame, first, valid = () => true, arrival = 0n }: {
    readonly frame: number;
    readonly first: number;
    readonly valid?: (column: number) => boolean;
    readonly arrival?: bigint;
  },
  pixel: (beam: number, column: number) => Pixel,
): LidarPacket {
  const legacy = profile === "LEGACY";
  const pixelBytes =
    { "LEGACY": 12, "RNG19_RFL8_SIG16_NIR16": 12, "RNG19_RFL8_SIG16_NIR16_DUAL": 16, "RNG15_RFL8_NIR8": 4 }[profile];
  const columnBytes = (legacy ? 20 : 12) + BEAMS * pixelBytes;
  const view = new DataView(new ArrayBuffer((legacy ? 0 : 64) + 16 * columnBytes));
  if (!legacy) view.setUint16(0, 1, true);
  if (!legacy) view.setUint16(2, frame, true);
  for (let i = 0; i < 16; i++) {
    const at = (legacy ? 0 : 32) + i * columnBytes;
    const column = first + i;
    view.setBigUint64(at, BigInt(frame) * 1_000_000n + BigInt(column) * 1000n, true);
    view.setUint16(at + 8, column, true);
    if (legacy) view.setUint16(at + 10, frame, true);
    if (legacy) view.setUint32(at + columnBytes - 4, valid(column) ? 0xffffffff : 0, true);
    else view.setUint16(at + 10, valid(column) ? 1 : 0, true);
    for (let beam = 0; beam < BEAMS; beam++) {
      const to = at + (legacy ? 16 : 12) + beam * pixelBytes;
      const { ranges, reflectivities, signals, nearIr } = pixel(beam, column);
      if (profile === "RNG15_RFL8_NIR8") {
        view.setUint16(to, 0x8000 | ranges[0]!, true); // a flag above the range
        view.setUint8(to + 2, reflectivities[0]!);
        view.setUint8(to + 3, nearIr);
      } else if (profile === "RNG19_RFL8_SIG16_NIR16_DUAL") {
        for (const nth of [0, 1]) {
          view.setUint32(to + 4 * nth, 0x780000 | ranges[nth]!, true);
          view.setUint8(to + 4 * nth + 3, reflectivities[nth]!);
          view.setUint16(to + 8 + 2 * nth, signals[nth]!, true);
        }
        view.setUint16(to + 12, nearIr, true);
      } else {
        view.setUint32(to, (legacy ? 0xf00000 : 0xf80000) | ranges[0]!, true);
        if (legacy) view.setUint16(to + 4, reflectivities[0]!, true);
        else view.setUint8(to + 4, reflectivities[0]!);
        view.setUint16(to + 6, signals[0]!, true);
        view.setUint16(to + 8, nearIr, true);
      }
    }
  }
  return { timestampNs: arrival, data: new Uint8Array(view.buffer) };
}

function metadataOf(profile: OusterProfile): string {
  const format = { ...METADATA.lidar_data_format, udp_profile_lidar: profile };
  return JSON.stringify({ ...METADATA, lidar_data_format: format });
}

async function scansOf(packets: readonly LidarPacket[], metadata: OusterMetadata | string, options?: PacketOptions) {
  const scans = await Array.fromAsync(ousterScans(packets, metadata, options));
  return scans.map(({ timestampNs, data }) => ({ timestampNs, header: data.header, ...data as LidarColumns }));
}

/** The documented way from range to x, y, z, step by step. */
function expected(beam: number, column: number, range: number): [number, number, number] {
  const radians = (degrees: number) => degrees * Math.PI / 180;
  const [out, up] = [30, 40];
  const n = 50;
  const encoder = 2 * Math.PI * (1 - column / COLUMNS);
  const azimuth = -radians(beam % 4 - 1.5);
  const altitude = radians(20 - 5 * beam);
  const x = (range - n) * Math.cos(encoder + azimuth) * Math.cos(altitude) + out * Math.cos(encoder);
  const y = (range - n) * Math.sin(encoder + azimuth) * Math.cos(altitude) + out * Math.sin(encoder);
  const z = (range - n) * Math.sin(altitude) + up;
  return [(-x + 1) / 1000, (-y + 2) / 1000, (z + 36.18) / 1000];
}

const PROFILES: readonly OusterProfile[] = [
  "LEGACY",
  "RNG19_RFL8_SIG16_NIR16",
  "RNG19_RFL8_SIG16_NIR16_DUAL",
  "RNG15_RFL8_NIR8",
];

for (const profile of PROFILES) {
  test(`${profile}: each pixel is a point at its place`, async () => {
    const dual = profile.endsWith("DUAL");
    const low = profile === "RNG15_RFL8_NIR8";
    const pixel = (beam: number, column: number): Pixel => ({
      ranges: [1000 + 10 * column + beam, 20_000 + column],
      reflectivities: [beam + 1, 100 + beam],
      signals: [300 + column, 7],
      nearIr: 50 + beam,
    });
    const packets = [0, 16, 496].map((first) => packetOf(profile, { frame: 9, first, arrival: 77n }, pixel));
    const [scan, ...others] = await scansOf(packets, metadataOf(profile), { frameId: "os" });
    assert.equal(others.length, 0);
    assert.deepEqual([scan!.timestampNs, scan!.header], [77n, {
      timestamp: { seconds: 0, nanoseconds: 9_000_000 },
      frameId: "os",
    }]);
    assert.equal(scan!.x!.length, 48 * BEAMS * (dual ? 2 : 1));
    assert.equal(scan!.returnType?.length, dual ? scan!.x!.length : undefined);
    assert.equal(scan!.intensity?.length, low ? undefined : scan!.x!.length);
    let i = 0;
    for (const column of [0, 16, 496].flatMap((first) => Array.from({ length: 16 }, (_, n) => first + n))) {
      for (let beam = 0; beam < BEAMS; beam++) {
        const { ranges, reflectivities, signals, nearIr } = pixel(beam, column);
        for (let nth = 0; nth < (dual ? 2 : 1); nth++, i++) {
          const range = ranges[nth]! * (low ? 8 : 1);
          const place = expected(beam, column, range);
          for (const [axis, values] of [scan!.x!, scan!.y!, scan!.z!].entries()) {
            assert.ok(Math.abs(values[i]! - place[axis]!) < 2e-5, `axis ${axis} of beam ${beam}, column ${column}`);
          }
          assert.ok(Math.abs(scan!.range![i]! - range / 1000) < 1e-5);
          assert.equal(scan!.beamId![i], beam);
          assert.equal(scan!.reflectivity![i], reflectivities[nth]);
          assert.equal(scan!.nearIr![i], nearIr * (low ? 16 : 1));
          assert.ok(Math.abs(scan!.pointTimestamp![i]! - column * 1e-6) < 1e-12);
          if (!low) assert.equal(scan!.intensity![i], signals[nth]);
          if (dual) assert.equal(scan!.returnType![i], nth + 1);
        }
      }
    }
  });
}

const ONE: Pixel = { ranges: [5000, 0], reflectivities: [1, 1], signals: [1, 1], nearIr: 1 };
const DUAL = "RNG19_RFL8_SIG16_NIR16_DUAL";

test("a scan is a frame; columns that are late, sent twice, or not measured add nothing", async () => {
  const frames = [65_534, 65_535, 0, 1];
  const packets = frames.flatMap((frame, n) => {
    const of = (first: number) =>
      packetOf(DUAL, { frame, first, arrival: BigInt(n), valid: (column) => column !== 3 }, () => ONE);
    return [of(0), of(0), of(32)];
  });
  packets.splice(7, 0, packets[2]!); // from the frame before the last
  const scans = await scansOf(packets, metadataOf(DUAL));
  assert.deepEqual(scans.map(({ timestampNs }) => timestampNs), [0n, 1n, 2n, 3n]);
  for (const { x } of scans) assert.equal(x!.length, 31 * BEAMS, "one return of each pixel");
});

test("packets of the IMU are passed over, and a byte too many is that of an old driver", async () => {
  const good = packetOf("LEGACY", { frame: 1, first: 0 }, () => ONE);
  const longer = {
    timestampNs: 1n,
    data: Uint8Array.of(...packetOf("LEGACY", { frame: 1, first: 16 }, () => ONE).data, 0),
  };
  const imu = { timestampNs: 2n, data: new Uint8Array(48) };
  const [scan] = await scansOf([good, imu, longer], metadataOf("LEGACY"));
  assert.equal(scan!.x!.length, 32 * BEAMS);
});

test("each part of a wrong packet is told, or passed over", async () => {
  const good = packetOf(DUAL, { frame: 1, first: 0 }, () => ONE);
  const withUint16 = (at: number, value: number) => {
    const copy = good.data.slice();
    new DataView(copy.buffer).setUint16(at, value, true);
    return copy;
  };
  const size = good.data.byteLength;
  const wrong: [Uint8Array, RegExp][] = [
    [new Uint8Array(0), /it has 0 bytes/],
    [new Uint8Array(size - 1), /expected/],
    [new Uint8Array(size + 2), /expected/],
    [withUint16(0, 2), /type is 2/],
    [withUint16(32 + 8, COLUMNS), /column 512/],
  ];
  const errors: MosaicoError[] = [];
  for (const [bytes, pattern] of wrong) {
    const packets = [good, { timestampNs: 0n, data: bytes }];
    await assert.rejects(scansOf(packets, metadataOf(DUAL)), (error: unknown) => {
      assert.ok(isMosaicoError(error, "codec.lidar_packet"));
      assert.match(error.message, pattern);
      return true;
    });
    const [scan] = await scansOf(packets, metadataOf(DUAL), { onInvalidPacket: (error) => errors.push(error) });
    assert.equal(scan!.x!.length, 16 * BEAMS);
  }
  assert.equal(errors.length, wrong.length);
});

/** Packets with bytes that are not theirs: a third of them with hardly another. */
function* wildPackets(profile: OusterProfile, random: () => number): Generator<LidarPacket> {
  for (let n = 0; n < 1500; n++) {
    const { data } = packetOf(profile, { frame: n >> 5, first: n % 32 * 16 }, () => ONE);
    const hits = n % 3 === 0 ? data.byteLength : Math.floor(3 * random());
    for (let hit = 0; hit < hits; hit++) data[Math.floor(random() * data.byteLength)] = random() * 256;
    if (profile !== "LEGACY") data.set([1, 0], 0);
    yield { timestampNs: 0n, data };
  }
}

test("whatever the bytes, there are scans of bounded size, or typed errors", async () => {
  const random = randomOf(91);
  for (const profile of PROFILES) {
    let [errors, scans] = [0, 0];
    const onInvalidPacket = () => void errors++;
    for await (const { data } of ousterScans(wildPackets(profile, random), metadataOf(profile), { onInvalidPacket })) {
      assert.ok(data.x.length <= COLUMNS * BEAMS * 2);
      const { timestamp } = data.header as { timestamp?: { seconds: number } };
      assert.ok(timestamp === undefined || timestamp.seconds < 2 ** 31);
      scans++;
    }
    assert.ok(errors > 20 && scans > 20, `${errors} errors, ${scans} scans`);
  }
});

test("metadata is read in both its forms", () => {
  const { beam_intrinsics: beams, lidar_intrinsics: lidar } = METADATA;
  const flat = {
    ...{ lidar_mode: "1024x10", beam_altitude_angles: beams.beam_altitude_angles },
    ...{ beam_azimuth_angles: beams.beam_azimuth_angles, lidar_origin_to_beam_origin_mm: 27.67 },
    lidar_to_sensor_transform: lidar.lidar_to_sensor_transform,
  };
  const old = ousterMetadata(flat);
  assert.deepEqual(
    [old.profile, old.columnsPerFrame, old.columnsPerPacket, old.pixelsPerColumn, old.beamOrigin],
    ["LEGACY", 1024, 16, BEAMS, [27.67, 0]],
  );
  const { profile, columnsPerFrame, beamOrigin, lidarToSensor } = ousterMetadata(JSON.stringify(METADATA));
  assert.deepEqual([profile, columnsPerFrame, beamOrigin], ["RNG19_RFL8_SIG16_NIR16", COLUMNS, [30, 40]]);
  assert.equal(lidarToSensor[11], 36.18);
  const wrong: [unknown, RegExp][] = [
    ["{", /not JSON/],
    ["3", /no object/],
    [[], /no object/],
    [{}, /columns_per_frame is null|columns_per_frame/],
    [{ ...flat, lidar_mode: "9999x10" }, /columns_per_frame/],
    [{ ...flat, udp_profile_lidar: "FIVE_WORD_PIXEL" }, /udp_profile_lidar/],
    [{ ...flat, columns_per_packet: 0 }, /columns_per_packet/],
    [{ ...flat, pixels_per_column: 1e9 }, /pixels_per_column/],
    [{ ...flat, beam_altitude_angles: [] }, /pixels_per_column/],
    [{ ...flat, beam_azimuth_angles: [1] }, /beam_azimuth_angles/],
    [{ ...flat, beam_azimuth_angles: Array(BEAMS).fill("1") }, /beam_azimuth_angles/],
    [{ ...flat, lidar_to_sensor_transform: undefined }, /lidar_to_sensor_transform is missing/],
    [{ ...flat, lidar_origin_to_beam_origin_mm: "27" }, /lidar_origin_to_beam_origin_mm/],
    [{ ...flat, beam_to_lidar_transform: [1] }, /beam_to_lidar_transform/],
  ];
  for (const [json, pattern] of wrong) {
    assert.throws(() => ousterMetadata(json as object), (error: unknown) => {
      assert.ok(isMosaicoError(error, "codec.lidar_metadata"), String(error));
      assert.match(error.message, pattern);
      return true;
    });
  }
});

test("recorded packets give what the sensor's driver made of them", { skip: noData }, async () => {
  const file = join(data, "recordings/ouster_os1_ros1.mcap");
  const packets = [...mcapMessages(file, ["/os1_node/lidar_packets"])];
  const [, cloud] = [...mcapMessages(file, ["/os1_cloud_node/points"])];
  const view = new DataView(cloud!.data.buffer, cloud!.data.byteOffset, cloud!.data.byteLength);
  const [points, step] = [131_072, 48];
  const start = cloud!.data.byteLength - 1 - points * step; // the records end the message, but for a flag
  // Angles the recording does not have: of each beam from one point of the driver's cloud.
  const altitudes = new Float64Array(64);
  const azimuths = new Float64Array(64);
  const byValues = new Map<string, number[]>();
  for (let i = 0; i < points; i++) {
    const at = start + i * step;
    if (view.getUint32(at + 32, true) === 0) continue;
    const key = [view.getUint8(at + 26), view.getUint32(at + 32, true), view.getFloat32(at + 16, true)];
    key.push(view.getUint16(at + 24, true), view.getUint16(at + 28, true));
    byValues.set(key.join(), [...byValues.get(key.join()) ?? [], at]);
  }
  const frame = {
    ...{ profile: "LEGACY", columnsPerFrame: 2048, columnsPerPacket: 16, pixelsPerColumn: 64 } as const,
    ...{ beamOrigin: [0, 0] as const, lidarToSensor: IDENTITY },
  };
  const lidarPackets = packets.map(({ time, data }) => ({ timestampNs: time, data: data.subarray(4) }));
  const read = async () => {
    const metadata = { ...frame, beamAltitudeAngles: [...altitudes], beamAzimuthAngles: [...azimuths] };
    return (await scansOf(lidarPackets, metadata))[0]!; // the driver's second cloud, without its beginning
  };
  const match = ({ beamId, range, intensity, reflectivity, nearIr, pointTimestamp }: LidarColumns) => {
    const later = new Map<number, number>();
    const pairs = Array.from(beamId!, (beam, i) => {
      const key = [beam, Math.round(range![i]! * 1000), intensity![i], reflectivity![i], nearIr![i]].join();
      return (byValues.get(key) ?? []).map((at) => {
        const shift = view.getUint32(at + 20, true) - Math.round(pointTimestamp![i]! * 1e9);
        later.set(shift, (later.get(shift) ?? 0) + 1);
        return { at, shift };
      });
    });
    const [shift] = [...later].reduce((most, it) => it[1] > most[1] ? it : most);
    return pairs.map((candidates) => candidates.find((it) => it.shift === shift)?.at);
  };
  const degrees = 180 / Math.PI;
  const flat = await read();
  const places = match(flat);
  assert.ok(
    places.length > 40_000 && places.every((at) => at !== undefined),
    "every point is the driver's, at its time",
  );
  for (const [i, at] of places.entries()) {
    const [x, y, z] = [0, 4, 8].map((offset) => view.getFloat32(at! + offset, true)) as [number, number, number];
    const beam = flat.beamId![i]!;
    altitudes[beam] = Math.asin(z / Math.hypot(x, y, z)) * degrees;
    azimuths[beam] = (Math.atan2(flat.y![i]!, flat.x![i]!) - Math.atan2(y, x)) * degrees;
  }
  const scan = await read();
  for (const [i, at] of places.entries()) {
    const [x, y, z] = [0, 4, 8].map((offset) => view.getFloat32(at! + offset, true)) as [number, number, number];
    const off = Math.hypot(scan.x![i]! - x, scan.y![i]! - y, scan.z![i]! - z);
    // The driver goes by the encoder, which is off the column's even place by up to a tenth of a degree.
    assert.ok(off < 0.01 + 0.003 * scan.range![i]!, `point ${i} is ${off} m off, at ${scan.range![i]} m`);
  }
});

test("a capture is read with the sensor's own metadata", { skip: noData }, async () => {
  const json = readFileSync(join(data, "lidar/os2_32_packets.json"), "utf8");
  const scans = await scansOf([...packetsOfPcap(join(data, "lidar/os2_32_packets.pcap"), 7502)], json);
  assert.equal(scans.length, 1);
  const { x, y, z, range, beamId } = scans[0]!;
  const altitudes = ousterMetadata(json).beamAltitudeAngles;
  assert.ok(x!.length > 20_000);
  for (let i = 0; i < x!.length; i++) {
    // From the axis at the beams' height, which is 74.296 mm up: beams leave 13.762 mm further out.
    const [across, up] = [Math.hypot(x![i]!, y![i]!), z![i]! - 0.074296];
    const altitude = Math.atan2(up, across - 0.013762) * 180 / Math.PI;
    assert.ok(Math.abs(altitude - altitudes[beamId![i]!]!) < 0.05, `beam ${beamId![i]} at ${altitude}°`);
    assert.ok(Math.abs(Math.hypot(across, up) - range![i]!) < 0.001);
  }
});
