import assert from "node:assert/strict";
import { test } from "node:test";
import { batchFromColumns, rowReader } from "../../../src/columnar/mod.ts";
import { roundTrip } from "./support/messages.ts";
import {
  bool,
  fixedSizeList,
  float32,
  float64,
  list,
  optional,
  required,
  struct,
  topic,
  uint,
  utf8,
} from "./support/schemas.ts";

const VECTOR = struct(optional("x", float64), optional("y", float64), optional("header", struct(optional("id", utf8))));
const SCHEMA = topic(
  required("a", VECTOR),
  optional("b", VECTOR),
  optional("s", utf8),
  optional("k", bool),
  optional("n", uint(64)),
  optional("h", { kind: "float", bits: 16 }),
  optional("m", fixedSizeList(2, float32)),
  optional("l", list(float32)),
);
const TIMES = BigInt64Array.of(1n, 2n, 3n);

test("batchFromColumns() takes typed arrays as they are, and copies the rest", () => {
  const x = Float64Array.of(1, 2, 3);
  const m = new Float32Array(6).fill(0.5);
  const batch = batchFromColumns(SCHEMA, {
    timestamp_ns: TIMES,
    a: { x, header: { id: ["p", null, "q"] } },
    s: ["é", undefined, ""],
    k: [true, null, false],
    n: [1, 2n, null],
    h: [0.1, 1e9, null],
    m,
    l: [[1], new Float32Array(2), null],
  });
  assert.equal(batch.columns[0]!.values!.buffer, TIMES.buffer);
  assert.equal(batch.columns[1]!.children[0]!.values!.buffer, x.buffer);
  assert.equal(batch.columns[7]!.children[0]!.values!.buffer, m.buffer);
  const expected = [
    {
      a: { x: 1, y: undefined, header: { id: "p" } },
      b: undefined,
      s: "é",
      k: true,
      n: 1n,
      h: 0.0999755859375,
      m: Float32Array.of(0.5, 0.5),
      l: Float32Array.of(1),
    },
    {
      a: { x: 2, y: undefined, header: { id: undefined } },
      b: undefined,
      s: undefined,
      k: undefined,
      n: 2n,
      h: Infinity,
      m: Float32Array.of(0.5, 0.5),
      l: new Float32Array(2),
    },
    {
      a: { x: 3, y: undefined, header: { id: "q" } },
      b: undefined,
      s: "",
      k: false,
      n: undefined,
      h: undefined,
      m: Float32Array.of(0.5, 0.5),
      l: undefined,
    },
  ];
  for (const each of [batch, roundTrip(batch)]) {
    const reader = rowReader(SCHEMA);
    assert.deepEqual([0, 1, 2].map((i) => reader.row(each, i)), expected);
  }
});

test("batchFromColumns() names the column that does not fit", () => {
  const columns = { timestamp_ns: TIMES, a: {} };
  const cases: readonly (readonly [object, string])[] = [
    [{ a: {} }, "Cannot build batch: column timestamp_ns of type int is undefined, expected an array"],
    [{ timestamp_ns: TIMES }, "Cannot write a: it is missing, expected an object"],
    [{ ...columns, z: [] }, "Cannot build batch: the schema has no column z"],
    [{ ...columns, a: { x: new Float64Array(2) } }, "Cannot build batch: column a.x has 2 values, expected 3"],
    [
      { ...columns, a: { x: new Float32Array(3) } },
      "Cannot build batch: column a.x of type float is Float32Array of length 3, expected a Float64Array",
    ],
    [{ ...columns, a: 5 }, "Cannot build batch: column a of type struct is 5, expected an array of values"],
    [
      { ...columns, s: new Uint8Array(3) },
      "Cannot build batch: column s of type utf8 is Uint8Array of length 3, expected an array of values",
    ],
    [{ ...columns, s: ["a"] }, "Cannot build batch: column s has 1 values, expected 3"],
    [{ ...columns, s: ["a", 5, "b"] }, "Cannot write s[1]: it is 5, expected a string without lone surrogates"],
    [{ ...columns, m: new Float32Array(5) }, "Cannot build batch: column m has 5 values, expected 6"],
    [{ ...columns, a: [{}, { x: "1" }, {}] }, 'Cannot write a[1].x: it is "1", expected a number (float64)'],
    [{ ...columns, l: [[], [1, null, "2"], []] }, 'Cannot write l[1][2]: it is "2", expected a number (float32)'],
  ];
  for (const [given, message] of cases) assert.throws(() => batchFromColumns(SCHEMA, given), { message });
});
