import assert from "node:assert/strict";
import { test } from "node:test";
import { concat, fromHex, toHex } from "../../../src/base/mod.ts";
import { type FieldSpec, type TableSpec, writeFlatbuffer } from "../../../src/columnar/ipc/flatbuffer_writer.ts";
import {
  BatchBuilder,
  BatchDecoder,
  type BodyCodec,
  type DataType,
  decodeSchema,
  encapsulate,
  encodeBatch,
  encodeSchema,
  equalSchemas,
  type Field,
  rowReader,
  type Schema,
  sizeOfBatch,
  timestamps,
  unwrapEncapsulated,
} from "../../../src/columnar/mod.ts";
import { bodyOf, roundTrip } from "./support/messages.ts";
import {
  binary,
  dictionary,
  float64,
  int,
  list,
  map,
  optional,
  required,
  struct,
  topic,
  utf8,
} from "./support/schemas.ts";

const int8 = (value: number): FieldSpec => ({ kind: "int8", value });
const int16 = (value: number): FieldSpec => ({ kind: "int16", value });
const int64 = (value: bigint): FieldSpec => ({ kind: "int64", value });
const table = (value: TableSpec): FieldSpec => ({ kind: "table", value });
const tables = (value: TableSpec[]): FieldSpec => ({ kind: "tables", value });
const text = (value: string): FieldSpec => ({ kind: "string", value });

/** A message as a writer of any kind might write it. */
function message(kind: number, content: TableSpec, version = 4, bodyLength = 0n): Uint8Array {
  return writeFlatbuffer([int16(version), int8(kind), table(content), int64(bodyLength)]);
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return "none";
}

test("a header of a schema goes there and back", () => {
  const metadata = new Map([["", "empty"], ["ключ", "значение"]]);
  const schema: Schema = {
    fields: [
      { ...required("t", { kind: "timestamp", unit: "nanosecond", timezone: "Europe/Rome" }), metadata },
      optional("", list(struct(optional("x", map(float64)), optional("x", dictionary(-5n, list(utf8)))))),
    ],
    metadata,
  };
  assert.deepEqual(decodeSchema(encodeSchema(schema)), schema);
  assert.deepEqual(decodeSchema(encodeSchema({ fields: [] })), { fields: [] });
  assert.equal(encodeSchema(schema).byteLength % 8, 0);
});

test("the body of a batch is Arrow's: times, offsets, bytes, padded to 8", () => {
  const builder = new BatchBuilder(topic(required("data", utf8)));
  for (let i = 0; i < 5; i++) builder.append(1005n + 10n * BigInt(i), { data: `s${i}` });
  const { header, body, bodyLength } = encodeBatch(builder.finish());
  assert.equal(header.byteLength % 8, 0);
  assert.equal(bodyLength, 80);
  assert.equal(
    toHex(concat(body)),
    [
      "ed03000000000000f70300000000000001040000000000000b040000000000001504000000000000",
      "00000000020000000400000006000000080000000a000000",
      "73307331733273337334000000000000",
    ].join(""),
  );
});

test("encapsulated messages unwrap, also of the form before 0.15; wrong lengths are typed errors", () => {
  const header = encodeSchema(topic());
  const wrapped = encapsulate(header);
  assert.deepEqual([...wrapped.subarray(0, 4)], [255, 255, 255, 255]);
  assert.deepEqual(unwrapEncapsulated(wrapped), header);
  assert.deepEqual(unwrapEncapsulated(wrapped.subarray(4)), header);
  assert.deepEqual(unwrapEncapsulated(encapsulate(Uint8Array.of(1, 2, 3))), fromHex("0102030000000000"));
  for (const bytes of ["", "ffffff", "ffffffff", "ffffffff080000", "ffffffff0800000001", "0800000001"]) {
    assert.equal(codeOf(() => unwrapEncapsulated(fromHex(bytes))), "codec.ipc_truncated", bytes);
  }
  for (const bytes of ["ffffffff00000000", "fffffffffeffffff", "00000000"]) {
    assert.equal(codeOf(() => unwrapEncapsulated(fromHex(bytes))), "codec.ipc_invalid", bytes);
  }
});

test("decodeSchema() names what it does not read", () => {
  const noFields = tables([]);
  const refused = (header: Uint8Array) => {
    try {
      decodeSchema(header);
    } catch (error) {
      return `${(error as { code: string }).code} ${(error as Error).message}`;
    }
    return "accepted";
  };
  assert.equal(
    refused(message(1, [int16(1), noFields])),
    "codec.ipc_unsupported Cannot read schema: its data is big-endian, expected little-endian",
  );
  assert.equal(
    refused(message(1, [int16(0), noFields], 2)),
    "codec.ipc_unsupported Cannot read IPC message: metadata version V3, expected V4 or V5",
  );
  assert.equal(
    refused(message(4, [])),
    "codec.ipc_unsupported Cannot read IPC message: its kind is 4, expected 1, 2 or 3",
  );
  assert.equal(refused(message(3, [])), "codec.ipc_invalid Cannot read schema: the message is of another kind");
  assert.equal(
    refused(message(1, [undefined, tables([[text("x"), undefined, int8(99), table([])]])])),
    "codec.ipc_unsupported Cannot read schema: type 99 is not known",
  );
  assert.equal(
    refused(message(1, [undefined, tables([[text("x")]])])),
    'codec.ipc_invalid Cannot read schema: field "x" has no type',
  );
});

test("types may nest 64 deep, not deeper", () => {
  const nested = (depth: number): DataType => depth === 0 ? float64 : struct(optional("in", nested(depth - 1)));
  const deep = { fields: [optional("x", nested(64))] };
  assert.ok(equalSchemas(decodeSchema(encodeSchema(deep)), deep));
  assert.equal(codeOf(() => encodeSchema({ fields: [optional("x", nested(65))] })), "schema.too_deep");
  const spec = (depth: number): TableSpec => [
    text("x"),
    undefined,
    int8(depth === 0 ? 1 : 13),
    table([]),
    undefined,
    tables(depth === 0 ? [] : [spec(depth - 1)]),
  ];
  assert.equal(codeOf(() => decodeSchema(message(1, [undefined, tables([spec(65)])]))), "codec.ipc_limit");
});

test("offsets that share their targets do not multiply them", () => {
  // A field of type struct whose two children are one and the same table, forty times over.
  const header = message(1, [
    undefined,
    tables([[text("f"), undefined, int8(13), table([]), undefined, tables([[]])]]),
  ]);
  const levels = 40;
  const size = 64;
  const bytes = new Uint8Array(header.byteLength + size * levels);
  bytes.set(header);
  const view = new DataView(bytes.buffer);
  const at = (level: number) => header.byteLength + size * level;
  for (let level = 0; level < levels; level++) {
    const base = at(level);
    // vtable of Field: 6 slots, of which type_type, type and children are set; then its table, a type, the children.
    [16, 16, 0, 0, 4, 8, 0, 12].forEach((value, i) => view.setUint16(base + 2 * i, value, true));
    view.setInt32(base + 16, 16, true);
    view.setUint8(base + 20, level === levels - 1 ? 1 : 13);
    view.setUint32(base + 24, 12, true);
    view.setUint16(base + 32, 4, true);
    view.setUint16(base + 34, 4, true);
    view.setInt32(base + 36, 4, true);
    view.setUint32(base + 28, 12, true);
    view.setUint32(base + 40, level === levels - 1 ? 0 : 2, true);
    for (const child of [44, 48]) view.setUint32(base + child, at(level + 1) + 16 - (base + child), true);
  }
  // The one field of the schema becomes the first of them.
  const field = findField(header);
  view.setUint32(field, at(0) + 16 - field, true);
  const start = performance.now();
  assert.equal(codeOf(() => decodeSchema(bytes)), "codec.ipc_limit");
  assert.ok(performance.now() - start < 100);
});

/** Position of the offset of the only field of the schema in `header`. */
function findField(header: Uint8Array): number {
  const view = new DataView(header.buffer, header.byteOffset);
  const follow = (at: number) => at + view.getUint32(at, true);
  const slot = (table: number, slot: number) =>
    table + view.getUint16(table - view.getInt32(table, true) + 4 + 2 * slot, true);
  return follow(slot(follow(slot(follow(0), 2)), 1)) + 4;
}

const FLOATS = topic(required("x", float64), optional("s", utf8));

function floats(): { header: Uint8Array; body: Uint8Array } {
  const builder = new BatchBuilder(FLOATS);
  for (let i = 0; i < 10; i++) builder.append(BigInt(i), { x: i / 2, s: i % 2 === 0 ? `é${i}` : undefined });
  const message = encodeBatch(builder.finish());
  return { header: message.header, body: bodyOf(message) };
}

test("a body that is not aligned is copied where it must be; one that is, is viewed", () => {
  const { header, body } = floats();
  const decoder = new BatchDecoder(FLOATS);
  const aligned = decoder.decode(header, body)!;
  assert.equal(aligned.columns[1]!.values!.buffer, body.buffer);
  const shifted = new Uint8Array(body.byteLength + 3);
  shifted.set(body, 3);
  const copied = decoder.decode(header, shifted.subarray(3))!;
  assert.notEqual(copied.columns[1]!.values!.buffer, shifted.buffer);
  assert.equal(copied.columns[2]!.values!.buffer, shifted.buffer);
  const reader = rowReader(FLOATS);
  for (let i = 0; i < 10; i++) assert.deepEqual(reader.row(copied, i), reader.row(aligned, i));
  assert.deepEqual(timestamps(copied), timestamps(aligned));
});

test("a batch that contradicts its schema or itself is a typed error", () => {
  const { header, body } = floats();
  const decode = (schema: Schema, h = header, b = body) => codeOf(() => new BatchDecoder(schema).decode(h, b));
  assert.equal(decode(FLOATS), "none");
  assert.equal(decode(FLOATS, header, body.subarray(0, body.byteLength - 1)), "codec.ipc_truncated");
  assert.equal(decode(topic(required("x", float64))), "codec.ipc_invalid");
  assert.equal(decode(topic(...FLOATS.fields.slice(1), optional("z", float64))), "codec.ipc_invalid");
  assert.equal(decode({ fields: FLOATS.fields.slice(1) }), "codec.ipc_invalid");
  assert.equal(decode(FLOATS, encodeSchema(FLOATS)), "codec.ipc_invalid");
  assert.equal(codeOf(() => new BatchDecoder(FLOATS).decode(new Uint8Array(0), body)), "codec.ipc_truncated");
  const broken = body.slice();
  broken[broken.lastIndexOf(0xc3)] = 0xff;
  assert.equal(decode(FLOATS, header, broken), "codec.ipc_invalid");
});

/** A codec that believes what it is told. */
function credulous(name: "lz4" | "zstd"): BodyCodec {
  return { name, compress: (input) => input.slice(0, 1), decompress: (_, size) => new Uint8Array(size) };
}

test("claims of compressed buffers are bounded by the bytes behind them", () => {
  const schema = topic(required("b", binary));
  const builder = new BatchBuilder(schema);
  builder.append(0n, { b: new Uint8Array(400_000) });
  const batch = builder.finish();
  for (const [name, code] of [["lz4", "codec.ipc_limit"], ["zstd", "codec.ipc_limit"]] as const) {
    const { header, body } = ((message) => ({ header: message.header, body: bodyOf(message) }))(
      encodeBatch(batch, credulous(name)),
    );
    assert.equal(codeOf(() => new BatchDecoder(schema, [credulous(name)]).decode(header, body)), code, name);
    assert.equal(codeOf(() => new BatchDecoder(schema).decode(header, body)), "codec.ipc_unsupported", name);
  }
});

test("buffers that gain nothing are stored as they are, behind a length of -1", () => {
  const builder = new BatchBuilder(topic(required("b", binary)));
  builder.append(5n, { b: Uint8Array.of(1, 2, 3) });
  const batch = builder.finish();
  const stored: BodyCodec = {
    name: "zstd",
    compress: () => undefined,
    decompress: () => {
      throw new Error("nothing is compressed");
    },
  };
  const message = encodeBatch(batch, stored);
  const body = bodyOf(message);
  assert.equal(toHex(body.subarray(0, 16)), "ffffffffffffffff" + "0500000000000000");
  assert.deepEqual(rowReader(batch.schema).row(roundTrip(batch, stored), 0), { b: Uint8Array.of(1, 2, 3) });
});

test("dictionaries of one id must be of one type", () => {
  const fields: Field[] = [optional("a", dictionary(1n, utf8)), optional("b", dictionary(1n, float64))];
  assert.equal(codeOf(() => new BatchDecoder({ fields })), "codec.ipc_invalid");
  assert.equal(codeOf(() => new BatchDecoder({ fields: [fields[0]!, { ...fields[0]!, name: "c" }] })), "none");
});

test("encodeBatch() refuses columns shorter than their rows", () => {
  const builder = new BatchBuilder(topic(required("x", int(32))));
  builder.append(1n, { x: 1 });
  const batch = builder.finish();
  const [time, x] = batch.columns;
  assert.equal(
    codeOf(() => encodeBatch({ ...batch, columns: [time!, { ...x!, length: 2 }] })),
    "schema.invalid_column",
  );
  assert.equal(
    codeOf(() => encodeBatch({ ...batch, columns: [time!, { ...x!, values: undefined }] })),
    "schema.invalid_column",
  );
});

test("sizeOfBatch() is header and body", () => {
  const builder = new BatchBuilder(FLOATS);
  builder.append(1n, { x: 1 });
  const batch = builder.finish();
  const { header, bodyLength } = encodeBatch(batch);
  assert.equal(sizeOfBatch(batch), header.byteLength + bodyLength);
});
