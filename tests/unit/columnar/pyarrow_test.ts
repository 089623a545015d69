import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import fc from "fast-check";
import { lz4Codec, zstdCodec } from "../../../src/codecs/mod.ts";
import {
  BatchBuilder,
  type BodyCodec,
  equalSchemas,
  rowReader,
  schemaFingerprintText,
  timestamps,
} from "../../../src/columnar/mod.ts";
import { IpcStream } from "../../support/ipc_stream.ts";
import { tables } from "./support/arbitrary.ts";
import { columnValues } from "./support/integration_json.ts";
import { streamOf } from "./support/messages.ts";

const python = process.env["MOSAICO_PYTHON"];
if (python === undefined) console.log("SKIPPED: MOSAICO_PYTHON is not set");
const skip = { skip: python === undefined };
const CODECS: readonly BodyCodec[] = [lz4Codec(), zstdCodec()];

/** Runs `script` in a folder of its own, with `files` in it. */
function inPython<T>(script: string, files: Record<string, Uint8Array>, read: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "columnar-"));
  try {
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
    execFileSync(python!, ["-c", script], { cwd: folder, stdio: ["ignore", "inherit", "inherit"] });
    return read(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function read(path: string): IpcStream {
  return new IpcStream(new Uint8Array(readFileSync(path)), CODECS);
}

const ECHO = `
import glob, pyarrow as pa
for path in sorted(glob.glob("*.in")):
    table = pa.ipc.open_stream(open(path, "rb").read()).read_all()
    table.validate(full=True)
    codec = [None, "lz4", "zstd"][int(path[:-3]) % 3]
    options = pa.ipc.IpcWriteOptions(compression=codec)
    with pa.ipc.new_stream(path[:-3] + ".out", table.schema, options=options) as writer:
        for batch in table.to_batches(): writer.write_batch(batch)
    open(path[:-3] + ".txt", "w").write(str(pa.struct(list(table.schema))))
`;

test("pyarrow finds our streams valid, and writes back the same rows", skip, () => {
  const samples = fc.sample(tables, { numRuns: 60, seed: 9 });
  const files = Object.fromEntries(samples.map(({ schema, rows }, i) => {
    const builder = new BatchBuilder(schema);
    for (const { time, write } of rows) builder.append(time, write);
    const codec = [...CODECS, undefined][i % 3];
    return [`${i}.in`, streamOf(schema, [builder.finish()], codec)];
  }));
  inPython(ECHO, files, (folder) => {
    samples.forEach(({ schema, rows }, k) => {
      const stream = read(join(folder, `${k}.out`));
      assert.ok(equalSchemas(stream.schema, schema));
      assert.equal(readFileSync(join(folder, `${k}.txt`), "utf8"), schemaFingerprintText(schema.fields));
      const reader = rowReader(schema);
      const found = [...stream].flatMap((batch) =>
        Array.from({ length: batch.numRows }, (_, i) => ({ time: timestamps(batch)[i], read: reader.row(batch, i) }))
      );
      assert.deepEqual(found, rows.map(({ time, read }) => ({ time, read })), `table ${k}`);
    });
  });
});

const DICTIONARIES = `
import json, pyarrow as pa
def column(values, indices):
    return pa.DictionaryArray.from_arrays(pa.array(indices, pa.int8()), values)
def words(*texts): return pa.array(texts, pa.string())
def pair(values, indices):
    return pa.record_batch({"w": column(values, indices), "l": column(pa.array([[t] for t in values.to_pylist()]), indices)})
steps = [pair(words("a", "b"), [0, 1, None]), pair(words("a", "b", "c"), [2, 0, 1]),
    pair(words("a", "b", "c"), [1, 1, 1]), pair(words("z"), [0, None, 0])]
for deltas in [True, False]:
    options = pa.ipc.IpcWriteOptions(emit_dictionary_deltas=deltas)
    with pa.ipc.new_stream(f"{deltas}.arrows", steps[0].schema, options=options) as writer:
        for step in steps: writer.write_batch(step)
json.dump([{name: step[name].to_pylist() for name in ["w", "l"]} for step in steps], open("values.json", "w"))
`;

test("dictionaries grow by deltas and are replaced", skip, () => {
  inPython(DICTIONARIES, {}, (folder) => {
    const expected = JSON.parse(readFileSync(join(folder, "values.json"), "utf8"));
    for (const name of ["True", "False"]) {
      const found = Array.from(
        read(join(folder, `${name}.arrows`)),
        ({ columns }) => ({ w: columnValues(columns[0]!), l: columnValues(columns[1]!) }),
      );
      assert.deepEqual(found, expected, `deltas: ${name}`);
    }
  });
});

const TYPES = `
import pyarrow as pa
f = pa.field
union = pa.union([f("a", pa.int8()), f("b", pa.string(), nullable=False)], mode="dense", type_codes=[5, 7])
types = [pa.null(), pa.bool_(), pa.int8(), pa.uint64(), pa.float16(), pa.float32(), pa.float64(), pa.string(), pa.binary(),
    pa.large_string(), pa.large_binary(), pa.string_view(), pa.binary_view(), pa.binary(4), pa.decimal32(5, 2),
    pa.decimal64(12, 3), pa.decimal128(20, -2), pa.decimal256(50, 2), pa.date32(), pa.date64(), pa.time32("s"),
    pa.time64("us"), pa.timestamp("ns", "UTC"), pa.timestamp("us"), pa.duration("ms"), pa.month_day_nano_interval(),
    pa.list_(pa.int8()), pa.list_(f("item", pa.int8(), nullable=False)), pa.large_list(pa.string()), pa.list_(pa.int8(), 3),
    pa.list_view(pa.int8()), pa.large_list_view(f("x", pa.int8())), pa.struct([]), pa.struct([f("a", pa.int8())]),
    pa.map_(pa.string(), pa.float64()), pa.map_(pa.string(), f("value", pa.int8(), nullable=False), keys_sorted=True),
    pa.map_(f("k", pa.string(), nullable=False), f("v", pa.int8())), pa.dictionary(pa.int8(), pa.string(), True), union,
    pa.sparse_union([f("a", pa.int8())]), pa.run_end_encoded(pa.int32(), pa.string())]
schema = pa.schema([f(f"f{i}", t, nullable=i % 2 == 0) for i, t in enumerate(types)], metadata={"key": "value"})
with pa.ipc.new_stream("types.arrows", schema) as writer: pass
open("types.txt", "w").write(str(pa.struct(list(schema))))
`;

test("fingerprint texts of every type are pyarrow's", skip, () => {
  inPython(TYPES, {}, (folder) => {
    const { schema } = read(join(folder, "types.arrows"));
    const { fields, metadata } = schema;
    assert.equal(schemaFingerprintText(fields), readFileSync(join(folder, "types.txt"), "utf8"));
    assert.deepEqual([...metadata!], [["key", "value"]]);
  });
});
