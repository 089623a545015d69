import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { BatchBuilder, type DataType, type Schema } from "../../../../src/columnar/mod.ts";
import {
  compileRecordPredicate,
  type Condition,
  doubleSpans,
  matchesValue,
  textSpans,
  wideSpans,
} from "../../../../src/query/mod.ts";
import { compareText, utf8 } from "../../../../src/base/mod.ts";

const edges = [0, -0, 1, -1, 0.5, 1e300, -1e300, 2 ** 53, 2 ** 53 + 2, 2 ** 63, -(2 ** 63), 5e-324, 127, 1024];
const wideEdges = [0n, 1n, -1n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 64n - 1n, 2n ** 64n];
const number = fc.oneof(fc.constantFrom(...edges), fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true }));
const operand = fc.oneof(number, fc.constantFrom(...wideEdges), fc.bigInt(-(2n ** 64n), 2n ** 64n));
const word = fc.oneof(
  fc.constantFrom("", "a", "ab", "abc", "b", "\ufeffa", "\ue000", "\u{1f600}"),
  fc.string({ unit: "grapheme", maxLength: 20 }),
);
const scalar = fc.oneof(operand, word, fc.boolean());

function sorted<T extends string | number | bigint>([a, b]: [T, T]): [T, T] {
  const isReversed = typeof a === "string" ? compareText(a, b as string) > 0 : a > b;
  return isReversed ? [b, a] : [a, b];
}
const range = fc.oneof(fc.tuple(operand, operand).map(sorted), fc.tuple(word, word).map(sorted));
const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ operator: fc.constantFrom("$eq" as const, "$neq" as const), operand: scalar }),
  fc.record({
    operator: fc.constantFrom("$lt" as const, "$leq" as const, "$gt" as const, "$geq" as const),
    operand: fc.oneof(operand, word),
  }),
  fc.record({ operator: fc.constantFrom("$between" as const, "$outside" as const), operand: range }),
  fc.record({ operator: fc.constant("$in" as const), operand: fc.array(scalar, { minLength: 1, maxLength: 6 }) }),
  fc.record({
    operator: fc.constant("$match" as const),
    operand: fc.constantFrom("*", "a*", "?", "ab", "[a-c]*b", "a#"),
  }),
);

const int64 = fc.oneof(
  fc.constantFrom(0n, 1n, -1n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)),
  fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
);
const TYPES: [name: string, type: DataType, value: fc.Arbitrary<number | bigint | string | boolean>][] = [
  ["float64", { kind: "float", bits: 64 }, fc.oneof(number, fc.constant(NaN), fc.constant(Infinity))],
  ["float32", { kind: "float", bits: 32 }, number.map(Math.fround)],
  ["float16", { kind: "float", bits: 16 }, fc.constantFrom(0, 0.5, -1, 1024, NaN, Infinity)],
  ["int8", { kind: "int", bits: 8, signed: true }, fc.integer({ min: -128, max: 127 })],
  ["uint16", { kind: "int", bits: 16, signed: false }, fc.constantFrom(0, 1, 127, 1024, 65535)],
  ["int64", { kind: "int", bits: 64, signed: true }, int64],
  ["uint64", { kind: "int", bits: 64, signed: false }, int64.map((value) => BigInt.asUintN(64, value))],
  ["utf8", { kind: "utf8" }, word],
  ["bool", { kind: "bool" }, fc.boolean()],
];

for (const [name, type, value] of TYPES) {
  const schema: Schema = {
    fields: [
      { name: "timestamp_ns", type: { kind: "int", bits: 64, signed: true }, nullable: false },
      { name: "x", type, nullable: true },
    ],
  };
  test(`${name}: a condition on a column says of each row what it says of its value`, () => {
    fc.assert(
      fc.property(fc.array(fc.option(value, { nil: undefined }), { maxLength: 20 }), condition, (values, condition) => {
        const builder = new BatchBuilder(schema);
        values.forEach((x, i) => builder.append(BigInt(i), { x }));
        const steps = [{ kind: "field", name: "x" }] as const;
        const predicate = compileRecordPredicate([{ key: "T.x", tag: "T", steps, condition }], schema);
        const expected = values.map((x) => x !== undefined && matchesValue(condition, x) ? 1 : 0);
        assert.deepEqual([...predicate.mask(builder.finish())], expected);
      }),
      { numRuns: 250 },
    );
  });
}

test("spans of numbers hold what fulfils the condition, and nothing else", () => {
  fc.assert(
    fc.property(condition, number, int64, (condition, double, integer) => {
      if (condition.operator === "$match") return;
      const of = (value: number | bigint, { spans, outside }: ReturnType<typeof doubleSpans | typeof wideSpans>) =>
        spans.some(([first, last]) => value >= first && value <= last) !== outside;
      assert.equal(of(double, doubleSpans(condition)), matchesValue(condition, double), `${double}`);
      assert.equal(of(integer, wideSpans(condition)), matchesValue(condition, integer), `${integer}`);
    }),
    { numRuns: 2000 },
  );
});

test("spans of text hold what fulfils the condition", () => {
  const compare = (a: Uint8Array, b: Uint8Array) => {
    const i = a.findIndex((byte, i) => byte !== b[i]);
    return i < 0 ? a.length - b.length : i >= b.length ? 1 : a[i]! - b[i]!;
  };
  fc.assert(
    fc.property(condition, word, (condition, text) => {
      const spans = textSpans(condition);
      if (spans === undefined || !matchesValue(condition, text)) return;
      const bytes = utf8(text);
      assert.ok(spans.some(({ first, last, open }) =>
        (first === undefined || compare(bytes, first) >= 0) &&
        (last === undefined || compare(open ? bytes.subarray(0, last.length) : bytes, last) <= 0)
      ));
    }),
    { numRuns: 2000 },
  );
});
