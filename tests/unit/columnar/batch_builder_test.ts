import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isMosaicoError, type MosaicoError } from "../../../src/base/mod.ts";
import { BatchBuilder, encodeBatch, type Field, rowReader, timestamps } from "../../../src/columnar/mod.ts";
import { tables } from "./support/arbitrary.ts";
import { bodyOf } from "./support/messages.ts";
import {
  binary,
  bool,
  fixedSizeList,
  float32,
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

/** The error of appending `row` to columns of `fields`, the same with and without generated code. */
function errorOf(fields: readonly Field[], row: unknown, first: unknown = 1n): MosaicoError {
  const [generated, closures] = [true, false].map((codeGeneration) => {
    const builder = new BatchBuilder(topic(...fields), { codeGeneration });
    try {
      builder.append(first as bigint, row as object);
    } catch (error) {
      assert.ok(isMosaicoError(error, "schema."), String(error));
      assert.equal(builder.numRows, 0);
      assert.equal(builder.byteLength, 0);
      return error;
    }
    throw new assert.AssertionError({ message: `accepted ${String(row)}` });
  });
  assert.deepEqual([generated!.code, generated!.message, generated!.facts], [
    closures!.code,
    closures!.message,
    closures!.facts,
  ]);
  return generated!;
}

const REFUSED: readonly (readonly [Field, unknown, string])[] = [
  [required("x", float64), undefined, "Cannot write x: it is missing, expected a number (float64)"],
  [required("x", float64), null, "Cannot write x: it is missing, expected a number (float64)"],
  [optional("x", float64), "1", 'Cannot write x: it is "1", expected a number (float64)'],
  [optional("x", float32), 1n, "Cannot write x: it is 1n, expected a number (float32)"],
  [optional("x", int(8)), 128, "Cannot write x: it is 128, expected an integer from -128 to 127"],
  [optional("x", uint(8)), -1, "Cannot write x: it is -1, expected an integer from 0 to 255"],
  [optional("x", int(16)), 1.5, "Cannot write x: it is 1.5, expected an integer from -32768 to 32767"],
  [optional("x", uint(16)), 65536, "Cannot write x: it is 65536, expected an integer from 0 to 65535"],
  [optional("x", int(32)), NaN, "Cannot write x: it is NaN, expected an integer from -2147483648 to 2147483647"],
  [optional("x", int(32)), "7", 'Cannot write x: it is "7", expected an integer from -2147483648 to 2147483647'],
  [optional("x", uint(32)), 2 ** 32, "Cannot write x: it is 4294967296, expected an integer from 0 to 4294967295"],
  [
    optional("x", int(64)),
    2 ** 53,
    "Cannot write x: it is 9007199254740992, expected a bigint or safe integer from -9223372036854775808 to " +
    "9223372036854775807",
  ],
  [
    optional("x", uint(64)),
    -1n,
    "Cannot write x: it is -1n, expected a bigint or safe integer from 0 to 18446744073709551615",
  ],
  [
    optional("x", uint(64)),
    -5,
    "Cannot write x: it is -5, expected a bigint or safe integer from 0 to 18446744073709551615",
  ],
  [optional("x", bool), 1, "Cannot write x: it is 1, expected a boolean"],
  [optional("x", utf8), 5, "Cannot write x: it is 5, expected a string without lone surrogates"],
  [optional("x", utf8), "a\ud800", 'Cannot write x: it is "a\\ud800", expected a string without lone surrogates'],
  [optional("x", utf8), "\udc00b", 'Cannot write x: it is "\\udc00b", expected a string without lone surrogates'],
  [optional("x", binary), [1, 2], "Cannot write x: it is Array of length 2, expected a Uint8Array"],
  [optional("x", list(float64)), 5, "Cannot write x: it is 5, expected an array or typed array"],
  [optional("x", list(float64)), "abc", 'Cannot write x: it is "abc", expected an array or typed array'],
  [optional("x", list(float64)), [1, "2"], 'Cannot write x[1]: it is "2", expected a number (float64)'],
  [
    optional("x", fixedSizeList(3, float64)),
    [1, 2],
    "Cannot write x: it is Array of length 2, expected an array or typed array of length 3",
  ],
  [optional("x", map(float64)), { a: 1 }, "Cannot write x: it is Object, expected a Map"],
  [
    optional("x", map(float64)),
    new Map<unknown, number>([["a", 1], [2, 2]]),
    "Cannot write x[1].key: it is 2, expected a string without lone surrogates",
  ],
  [optional("x", struct(optional("y", float64))), 5, "Cannot write x: it is 5, expected an object"],
  [
    optional("x", struct(optional("y", float64))),
    [1],
    "Cannot write x: it is Array of length 1, expected an object",
  ],
  [
    optional("x", struct(required("y", float64))),
    {},
    "Cannot write x.y: it is missing, expected a number (float64)",
  ],
  [
    optional("poses", list(struct(optional("p", fixedSizeList(2, struct(required("z", int(8)))))))),
    [{}, { p: [{ z: 1 }, { z: 200 }] }],
    "Cannot write poses[1].p[1].z: it is 200, expected an integer from -128 to 127",
  ],
  [
    required("x", list(float64)),
    (() => 1) as unknown,
    "Cannot write x: it is a function, expected an array or typed array",
  ],
];

test("BatchBuilder.append() names the field, the value and the rule", () => {
  for (const [field, value, message] of REFUSED) {
    const error = errorOf([field], { [field.name]: value });
    assert.equal(error.code, "schema.invalid_value");
    assert.equal(error.message, message);
    assert.deepEqual(Object.keys(error.facts), ["field", "value", "rule"]);
  }
});

test("BatchBuilder.append() refuses times outside int64, and rows that are no objects", () => {
  for (const first of [2n ** 63n, -(2n ** 63n) - 1n]) {
    assert.match(
      errorOf([], {}, first).message,
      /^Cannot write timestamp_ns: it is -?\d+n, expected a bigint .* from -9223/,
    );
  }
  for (const first of [5, null, "5"]) {
    assert.match(errorOf([], {}, first).message, /^Cannot write timestamp_ns: it is .*, expected a bigint$/);
  }
  for (const row of [undefined, null, 5, "row", [1]]) {
    assert.match(errorOf([], row).message, /^Cannot append row: it is .*, expected an object$/);
  }
});

test("BatchBuilder.append() reads by key, names the key, and takes only own members called as inherited ones", () => {
  const renamed: Field = { name: "frame_id", key: "frameId", type: utf8, nullable: false };
  assert.match(errorOf([renamed], { frame_id: "a" }).message, /^Cannot write frameId: it is missing/);
  const builder = new BatchBuilder(topic(renamed, optional("constructor", utf8), optional("__proto__", utf8)));
  builder.append(1n, { frameId: "a" });
  builder.append(2n, { frameId: "b", constructor: "c", ["__proto__"]: "d" });
  const batch = builder.finish();
  const reader = rowReader(batch.schema);
  assert.deepEqual(reader.row(batch, 0), { frameId: "a", constructor: undefined, ["__proto__"]: undefined });
  assert.deepEqual(reader.row(batch, 1), { frameId: "b", constructor: "c", ["__proto__"]: "d" });
});

test("a refused row leaves no trace", () => {
  const bad = optional("bad", struct(required("deep", list(struct(required("n", int(8)), optional("t", utf8))))));
  const broken = [
    { deep: [{ n: 1, t: "kept?" }, { n: 300 }] },
    { deep: [{ n: 1, t: "x".repeat(100) }, { n: 2, t: "\ud800" }] },
    { deep: 5 },
    {
      get deep(): never {
        throw new Error("from a getter");
      },
    },
  ];
  fc.assert(
    fc.property(tables, fc.array(fc.nat(3), { maxLength: 20 }), (table, failures) => {
      const schema = { fields: [...table.schema.fields, bad] };
      for (const codeGeneration of [true, false]) {
        const [clean, disturbed] = [1, 2].map(() => new BatchBuilder(schema, { codeGeneration }));
        table.rows.forEach(({ time, write }, i) => {
          clean!.append(time, write);
          for (let k = failures[i] ?? 0; k > 0; k--) {
            const other = table.rows[(i + k) % table.rows.length]!.write;
            assert.throws(() => disturbed!.append(time, { ...other, bad: broken[k] }));
          }
          disturbed!.append(time, write);
          assert.equal(disturbed!.byteLength, clean!.byteLength);
        });
        const [a, b] = [clean!, disturbed!].map((builder) => encodeBatch(builder.finish()));
        assert.deepEqual(a!.header, b!.header);
        assert.deepEqual(bodyOf(a!), bodyOf(b!));
      }
    }),
    { numRuns: 100, seed: 10 },
  );
});

test("BatchBuilder.byteLength follows the body", () => {
  fc.assert(
    fc.property(tables, ({ schema, rows }) => {
      const builder = new BatchBuilder(schema);
      for (const { time, write } of rows) builder.append(time, write);
      const { byteLength } = builder;
      const message = encodeBatch(builder.finish());
      // Each buffer may add padding, an offset, or a bitmap that is left out.
      assert.ok(Math.abs(byteLength - message.bodyLength) <= 1.2 * message.header.byteLength);
    }),
    { numRuns: 100, seed: 11 },
  );
});

test("BatchBuilder.finish() gives the arrays away, and the builder grows anew", () => {
  const builder = new BatchBuilder(topic(optional("x", float64), optional("s", utf8)));
  const batches = [1, 1000, 0, 3].map((count) => {
    for (let i = 0; i < count; i++) builder.append(BigInt(i), i % 3 === 0 ? {} : { x: i, s: `s${i}` });
    assert.equal(builder.numRows, count);
    return builder.finish();
  });
  assert.deepEqual(batches.map((batch) => batch.numRows), [1, 1000, 0, 3]);
  const reader = rowReader(batches[0]!.schema);
  for (const batch of batches) {
    for (let i = 0; i < batch.numRows; i++) {
      assert.equal(timestamps(batch)[i], BigInt(i));
      assert.deepEqual(reader.row(batch, i), i % 3 === 0 ? { x: undefined, s: undefined } : { x: i, s: `s${i}` });
    }
  }
});

test("BatchBuilder copies what it is given", () => {
  const builder = new BatchBuilder(topic(required("b", binary), required("l", list(float64))));
  const bytes = Uint8Array.of(1, 2);
  const numbers = new Float64Array(40).fill(1);
  builder.append(0n, { b: bytes, l: numbers });
  bytes.fill(9);
  numbers.fill(9);
  const batch = builder.finish();
  assert.deepEqual(rowReader(batch.schema).row(batch, 0), {
    b: Uint8Array.of(1, 2),
    l: new Float64Array(40).fill(1),
  });
});

test("a column without nulls has no bitmap; one of nulls alone has no set bit", () => {
  const builder = new BatchBuilder(topic(optional("all", float64), optional("none", float64), optional("some", bool)));
  for (let i = 0; i < 20; i++) builder.append(0n, { all: i, some: i === 9 ? false : undefined });
  const [, all, none, some] = builder.finish().columns;
  assert.deepEqual([all!.nullCount, all!.validity], [0, undefined]);
  assert.deepEqual([none!.nullCount, none!.validity], [20, new Uint8Array(3)]);
  assert.deepEqual([some!.nullCount, some!.validity, some!.values], [19, Uint8Array.of(0, 2, 0), new Uint8Array(3)]);
});

test("a BatchBuilder builds where code must not be generated", () => {
  const { Function } = globalThis;
  globalThis.Function = function () {
    throw new EvalError("Code generation from strings disallowed for this context");
  } as unknown as FunctionConstructor;
  try {
    const builder = new BatchBuilder(topic(optional("x", float64)));
    builder.append(1n, { x: 5 });
    const batch = builder.finish();
    assert.deepEqual(rowReader(batch.schema).row(batch, 0), { x: 5 });
  } finally {
    globalThis.Function = Function;
  }
});

test("a BatchBuilder refuses schemas it cannot build", () => {
  assert.throws(
    () => new BatchBuilder({ fields: [optional("x", float64)] }),
    /first column is x, expected int64 that is not null/,
  );
  assert.throws(() => new BatchBuilder({ fields: [] }), /first column is missing/);
  assert.throws(
    () => new BatchBuilder(topic(optional("x", list({ kind: "date", unit: "day" })))),
    /column "item" is of type date, which has no row form/,
  );
});
