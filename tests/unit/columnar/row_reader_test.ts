import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Batch,
  BatchBuilder,
  batchFromColumns,
  rowReader,
  type RowReaderOptions,
  type Schema,
  sliceBatch,
  timestamps,
} from "../../../src/columnar/mod.ts";
import { roundTrip } from "./support/messages.ts";
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
  uint,
  utf8,
} from "./support/schemas.ts";

function build(schema: Schema, rows: readonly object[]): Batch {
  const builder = new BatchBuilder(schema);
  for (const [i, row] of rows.entries()) builder.append(BigInt(i), row);
  return builder.finish();
}

function read(batch: Batch, options: RowReaderOptions = {}): Record<string, unknown>[] {
  const [generated, closures] = [true, false].map((codeGeneration) => {
    const reader = rowReader(batch.schema, { ...options, codeGeneration });
    return Array.from({ length: batch.numRows }, (_, i) => reader.row(batch, i));
  });
  assert.deepEqual(generated, closures);
  return generated!;
}

const HEADER = struct(
  optional("timestamp", struct(required("seconds", int(32)), required("nanoseconds", int(32)))),
  optional("frame_id", utf8),
);

test("emptyStructs: absent drops objects of nulls, but not those in lists and maps", () => {
  const schema = topic(
    optional("header", HEADER),
    required("vector", struct(optional("header", HEADER), optional("x", float64), optional("l", list(float64)))),
    optional("list", list(struct(optional("a", float64)))),
    optional("map", map(struct(optional("a", float64)))),
    required("nothing", struct()),
  );
  const batch = build(schema, [
    {
      header: { timestamp: undefined },
      vector: { header: {} },
      list: [{}, { a: 1 }],
      map: new Map([["k", {}]]),
      nothing: {},
    },
    { header: { frame_id: "" }, vector: { header: {}, l: [] }, list: [], nothing: {} },
  ]);
  assert.deepEqual(read(batch, { emptyStructs: "absent" }), [
    {
      header: undefined,
      vector: undefined,
      list: [{ a: undefined }, { a: 1 }],
      map: new Map([["k", { a: undefined }]]),
      nothing: {},
    },
    {
      header: { timestamp: undefined, frame_id: "" },
      vector: { header: undefined, x: undefined, l: new Float64Array(0) },
      list: [],
      map: undefined,
      nothing: {},
    },
  ]);
  const [kept] = read(batch);
  assert.deepEqual(kept!["header"], { timestamp: undefined, frame_id: undefined });
  assert.deepEqual(kept!["vector"], {
    header: { timestamp: undefined, frame_id: undefined },
    x: undefined,
    l: undefined,
  });
});

test("typed arrays and binaries are views of the batch", () => {
  const batch = build(topic(required("l", list(float64)), required("b", { kind: "binary" })), [
    { l: [1, 2], b: Uint8Array.of(7) },
    { l: [3], b: Uint8Array.of(8, 9) },
  ]);
  const [, l, b] = batch.columns;
  const [, second] = read(batch);
  assert.equal((second!["l"] as Float64Array).buffer, l!.children[0]!.values!.buffer);
  assert.equal((second!["b"] as Uint8Array).buffer, b!.values!.buffer);
});

test("row() checks its index, and that the batch is of its schema", () => {
  const batch = build(topic(optional("x", float64)), [{ x: 1 }]);
  const reader = rowReader(batch.schema);
  for (const index of [-1, 1, NaN]) {
    assert.throws(() => reader.row(batch, index), /Cannot read row .*: the batch has 1 rows/);
  }
  const other = build(topic(optional("y", float64)), [{ y: 1 }]);
  assert.throws(() => reader.row(other, 0), { code: "schema.mismatch" });
  assert.deepEqual(reader.row(roundTrip(batch), 0), { x: 1 });
});

test("a reader follows the batches it is given, in any order", () => {
  const schema = topic(optional("s", utf8));
  const batches = ["a", "b"].map((s) => build(schema, [{ s }, {}]));
  const reader = rowReader(schema);
  assert.deepEqual([0, 1, 0, 1].map((k) => reader.row(batches[k]!, 0)["s"]), ["a", "b", "a", "b"]);
  assert.equal(reader.row(batches[0]!, 1)["s"], undefined);
});

test("a map with a key twice is an error", () => {
  const batch = build(topic(optional("m", map(float64))), [{ m: new Map([["a", 1], ["b", 2]]) }]);
  const entries = batch.columns[1]!.children[0]!;
  (entries.children[0]!.values as Uint8Array).fill(97);
  for (const codeGeneration of [true, false]) {
    assert.throws(() => rowReader(batch.schema, { codeGeneration }).row(batch, 0), {
      code: "schema.duplicate_key",
      message: 'Cannot read row: the map "m" has the key a twice',
    });
  }
});

test("dictionaries read as their values", () => {
  const words = build(topic(required("w", utf8)), ["zero", "one"].map((w) => ({ w }))).columns[1]!;
  const field = optional("d", dictionary(1n, utf8));
  const schema = topic(field);
  const batch: Batch = {
    schema,
    numRows: 3,
    columns: [
      batchFromColumns(topic(), { timestamp_ns: new BigInt64Array(3) }).columns[0]!,
      {
        field,
        length: 3,
        nullCount: 1,
        validity: Uint8Array.of(0b101),
        offsets: undefined,
        values: Int8Array.of(1, 99, 0),
        children: [words],
      },
    ],
  };
  assert.deepEqual(read(batch), [{ d: "one" }, { d: undefined }, { d: "zero" }]);
  const empty: Batch = {
    ...batch,
    numRows: 1,
    columns: [batch.columns[0]!, { ...batch.columns[1]!, nullCount: 1, validity: Uint8Array.of(0), children: [] }],
  };
  assert.deepEqual(read(empty), [{ d: undefined }]);
});

test("columns after a dictionary whose values never came are read", () => {
  const field = optional("d", dictionary(1n, struct(optional("w", utf8))));
  const x = build(topic(optional("x", float64)), [{ x: 0.5 }]);
  const missing = { offsets: undefined, values: new Int8Array(1), children: [] };
  const batch: Batch = {
    schema: { fields: [x.schema.fields[0]!, field, x.schema.fields[1]!] },
    numRows: 1,
    columns: [
      x.columns[0]!,
      { field, length: 1, nullCount: 1, validity: new Uint8Array(1), ...missing },
      x.columns[1]!,
    ],
  };
  assert.deepEqual(read(batch), [{ d: undefined, x: 0.5 }]);
});

test("strings of any length read as they are, after equal and unequal ones", () => {
  const texts = Array.from({ length: 60 }, (_, n) => {
    const text = Array.from({ length: n }, (_, k) => String.fromCharCode(33 + (n + k) % 90)).join("");
    return [text, text, text.slice(1), `${text.slice(1)}é`, `\u0000${text.slice(2)}`];
  }).flat();
  const batch = build(topic(required("s", utf8)), texts.map((s) => ({ s })));
  assert.deepEqual(read(batch).map(({ s }) => s), texts);
});

test("64-bit integers, lists and binaries are read where a batch begins inside of its buffers", () => {
  const schema = topic(
    required("i", int(64)),
    required("u", uint(64)),
    required("l", list(float64)),
    required("h", list(int(16))),
    required("b", binary),
  );
  const rows = Array.from({ length: 20 }, (_, i) => ({
    i: -(1n << 63n) + BigInt(i),
    u: (1n << 64n) - 1n - BigInt(i),
    l: Float64Array.from({ length: i % 3 }, (_, k) => i + k),
    h: Int16Array.from({ length: i % 4 }, (_, k) => k - i),
    b: Uint8Array.from({ length: i % 5 }, (_, k) => i + k),
  }));
  assert.deepEqual(read(sliceBatch(build(schema, rows), 3, 19)), rows.slice(3, 19));
  assert.deepEqual(read(roundTrip(build(schema, rows))), rows);
});

test("rowReader() names a type without a row form", () => {
  for (const type of [{ kind: "date", unit: "day" }, { kind: "utf8View" }, { kind: "null" }] as const) {
    assert.throws(() => rowReader(topic(optional("when", list(type)))), {
      code: "schema.unsupported_type",
      message: `Cannot read rows: column "item" is of type ${type.kind}, which has no row form`,
    });
  }
});

test("timestamps() needs an int64 first", () => {
  const batch = build(topic(optional("x", float64)), [{}, {}]);
  assert.deepEqual(timestamps(batch), BigInt64Array.of(0n, 1n));
  assert.throws(() => timestamps({ ...batch, columns: batch.columns.slice(1) }), { code: "schema.mismatch" });
});

test("fork() reads another batch at the same time, and gives what a reader of its own gives", () => {
  const schema = topic(
    required("text", utf8),
    optional("x", float64),
    optional("numbers", list(float64)),
    optional("header", HEADER),
  );
  const rowsOf = (name: string) =>
    Array.from({ length: 20 }, (_, i) => ({
      text: `${name}${i}`,
      x: i % 3 === 0 ? undefined : i,
      numbers: Array.from({ length: i % 4 }, (_, k) => k + i),
      header: i % 2 === 0 ? undefined : { frame_id: name },
    }));
  const batches = ["a", "b", "c"].map((name) => build(schema, rowsOf(name)));
  for (const codeGeneration of [true, false]) {
    const first = rowReader(schema, { codeGeneration });
    const readers = [first, first.fork(), first.fork().fork()];
    for (let row = 0; row < 20; row++) {
      for (const [i, batch] of batches.entries()) {
        const alone = rowReader(schema, { codeGeneration }).row(batch, row);
        assert.deepEqual(readers[i]!.row(batch, row), alone);
      }
    }
  }
});
