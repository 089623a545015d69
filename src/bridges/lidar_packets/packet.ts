/**
 * Packets as they came from the network, and what can be wrong with one.
 *
 * @module
 */
import { MosaicoError } from "../../base/mod.ts";
import type { Lidar, Message } from "../../ontology/mod.ts";

/** The payload of one UDP packet. */
export interface LidarPacket {
  /** When it arrived, Unix nanoseconds. */
  readonly timestampNs: bigint;
  /** Its bytes; borrowed until the next packet is asked for. */
  readonly data: Uint8Array;
}

/** Packets, in the order they arrived. */
export type LidarPackets = Iterable<LidarPacket> | AsyncIterable<LidarPacket>;

/** Options of every reader of packets. */
export interface PacketOptions {
  /** Name of the sensor's frame, for the header of each scan. @default "" */
  readonly frameId?: string;
  /** Told of a packet that cannot be read, which is then skipped. @default the error is thrown, and ends the scans */
  readonly onInvalidPacket?: (error: MosaicoError) => void;
}

/** A sensor's side: takes packets, and gives a scan each time one is whole. */
export interface PacketReader {
  /** The scans that this packet completes: as a rule none or one. @throws {MosaicoError} `codec.lidar_packet` */
  read(packet: LidarPacket): readonly Message<Lidar>[];
  /** The scan that was going on. */
  end(): Message<Lidar> | undefined;
}

/** The scans in `packets`. */
export async function* scansOf(
  packets: LidarPackets,
  reader: PacketReader,
  onInvalidPacket: PacketOptions["onInvalidPacket"],
): AsyncGenerator<Message<Lidar>, void, undefined> {
  for await (const packet of packets) {
    let scans: readonly Message<Lidar>[] = [];
    try {
      scans = reader.read(packet);
    } catch (error) {
      if (onInvalidPacket === undefined || !(error instanceof MosaicoError)) throw error;
      onInvalidPacket(error);
    }
    yield* scans;
  }
  const last = reader.end();
  if (last !== undefined) yield last;
}

/** A packet that is not what it should be. */
export function packetError(sensor: string, what: string): MosaicoError {
  return new MosaicoError("codec.lidar_packet", `Cannot read the ${sensor} packet: ${what}`, { sensor });
}
