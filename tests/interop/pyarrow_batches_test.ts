/**
 * Our batches, judged by pyarrow: those of the golden vectors, and those of random schemas and rows. What pyarrow writes back of them
 * is read again.
 *
 * @module
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import fc from "fast-check";
import { fromHex, type JsonValue, parseJson, stringifyJson } from "../../src/base/mod.ts";
import { lz4Codec, zstdCodec } from "../../src/codecs/mod.ts";
import {
  type Batch,
  BatchBuilder,
  BatchDecoder,
  decodeSchema,
  encodeSchema,
  rowReader,
  type Schema,
  timestamps,
  unwrapEncapsulated,
} from "../../src/columnar/mod.ts";
import { readingSchema, standardRegistry } from "../../src/ontology/mod.ts";
import { temporaryFolder } from "../support/folder.ts";
import { pythonOf, runPython } from "../support/python.ts";
import { tables } from "../unit/columnar/support/arbitrary.ts";
import { streamOf } from "../unit/columnar/support/messages.ts";
import { IpcStream } from "../support/ipc_stream.ts";
import { asJson } from "./rows.ts";

const VECTORS = `${process.env["MOSAICO_TEST_DATA"]}/../protocol/golden/vectors.json`;
const WAYS = ["plain", "lz4", "sliced", "dictionaries", "large"];
const CODECS = [lz4Codec(), zstdCodec()];
// Under both runtimes: which bytes come out may depend on them.
const python = pythonOf("MOSAICO_PYTHON", { anyRuntime: true });

/** All rows of batches of one schema, as JSON under the names of the wire. */
function rowsOf(schema: Schema, batches: readonly Batch[]): JsonValue[] {
  const reader = rowReader(schema);
  const [first, ...fields] = schema.fields;
  const type = { kind: "struct", fields } as const;
  return batches.flatMap((batch) =>
    Array.from(timestamps(batch), (time, i) => ({
      [first!.name]: time,
      ...asJson(type, reader.row(batch, i)) as Record<string, JsonValue>,
    }))
  );
}

/** What pyarrow wrote back. */
function readBack(path: string): JsonValue[] {
  const stream = new IpcStream(new Uint8Array(readFileSync(path)), CODECS);
  return rowsOf(stream.schema, [...stream]);
}

test("what we encode of the golden rows is, to pyarrow, the batch of the SDK, for all 59 types", {
  skip: python.skip || (existsSync(VECTORS) ? false : "MOSAICO_TEST_DATA has no golden vectors"),
  timeout: 60_000,
}, async () => {
  await using folder = await temporaryFolder();
  const { vectors } = parseJson(readFileSync(VECTORS, "utf8")) as unknown as {
    vectors: { ontology_tag: string; rows: JsonValue[]; record_batch_ipc_hex: string }[];
  };
  for (const { ontology_tag: tag, rows, record_batch_ipc_hex } of vectors) {
    const type = standardRegistry().get(tag)!;
    const golden = fromHex(record_batch_ipc_hex);
    const header = unwrapEncapsulated(golden);
    const body = golden.subarray(8 + new DataView(golden.buffer, golden.byteOffset).getInt32(4, true));
    const schema = readingSchema(type, decodeSchema(encodeSchema(type.schema)));
    const batch = new BatchDecoder(schema).decode(header, body)!;
    const builder = new BatchBuilder(type.schema);
    const reader = rowReader(schema);
    timestamps(batch).forEach((time, i) => builder.append(time, reader.row(batch, i)));
    await writeFile(join(folder.path, `${tag}.golden`), golden);
    await writeFile(join(folder.path, `${tag}.arrows`), streamOf(type.schema, [builder.finish()]));
    await writeFile(join(folder.path, `${tag}.json`), stringifyJson(rows));
  }
  const printed = await runPython(python.path, "pyarrow_batches.py", [folder.path]);
  assert.deepEqual(JSON.parse(printed), { streams: 59, golden: 59 });
});

test("pyarrow and our decoder agree on random schemas and rows, however they lie in memory", {
  skip: python.skip,
  timeout: 120_000,
}, async () => {
  const COUNT = 150;
  await using folder = await temporaryFolder();
  const samples = fc.sample(tables, { numRuns: COUNT, seed: Number(process.env["MOSAICO_SEED"] ?? 5) });
  const expected = samples.map(({ schema, rows }) => {
    const type = { kind: "struct", fields: schema.fields.slice(1) } as const;
    return rows.map(({ time, read }) => ({
      timestamp_ns: time,
      ...asJson(type, read) as Record<string, JsonValue>,
    }));
  });
  for (const [i, { schema, rows }] of samples.entries()) {
    const builder = new BatchBuilder(schema, { codeGeneration: i % 4 !== 3 });
    const batches = [builder.finish()]; // an empty one first
    for (const [k, { time, write }] of rows.entries()) {
      builder.append(time, write);
      if (k % 7 === 6) batches.push(builder.finish());
    }
    batches.push(builder.finish());
    await writeFile(join(folder.path, `${i}.arrows`), streamOf(schema, batches, [...CODECS, undefined][i % 3]));
    await writeFile(join(folder.path, `${i}.json`), stringifyJson(expected[i]!));
  }
  const printed = await runPython(python.path, "pyarrow_batches.py", [folder.path]);
  assert.deepEqual(JSON.parse(printed), { streams: COUNT, golden: 0 });
  let rows = 0;
  for (const [i, table] of expected.entries()) {
    for (const way of WAYS) {
      assert.deepEqual(readBack(join(folder.path, `${i}.${way}.back`)), table, `table ${i}, ${way}`);
      rows += table.length;
    }
  }
  assert.ok(rows > 5 * COUNT, `${rows} rows are too few to say anything`);
});
