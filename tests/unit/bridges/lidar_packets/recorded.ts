/**
 * Packets of the test data.
 *
 * @module
 */
import { CdrReader } from "@foxglove/cdr";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { LidarPacket } from "../../../../src/bridges/lidar_packets/mod.ts";
import { mcapRecords } from "../../../support/mcap.ts";

/** UDP payloads of a classic pcap file of Ethernet frames, without those of other ports and the one that is cut. */
export function* packetsOfPcap(path: string, port: number): Generator<LidarPacket> {
  const file = readFileSync(path);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  for (let at = 24; at + 16 <= file.byteLength;) {
    const [seconds, micros, length] = [
      view.getUint32(at, true),
      view.getUint32(at + 4, true),
      view.getUint32(at + 8, true),
    ];
    const frame = file.subarray(at + 16, at += 16 + length);
    const udp = 14 + (frame[14]! & 15) * 4;
    if (frame.byteLength < length || frame.readUInt16BE(udp + 2) !== port) continue;
    yield { timestampNs: BigInt(seconds) * 1_000_000_000n + BigInt(micros) * 1000n, data: frame.subarray(udp + 8) };
  }
}

/** The packets of each `velodyne_msgs/VelodyneScan` of a rosbag2 in SQLite. */
export function velodyneMessages(folder: string): LidarPacket[][] {
  const name = readdirSync(folder).find((file) => file.endsWith(".db3"))!;
  const database = new DatabaseSync(join(folder, name), { readOnly: true });
  const rows = database.prepare("SELECT data FROM messages ORDER BY timestamp").all();
  database.close();
  return rows.map(({ data }) => {
    const reader = new CdrReader(data as Uint8Array);
    const time = () => BigInt(reader.int32()) * 1_000_000_000n + BigInt(reader.uint32());
    time();
    reader.string();
    return Array.from({ length: reader.sequenceLength() }, () => ({
      timestampNs: time(),
      data: reader.uint8Array(1206).slice(),
    }));
  });
}

/** Messages of some topics of an MCAP file. */
export function* mcapMessages(
  path: string,
  topics: readonly string[],
): Generator<{ topic: string; time: bigint; data: Uint8Array }> {
  const names = new Map<number, string>();
  for (const record of mcapRecords(path)) {
    if (record.type === "Channel" && topics.includes(record.topic)) names.set(record.id, record.topic);
    const topic = record.type === "Message" ? names.get(record.channelId) : undefined;
    if (record.type === "Message" && topic !== undefined) yield { topic, time: record.logTime, data: record.data };
  }
}
