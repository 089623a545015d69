import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isMosaicoError, type JsonObject } from "../../../src/base/mod.ts";
import { type Batch, BatchBuilder, sliceBatch } from "../../../src/columnar/mod.ts";
import {
  bool,
  defineOntology,
  fixedList,
  float16,
  float32,
  IMU,
  int64,
  int8,
  list,
  map,
  type NumberList,
  type OntologyType,
  optional,
  required,
  uint64,
  utf8,
} from "../../../src/ontology/mod.ts";
import { compileRecordPredicate, parseOntology, type RecordPredicate } from "../../../src/query/mod.ts";

interface Part {
  size: number;
  label?: string | undefined;
}
interface Sample {
  small?: number | undefined;
  big?: bigint | undefined;
  unsigned: bigint;
  half?: number | undefined;
  text?: string | undefined;
  flag?: boolean | undefined;
  values?: NumberList | undefined;
  pair: NumberList;
  inner?: Part | undefined;
  parts?: readonly Part[] | undefined;
  dictionary?: ReadonlyMap<string, boolean> | undefined;
}
const Part: OntologyType<Part> = defineOntology<Part>("Part", {
  size: required("size", float32),
  label: optional("label", utf8),
});
const Sample: OntologyType<Sample> = defineOntology<Sample>("Sample", {
  small: optional("small", int8),
  big: optional("big", int64),
  unsigned: required("unsigned", uint64),
  half: optional("half", float16),
  text: optional("text", utf8),
  flag: optional("flag", bool),
  values: optional("values", list(float32)),
  pair: required("pair", fixedList(float32, 2)),
  inner: optional("inner", Part),
  parts: optional("parts", list(Part)),
  dictionary: optional("dictionary", map(utf8, bool)),
});

function batchOf(samples: readonly Sample[]): Batch {
  const builder = new BatchBuilder(Sample.schema);
  samples.forEach((sample, i) => builder.append(BigInt(i), sample));
  return builder.finish();
}

function predicate(ontology: JsonObject, tag = "Sample", type: OntologyType<unknown> = Sample): RecordPredicate {
  return compileRecordPredicate(parseOntology(ontology).get(tag) ?? [], type.schema);
}

function rows(ontology: JsonObject, samples: readonly Sample[]): number[] {
  return [...predicate(ontology).rows(batchOf(samples))];
}

const base: Sample = { unsigned: 0n, pair: [0, 0] };

test("conditions on columns of every type; null fulfils none", () => {
  const samples: Sample[] = [
    {
      ...base,
      small: -5,
      big: -1n,
      unsigned: 2n ** 63n,
      half: 0.5,
      text: "abc",
      flag: true,
      inner: { size: 1.5, label: "x" },
    },
    { ...base, small: 5, big: 2n ** 60n, unsigned: 1n, half: -0.5, text: "", flag: false, inner: { size: 2.5 } },
    base,
  ];
  assert.deepEqual(rows({ "Sample.small": { $lt: 0 } }, samples), [0]);
  assert.deepEqual(rows({ "Sample.small": { $neq: 5 } }, samples), [0]);
  assert.deepEqual(rows({ "Sample.big": { $eq: 2n ** 60n } }, samples), [1]);
  assert.deepEqual(rows({ "Sample.unsigned": { $gt: 1 } }, samples), [0]);
  assert.deepEqual(rows({ "Sample.half": { $between: [-0.5, 0] } }, samples), [1]);
  assert.deepEqual(rows({ "Sample.text": { $match: "*" } }, samples), [0, 1]);
  assert.deepEqual(rows({ "Sample.text": { $in: ["abc", "q"] } }, samples), [0]);
  assert.deepEqual(rows({ "Sample.flag": { $eq: false } }, samples), [1]);
  assert.deepEqual(rows({ "Sample.inner.size": { $outside: [2, 3] } }, samples), [0]);
  assert.deepEqual(rows({ "Sample.inner.label": { $eq: "x" } }, samples), [0]);
  assert.deepEqual(rows({ "Sample.timestamp_ns": { $geq: 1n } }, samples), [1, 2]);
});

test("all conditions must hold for one record", () => {
  const samples = [{ ...base, small: 1, text: "a" }, { ...base, small: 2, text: "b" }, {
    ...base,
    small: 2,
    text: "a",
  }];
  assert.deepEqual(rows({ "Sample.small": { $eq: 2 }, "Sample.text": { $eq: "a" } }, samples), [2]);
  assert.deepEqual(rows({ "Sample.small": { $eq: 1 }, "Sample.text": { $eq: "b" } }, samples), []);
});

test("lists are opened by any, all and an index", () => {
  const samples: Sample[] = [
    { ...base, values: [1, 5], pair: [1, 9], parts: [{ size: 1 }, { size: 3, label: "y" }] },
    { ...base, values: [5], pair: [9, 9], parts: [{ size: 3, label: "y" }] },
    { ...base, values: [], parts: [] },
    base,
  ];
  assert.deepEqual(rows({ "Sample.values[?]": { $gt: 2 } }, samples), [0, 1]);
  assert.deepEqual(rows({ "Sample.values[!]": { $gt: 2 } }, samples), [1, 2]);
  assert.deepEqual(rows({ "Sample.values[0]": { $gt: 2 } }, samples), [1]);
  assert.deepEqual(rows({ "Sample.values[1]": { $gt: 2 } }, samples), [0]);
  assert.deepEqual(rows({ "Sample.values[7]": { $gt: 2 } }, samples), []);
  assert.deepEqual(rows({ "Sample.pair[!]": { $eq: 9 } }, samples), [1]);
  assert.deepEqual(rows({ "Sample.pair[1]": { $eq: 9 } }, samples), [0, 1]);
  assert.deepEqual(rows({ "Sample.parts[?].size": { $eq: 3 } }, samples), [0, 1]);
  assert.deepEqual(rows({ "Sample.parts[!].label": { $eq: "y" } }, samples), [1, 2], "a null label is not y");
  assert.deepEqual(rows({ "Sample.parts[1].label": { $match: "?" } }, samples), [0]);
});

test("a list without brackets is compared as a whole", () => {
  const samples = [{ ...base, values: [1, 5] }, { ...base, values: [1] }, base];
  assert.deepEqual(rows({ "Sample.values": { $eq: [1, 5] } }, samples), [0]);
  assert.deepEqual(rows({ "Sample.values": { $neq: [1, 5] } }, samples), [1]);
  assert.deepEqual(rows({ "Sample.values": { $gt: 0 } }, samples), []);
  const long = new Float32Array(3000);
  assert.deepEqual(rows({ "Sample.values": { $neq: [0] } }, [{ ...base, values: long }]), [0]);
});

test("what the schema alone decides", () => {
  const scope = (ontology: JsonObject) => predicate(ontology).scope;
  assert.equal(scope({ "Sample.nothing": { $eq: 1 } }), "none");
  assert.equal(scope({ "Sample.small.deeper": { $eq: 1 } }), "none");
  assert.equal(scope({ "Sample.inner.nothing": { $neq: 1 } }), "none");
  assert.equal(scope({ "Sample.dictionary.key": { $eq: 1 } }), "none");
  assert.equal(scope({ "Sample.small": { $ex: null } }), "all");
  assert.equal(scope({ "Sample.nothing": { $nex: null } }), "all");
  assert.equal(scope({ "Sample.nothing": { $ex: null } }), "none");
  assert.equal(scope({ "Sample.small": { $nex: null }, "Sample.big": { $gt: 1 } }), "none");
  assert.equal(scope({ "Sample.parts[?].label": { $ex: null } }), "all");
  assert.equal(scope({ "Sample.small": { $ex: null }, "Sample.big": { $gt: 1 } }), "some");
  assert.equal(scope({}), "all");
  const batch = batchOf([base, base]);
  assert.deepEqual([...predicate({ "Sample.small": { $ex: null } }).rows(batch)], [0, 1], "null rows too");
  assert.deepEqual([...predicate({ "Sample.nothing": { $eq: 1 } }).rows(batch)], []);
});

test("opening what is no list is refused", () => {
  for (const key of ["Sample.small[?]", "Sample.inner[0].size", "Sample.text[!]", "Sample.dictionary[?]"]) {
    assert.throws(() => predicate({ [key]: { $eq: 1 } }), (error) => isMosaicoError(error, "query.not_a_list"), key);
  }
  assert.equal(predicate({ "Sample.nothing[?]": { $eq: 1 } }).scope, "none");
});

test("columns that hold nothing to compare fulfil nothing", () => {
  const samples: Sample[] = [{ ...base, inner: { size: 1 }, dictionary: new Map([["a", true]]) }];
  assert.deepEqual(rows({ "Sample.inner": { $eq: 1 } }, samples), []);
  assert.deepEqual(rows({ "Sample.dictionary": { $neq: 1 } }, samples), []);
});

test("typed paths reach the columns of a real type", () => {
  const builder = new BatchBuilder(IMU.schema);
  const still = { x: 0, y: 0, z: 9.8 };
  builder.append(1n, { acceleration: still, angularVelocity: { x: 0, y: 0, z: 0 } });
  builder.append(2n, {
    header: { frameId: "base_link" },
    acceleration: { ...still, x: 6 },
    angularVelocity: { x: 0, y: 0, z: 0 },
  });
  const { key, operator, operand } = IMU.Q.header.frameId.match("base*");
  const conditions = { [key]: { [operator]: operand }, "IMU.acceleration.x": { $gt: 5 } };
  assert.deepEqual([...predicate(conditions, "IMU", IMU).rows(builder.finish())], [1]);
});

// A naive reference: the same questions asked of the rows themselves.

type Values = readonly unknown[];

function valuesAt(sample: Sample, path: string): { values: Values; all: boolean } {
  const match = /^(\w+)(?:\[(\?|!|\d+)\])?(?:\.(\w+))?$/.exec(path)!;
  const [, field, specifier, member] = match;
  const top = (sample as unknown as Record<string, unknown>)[field!];
  const inside = (value: unknown) => member && value ? (value as Record<string, unknown>)[member] : value;
  if (specifier === undefined) return { values: [inside(top)], all: false };
  if (top === undefined) return { values: [undefined], all: false };
  const items = Array.from(top as Iterable<unknown>, inside);
  if (specifier === "?" || specifier === "!") return { values: items, all: specifier === "!" };
  return { values: [items[Number(specifier)]], all: false };
}

function naive(operator: string, operand: unknown, value: unknown): boolean {
  if (value === undefined || value === null) return false;
  const [a, b] = Array.isArray(operand) ? operand as [number, number] : [NaN, NaN];
  const v = value as number;
  switch (operator) {
    case "$eq":
      return v == operand;
    case "$neq":
      return v != operand;
    case "$lt":
      return v < (operand as number);
    case "$geq":
      return v >= (operand as number);
    case "$between":
      return v >= a && v <= b;
    case "$outside":
      return v < a || v > b;
    default:
      return (operand as unknown[]).some((item) => v == item);
  }
}

const small = fc.integer({ min: -3, max: 3 });
const text = fc.string({ unit: fc.constantFrom("a", "b", "é", "😀"), maxLength: 2 });
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const part = fc.record({ size: small, label: maybe(text) });
const sample: fc.Arbitrary<Sample> = fc.record({
  small: maybe(small),
  big: maybe(small.map(BigInt)),
  unsigned: fc.nat(3).map(BigInt),
  half: maybe(small),
  text: maybe(text),
  flag: maybe(fc.boolean()),
  values: maybe(fc.array(small, { maxLength: 3 })),
  pair: fc.tuple(small, small),
  inner: maybe(part),
  parts: maybe(fc.array(part, { maxLength: 3 })),
});

function conditionOn(paths: readonly string[], operand: fc.Arbitrary<number | bigint | string>) {
  const pair = fc.tuple(operand, operand).map((ends) => ends.sort((a, b) => a < b ? -1 : a > b ? 1 : 0));
  return fc.record({
    path: fc.constantFrom(...paths),
    condition: fc.oneof(
      fc.tuple(fc.constantFrom("$eq", "$neq", "$lt", "$geq"), operand),
      fc.tuple(fc.constantFrom("$between", "$outside"), pair),
      fc.tuple(fc.constant("$in"), fc.array(operand, { minLength: 1, maxLength: 3 })),
    ),
  });
}

const numeric = conditionOn(
  [
    "small",
    "big",
    "unsigned",
    "half",
    "inner.size",
    "values[?]",
    "values[!]",
    "values[1]",
    "pair[?]",
    "pair[!]",
    "pair[0]",
  ]
    .concat(["parts[?].size", "parts[!].size", "parts[0].size"]),
  fc.oneof(small, small.map(BigInt), small.map((it) => it / 2)),
);
const textual = conditionOn(["text", "inner.label", "parts[?].label", "parts[!].label", "parts[2].label"], text);

test("batches answer as rows do, whole and sliced", () => {
  const conditions = fc.array(fc.oneof(numeric, textual), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(fc.array(sample, { maxLength: 20 }), conditions, fc.nat(19), (samples, conditions, cut) => {
      const unique = new Map(conditions.map((it) => [it.path, it.condition]));
      const ontology = Object.fromEntries(
        Array.from(unique, ([path, [operator, operand]]) => [`Sample.${path}`, { [operator]: operand }]),
      ) as JsonObject;
      const expected = samples.flatMap((sample, i) => {
        const fits = Array.from(unique).every(([path, [operator, operand]]) => {
          const { values, all } = valuesAt(sample, path);
          return all
            ? values.every((it) => naive(operator, operand, it))
            : values.some((it) => naive(operator, operand, it));
        });
        return fits ? [i] : [];
      });
      const batch = batchOf(samples);
      const compiled = predicate(ontology);
      assert.deepEqual([...compiled.rows(batch)], expected);
      const from = Math.min(cut, samples.length);
      assert.deepEqual(
        [...compiled.rows(sliceBatch(batch, from, samples.length))],
        expected.filter((row) => row >= from).map((row) => row - from),
      );
    }),
    { numRuns: 400 },
  );
});
