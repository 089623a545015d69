/**
 * Record batches the official SDK wrote, one of two rows for each type.
 *
 * @module
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { concat, fromHex, type JsonObject, type JsonValue, parseJson, stringifyJson } from "../../../src/base/mod.ts";
import {
  type Batch,
  BatchBuilder,
  BatchDecoder,
  decodeSchema,
  encodeBatch,
  encodeSchema,
  rowReader,
  timestamps,
  unwrapEncapsulated,
} from "../../../src/columnar/mod.ts";
import {
  type OntologyType,
  readingSchema,
  STANDARD_TYPES,
  standardRegistry,
  unmodeledType,
} from "../../../src/ontology/mod.ts";

const VECTORS = `${process.env["MOSAICO_TEST_DATA"] ?? "."}/../protocol/golden/vectors.json`;
const skip = process.env["MOSAICO_TEST_DATA"] && existsSync(VECTORS) ? false : "MOSAICO_TEST_DATA is not set";
if (skip) console.log(`golden vectors: skipped, ${skip}`);

interface Vector {
  readonly ontology_tag: string;
  readonly rows: readonly JsonObject[];
  readonly record_batch_ipc_hex: string;
}

function vectors(): readonly Vector[] {
  return (parseJson(readFileSync(VECTORS, "utf8")) as unknown as { vectors: Vector[] }).vectors;
}

/** Batch of the bytes of one encapsulated message. */
function decode(type: OntologyType<unknown>, message: Uint8Array): Batch {
  const header = unwrapEncapsulated(message);
  const body = message.subarray(8 + new DataView(message.buffer, message.byteOffset).getInt32(4, true));
  return new BatchDecoder(readingSchema(type, decodeSchema(encodeSchema(type.schema)))).decode(header, body)!;
}

/** A row as the vectors write it: wire names, null for absent values, bytes in hex. */
function asJson(value: unknown, camel: boolean): JsonValue {
  if (value === undefined) return null;
  if (value instanceof Uint8Array) {
    return { $hex: Array.from(value, (it) => it.toString(16).padStart(2, "0")).join("") };
  }
  if (ArrayBuffer.isView(value) || Array.isArray(value)) {
    return Array.from(value as unknown as Iterable<unknown>, (item) => asJson(item, camel));
  }
  if (typeof value !== "object" || value === null) return value as JsonValue;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [camel ? snakeCase(key) : key, asJson(member, camel)]),
  );
}

function snakeCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Lists of bytes are arrays in the vectors, so those columns are told from binaries by their type. */
function rowsAsJson(type: OntologyType<unknown>, batch: Batch, camel = true): JsonValue[] {
  const lists = new Set(
    type.fields.filter(({ type }) => type.kind === "list" && type.item.type.kind === "int").map((it) =>
      it.key ?? it.name
    ),
  );
  const reader = rowReader(batch.schema);
  return Array.from(timestamps(batch), (timestampNs, i) => {
    const row = reader.row(batch, i);
    for (const key of lists) if (row[key]) row[key] = Array.from(row[key] as Iterable<number>);
    return { timestamp_ns: timestampNs, ...asJson(row, camel) as JsonObject };
  });
}

/** Same values, whatever the order of keys and however integers are held. */
function canonical(value: JsonValue): string {
  const sorted = (value: JsonValue): JsonValue =>
    Array.isArray(value)
      ? value.map(sorted)
      : typeof value === "object" && value !== null
      ? Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key]!)]))
      : value;
  return stringifyJson(sorted(value));
}

test("there is a vector for every type with columns", { skip }, () => {
  const tags = STANDARD_TYPES.filter((type) => type.fields.length > 0).map((type) => type.tag);
  assert.deepEqual(vectors().map((it) => it.ontology_tag).sort(), tags.sort());
});

test("the SDK's batches are read as typed rows", { skip }, () => {
  for (const { ontology_tag, rows, record_batch_ipc_hex } of vectors()) {
    const type = standardRegistry().get(ontology_tag)!;
    const batch = decode(type, fromHex(record_batch_ipc_hex));
    assert.equal(canonical(rowsAsJson(type, batch)), canonical([...rows]), ontology_tag);
    const reader = rowReader(batch.schema);
    for (let i = 0; i < batch.numRows; i++) type.validate?.(reader.row(batch, i));
  }
});

test("what is written of typed rows reads back the same", { skip }, () => {
  for (const { ontology_tag, rows, record_batch_ipc_hex } of vectors()) {
    const type = standardRegistry().get(ontology_tag)!;
    const message = fromHex(record_batch_ipc_hex);
    const original = decode(type, message);
    const reader = rowReader(original.schema);
    const builder = new BatchBuilder(type.schema);
    timestamps(original).forEach((timestampNs, i) => builder.append(timestampNs, reader.row(original, i)));
    const written = encodeBatch(builder.finish());
    const again = new BatchDecoder(type.schema).decode(written.header, concat(written.body))!;
    assert.equal(canonical(rowsAsJson(type, again)), canonical([...rows]), ontology_tag);
  }
});

test("the same batches are read as unmodeled data under the names of the wire", { skip }, () => {
  for (const { ontology_tag, rows, record_batch_ipc_hex } of vectors()) {
    const known = standardRegistry().get(ontology_tag)!;
    const type = unmodeledType(ontology_tag, decodeSchema(encodeSchema(known.schema)));
    assert.equal(type.fingerprint, known.fingerprint);
    const batch = decode(type, fromHex(record_batch_ipc_hex));
    assert.equal(canonical(rowsAsJson(type, batch, false)), canonical([...rows]), ontology_tag);
  }
});
