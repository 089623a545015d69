import assert from "node:assert/strict";
import { test } from "node:test";
import { BatchPacker, BatchUnpacker, movedBuffers, ownsBuffers } from "../../../../src/client/lanes/packed_batch.ts";
import {
  type Batch,
  BatchBuilder,
  BatchDecoder,
  decodeSchema,
  encodeBatch,
  encodeSchema,
  type Field,
  isZeros,
  type Schema,
  ZeroFrameCodec,
} from "../../../../src/columnar/mod.ts";
import { lz4Codec } from "../../../../src/codecs/mod.ts";
import { concat } from "../../../../src/base/mod.ts";
import { batchOf, SCHEMA } from "./support.ts";

const TIME: Field = { name: "timestamp_ns", type: { kind: "int", bits: 64, signed: true }, nullable: false };
const WRITABLE = { writable: true };

/** What a batch is on the wire. */
function bytesOf(batch: Batch): [Uint8Array, Uint8Array] {
  const { header, body } = encodeBatch(batch);
  return [header, concat(body).slice()];
}

/** As it comes out on another thread. */
function across(packer: BatchPacker, unpacker: BatchUnpacker, batch: Batch, owned: boolean): Batch {
  const packed = packer.pack(batch, owned);
  return unpacker.unpack(structuredClone(packed, { transfer: movedBuffers(packed) }));
}

test("a batch comes out as it went in, owned or not", () => {
  const unpacker = new BatchUnpacker(structuredClone(SCHEMA), WRITABLE);
  const packer = new BatchPacker();
  for (const rows of [1, 7, 8, 100]) {
    for (const owned of [false, true]) {
      const batch = batchOf(rows);
      const expected = bytesOf(batch);
      assert.deepEqual(bytesOf(across(packer, unpacker, batch, owned)), expected);
      assert.equal(batch.columns[0]!.values!.byteLength, owned ? 0 : 8 * rows);
    }
  }
});

test("columns that share a buffer move it once; views of a part of it are right", () => {
  const whole = batchOf(50);
  const [header, body] = bytesOf(whole);
  const decoded = new BatchDecoder(decodeSchema(encodeSchema(SCHEMA))).decode(header, body)!;
  assert.equal(ownsBuffers(decoded), false);
  const packed = new BatchPacker().pack(decoded, true);
  assert.equal(packed.buffers.length, 1);
  const moved = new BatchUnpacker(decoded.schema, WRITABLE).unpack(
    structuredClone(packed, { transfer: movedBuffers(packed) }),
  );
  assert.deepEqual(bytesOf(moved), bytesOf(whole));
});

test("shared memory stays: it is read in place where the batch is owned, copied where it is not", () => {
  const schema: Schema = { fields: [batchOf(1).columns[0]!.field] };
  const values = new BigInt64Array(new SharedArrayBuffer(32)).map((_, i) => BigInt(i));
  const shared = new BigInt64Array(new SharedArrayBuffer(32));
  shared.set(values);
  const batch: Batch = { schema, numRows: 4, columns: [{ ...batchOf(4).columns[0]!, values: shared }] };
  assert.equal(ownsBuffers(batch), false, "a socket does not take it");
  for (const owned of [true, false]) {
    const packed = new BatchPacker().pack(batch, owned);
    assert.deepEqual([packed.buffers[0] === shared.buffer, movedBuffers(packed).length], [owned, owned ? 0 : 1]);
    const { columns } = new BatchUnpacker(schema, WRITABLE).unpack(packed);
    assert.deepEqual([...columns[0]!.values as BigInt64Array], [...shared]);
  }
});

test("columns of nulls alone move nothing", () => {
  const nulls = batchOf(50).columns[4]!;
  const schema: Schema = { fields: [nulls.field] };
  const batch = { schema, numRows: 50, columns: [nulls] };
  const expected = bytesOf(batch);
  const packer = new BatchPacker();
  assert.equal(packer.pack(batch, true).buffers.length, 0);
  assert.deepEqual(bytesOf(across(packer, new BatchUnpacker(schema, WRITABLE), batch, true)), expected);
  assert.equal(nulls.values!.length, 50);
});

test("zeros stay behind; a writable batch has zeros of its own, and its columns with values each their own", () => {
  const field = (name: string, nullable: boolean): Field => ({ name, type: { kind: "float", bits: 64 }, nullable });
  const part: Field = {
    name: "part",
    type: { kind: "struct", fields: [field("x", false), field("y", true)] },
    nullable: true,
  };
  const schema: Schema = { fields: [field("a", true), part, field("zero", false), field("none", false)] };
  const lz4 = new ZeroFrameCodec(lz4Codec(), { shared: true });
  const builder = new BatchBuilder({ fields: [TIME, ...schema.fields] });
  for (let i = 0; i < 4_000; i++) builder.append(0n, { zero: 0, none: 0 });
  const batch = { schema, numRows: 4_000, columns: builder.finish().columns.slice(1) };
  const { header, body } = encodeBatch(batch, lz4);
  const decode = () => new BatchDecoder(schema, [lz4]).decode(header, concat(body))!;
  const expected = bytesOf(decode());
  const unpacker = new BatchUnpacker(schema, WRITABLE);
  const packed = () => new BatchPacker().pack(decode(), true);
  assert.equal(packed().buffers.length, 0);
  const [first, second] = [unpacker.unpack(packed()), unpacker.unpack(packed())];
  assert.deepEqual([bytesOf(first), bytesOf(second)], [expected, expected]);
  const [a, , zero] = first.columns;
  for (const column of [a!, zero!]) (column.values as Float64Array).fill(7);
  a!.validity!.fill(255);
  assert.deepEqual(bytesOf(second), expected, "another batch");
  assert.deepEqual(bytesOf(unpacker.unpack(packed())), expected, "a later batch");
  assert.deepEqual([...first.columns[3]!.values!], new Array(4_000).fill(0), "another column that has values");
  const shared = new BatchUnpacker(schema, { writable: false }).unpack(packed());
  assert.deepEqual(bytesOf(shared), expected);
  assert.ok(shared.columns.every(({ values }) => values === undefined || isZeros(values)));
});

test("a dictionary crosses once, and again when it is another", () => {
  const utf8: Field = { name: "values", type: { kind: "utf8" }, nullable: true };
  const indices = { kind: "int", bits: 32, signed: true } as const;
  const field: Field = {
    name: "word",
    type: { kind: "dictionary", id: 0n, indices, values: utf8, ordered: false },
    nullable: true,
  };
  const schema: Schema = { fields: [field, SCHEMA.fields[0]!] };
  const words = (...texts: string[]) => {
    const bytes = texts.map((text) => new TextEncoder().encode(text));
    const offsets = new Int32Array(texts.length + 1);
    bytes.forEach((text, i) => offsets[i + 1] = offsets[i]! + text.byteLength);
    const none = { nullCount: 0, validity: undefined, children: [] };
    return { ...none, field: utf8, length: texts.length, offsets, values: concat(bytes).slice() };
  };
  const times = batchOf(2).columns[0]!;
  const batch = (values: ReturnType<typeof words>): Batch => ({
    schema,
    numRows: 2,
    columns: [{
      field,
      length: 2,
      nullCount: 0,
      validity: undefined,
      offsets: undefined,
      values: Int32Array.of(1, 0),
      children: [values],
    }, { ...times, values: times.values!.slice() }],
  });
  const packer = new BatchPacker();
  const unpacker = new BatchUnpacker(schema, WRITABLE);
  const first = words("a", "bc");
  const texts = (it: Batch) => new TextDecoder().decode(it.columns[0]!.children[0]!.values as Uint8Array);
  assert.equal(texts(across(packer, unpacker, batch(first), true)), "abc");
  assert.equal(first.values.length, 3); // still there for the next
  const second = batch(first);
  assert.equal(packer.pack(second, true).buffers.length, 2);
  const third = across(packer, unpacker, batch(first), true);
  assert.equal(texts(third), "abc");
  assert.deepEqual([...third.columns[1]!.values!], [0n, 1n]);
  assert.equal(texts(across(packer, unpacker, batch(words("x", "y")), true)), "xy");
});

test("a batch owns its buffers when each array is the whole of one", () => {
  const [time] = batchOf(64).columns;
  const schema: Schema = { fields: [time!.field] };
  const of = (values: BigInt64Array): Batch => ({ schema, numRows: 2, columns: [{ ...time!, length: 2, values }] });
  assert.equal(ownsBuffers(of(BigInt64Array.of(1n, 2n))), true);
  assert.equal(ownsBuffers(of(BigInt64Array.of(1n, 2n, 3n).subarray(0, 2))), false);
});
