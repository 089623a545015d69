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
