/**
 * What the tests of the bridges share: payloads, small files, the test data.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "@foxglove/rosmsg";
import { MessageWriter } from "@foxglove/rosmsg2-serialization";
import { type McapTypes, McapWriter, type McapWriterOptions } from "@mcap/core";

/** Folder of the test data, and why tests that need it are skipped. */
export const testData: string | undefined = process.env.MOSAICO_TEST_DATA;
export const needsData: { skip?: string } = testData ? {} : { skip: "MOSAICO_TEST_DATA is not set" };

export function readTestData(path: string): Promise<Uint8Array> {
  return readFile(join(testData!, path));
}

/** CDR payload of `message`. */
export function cdr(definition: string, message: unknown): Uint8Array {
  return new MessageWriter(parse(definition, { ros2: true })).writeMessage(message);
}

/** Bytes as they might come from a file: in pieces of `size`. */
export async function* pieces(bytes: Uint8Array, size = 65_536): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

/** A channel of a file to be written: its messages as payloads at times. */
export interface WrittenChannel {
  readonly topic: string;
  readonly type: string;
  readonly definition: string;
  readonly messages: readonly (readonly [timeNs: bigint, payload: Uint8Array])[];
  readonly messageEncoding?: string;
  readonly schemaEncoding?: string;
}

/** An MCAP file of `channels`, channel after channel; `compress` packs its chunks. */
export async function writeMcap(
  channels: readonly WrittenChannel[],
  chunkSize = 1024,
  compress?: McapWriterOptions["compressChunk"],
): Promise<Uint8Array> {
  const written: Uint8Array[] = [];
  let length = 0n;
  const writer = new McapWriter({
    writable: {
      position: () => length,
      write: (bytes: Uint8Array) => {
        written.push(bytes.slice());
        length += BigInt(bytes.length);
        return Promise.resolve();
      },
    },
    chunkSize,
    ...(compress && { compressChunk: compress }),
  });
  await writer.start({ profile: "ros2", library: "test" } satisfies McapTypes.Header);
  for (const { topic, type, definition, messages, messageEncoding = "cdr", schemaEncoding = "ros2msg" } of channels) {
    const data = new TextEncoder().encode(definition);
    const schemaId = await writer.registerSchema({ name: type, encoding: schemaEncoding, data });
    const channelId = await writer.registerChannel({ topic, schemaId, messageEncoding, metadata: new Map() });
    let sequence = 0;
    for (const [time, payload] of messages) {
      await writer.addMessage({ channelId, sequence: sequence++, logTime: time, publishTime: time, data: payload });
    }
  }
  await writer.end();
  return Uint8Array.from(written.flatMap((bytes) => [...bytes]));
}

/** Writes payloads, and bags, of ROS 1. */
export class Ros1Writer {
  readonly #bytes: number[] = [];

  get bytes(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }

  uint8(value: number): this {
    return this.#write(1, (view) => view.setUint8(0, value));
  }
  uint16(value: number): this {
    return this.#write(2, (view) => view.setUint16(0, value, true));
  }
  uint32(value: number): this {
    return this.#write(4, (view) => view.setUint32(0, value, true));
  }
  uint64(value: bigint): this {
    return this.#write(8, (view) => view.setBigUint64(0, value, true));
  }
  float32(value: number): this {
    return this.#write(4, (view) => view.setFloat32(0, value, true));
  }
  float64(value: number): this {
    return this.#write(8, (view) => view.setFloat64(0, value, true));
  }
  /** Text, or bytes, with the length in front. */
  string(text: string | Uint8Array): this {
    const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
    return this.uint32(bytes.length).raw(bytes);
  }
  raw(bytes: Uint8Array): this {
    for (const byte of bytes) this.#bytes.push(byte);
    return this;
  }

  #write(size: number, set: (view: DataView) => void): this {
    const bytes = new Uint8Array(size);
    set(new DataView(bytes.buffer));
    return this.raw(bytes);
  }
}

/** Fields of a header of a bag: numbers are its `op`, the rest bytes. */
type BagHeader = Readonly<Record<string, Uint8Array | string>>;

function bagFields(fields: BagHeader): Uint8Array {
  const writer = new Ros1Writer();
  for (const [name, value] of Object.entries(fields)) {
    const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
    writer.string(new Ros1Writer().raw(new TextEncoder().encode(`${name}=`)).raw(bytes).bytes);
  }
  return writer.bytes;
}

/** A record of a bag. */
export function bagRecord(op: number, fields: BagHeader, data: Uint8Array): Uint8Array {
  return new Ros1Writer().string(bagFields({ op: Uint8Array.of(op), ...fields })).string(data).bytes;
}

const u32 = (value: number) => new Ros1Writer().uint32(value).bytes;

/** A record that tells of a connection. */
export function bagConnection(id: number, topic: string, type: string, definition: string): Uint8Array {
  const about = bagFields({ topic, type, md5sum: "*", message_definition: definition });
  return bagRecord(7, { conn: u32(id), topic }, about);
}

/** A record with a message. */
export function bagMessage(connection: number, timeNs: bigint, payload: Uint8Array): Uint8Array {
  const time = new Ros1Writer().uint32(Number(timeNs / 1_000_000_000n)).uint32(Number(timeNs % 1_000_000_000n)).bytes;
  return bagRecord(2, { conn: u32(connection), time }, payload);
}

/** A chunk of records; `data` where they are packed. */
export function bagChunk(records: readonly Uint8Array[], compression = "none", data?: Uint8Array): Uint8Array {
  const plain = Uint8Array.from(records.flatMap((bytes) => [...bytes]));
  return bagRecord(5, { compression, size: u32(plain.length) }, data ?? plain);
}

/** A bag of these records; `counts` are messages by connection in its index, without which it was not closed. */
export function writeBag(records: readonly Uint8Array[], counts?: Readonly<Record<number, number>>): Uint8Array {
  const writer = new Ros1Writer().raw(new TextEncoder().encode("#ROSBAG V2.0\n"));
  const index = new Ros1Writer().uint64(counts === undefined ? 0n : 4096n).bytes;
  writer.raw(bagRecord(3, { index_pos: index, conn_count: u32(1), chunk_count: u32(1) }, new Uint8Array(64).fill(32)));
  for (const record of records) writer.raw(record);
  if (counts !== undefined) {
    const pairs = new Ros1Writer();
    for (const [id, count] of Object.entries(counts)) pairs.uint32(Number(id)).uint32(count);
    writer.raw(bagRecord(6, { ver: u32(1), count: u32(Object.keys(counts).length) }, pairs.bytes));
  }
  return writer.bytes;
}
