/**
 * Every type, broken at every place in every way: refused by name, before anything is buffered.
 *
 * @module
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { concat, isMosaicoError } from "../../../src/base/mod.ts";
import { BatchBuilder, encodeBatch } from "../../../src/columnar/mod.ts";
import {
  binary,
  defineOntology,
  float16,
  float32,
  int32,
  int64,
  list,
  map,
  matrix,
  oneOf,
  type OntologyType,
  optional,
  required,
  struct,
  tensor3d,
  uint8,
  utf8,
} from "../../../src/ontology/mod.ts";
import { corruptionsOf } from "../../types/corruptions.ts";
import { sampleOf, TYPES_WITH_COLUMNS } from "../../types/samples.ts";

/** What a topic's writer does with a row. */
function push(builder: BatchBuilder, type: OntologyType<unknown>, time: unknown, row: unknown): void {
  if (row !== null && row !== undefined) type.validate?.(row);
  builder.append(time as bigint, row as object);
}

function bytesOf(builder: BatchBuilder): Uint8Array {
  const { header, body } = encodeBatch(builder.finish());
  return concat([header, ...body]);
}

/** `push` must throw an error that says all there is to say. */
function refused(type: OntologyType<unknown>, place: string, value: unknown, push: () => void): void {
  assert.throws(push, (error: unknown) => {
    const what = `${type.tag}.${place} = ${String(value)}: ${error}`;
    assert.ok(isMosaicoError(error, "schema.invalid_value"), what);
    const { facts, message } = error;
    assert.equal(facts["type"], type.tag, what);
    assert.equal(facts["field"], place, what);
    assert.ok(String(facts["rule"]).length >= 5, what);
    assert.equal(typeof facts["value"], "string", what);
    assert.ok(message.includes(type.tag) && message.includes(place), what);
    const shown = value === undefined || value === null ? /missing|undefined|null/ : String(facts["value"]);
    assert.ok(typeof shown === "string" ? message.includes(shown) : shown.test(message), what);
    return true;
  });
}

/** What no built-in type has. */
const Own = defineOntology("Own", {
  mode: optional("mode", oneOf(1n, 2n), { default: 1n }),
  half: required("half", float16),
  grid: required("grid", matrix(float32, 2, 3)),
  stack: optional("stack", tensor3d(uint8, undefined, 2)),
  parts: required("parts", list(struct({ name: required("name", utf8), raw: optional("raw", binary) }))),
  counts: required("counts", map(utf8, int64)),
  homes: optional("homes", map(int32, struct({ state: required("state", oneOf("open", "closed")) }))),
});

const ways = [...TYPES_WITH_COLUMNS, Own].flatMap((type) => [[type, true], [type, false]] as const);
let cases = 0;

for (const [type, codeGeneration] of ways) {
  test(`${type.tag} refuses what is broken (${codeGeneration ? "generated code" : "closures"})`, () => {
    const [mixed, clean] = [true, false].map(() => new BatchBuilder(type.schema, { codeGeneration, type: type.tag }));
    const full = sampleOf(type, 1, { listLength: 2 });
    let times = 0n;
    const pushGood = (): void => {
      const row = sampleOf(type, Number(times), { optional: (["all", "some", "none"] as const)[Number(times) % 3]! });
      for (const builder of [mixed!, clean!]) push(builder, type, times, row);
      times++;
    };
    pushGood();
    const before = cases;
    for (const { row, place, value } of corruptionsOf(type, full)) {
      const { numRows, byteLength } = mixed!;
      refused(type, place, value, () => push(mixed!, type, 5n, row));
      assert.deepEqual([mixed!.numRows, mixed!.byteLength], [numRows, byteLength]);
      if (++cases % 5 === 0) pushGood();
    }
    assert.ok(cases > before, "nothing was broken");
    pushGood();
    assert.deepEqual(bytesOf(mixed!), bytesOf(clean!));
  });
}

test("so many rows were broken", () => {
  assert.ok(cases > 20_000, String(cases));
});

test("times that are no int64, rows that are no objects, and rows that fail while they are read leave no trace", () => {
  for (const [type, codeGeneration] of ways) {
    const [mixed, clean] = [true, false].map(() => new BatchBuilder(type.schema, { codeGeneration, type: type.tag }));
    const row = sampleOf(type, 2);
    const last = type.fields.at(-1)!;
    for (const time of [2n ** 63n, -(2n ** 63n) - 1n, 5, "5", undefined, null, 1.5, {}]) {
      refused(type, "timestampNs", time, () => push(mixed!, type, time, row));
    }
    for (const none of [null, undefined, [row]]) {
      assert.throws(() => push(mixed!, type, 1n, none), (error) => {
        assert.ok(isMosaicoError(error, "schema.invalid_value"));
        assert.equal(error.facts["type"], type.tag);
        return true;
      });
    }
    const failing = { ...row as object };
    Object.defineProperty(failing, last.key ?? last.name, {
      get() {
        throw new Error("the sensor is gone");
      },
    });
    assert.throws(() => push(mixed!, type, 1n, failing), /the sensor is gone/);
    for (const builder of [mixed!, clean!]) push(builder, type, -(2n ** 63n), row);
    assert.deepEqual(bytesOf(mixed!), bytesOf(clean!));
  }
});
