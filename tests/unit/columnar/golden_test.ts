import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fromHex, parseJson } from "../../../src/base/mod.ts";
import {
  type Batch,
  BatchBuilder,
  BatchDecoder,
  type DataType,
  decodeSchema,
  encapsulate,
  encodeBatch,
  encodeSchema,
  type Field,
  rowReader,
  type Schema,
  schemaFingerprintText,
  timestamps,
  unwrapEncapsulated,
} from "../../../src/columnar/mod.ts";
import { bodyOf } from "./support/messages.ts";
import { testData } from "./support/test_data.ts";

interface JsonField {
  readonly name: string;
  readonly nullable: boolean;
  readonly type: {
    readonly name: string;
    readonly fields?: readonly JsonField[];
    readonly item?: JsonField;
    readonly size?: number;
    readonly length?: number;
  };
}
interface Ontology {
  readonly types: readonly {
    readonly ontology_tag: string;
    readonly arrow_str: string;
    readonly schema_fingerprint: string;
    readonly fields: readonly JsonField[];
  }[];
}
interface Vectors {
  readonly vectors: readonly {
    readonly ontology_tag: string;
    readonly rows: readonly Record<string, unknown>[];
    readonly record_batch_ipc_hex: string;
  }[];
}

function fieldOf({ name, nullable, type }: JsonField): Field {
  return { name, nullable, type: typeOf(type) };
}

function typeOf(type: JsonField["type"]): DataType {
  const number = /^(u?)(int|float)(\d+)$/.exec(type.name);
  if (number?.[2] === "int") return { kind: "int", bits: Number(number[3]) as 8, signed: number[1] === "" };
  if (number?.[2] === "float") return { kind: "float", bits: Number(number[3]) as 16 };
  switch (type.name) {
    case "struct":
      return { kind: "struct", fields: type.fields!.map(fieldOf) };
    case "list":
      return { kind: "list", item: fieldOf(type.item!) };
    case "fixed_size_list":
      return { kind: "fixedSizeList", size: (type.size ?? type.length)!, item: fieldOf(type.item!) };
    default:
      return { kind: type.name as "bool" };
  }
}

const folder = testData("..", "protocol", "golden");
const read = <T>(name: string): T => parseJson(readFileSync(join(folder!, name), "utf8")) as T;
const ontology: Ontology = folder === undefined ? { types: [] } : read("ontology.json");
const skip = { skip: folder === undefined };

function schemaOf(tag: string): Schema {
  const time: Field = { name: "timestamp_ns", type: { kind: "int", bits: 64, signed: true }, nullable: false };
  return { fields: [time, ...ontology.types.find((type) => type.ontology_tag === tag)!.fields.map(fieldOf)] };
}

test("fingerprint texts of all types are Arrow's", skip, () => {
  assert.equal(ontology.types.length, 60);
  for (const { ontology_tag, arrow_str, schema_fingerprint, fields } of ontology.types) {
    const text = schemaFingerprintText(fields.map(fieldOf));
    assert.equal(text, arrow_str, ontology_tag);
    assert.equal(createHash("sha1").update(text).digest("hex").slice(0, 10), schema_fingerprint, ontology_tag);
  }
});

/** A value of our rows in the form of the vectors. */
function plain(value: unknown): unknown {
  if (value === undefined) return null;
  if (value instanceof Uint8Array) return { $bytes: [...value] };
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as number[], plain);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
}

/** A value of the vectors in that form; lists of bytes read as `Uint8Array` too. */
function expected(value: unknown, type: DataType): unknown {
  if (value === null) return null;
  if (type.kind === "binary") return { $bytes: [...fromHex((value as { $hex: string }).$hex)] };
  if (type.kind === "list" || type.kind === "fixedSizeList") {
    const items = (value as unknown[]).map((each) => expected(each, type.item.type));
    const isBytes = type.item.type.kind === "int" && type.item.type.bits === 8 && !type.item.type.signed;
    return isBytes && !items.includes(null) ? { $bytes: items } : items;
  }
  if (type.kind !== "struct") return value;
  return Object.fromEntries(
    type.fields.map((field) => [field.name, expected((value as Record<string, unknown>)[field.name], field.type)]),
  );
}

/** A value of the vectors as it is written. */
function written(value: unknown, type: DataType): unknown {
  if (value === null) return null;
  if (type.kind === "binary") return fromHex((value as { $hex: string }).$hex);
  if (type.kind === "list" || type.kind === "fixedSizeList") {
    return (value as unknown[]).map((each) => written(each, type.item.type));
  }
  if (type.kind !== "struct") return value;
  return Object.fromEntries(
    type.fields.map((field) => [field.name, written((value as Record<string, unknown>)[field.name], field.type)]),
  );
}

test("golden batches decode to their rows, and what we encode of those rows decodes equal", skip, () => {
  const { vectors } = read<Vectors>("vectors.json");
  assert.equal(vectors.length, 59);
  for (const { ontology_tag, rows, record_batch_ipc_hex } of vectors) {
    const schema = schemaOf(ontology_tag);
    const bytes = fromHex(record_batch_ipc_hex);
    const header = unwrapEncapsulated(bytes);
    const decoder = new BatchDecoder(decodeSchema(encodeSchema(schema)));
    const golden = decoder.decode(header, bytes.subarray(8 + header.byteLength))!;
    const reader = rowReader(schema);
    const type: DataType = { kind: "struct", fields: schema.fields.slice(1) };
    const assertRows = (batch: Batch): void => {
      assert.deepEqual([...timestamps(batch)], rows.map((row) => BigInt(row["timestamp_ns"] as bigint)), ontology_tag);
      rows.forEach((row, i) => assert.deepEqual(plain(reader.row(batch, i)), expected(row, type), ontology_tag));
    };
    assertRows(golden);

    const builder = new BatchBuilder(schema);
    for (const row of rows) builder.append(BigInt(row["timestamp_ns"] as bigint), written(row, type) as object);
    const message = encodeBatch(builder.finish());
    assertRows(decoder.decode(unwrapEncapsulated(encapsulate(message.header)), bodyOf(message))!);
  }
});
