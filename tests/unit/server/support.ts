/**
 * Directories, batches and uploads for the tests of the server.
 *
 * @module
 */
import assert from "node:assert/strict";
import { concat } from "../../../src/base/mod.ts";
import { lz4Codec, zstdCodec } from "../../../src/codecs/mod.ts";
import {
  BatchBuilder,
  BatchDecoder,
  type BodyCodec,
  encodeBatch,
  encodeSchema,
  rowReader,
  type Schema,
  timestamps,
} from "../../../src/columnar/mod.ts";
import type { TopicRecord } from "../../../src/server/catalogue/mod.ts";
import { readChunks, ServerDirectory } from "../../../src/server/storage/mod.ts";
import { temporaryFolder } from "../../support/folder.ts";

/** Record time, a number, and text. */
export const SCHEMA: Schema = {
  fields: [
    { name: "timestamp_ns", type: { kind: "int", bits: 64, signed: true }, nullable: false },
    { name: "x", type: { kind: "float", bits: 64 }, nullable: true },
    { name: "label", type: { kind: "utf8" }, nullable: true },
  ],
};

/** Flatbuffer of {@linkcode SCHEMA}. */
export const SCHEMA_HEADER: Uint8Array = encodeSchema(SCHEMA);

/** Codecs of the tests. */
export const CODECS: readonly BodyCodec[] = [lz4Codec(), zstdCodec()];

/** A message with a row a time: `x` = the time, `label` its text, every third null. */
export function message(
  times: readonly (number | bigint)[],
  codec?: BodyCodec,
): { readonly header: Uint8Array; readonly body: Uint8Array } {
  const builder = new BatchBuilder(SCHEMA);
  for (const time of times) {
    const label = Number(time) % 3 === 0 ? undefined : `t${time}`;
    builder.append(BigInt(time), { x: Number(time), label });
  }
  const { header, body } = encodeBatch(builder.finish(), codec);
  return { header, body: concat(body) };
}

/** Whole numbers `[from, to)`. */
export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

/** An open directory in a folder of its own. */
export async function temporaryDirectory(): Promise<ServerDirectory> {
  const folder = await temporaryFolder();
  const directory = await ServerDirectory.open(folder.path, { codecs: CODECS });
  const close = directory[Symbol.asyncDispose].bind(directory);
  directory[Symbol.asyncDispose] = async () => {
    await close();
    await folder[Symbol.asyncDispose]();
  };
  return directory;
}

/** A new topic `drive/<path>` in a directory. */
export function createTopic({ catalogue }: ServerDirectory, path = "imu"): TopicRecord {
  let sequence = catalogue.sequences.byName("drive");
  if (sequence === undefined) {
    catalogue.sequences.create({ name: "drive", userMetadata: {}, createdAtNs: 1n });
    sequence = catalogue.sequences.byName("drive")!;
    catalogue.sessions.create({ sequenceId: sequence.id, uuid: "s", locator: "drive:S", createdAtNs: 2n });
  }
  const session = catalogue.sessions.byUuid("s")!;
  catalogue.topics.create({
    uuid: `uuid-${path}`,
    sequenceId: sequence.id,
    sessionId: session.id,
    path,
    ontologyTag: "IMU",
    serializationFormat: "default",
    userMetadata: {},
    createdAtNs: 3n,
  });
  return catalogue.topics.byPath("drive", path)!;
}

/** Decodes all chunks of a topic: `[time, label]` of each row, in order. */
export async function readRows(directory: ServerDirectory, path = "imu"): Promise<[number, unknown][]> {
  const topic = directory.catalogue.topics.byPath("drive", path)!;
  const chunks = directory.catalogue.chunks.ofTopic(topic.id);
  const decoder = new BatchDecoder(SCHEMA, CODECS);
  const reader = rowReader(SCHEMA);
  const rows: [number, unknown][] = [];
  for await (const stored of readChunks(directory.files, directory.filePath(topic.file!), chunks)) {
    const batch = decoder.decode(stored.header, stored.body)!;
    assert.equal(batch.numRows, stored.chunk.rowCount);
    timestamps(batch).forEach((time, i) => rows.push([Number(time), reader.row(batch, i)["label"]]));
  }
  return rows;
}

/** What {@linkcode message} puts into rows of these times. */
export function rowsOf(times: readonly number[]): [number, unknown][] {
  return times.map((time) => [time, time % 3 === 0 ? undefined : `t${time}`]);
}
