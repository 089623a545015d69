import assert from "node:assert/strict";
import { test } from "node:test";
import { isMosaicoError, type JsonValue } from "../../../src/base/mod.ts";
import { matchesValue, type Operator, parseCondition } from "../../../src/query/mod.ts";

const ALL: readonly Operator[] = [
  "$eq",
  "$neq",
  "$lt",
  "$leq",
  "$gt",
  "$geq",
  "$between",
  "$outside",
  "$in",
  "$match",
  "$ex",
  "$nex",
];

function holds(condition: JsonValue, value: JsonValue): boolean {
  return matchesValue(parseCondition("k", condition, ALL), value);
}

test("operators on numbers, whole and not, small and big", () => {
  assert.ok(holds({ $eq: 5 }, 5n));
  assert.ok(holds({ $eq: 1_700_000_000_000_000_001n }, 1_700_000_000_000_000_001n));
  assert.ok(!holds({ $eq: 1_700_000_000_000_000_001n }, 1_700_000_000_000_000_000n));
  assert.ok(holds({ $lt: 1.5 }, 1n));
  assert.ok(holds({ $geq: 2n }, 2));
  assert.ok(holds({ $neq: 5 }, 6n));
  assert.ok(!holds({ $neq: 5 }, 5n));
  assert.ok(holds({ $in: [1, 2n] }, 2));
  assert.ok(!holds({ $in: [1, 3] }, 2));
});

test("between includes its ends, outside excludes them", () => {
  for (const [value, between] of [[0, false], [1, true], [2, true], [3, true], [4, false]] as const) {
    assert.equal(holds({ $between: [1, 3] }, value), between);
    assert.equal(holds({ $outside: [1, 3] }, value), !between);
  }
});

test("text is ordered by code points", () => {
  assert.ok(holds({ $lt: "b" }, "a"));
  assert.ok(holds({ $lt: "ab" }, "a"));
  assert.ok(holds({ $gt: "\uffff" }, "😀"), "a character beyond U+FFFF comes after all before it");
  assert.ok(holds({ $gt: "😀" }, "😁"));
  assert.ok(holds({ $between: ["a", "b"] }, "azzz"));
  assert.ok(holds({ $match: "a?c" }, "abc"));
});

test("a value of another type fits nothing, not even neq", () => {
  for (const value of ["5", true, null, [5], { a: 5 }] as JsonValue[]) {
    for (const operator of ["$eq", "$neq", "$lt", "$leq", "$gt", "$geq"]) assert.ok(!holds({ [operator]: 5 }, value));
    assert.ok(!holds({ $between: [0, 9] }, value));
    assert.ok(!holds({ $outside: [6, 9] }, value));
    assert.ok(!holds({ $in: [5] }, value));
  }
  assert.ok(!holds({ $eq: "5" }, 5));
  assert.ok(!holds({ $match: "*" }, 5));
  assert.ok(!holds({ $eq: true }, 1));
  assert.ok(holds({ $neq: true }, false));
});

test("NaN is unlike everything and has no order", () => {
  assert.ok(holds({ $neq: 1 }, NaN));
  for (const condition of [{ $eq: 1 }, { $lt: 1 }, { $geq: 1 }, { $between: [0, 1] }, { $outside: [0, 1] }]) {
    assert.ok(!holds(condition, NaN));
  }
});

test("lists are compared as a whole", () => {
  assert.ok(holds({ $eq: [1, 2] }, [1, 2n]));
  assert.ok(!holds({ $eq: [1, 2] }, [1, 2, 3]));
  assert.ok(holds({ $neq: [1, 2] }, [2, 1]));
  assert.ok(!holds({ $neq: [1, 2] }, 1));
  assert.ok(!holds({ $eq: [1] }, [null]));
});

test("existence is a matter of being there", () => {
  assert.ok(holds({ $ex: null }, false));
  assert.ok(!holds({ $nex: null }, 5));
  assert.deepEqual(parseCondition("k", "$ex", ALL), { operator: "$ex" });
  assert.deepEqual(parseCondition("k", "$nex", ALL), { operator: "$nex" });
});

test("what is no condition is refused by name", () => {
  const refused = (condition: JsonValue, code: string, allowed = ALL) =>
    assert.throws(() => parseCondition("a.key", condition, allowed), (error: Error) => {
      assert.ok(error.message.includes("a.key"), error.message);
      return isMosaicoError(error, code);
    }, JSON.stringify(condition));
  for (const bad of [null, 5, "$eq", [], [{ $eq: 1 }], {}, { $eq: 1, $lt: 2 }] as JsonValue[]) {
    refused(bad, "query.malformed");
  }
  refused({ $like: "a" }, "query.unsupported_operator");
  refused({ eq: 1 }, "query.unsupported_operator");
  refused({ $lt: 1 }, "query.unsupported_operator", ["$eq"]);
  refused({ $eq: null }, "query.invalid_operand");
  refused({ $eq: { a: 1 } }, "query.invalid_operand");
  refused({ $eq: [[1]] }, "query.invalid_operand");
  refused({ $eq: new Array(1025).fill(1) }, "query.invalid_operand");
  refused({ $lt: true }, "query.invalid_operand");
  refused({ $in: 5 }, "query.invalid_operand");
  refused({ $in: [] }, "query.empty_in");
  refused({ $between: [1] }, "query.invalid_operand");
  refused({ $between: [1, "a"] }, "query.invalid_operand");
  refused({ $between: [2, 1] }, "query.reversed_range");
  refused({ $outside: ["b", "a"] }, "query.reversed_range");
  refused({ $match: 5 }, "query.invalid_operand");
  assert.throws(() => parseCondition("k", { $match: "" }, ALL), (e) => isMosaicoError(e, "query.invalid_pattern"));
  assert.throws(
    () => parseCondition("k", { $match: "a".repeat(257) }, ALL),
    (e) => isMosaicoError(e, "query.pattern_too_long"),
  );
});
