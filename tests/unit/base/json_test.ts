import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseJson, stringifyJson } from "../../../src/base/mod.ts";

test("parseJson keeps every 64-bit integer exact", () => {
  assert.deepEqual(parseJson('{"a":9223372036854775807,"b":[-9223372036854775808,1],"c":1e30,"d":0.5}'), {
    a: 9223372036854775807n,
    b: [-9223372036854775808n, 1],
    c: 1e30,
    d: 0.5,
  });
});

test("stringifyJson writes bigint as digits and refuses what JSON cannot say", () => {
  assert.equal(stringifyJson({ a: 18446744073709551615n, b: [1n] }), '{"a":18446744073709551615,"b":[1]}');
  assert.throws(() => stringifyJson({ a: NaN }), /"a".*not a finite number/);
  assert.throws(() => stringifyJson([Infinity]), TypeError);
  assert.throws(() => stringifyJson(undefined), TypeError);
});

test("a key named __proto__ is a key like any other", () => {
  const value = parseJson('{"__proto__":{"x":1}}') as Record<string, unknown>;
  assert.deepEqual(Object.keys(value), ["__proto__"]);
  assert.equal(Object.getPrototypeOf(value), Object.prototype);
});

test("parseJson undoes stringifyJson", () => {
  const integer = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n });
  fc.assert(fc.property(fc.dictionary(fc.string(), fc.oneof(integer, fc.string(), fc.boolean())), (object) => {
    const expected = Object.entries(object).map(([key, value]) => {
      return [key, typeof value === "bigint" && Number.isSafeInteger(Number(value)) ? Number(value) : value];
    });
    assert.deepEqual(Object.entries(parseJson(stringifyJson(object)) as object), expected);
  }));
});

test("parseJson refuses what is not JSON", () => {
  for (const text of ["", "{", "NaN", "[1,]", '{"a":Infinity}', "\u0000"]) {
    assert.throws(() => parseJson(text), SyntaxError);
  }
});
