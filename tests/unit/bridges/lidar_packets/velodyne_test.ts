import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { isMosaicoError, type MosaicoError } from "../../../../src/base/mod.ts";
import {
  type LidarPacket,
  type VelodyneModel,
  type VelodyneOptions,
  velodyneScans,
} from "../../../../src/bridges/lidar_packets/mod.ts";
import type { LidarColumns } from "../../../../src/codecs/mod.ts";
import { randomOf } from "../../codecs/support.ts";
import { packetsOfPcap, velodyneMessages } from "./recorded.ts";

const data = process.env["MOSAICO_TEST_DATA"] ?? "";
const noData = data === "" && "MOSAICO_TEST_DATA is not set";
if (noData) console.log(`skipped: recorded packets: ${noData}`);

/** What a test knows of a sensor: channels of a firing, its length, when a channel fires in it, product, unit of distance. */
interface Facts {
  readonly channels: number;
  readonly cycle: number;
  readonly delay: (channel: number) => number;
  readonly product: number;
  readonly unit: number;
}
const FACTS: Record<VelodyneModel, Facts> = {
  "VLP-16": { channels: 16, cycle: 55.296, delay: (channel) => channel * 2.304, product: 0x22, unit: 0.002 },
  "VLP-32C": { channels: 32, cycle: 55.296, delay: (channel) => (channel >> 1) * 2.304, product: 0x28, unit: 0.004 },
  "HDL-32E": { channels: 32, cycle: 46.08, delay: (channel) => channel * 1.152, product: 0x21, unit: 0.002 },
};
const HOUR = 3_600_000_000;
const START_NS = 1_700_000_000_000_000_000n - 1_700_000_000_000_000_000n % 3_600_000_000_000n;

/** Degrees a µs at ten turns a second. */
const SPEED = 360 / 100_000;

interface Written {
  readonly model: VelodyneModel;
  /** First packet's time, µs after START_NS. */
  readonly from: number;
  readonly packets: number;
  /** Distance in units, and intensity, of a channel that looks along an azimuth (degrees) at some time. */
  readonly see: (channel: number, azimuth: number, nth: number) => readonly [distance: number, intensity: number];
  readonly dual?: boolean;
}

/** Packets of a sensor that turns evenly, and looks along 0° at START_NS. */
function packetsOf({ model, from, packets, see, dual = false }: Written): LidarPacket[] {
  const { channels, cycle, delay, product } = FACTS[model];
  const blockMicros = 32 / channels * cycle;
  const returns = dual ? 2 : 1;
  return Array.from({ length: packets }, (_, n) => {
    const start = from + n * 12 / returns * blockMicros;
    const view = new DataView(new ArrayBuffer(1206));
    for (let block = 0; block < 12; block++) {
      const at = start + Math.floor(block / returns) * blockMicros;
      view.setUint16(block * 100, 0xeeff, true);
      view.setUint16(block * 100 + 2, Math.round(at * SPEED * 100) % 36_000, true);
      for (let channel = 0; channel < 32; channel++) {
        const fired = at + Math.floor(channel / channels) * cycle + delay(channel % channels);
        const [distance, intensity] = see(channel % channels, fired * SPEED % 360, block % returns);
        view.setUint16(block * 100 + 4 + 3 * channel, distance, true);
        view.setUint8(block * 100 + 6 + 3 * channel, intensity);
      }
    }
    view.setUint32(1200, Math.round(start) % HOUR, true);
    view.setUint8(1204, dual ? 0x39 : 0x37);
    view.setUint8(1205, product);
    const timestampNs = START_NS + BigInt(Math.round(start * 1000)) + 800_000n;
    return { timestampNs, data: new Uint8Array(view.buffer) };
  });
}

async function scansOf(packets: readonly LidarPacket[], options?: VelodyneOptions) {
  const scans = await Array.fromAsync(velodyneScans(packets, options));
  return scans.map(({ timestampNs, data }) => {
    const seconds = data.header?.timestamp;
    const sensorNs = seconds && BigInt(seconds.seconds) * 1_000_000_000n + BigInt(seconds.nanoseconds);
    return { timestampNs, sensorNs, header: data.header, ...data as LidarColumns };
  });
}

async function failsWith(packet: Uint8Array, pattern: RegExp, options?: VelodyneOptions): Promise<void> {
  await assert.rejects(scansOf([{ timestampNs: START_NS, data: packet }], options), (error: unknown) => {
    assert.ok(isMosaicoError(error, "codec.lidar_packet"), String(error));
    assert.match(error.message, pattern);
    return true;
  });
}

for (const model of Object.keys(FACTS) as VelodyneModel[]) {
  test(`${model}: what it sees is where it was seen`, async () => {
    const { unit, channels } = FACTS[model];
    const rings = new Map<number, number>(); // by elevation, as the points show it
    const packets = packetsOf({
      model,
      from: 1000,
      packets: 40,
      // Each channel sees its number as intensity, in a distance that grows with the azimuth.
      see: (channel, azimuth) => [Math.round((5 + azimuth / 10) / unit), channel],
    });
    const [scan, ...others] = await scansOf(packets, { frameId: "top" });
    assert.equal(others.length, 0);
    const { x, y, z, range, intensity, beamId, returnType, pointTimestamp } = scan!;
    assert.equal(x!.length, 40 * 12 * 32);
    const offsets = new Map<number, number>();
    for (let i = 0; i < x!.length; i++) {
      const distance = Math.hypot(x![i]!, y![i]!);
      const seen = (range![i]! - 5) * 10; // the azimuth it was seen along, degrees
      const clockwise = (Math.atan2(-y![i]!, x![i]!) * 180 / Math.PI + 360) % 360;
      const offset = (clockwise - seen + 540) % 360 - 180;
      const channel = intensity![i]!;
      if (!offsets.has(channel)) offsets.set(channel, offset);
      assert.ok(
        Math.abs(offset - offsets.get(channel)!) < 0.05,
        `channel ${channel} at ${clockwise}°, seen at ${seen}°`,
      );
      assert.ok(Math.abs(Math.hypot(distance, z![i]!) - range![i]!) < 0.012, "the range is the distance");
      rings.set(beamId![i]!, Math.atan2(z![i]!, distance) * 180 / Math.PI);
      const time = 1000 + pointTimestamp![i]! * 1e6;
      assert.ok(Math.abs(time * SPEED - seen) < 0.03, "the time is that of the azimuth");
      assert.equal(returnType![i], 0x37);
    }
    const known = model === "VLP-32C" ? [1.4, 4.2] : [0];
    for (const offset of offsets.values()) assert.ok(known.some((it) => Math.abs(Math.abs(offset) - it) < 0.05));
    assert.equal(rings.size, channels);
    const upwards = [...rings].toSorted((a, b) => a[0] - b[0]).map(([, elevation]) => elevation);
    assert.deepEqual(upwards, upwards.toSorted((a, b) => a - b), "rings go upwards");
    const ends = { "VLP-16": [-15, 15], "VLP-32C": [-25, 15], "HDL-32E": [-30.67, 10.67] }[model];
    assert.ok(Math.abs(upwards[0]! - ends[0]!) < 0.15 && Math.abs(upwards.at(-1)! - ends[1]!) < 0.15);
    assert.equal(scan!.timestampNs, packets[0]!.timestampNs);
    assert.equal(scan!.sensorNs, START_NS + 1_000_000n);
    assert.equal(scan!.header?.frameId, "top");
  });
}

test("a scan is a turn, from the angle it is cut at", async () => {
  const packets = packetsOf({ model: "VLP-16", from: 0, packets: 200, see: () => [500, 1] });
  for (const cutAngle of [0, 90, 359.5]) {
    const scans = await scansOf(packets, { cutAngle });
    const whole = scans.slice(1, -1);
    assert.ok(whole.length >= 1, `${scans.length} scans`);
    for (const { x, y, pointTimestamp } of whole) {
      const turned = (Math.atan2(-y![0]!, x![0]!) * 180 / Math.PI - cutAngle + 540) % 360 - 180;
      assert.ok(turned >= -0.05 && turned < 0.5, `begins ${turned}° after the cut`);
      assert.ok(Math.abs(pointTimestamp!.at(-1)! - 0.1) < 0.001);
    }
    const points = scans.reduce((sum, { x }) => sum + x!.length, 0);
    assert.equal(points, 200 * 384, "no point is lost");
  }
});

test("channels without a return have no point, and no scan is empty", async () => {
  const see = (channel: number): [number, number] => channel === 3 ? [100, 9] : [0, 200];
  const [scan] = await scansOf(packetsOf({ model: "VLP-16", from: 0, packets: 2, see }));
  assert.equal(scan!.x!.length, 2 * 24);
  assert.ok(scan!.intensity!.every((value) => value === 9));
  assert.deepEqual(await scansOf(packetsOf({ model: "VLP-16", from: 0, packets: 2, see: () => [0, 0] })), []);
  assert.deepEqual(await scansOf([]), []);
});

test("of two returns that are one, there is one point", async () => {
  const see = (channel: number, _: number, nth: number): [number, number] => [100 + (channel % 2 ? nth : 0), 5];
  const [scan] = await scansOf(packetsOf({ model: "VLP-16", from: 0, packets: 1, see, dual: true }));
  assert.equal(scan!.x!.length, 6 * 32 + 6 * 16);
  const seconds = scan!.returnType!.filter((type) => type === 0x37).length;
  assert.deepEqual([seconds, scan!.returnType!.filter((type) => type === 0x38).length], [6 * 16, 6 * 32]);
  assert.ok(scan!.pointTimestamp!.at(-1)! < 6 * 110.592e-6);
});

test("time goes on over the hour, and the sensor's is of the hour nearest to the arrival", async () => {
  const packets = packetsOf({ model: "VLP-16", from: HOUR - 20_000, packets: 30, see: () => [500, 1] });
  const [before, after] = await scansOf(packets);
  assert.equal(before!.sensorNs, START_NS + 3_580_000_000n + 3_596_400_000_000n);
  const lasted = 1e6 * (before!.pointTimestamp!.at(-1)! + (after?.pointTimestamp?.at(-1) ?? 0));
  assert.ok(Math.abs(lasted - 30 * 12 * 110.592) < 300, `${lasted} µs`);
  const late = packets.map(({ timestampNs, data }) => ({ timestampNs: timestampNs + 60_000_000_000n, data }));
  assert.equal((await scansOf(late))[0]!.sensorNs, before!.sensorNs);
});

test("packets that come out of order do not cut a scan", async () => {
  const packets = packetsOf({ model: "VLP-16", from: 95_000, packets: 30, see: () => [500, 1] });
  const swapped = packets.map((_, i) => packets[i ^ 1]!);
  const [inOrder, outOfOrder] = [await scansOf(packets), await scansOf(swapped)];
  assert.equal(inOrder.length, 2);
  assert.equal(outOfOrder.length, 2);
  const points = outOfOrder.reduce((sum, { x }) => sum + x!.length, 0);
  assert.equal(points, 30 * 384);
});

test("each part of a wrong packet is told", async () => {
  const [{ data: good }] = packetsOf({ model: "VLP-16", from: 0, packets: 1, see: () => [500, 1] }) as [LidarPacket];
  const withByte = (at: number, value: number) => Uint8Array.from(good, (byte, i) => i === at ? value : byte);
  for (const length of [0, 1, 1205, 1207, 65_507]) await failsWith(new Uint8Array(length), /expected 1206/);
  await failsWith(withByte(300, 0), /block 3 has the flag/);
  await failsWith(withByte(501, 0xdd), /flag 56831/); // the upper lasers of an HDL-64E
  await failsWith(withByte(203, 0xff), /block 2 has the azimuth/);
  await failsWith(withByte(1204, 0x3b), /return mode is 59/);
  await failsWith(withByte(1205, 0x63), /product 99/);
  await failsWith(withByte(1203, 0xff), /µs after the hour/);
  await failsWith(good, /expected one of a HDL-32E/, { model: "HDL-32E" });
  assert.deepEqual(await scansOf([{ timestampNs: 0n, data: new Uint8Array(512) }]), [], "a position packet");
  for (const cutAngle of [-1, 360, NaN]) assert.throws(() => velodyneScans([], { cutAngle }), RangeError);
  assert.throws(() => velodyneScans([], { model: "HDL-64E" as VelodyneModel }), RangeError);
});

test("wrong packets can be passed over", async () => {
  const packets = packetsOf({ model: "VLP-16", from: 0, packets: 4, see: () => [500, 1] });
  packets.splice(2, 0, { timestampNs: 5n, data: new Uint8Array(3) });
  const errors: MosaicoError[] = [];
  const scans = await scansOf(packets, { onInvalidPacket: (error) => errors.push(error) });
  assert.deepEqual([scans[0]!.x!.length, errors.length, errors[0]!.code], [4 * 384, 1, "codec.lidar_packet"]);
});

test("whatever the bytes, there are scans of bounded size, or typed errors", async () => {
  const random = randomOf(81);
  const valid = packetsOf({ model: "VLP-16", from: 0, packets: 12, see: (c, a) => [100 + a, c], dual: true });
  function* packets(): Generator<LidarPacket> {
    for (let n = 0; n < 3000; n++) {
      const data = n % 2 === 0 ? valid[n % 12]!.data.slice() : new Uint8Array(1206).map(() => random() * 256);
      if (n % 2) { for (let block = 0; block < 12; block++) data.set([0xff, 0xee], block * 100); }
      if (n % 2) data.set([0x37 + n % 3, 0x22], 1204);
      for (let hits = Math.floor(random() * 4); hits > 0; hits--) data[Math.floor(random() * 1206)] = random() * 256;
      yield { timestampNs: BigInt(Math.floor(random() * 2 ** 62)), data };
    }
  }
  let [errors, points] = [0, 0];
  for await (const { data } of velodyneScans(packets(), { onInvalidPacket: () => errors++ })) points += data.x.length;
  assert.ok(errors > 100 && points > 10_000 && points <= 3000 * 384, `${errors} errors, ${points} points`);
});

test("a sensor that stands still makes no scan without end", async () => {
  const [packet] = packetsOf({ model: "VLP-16", from: 0, packets: 1, see: () => [500, 1] });
  const most = 2001 * 384;
  let largest = 0;
  const packets = Array.from({ length: 5000 }, () => packet!);
  for (const { x } of await scansOf(packets)) largest = Math.max(largest, x!.length);
  assert.ok(largest <= most, `${largest} points`);
});

test("a recorded scan is as another decoder has it", { skip: noData }, async () => {
  const packets = velodyneMessages(join(data, "rosbag2/vlp16_packets_sqlite3")).flat();
  const scans = await scansOf(packets);
  assert.equal(scans.length, 5); // the last just begins
  const file = readFileSync(join(data, "lidar/vlp16_scan.pcd"));
  const from = file.indexOf("DATA binary\n") + "DATA binary\n".length;
  const [size, count] = [32, 14_831];
  assert.equal(file.byteLength - from, size * count);
  const { x, y, z, range, beamId, intensity } = scans[3]!;
  const heights = [0.0112, 0.0097, 0.0081, 0.0066, 0.0051, 0.0037, 0.0022, 0.0007];
  const heightOf = (ring: number) => ring < 8 ? heights[ring]! : -heights[15 - ring]!; // which the other leaves out
  const points = new Map<string, number[]>();
  for (let i = 0; i < x!.length; i++) {
    const key = `${beamId![i]} ${range![i]!.toFixed(3)} ${intensity![i]}`;
    points.set(key, [...points.get(key) ?? [], i]);
  }
  let found = 0;
  for (let at = from; at < file.byteLength; at += size) {
    const float = (offset: number) => file.readFloatLE(at + offset);
    const ring = file.readUInt16LE(at + 14);
    const same = points.get(`${ring} ${float(24).toFixed(3)} ${file[at + 12]}`) ?? [];
    const near = same.find((i) =>
      Math.hypot(x![i]! - float(0), y![i]! - float(4), z![i]! - heightOf(ring) - float(8)) < 0.045
    );
    if (near !== undefined) found++;
  }
  assert.ok(found > 0.999 * count, `${found} of ${count} points`);
});

test("packets of a capture are read", { skip: noData }, async () => {
  const scans = await scansOf([...packetsOfPcap(join(data, "lidar/vlp16_packets.pcap"), 2368)]);
  const points = scans.reduce((sum, { x }) => sum + x!.length, 0);
  assert.ok(points > 10_000, `${points} points`);
  for (const { range } of scans) assert.ok(range!.every((value) => value > 0 && value < 131.1));
});
