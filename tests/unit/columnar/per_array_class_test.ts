import assert from "node:assert/strict";
import { test } from "node:test";
import { perArrayClass } from "../../../src/columnar/mod.ts";

const largest = perArrayClass((values: ArrayLike<number>): number => {
  let most = -Infinity;
  for (let i = 0; i < values.length; i++) if (values[i]! > most) most = values[i]!;
  return most;
});

test("perArrayClass has one function a class of arrays", () => {
  const arrays = [Int8Array, Uint16Array, Float32Array, Float64Array].map((Class) => Class.of(3, 7, 5));
  for (const array of arrays) {
    assert.equal(largest(array)(array), 7);
    assert.equal(largest(array), largest(array.slice(1)));
  }
  assert.equal(new Set(arrays.map(largest)).size, arrays.length);
});

test("perArrayClass does without generated code where there must be none", () => {
  const { Function } = globalThis;
  const forbidden = function () {
    throw new EvalError("no code from strings");
  };
  globalThis.Function = forbidden as unknown as FunctionConstructor;
  try {
    const sum = perArrayClass((values: ArrayLike<number>): number => values[0]! + values[1]!);
    assert.equal(sum(new Uint8Array(2))(Float64Array.of(1.5, 2)), 3.5);
  } finally {
    globalThis.Function = Function;
  }
});
