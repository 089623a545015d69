import assert from "node:assert/strict";
import { test } from "node:test";
import { concat } from "../../../src/base/mod.ts";
import { lz4Codec } from "../../../src/codecs/mod.ts";
import {
  type Batch,
  BatchBuilder,
  BatchDecoder,
  BatchProjection,
  type BodyCodec,
  encodeBatch,
  type Field,
  rowReader,
  type Schema,
} from "../../../src/columnar/mod.ts";

const float: Field = { name: "x", type: { kind: "float", bits: 64 }, nullable: true };
const text: Field = { name: "label", type: { kind: "utf8" }, nullable: true };
const part: Field = { name: "item", type: { kind: "struct", fields: [float, text] }, nullable: true };
const SCHEMA: Schema = {
  fields: [
    { name: "timestamp_ns", type: { kind: "int", bits: 64, signed: true }, nullable: false },
    float,
    { name: "inner", type: { kind: "struct", fields: [text, { ...float, name: "y" }, part] }, nullable: true },
    { name: "parts", type: { kind: "list", item: part }, nullable: true },
    { name: "flag", type: { kind: "bool" }, nullable: true },
    { name: "pair", type: { kind: "fixedSizeList", size: 2, item: { ...float, nullable: false } }, nullable: true },
    {
      name: "codes",
      type: {
        kind: "map",
        keysSorted: false,
        entries: {
          name: "entries",
          nullable: false,
          type: { kind: "struct", fields: [{ ...text, nullable: false }, float] },
        },
      },
      nullable: true,
    },
  ],
};

function batch(): Batch {
  const builder = new BatchBuilder(SCHEMA);
  for (let i = 0; i < 50; i++) {
    builder.append(BigInt(i), {
      x: i % 3 === 0 ? undefined : i,
      inner: i % 4 === 0 ? undefined : { label: `t${i}`, y: i / 2, item: { x: -i, label: undefined } },
      parts: i % 5 === 0 ? undefined : Array.from({ length: i % 3 }, (_, k) => ({ x: k, label: `p${i}` })),
      flag: i % 2 === 0,
      pair: [i, -i],
      codes: new Map([[`k${i}`, i]]),
    });
  }
  return builder.finish();
}

function projected(
  paths: number[][],
  codec?: BodyCodec,
): { schema: Schema; rows: unknown[]; bytes: number; whole: number } {
  const message = encodeBatch(batch(), codec);
  const body = concat(message.body);
  const projection = new BatchProjection(SCHEMA, paths);
  const { header, ranges, bodyLength } = projection.project(message.header);
  const some = new Uint8Array(bodyLength);
  for (const { from, to, length } of ranges) some.set(body.subarray(from, from + length), to);
  const found = new BatchDecoder(projection.schema, [lz4Codec()]).decode(header, some)!;
  const schema = { fields: [SCHEMA.fields[0]!, ...projection.schema.fields] };
  const timed = { ...found, schema, columns: [batch().columns[0]!, ...found.columns] };
  const reader = rowReader(schema);
  const rows = Array.from({ length: found.numRows }, (_, i) => reader.row(timed, i));
  return { schema: projection.schema, rows, bytes: bodyLength, whole: body.byteLength };
}

const reader = rowReader(SCHEMA);
const all = Array.from({ length: 50 }, (_, i) => reader.row(batch(), i) as Record<string, never>);

for (const codec of [undefined, lz4Codec()]) {
  const label = codec === undefined ? "plain" : "compressed";
  test(`a projected message of a ${label} body holds the columns that were asked for, and no others`, () => {
    const { rows, bytes, whole } = projected([[1], [4]], codec);
    assert.deepEqual(rows, all.map(({ x, flag }) => ({ x, flag })));
    assert.ok(bytes < whole / 4, `${bytes} of ${whole}`);
  });

  test(`a projected message of a ${label} body holds parts of structs and of the items of lists`, () => {
    const { rows, schema } = projected([[3, 0, 0], [2, 2, 0], [2, 1]], codec);
    type Row = { inner?: { y: unknown; item?: { x: unknown } }; parts?: { x: unknown }[] };
    assert.deepEqual(
      rows,
      (all as Row[]).map(({ inner, parts }) => ({
        inner: inner && { y: inner.y, item: inner.item && { x: inner.item.x } },
        parts: parts?.map(({ x }) => ({ x })),
      })),
    );
    assert.deepEqual(schema.fields.map(({ name }) => name), ["inner", "parts"]);
  });

  test(`a path that ends at what is nested keeps all of it, in a ${label} body too`, () => {
    assert.deepEqual(
      projected([[2, 0], [2], [5], [6, 0, 1]], codec).rows,
      all.map(({ inner, pair, codes }) => ({ inner, pair, codes })),
    );
  });
}

test("a message that contradicts the schema is refused", () => {
  const { header } = encodeBatch(batch());
  const more = new BatchProjection({ fields: [...SCHEMA.fields, float] }, [[1]]);
  assert.throws(() => more.project(header), /fewer columns/);
  const view = new DataView(header.slice().buffer);
  const hostile = new Uint8Array(view.buffer);
  for (let at = 0; at < hostile.length; at++) {
    const before = hostile[at]!;
    hostile[at] = 0xff;
    try {
      new BatchProjection(SCHEMA, [[1], [3]]).project(hostile);
    } catch (error) {
      assert.equal((error as Error).name, "IpcError", String((error as Error).stack));
    }
    hostile[at] = before;
  }
});
