import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { utf8 } from "../../../src/base/mod.ts";
import { BatchBuilder, type Column, type Field, fromFloat16Bits, type Schema } from "../../../src/columnar/mod.ts";
import type { IndexBlock } from "../../../src/server/catalogue/mod.ts";
import { numberBounds } from "../../../src/server/indexing/bounds.ts";
import {
  BLOCK_CHUNKS,
  type Bounds,
  ColumnBlock,
  INDEX_VERSION,
  type Leaf,
  type LeafTree,
  leafTree,
  TEXT_BYTES,
  TopicIndexer,
} from "../../../src/server/indexing/mod.ts";

const time: Field = { name: "timestamp_ns", type: { kind: "int", bits: 64, signed: true }, nullable: false };
const float64: Field = { name: "x", type: { kind: "float", bits: 64 }, nullable: true };

function schemaOf(...fields: Field[]): Schema {
  return { fields: [time, ...fields] };
}

function leavesOf(schema: Schema): Leaf[] {
  const flat = ({ leaf, children }: LeafTree): Leaf[] => leaf === undefined ? children.flatMap(flat) : [leaf];
  return leafTree(schema).flatMap(flat);
}

function indexed(schema: Schema, chunks: readonly (readonly object[])[]): Map<string, IndexBlock> {
  const indexer = new TopicIndexer(schema);
  for (const rows of chunks) {
    const builder = new BatchBuilder(schema);
    rows.forEach((row, i) => builder.append(BigInt(i), row));
    indexer.add(builder.finish());
  }
  const { version, chunkCount, blocks } = indexer.take()!;
  assert.deepEqual([version, chunkCount], [INDEX_VERSION, chunks.length]);
  assert.equal(indexer.take(), undefined);
  return new Map(blocks.map((block) => [`${block.leaf}/${block.block}`, block]));
}

function boundsOf(kind: "number" | "text", block: IndexBlock | undefined, chunk = 0): Bounds | undefined {
  return block && ColumnBlock.open(kind, block.entries)!.get(chunk);
}

const prefix = (text: string) => {
  const bytes = new Uint8Array(TEXT_BYTES);
  bytes.set(utf8(text).subarray(0, TEXT_BYTES));
  return bytes;
};

test("leaves are numbered depth first, through structs and lists, without the record time and what has no order", () => {
  const item: Field = { name: "item", type: { kind: "struct", fields: [float64] }, nullable: false };
  const schema = schemaOf(
    { name: "s", type: { kind: "struct", fields: [float64, { ...float64, name: "y" }] }, nullable: true },
    { name: "blob", type: { kind: "binary" }, nullable: true },
    { name: "l", type: { kind: "list", item }, nullable: true },
    { name: "t", type: { kind: "utf8" }, nullable: true },
  );
  assert.deepEqual(leavesOf(schema).map(({ number, kind, inList }) => [number, kind, inList]), [
    [0, "number", false],
    [1, "number", false],
    [2, "number", true],
    [3, "text", false],
  ]);
});

test("bounds hold the values that are there: no null, no NaN, nothing of a struct that is null", () => {
  const schema = schemaOf(
    float64,
    { name: "s", type: { kind: "struct", fields: [float64] }, nullable: true },
    { name: "flag", type: { kind: "bool" }, nullable: true },
    { name: "l", type: { kind: "list", item: { ...float64, name: "item" } }, nullable: true },
    { name: "none", type: { kind: "float", bits: 32 }, nullable: true },
  );
  const blocks = indexed(schema, [[
    { x: 3, s: { x: 1 }, l: [7, NaN] },
    { s: undefined, flag: true },
    { x: NaN, s: { x: undefined }, l: [] },
    { x: -2.5, s: { x: 9 }, l: [-1] },
  ]]);
  assert.deepEqual(boundsOf("number", blocks.get("0/0")), { least: -2.5, most: 3, values: 2, nans: 1 });
  assert.deepEqual(boundsOf("number", blocks.get("1/0")), { least: 1, most: 9, values: 2, nans: 0 });
  assert.deepEqual(boundsOf("number", blocks.get("2/0")), { least: 1, most: 1, values: 1, nans: 0 });
  assert.deepEqual(boundsOf("number", blocks.get("3/0")), { least: -1, most: 7, values: 2, nans: 1 });
  assert.equal(blocks.has("4/0"), false);
});

test("items of lists that are long on the average of a chunk may be anything", () => {
  const item: Field = {
    name: "item",
    type: { kind: "struct", fields: [float64, { name: "t", type: { kind: "utf8" }, nullable: true }] },
    nullable: true,
  };
  const schema = schemaOf({ name: "l", type: { kind: "list", item }, nullable: true });
  const items = (count: number) => Array.from({ length: count }, (_, i) => ({ x: i, t: "a" }));
  const blocks = indexed(schema, [[{ l: items(16) }, { l: [] }], [{ l: items(17) }, { l: undefined }], [{ l: [] }]]);
  const [numbers, texts] = [blocks.get("0/0")!, blocks.get("1/0")!];
  assert.deepEqual(boundsOf("number", numbers, 0), { least: 0, most: 15, values: 16, nans: 0 });
  assert.deepEqual(boundsOf("number", numbers, 1), { least: -Infinity, most: Infinity, values: 17, nans: 17 });
  assert.equal(boundsOf("number", numbers, 2)!.values, 0);
  assert.deepEqual([numbers.least, numbers.most], [-Infinity, Infinity]);
  const any = { least: new Uint8Array(TEXT_BYTES), most: new Uint8Array(TEXT_BYTES).fill(0xff), values: 17, nans: 0 };
  assert.deepEqual(boundsOf("text", texts, 0), { least: prefix("a"), most: prefix("a"), values: 16, nans: 0 });
  assert.deepEqual(boundsOf("text", texts, 1), any);
});

test("64-bit integers that a double cannot hold widen the bounds", () => {
  const schema = schemaOf(
    { name: "i", type: { kind: "int", bits: 64, signed: true }, nullable: true },
    { name: "u", type: { kind: "int", bits: 64, signed: false }, nullable: true },
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), fc.bigInt(0n, 2n ** 64n - 1n)), {
        minLength: 1,
        maxLength: 9,
      }),
      (pairs) => {
        const blocks = indexed(schema, [pairs.map(([i, u]) => ({ i, u }))]);
        [0, 1].forEach((leaf) => {
          const { least, most } = boundsOf("number", blocks.get(`${leaf}/0`)) as Bounds<number>;
          for (const pair of pairs) assert.ok(pair[leaf]! >= least && pair[leaf]! <= most, `${pair[leaf]}`);
        });
      },
    ),
    { numRuns: 200 },
  );
});

test("every half is a bound of itself and its neighbours, by its bits", () => {
  const field: Field = { name: "h", type: { kind: "float", bits: 16 }, nullable: false };
  const values = Uint16Array.from({ length: 0x10000 }, (_, bits) => bits);
  const column = { field, length: values.length, nullCount: 0, values, children: [] } as unknown as Column;
  for (let bits = 0; bits < 0x10000; bits++) {
    const here = [bits, bits + 1].filter((at) => at < 0x10000).map(fromFloat16Bits);
    const numbers = here.filter((value) => !Number.isNaN(value));
    const expected = {
      least: Math.min(...numbers) + 0,
      most: Math.max(...numbers) + 0,
      values: numbers.length,
      nans: here.length - numbers.length,
    };
    assert.deepEqual(numberBounds(column, bits, bits + here.length, undefined), expected);
  }
});

test("bounds of every column are those of a loop over its rows", () => {
  const fields: Field[] = [
    float64,
    { name: "f", type: { kind: "float", bits: 32 }, nullable: true },
    { name: "h", type: { kind: "float", bits: 16 }, nullable: true },
    { name: "b", type: { kind: "int", bits: 8, signed: true }, nullable: true },
    { name: "t", type: { kind: "utf8" }, nullable: true },
  ];
  const number = fc.option(fc.oneof(fc.double(), fc.constant(NaN)), { nil: undefined });
  const row = fc.record({
    x: number,
    f: number.map((value) => value === undefined ? value : Math.fround(value)),
    h: fc.option(fc.integer({ min: -2000, max: 2000 }), { nil: undefined }),
    b: fc.option(fc.integer({ min: -128, max: 127 }), { nil: undefined }),
    t: fc.option(fc.oneof(fc.string({ unit: "grapheme", maxLength: 30 }), fc.constant("imu_link")), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 40 }), (rows) => {
      const blocks = indexed(schemaOf(...fields), [rows]);
      for (const [leaf, name] of (["x", "f", "h", "b"] as const).entries()) {
        const given = rows.flatMap((row) => row[name] ?? []);
        const values = given.filter((value) => !Number.isNaN(value));
        const found = boundsOf("number", blocks.get(`${leaf}/0`)) ?? { values: 0, nans: 0 };
        assert.deepEqual([found.values, found.nans], [values.length, given.length - values.length]);
        if (values.length === 0) continue;
        const { least, most } = found as Bounds<number>;
        assert.ok(least === Math.min(...values)); // -0 is 0
        assert.ok(most === Math.max(...values));
      }
      const texts = rows.flatMap((row) => row.t === undefined ? [] : [prefix(row.t)]).sort(Buffer.compare);
      const found = boundsOf("text", blocks.get("4/0"));
      assert.equal(found?.values ?? 0, texts.length);
      if (texts.length > 0) assert.deepEqual([found!.least, found!.most], [texts[0], texts.at(-1)]);
    }),
    { numRuns: 150 },
  );
});

test("one text in all rows is found wordwise, whatever its length", () => {
  const schema = schemaOf({ name: "t", type: { kind: "utf8" }, nullable: true });
  for (let length = 0; length < 12; length++) {
    const text = "abcdefghijkl".slice(0, length);
    const same = Array.from({ length: 21 }, () => ({ t: text }));
    assert.deepEqual(boundsOf("text", indexed(schema, [same]).get("0/0"))!.most, prefix(text));
    for (let odd = 0; odd < 21 && length > 0; odd++) {
      const rows = same.map((row, i) => i === odd ? { t: `${text.slice(0, -1)}~` } : row);
      assert.deepEqual(boundsOf("text", indexed(schema, [rows]).get("0/0"))!.most, prefix(rows[odd]!.t));
    }
  }
});

test("chunks fall into blocks; one that is filled further is told again", () => {
  const schema = schemaOf(float64);
  const chunk = (value: number | undefined) => {
    const builder = new BatchBuilder(schema);
    builder.append(0n, { x: value });
    return builder.finish();
  };
  const indexer = new TopicIndexer(schema);
  for (let i = 0; i < BLOCK_CHUNKS + 2; i++) indexer.add(chunk(i === 3 ? undefined : i));
  const first = indexer.take()!;
  assert.deepEqual(first.blocks.map(({ block, least, most }) => [block, least, most]), [
    [0, 0, BLOCK_CHUNKS - 1],
    [1, BLOCK_CHUNKS, BLOCK_CHUNKS + 1],
  ]);
  assert.equal(boundsOf("number", first.blocks[0], 3)!.values, 0);
  assert.deepEqual(boundsOf("number", first.blocks[0], 4), { least: 4, most: 4, values: 1, nans: 0 });
  indexer.add(chunk(-1));
  const second = indexer.take()!;
  assert.equal(second.chunkCount, BLOCK_CHUNKS + 3);
  assert.deepEqual(second.blocks.map(({ block, least }) => [block, least]), [[1, -1]]);
  assert.equal(boundsOf("number", second.blocks[0], 2)!.least, -1);
});

test("a damaged block is not opened", () => {
  const { entries } = indexed(schemaOf(float64), [[{ x: 1 }], [{ x: 2 }]]).get("0/0")!;
  assert.ok(ColumnBlock.open("number", entries));
  for (let at = 0; at < entries.length; at++) {
    const damaged = entries.slice();
    damaged[at]! ^= 0x10;
    assert.equal(ColumnBlock.open("number", damaged), undefined, `byte ${at}`);
    assert.equal(ColumnBlock.open("number", entries.subarray(0, at)), undefined, `${at} bytes`);
  }
});
