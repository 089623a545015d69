import assert from "node:assert/strict";
import { test } from "node:test";
import { Dictionary, Int32, makeTable, type RecordBatch, tableFromArrays, Utf8, vectorFromArray } from "apache-arrow";
import {
  type Batch,
  BatchBuilder,
  type Field,
  fromArrow,
  rowReader,
  sameLayout,
  toArrow,
} from "../../../src/columnar/mod.ts";
import {
  fixedSizeList,
  float32,
  float64,
  int,
  list,
  optional,
  required,
  struct,
  topic,
  utf8,
} from "./support/schemas.ts";

const TIMES = BigInt64Array.of(1n, 2n, 3n);

/** A record batch as an application makes it. */
function recordBatch(columns: Record<string, unknown>): RecordBatch {
  return tableFromArrays({ timestamp_ns: TIMES, ...columns } as never).batches[0]! as unknown as RecordBatch;
}

test("sameLayout() matches columns by name, spells dictionaries out and mends nullability", () => {
  const words = vectorFromArray(["a", null, "b"], new Dictionary(new Utf8(), new Int32()));
  const given = fromArrow(recordBatch({ w: words, x: Float64Array.of(1, 2, 3) }));
  assert.equal(given.schema.fields[1]!.type.kind, "dictionary");
  const schema = topic(required("x", float64), optional("w", utf8));
  const batch = sameLayout(schema, given, "Words");
  assert.equal(batch.schema, schema);
  const reader = rowReader(schema);
  assert.deepEqual([0, 1, 2].map((i) => reader.row(batch, i)), [
    { x: 1, w: "a" },
    { x: 2, w: undefined },
    { x: 3, w: "b" },
  ]);
  assert.equal(sameLayout(schema, batch, "Words"), batch);
});

test("sameLayout() goes into structs and lists", async () => {
  const schema = topic(
    optional("p", struct(required("n", int(32)), optional("l", list(struct(optional("z", float32)))))),
    optional("f", fixedSizeList(2, float64)),
  );
  const builder = new BatchBuilder(schema);
  builder.append(1n, { p: { n: 1, l: [{ z: 1 }, {}] }, f: [1, 2] });
  builder.append(2n, {});
  const original = builder.finish();
  const batch = sameLayout(schema, fromArrow(await toArrow(original)), "Nested");
  const reader = rowReader(schema);
  for (const i of [0, 1]) assert.deepEqual(reader.row(batch, i), reader.row(original, i));
});

function refused(fields: readonly Field[], given: Batch): string {
  try {
    sameLayout(topic(...fields), given, "Thing");
  } catch (error) {
    assert.equal((error as { code: string }).code, "schema.mismatch");
    return (error as Error).message;
  }
  throw new assert.AssertionError({ message: "accepted" });
}

test("sameLayout() names what does not fit", () => {
  const given = fromArrow(recordBatch({ x: vectorFromArray([1, null, 3], new Int32()) }));
  assert.equal(refused([], given), "Cannot take batch for Thing: column x is not part of it");
  assert.equal(
    refused([optional("x", int(32)), optional("y", int(32))], given),
    "Cannot take batch for Thing: column y is missing",
  );
  assert.equal(
    refused([optional("x", float64)], given),
    "Cannot take batch for Thing: column x is int32, expected double",
  );
  assert.equal(refused([required("x", int(32))], given), "Cannot take batch for Thing: column x holds null");
  const builder = new BatchBuilder(topic(required("s", struct(optional("a", float64)))));
  builder.append(1n, { s: {} });
  assert.equal(
    refused([required("s", struct(required("a", float64)))], builder.finish()),
    "Cannot take batch for Thing: column s.a holds null",
  );
  const sized = new BatchBuilder(topic(optional("f", fixedSizeList(2, float64)))).finish();
  assert.equal(
    refused([optional("f", fixedSizeList(3, float64))], sized),
    "Cannot take batch for Thing: column f is fixed_size_list<item: double>[2], expected " +
      "fixed_size_list<item: double>[3]",
  );
});

test("fromArrow() takes a batch by its shape, and its slices", () => {
  const table = makeTable({ timestamp_ns: TIMES, x: Float64Array.of(1, 2, 3) } as never);
  const { schema, data } = table.batches[0]!.slice(1, 3);
  const foreign = { schema: { fields: schema.fields, metadata: schema.metadata }, data };
  const batch = fromArrow(foreign);
  const reader = rowReader(batch.schema);
  assert.deepEqual([reader.row(batch, 0), reader.row(batch, 1)], [{ x: 2 }, { x: 3 }]);
  for (const value of [undefined, null, {}, [], table.schema, "batch"]) {
    assert.throws(() => fromArrow(value), TypeError);
  }
});
