/**
 * What our client writes, read by the official SDK 0.7.0.
 *
 * @module
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { fromHex, type JsonObject, parseJson, stringifyJson } from "../../src/base/mod.ts";
import {
  BatchDecoder,
  decodeSchema,
  encodeSchema,
  rowReader,
  timestamps,
  unwrapEncapsulated,
} from "../../src/columnar/mod.ts";
import { readingSchema, standardRegistry, unmodeledType } from "../../src/ontology/mod.ts";
import { MosaicoServer } from "../../src/server/mod.ts";
import { runCommand } from "../support/command_line.ts";
import { startEmbedded } from "../support/embedded.ts";
import { temporaryFolder } from "../support/folder.ts";
import { pythonOf, runPython } from "../support/python.ts";

const DATA = process.env["MOSAICO_TEST_DATA"];
const VECTORS = `${DATA}/../protocol/golden/vectors.json`;
const RECORDING = `${DATA}/recordings/assembled_drive_ros2.mcap`;
const python = pythonOf("MOSAICO_PYTHON");
const skipUnless = (path: string) =>
  python.skip || (DATA !== undefined && existsSync(path) ? false : "MOSAICO_TEST_DATA has no such file");

interface Vector {
  readonly ontology_tag: string;
  readonly rows: readonly JsonObject[];
  readonly record_batch_ipc_hex: string;
}

test("every type that our client writes, row by row and as columns, the SDK reads as its class", {
  skip: skipUnless(VECTORS),
  timeout: 120_000,
}, async () => {
  const { vectors } = parseJson(readFileSync(VECTORS, "utf8")) as unknown as { vectors: readonly Vector[] };
  await using folder = await temporaryFolder();
  await using fx = await startEmbedded({ tcp: true, client: { compression: "lz4" } });
  const rows = Object.fromEntries(vectors.map((vector) => [vector.ontology_tag, [...vector.rows]]));
  const file = join(folder.path, "rows.json");
  await writeFile(file, stringifyJson(rows));

  for (const way of ["rows", "batch", "unmodeled"] as const) {
    await using drive = await fx.client.sequenceCreate(way);
    for (const { ontology_tag: tag, record_batch_ipc_hex } of vectors) {
      const known = standardRegistry().get(tag)!;
      const schema = decodeSchema(encodeSchema(known.schema));
      const message = fromHex(record_batch_ipc_hex);
      const body = message.subarray(8 + new DataView(message.buffer, message.byteOffset).getInt32(4, true));
      const header = unwrapEncapsulated(message);
      const type = way === "unmodeled" ? unmodeledType(tag, schema) : known;
      const batch = new BatchDecoder(way === "unmodeled" ? schema : readingSchema(known, schema)).decode(header, body)!;
      const topic = await drive.topicCreate(`/${tag}`, type as typeof known);
      if (way === "batch") {
        const { toArrow } = await import("../../src/columnar/mod.ts");
        await topic.pushBatch(await toArrow(batch));
        continue;
      }
      const reader = rowReader(batch.schema);
      for (const [i, time] of timestamps(batch).entries()) await topic.push(time, reader.row(batch, i));
    }
    await drive.finalize();
    const args = ["--port", String(fx.server.port), "--sequence", way, "--rows", file];
    const printed = await runPython(python.path, "sdk_reads_types.py", args);
    assert.equal(printed.trim().split("\n").at(-1), String(vectors.length), way);
  }
});

test("a drive that our command line imported, the SDK reads whole and typed", {
  skip: skipUnless(RECORDING),
  timeout: 180_000,
}, async () => {
  await using folder = await temporaryFolder();
  const imported = await runCommand(["import", RECORDING, "--name", "drive", "--json", "--directory", folder.path]);
  assert.equal(imported.code, 0, imported.stderr + imported.stdout);
  const [report] = parseJson(imported.stdout) as unknown as JsonObject[];
  await using server = await MosaicoServer.start({ directory: folder.path, port: 0 });
  const args = ["--port", String(server.port), "--sequence", "drive"];
  const summary = parseJson(await runPython(python.path, "sdk_reads_drive.py", args)) as Record<string, JsonObject>;
  const expected: Record<string, [unknown, unknown, boolean]> = {};
  for (const topic of report!["topics"] as JsonObject[]) {
    if (topic["topic"] === undefined) continue;
    expected[topic["topic"] as string] = [topic["ontologyTag"], topic["messagesPushed"], topic["modeled"] as boolean];
  }
  const found = Object.fromEntries(
    Object.entries(summary).map(([name, { tag, count, typed }]) => [name, [tag, count, typed]]),
  );
  assert.deepEqual(found, expected);
  assert.ok(Object.values(expected).length >= 5 && Object.values(expected).some(([, , modeled]) => modeled));
});
