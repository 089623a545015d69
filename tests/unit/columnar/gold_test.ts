import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { isMosaicoError, messageOf, parseJson } from "../../../src/base/mod.ts";
import { lz4Codec, zstdCodec } from "../../../src/codecs/mod.ts";
import {
  type Batch,
  decodeSchema,
  encodeBatch,
  encodeSchema,
  fromArrow,
  rowReader,
  type Schema,
  sliceBatch,
  toArrow,
} from "../../../src/columnar/mod.ts";
import { concatColumns } from "../../../src/columnar/concat.ts";
import { sliceColumn } from "../../../src/columnar/slice.ts";
import { takeColumn } from "../../../src/columnar/take.ts";
import { IpcStream } from "../../support/ipc_stream.ts";
import { columnValues, type JsonTable, jsonValues, schemaOf } from "./support/integration_json.ts";
import { bodyOf } from "./support/messages.ts";
import { filesOf, testData } from "./support/test_data.ts";

const folder = testData("arrow", "gold");
const streams = folder === undefined ? [] : filesOf(folder, ".stream");

function streamAt(path: string): IpcStream {
  return new IpcStream(new Uint8Array(readFileSync(path)), [lz4Codec(), zstdCodec()]);
}

function valuesOf(batch: Batch): unknown[][] {
  return batch.columns.map(columnValues);
}

/** Text of a schema; writers number dictionaries and order metadata as they like. */
function shown(schema: Schema): string {
  const sorted = (value: object) => Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1));
  return JSON.stringify(schema, (key, value) => {
    if (key === "id") return undefined;
    if (value instanceof Map) return sorted(Object.fromEntries(value));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? sorted(value) : value;
  });
}

test("gold streams read equal to their JSON", { skip: folder === undefined }, () => {
  assert.ok(streams.length >= 50);
  for (const path of streams) {
    const name = relative(folder!, path);
    const json = parseJson(
      gunzipSync(readFileSync(path.replace(/stream$/, "json.gz"))).toString(),
    ) as unknown as JsonTable;
    const schema = schemaOf(json);
    const stream = streamAt(path);
    const batches = [...stream];
    // The writer of these gave the members of maps the usual names.
    if (!name.includes("map_non_canonical")) assert.equal(shown(stream.schema), shown(schema), name);
    assert.deepEqual(decodeSchema(encodeSchema(stream.schema)), stream.schema, name);
    assert.deepEqual(batches.map((batch) => batch.numRows), json.batches.map((batch) => batch.count), name);
    batches.forEach((batch, k) => {
      const expected = schema.fields.map((field, i) => jsonValues(field, json.batches[k]!.columns[i]!, json));
      assert.deepEqual(valuesOf(batch), expected, `${name}, batch ${k}`);
    });
  }
});

test("gold batches are encoded as they were", { skip: folder === undefined }, () => {
  for (const path of streams) {
    const stream = streamAt(path);
    for (const batch of [...stream]) { // all of them, so that every dictionary has come
      const message = encodeBatch(batch);
      const again = stream.decoder.decode(message.header, bodyOf(message))!;
      assert.deepEqual(valuesOf(again), valuesOf(batch), path);
    }
  }
});

test("windows of gold batches hold the window's rows", { skip: folder === undefined }, () => {
  for (const path of streams) {
    for (const batch of streamAt(path)) {
      const values = valuesOf(batch);
      for (const [from, to] of [[1, 7], [3, 3], [0, 5], [5, batch.numRows], [9, 17]] as const) {
        if (from > to || to > batch.numRows) continue;
        const window = values.map((column) => column.slice(from, to));
        assert.deepEqual(valuesOf(sliceBatch(batch, from, to)), window, `${path} ${from}-${to}`);
      }
    }
  }
});

test("gold columns join end to end, and are taken in any order", { skip: folder === undefined }, () => {
  let taken = 0;
  for (const path of streams) {
    for (const { columns, numRows } of streamAt(path)) {
      for (const column of columns) {
        const values = columnValues(column);
        const window = sliceColumn(column, 0, numRows >> 1);
        const joined = [...values, ...values.slice(0, numRows >> 1), ...values];
        assert.deepEqual(columnValues(concatColumns([column, window, column])), joined, path);
        if (!TAKEN.has(column.field.type.kind)) continue;
        const order = Int32Array.from({ length: numRows }, (_, i) => i % 3 === 0 ? -1 : numRows - 1 - i);
        const expected = [...order].map((index) => index < 0 ? null : values[index]);
        assert.deepEqual(columnValues(takeColumn(column, order)), expected, path);
        taken++;
      }
    }
  }
  assert.ok(taken > 300);
});

/** Types whose columns are taken whatever their children are. */
const TAKEN = new Set(["int", "float", "bool", "utf8", "binary", "largeUtf8", "decimal", "map", "fixedSizeBinary"]);

test("gold batches go to apache-arrow and back, or name what it lacks", { skip: folder === undefined }, async () => {
  let converted = 0;
  for (const path of streams) {
    for (const batch of streamAt(path)) {
      try {
        const back = fromArrow(await toArrow(batch));
        assert.deepEqual(valuesOf(back), valuesOf(batch), path);
        converted++;
      } catch (error) {
        assert.ok(isMosaicoError(error, "schema."), `${path}: ${messageOf(error)}`);
        assert.match(error.message, /listView|runEndEncoded|is there twice/);
      }
    }
  }
  assert.ok(converted > 100);
});

test("columns without a row form are named", { skip: folder === undefined }, () => {
  let read = 0;
  for (const path of streams) {
    for (const batch of streamAt(path)) {
      try {
        const reader = rowReader(batch.schema);
        for (let i = 0; i < batch.numRows; i++) reader.row(batch, i);
        read += batch.numRows;
      } catch (error) {
        assert.ok(isMosaicoError(error, "schema.unsupported_type", "schema.duplicate_key"), `${path}: ${error}`);
      }
    }
  }
  assert.ok(read > 100);
});
