/**
 * The point clouds of the test data, and ones made up.
 *
 * @module
 */
import { CdrReader } from "@foxglove/cdr";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type LidarColumns, type PointRecords, readPoints } from "../../../src/codecs/mod.ts";
import { mcapRecords } from "../../support/mcap.ts";

/** Columns of ours by the names drivers use. */
const NAMES: Readonly<Record<string, keyof LidarColumns>> = {
  x: "x",
  y: "y",
  z: "z",
  intensity: "intensity",
  ring: "beamId",
  channel: "beamId",
  distance: "range",
  azimuth: "azimuth",
  elevation: "elevation",
  reflectivity: "reflectivity",
};

/** Each cloud below `folder`, with a name; of a recorded topic `perTopic` at most. */
export function* cloudsOf(
  folder: string,
  perTopic: number = Infinity,
): Generator<[name: string, columns: LidarColumns]> {
  const packed = readFileSync(join(folder, "lidar/pointcloud2_64k.cdr"));
  yield ["pointcloud2_64k.cdr", toColumns(fromCdr(packed))];
  const floats = readFileSync(join(folder, "lidar/vlp16_scan_kitti_layout.bin"));
  const fields = ["x", "y", "z", "intensity"].map((name, i) => ({ name, offset: 4 * i, datatype: 7, count: 1 }));
  const sizes = { height: 1, width: floats.byteLength / 16, pointStep: 16, rowStep: floats.byteLength };
  yield ["vlp16_scan_kitti_layout.bin", toColumns({ ...sizes, fields, isBigendian: false, data: floats })];
  for (const name of ["vlp16_scan.pcd", "xt32_ascii.pcd"]) {
    yield [name, toColumns(fromPcd(readFileSync(join(folder, "lidar", name))))];
  }
  for (const kind of ["recordings", "rosbag2"]) {
    const recordings = join(folder, kind);
    const names = existsSync(recordings) ? readdirSync(recordings, { recursive: true, encoding: "utf8" }) : [];
    for (const name of names.sort()) {
      if (name.endsWith(".mcap")) yield* cloudsOfMcap(join(recordings, name), basename(name), perTopic);
    }
  }
}

function* cloudsOfMcap(path: string, name: string, perTopic: number): Generator<[name: string, columns: LidarColumns]> {
  const schemas = new Map<number, string>();
  const channels = new Map<number, { topic: string; encoding: string }>();
  const seen = new Map<string, number>();
  for (const record of mcapRecords(path)) {
    if (record.type === "Schema") schemas.set(record.id, record.name);
    if (record.type === "Channel" && schemas.get(record.schemaId)?.endsWith("PointCloud2")) {
      channels.set(record.id, { topic: record.topic, encoding: record.messageEncoding });
    }
    const channel = record.type === "Message" ? channels.get(record.channelId) : undefined;
    if (record.type !== "Message" || channel === undefined) continue;
    const count = (seen.get(channel.topic) ?? 0) + 1;
    seen.set(channel.topic, count);
    if (count > perTopic) continue;
    const cloud = channel.encoding === "cdr" ? fromCdr(record.data) : fromRos1(record.data);
    const columns = toColumns(cloud);
    if (columns.x !== undefined) yield [`${name} ${channel.topic} ${count}`, columns];
  }
}

function fromCdr(bytes: Uint8Array): PointRecords {
  const reader = new CdrReader(bytes);
  reader.int32();
  reader.uint32();
  reader.string();
  const [height, width] = [reader.uint32(), reader.uint32()];
  const fields = Array.from({ length: reader.sequenceLength() }, () => ({
    name: reader.string(),
    offset: reader.uint32(),
    datatype: reader.uint8(),
    count: reader.uint32(),
  }));
  const isBigendian = reader.uint8() !== 0;
  const [pointStep, rowStep] = [reader.uint32(), reader.uint32()];
  return { height, width, fields, isBigendian, pointStep, rowStep, data: reader.uint8Array() };
}

/** A file of the Point Cloud Library whose numbers are in binary, or floats in text. */
function fromPcd(bytes: Buffer): PointRecords {
  const start = bytes.indexOf("\n", bytes.indexOf("\nDATA ") + 1) + 1;
  const lines = bytes.toString("latin1", 0, start).split("\n").map((line) => line.split(" "));
  const header = new Map(lines.map(([key, ...values]) => [key, values]));
  const [names, sizes, types] = ["FIELDS", "SIZE", "TYPE"].map((key) => header.get(key)!) as [
    string[],
    string[],
    string[],
  ];
  const datatypes: Readonly<Record<string, number>> = { F4: 7, F8: 8, U1: 2, U2: 4, U4: 6, I1: 1, I2: 3, I4: 5 };
  let pointStep = 0;
  const fields = names.map((name, i) => {
    const offset = pointStep;
    pointStep += Number(sizes[i]);
    return { name, offset, datatype: datatypes[types[i]! + sizes[i]]!, count: 1 };
  });
  const width = Number(header.get("POINTS")![0]);
  const isText = header.get("DATA")![0] === "ascii";
  const numbers = () => Float32Array.from(bytes.toString("latin1", start).trim().split(/\s+/), Number);
  const data = isText ? new Uint8Array(numbers().buffer) : bytes.subarray(start, start + width * pointStep);
  return { height: 1, width, fields, isBigendian: false, pointStep, rowStep: data.byteLength, data };
}

/** ROS 1: as CDR, without alignment. */
function fromRos1(bytes: Uint8Array): PointRecords {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 12;
  const uint32 = () => view.getUint32((at += 4) - 4, true);
  const uint8 = () => view.getUint8(at++);
  const block = () => {
    const length = uint32();
    return bytes.subarray(at, at += length);
  };
  block();
  const [height, width] = [uint32(), uint32()];
  const fields = Array.from({ length: uint32() }, () => ({
    name: new TextDecoder().decode(block()),
    offset: uint32(),
    datatype: uint8(),
    count: uint32(),
  }));
  const isBigendian = uint8() !== 0;
  const [pointStep, rowStep] = [uint32(), uint32()];
  return { height, width, fields, isBigendian, pointStep, rowStep, data: block() };
}

function toColumns(cloud: PointRecords): LidarColumns {
  const columns: Record<string, unknown> = {};
  for (const { name, values } of readPoints(cloud, Object.keys(NAMES))) {
    const key = NAMES[name]!;
    columns[key] = key === "beamId" || key === "reflectivity" ? Uint16Array.from(values) : Float32Array.from(values);
  }
  return columns;
}

/** A cloud as a spinning LIDAR sees it, beam by beam, with some of the columns. */
export function madeUpCloud(points: number, random: () => number): LidarColumns {
  const beams = 1 + Math.floor(random() * 64);
  const columns = {
    x: new Float32Array(points),
    y: new Float32Array(points),
    z: new Float32Array(points),
    intensity: new Float32Array(points),
    reflectivity: new Uint16Array(points),
    beamId: new Uint16Array(points),
    range: new Float32Array(points),
    nearIr: new Float32Array(points),
    azimuth: new Float32Array(points),
    elevation: new Float32Array(points),
    confidence: new Uint8Array(points),
    returnType: new Uint8Array(points),
    pointTimestamp: new Float64Array(points),
  };
  for (let i = 0; i < points; i++) {
    const beam = i % beams;
    const azimuth = Math.floor(i / beams) * 0.0031;
    const elevation = (beam - beams / 2) * 0.008;
    const range = 8 + 4 * Math.sin(azimuth * 2) + 0.01 * random();
    columns.x[i] = range * Math.cos(azimuth) * Math.cos(elevation);
    columns.y[i] = range * Math.sin(azimuth) * Math.cos(elevation);
    columns.z[i] = range * Math.sin(elevation);
    columns.intensity[i] = Math.floor(random() * 256);
    columns.reflectivity[i] = random() * 65536;
    columns.beamId[i] = beam;
    columns.range[i] = range;
    columns.nearIr[i] = random();
    columns.azimuth[i] = azimuth;
    columns.elevation[i] = elevation;
    columns.confidence[i] = random() * 256;
    columns.returnType[i] = i & 1;
    columns.pointTimestamp[i] = Math.floor(i / beams) * 55_296 * 1e-9;
  }
  const present = Object.entries(columns).filter(([name]) => name === "x" || random() < 0.7);
  return Object.fromEntries(present);
}

/** Floats that codecs stumble over. */
const ODD: readonly number[] = [
  NaN,
  Infinity,
  -Infinity,
  -0,
  0,
  1e-45,
  -1e-40,
  3.4e38,
  -3e38,
  1e9,
  1073741.8,
  1e6,
  0.0005,
];

/** Puts such floats, and any bits at all, into a share of the values. */
export function withOddFloats(columns: LidarColumns, share: number, random: () => number): void {
  if (share === 0) return;
  for (const values of Object.values(columns)) {
    if (!(values instanceof Float32Array || values instanceof Float64Array)) continue;
    const words = new Uint32Array(values.buffer);
    const wordsEach = words.length / values.length;
    for (let i = 0; i < values.length; i++) {
      if (random() >= share) continue;
      const kind = Math.floor(random() * (ODD.length + 2));
      if (kind < ODD.length) values[i] = ODD[kind]!;
      else for (let word = 0; word < wordsEach; word++) words[i * wordsEach + word] = random() * 2 ** 32;
    }
  }
}
