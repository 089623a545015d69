import assert from "node:assert/strict";
import { test } from "node:test";
import { isMosaicoError, type JsonObject, type JsonValue } from "../../../src/base/mod.ts";
import { compileMetadataCondition, type Condition } from "../../../src/query/mod.ts";

const metadata: JsonObject = {
  car: { version: 7, lidars: [{ name: "top" }, { name: "front" }], flags: { m: true } },
  rates: [10, 20],
  m: 1,
};

function finds(path: string, value?: string | number | boolean): boolean {
  const condition: Condition = value === undefined ? { operator: "$ex" } : { operator: "$eq", operand: value };
  return compileMetadataCondition(path, condition)(metadata);
}

test("dots lead inwards", () => {
  assert.ok(finds("car.version", 7));
  assert.ok(!finds("car.version", 8));
  assert.ok(finds("car"));
  assert.ok(!finds("version"));
  assert.ok(!finds("car.lidars.name"), "a list is not walked through unasked");
  assert.ok(!finds("m.x"));
});

test("a star is one level, two are any depth", () => {
  assert.ok(finds("*.version", 7));
  assert.ok(!finds("*.m", true));
  assert.ok(finds("*.*.m", true));
  assert.ok(finds("**.m", true));
  assert.ok(finds("**.m", 1), "no level at all is a depth too");
  assert.ok(finds("**.name", "front"), "lists lie in the depth");
  assert.ok(finds("car.**.name", "top"));
  assert.ok(finds("**", 20));
  assert.ok(!finds("**.x"));
});

test("brackets open a list", () => {
  assert.ok(finds("rates[*]", 20));
  assert.ok(finds("car.lidars[*].name", "front"));
  assert.ok(finds("**.lidars[*].name", "top"));
  assert.ok(!finds("car[*]"));
  assert.ok(!finds("m[*]"));
});

test("a path that leads nowhere fulfils $nex alone", () => {
  const holds = (condition: Condition) => compileMetadataCondition("car.speed", condition)(metadata);
  assert.ok(holds({ operator: "$nex" }));
  assert.ok(!holds({ operator: "$ex" }));
  assert.ok(!holds({ operator: "$neq", operand: 5 }));
  assert.ok(!compileMetadataCondition("car.version", { operator: "$nex" })(metadata));
});

test("names of Object.prototype are no paths", () => {
  assert.ok(!finds("toString"));
  assert.ok(!finds("car.constructor"));
  assert.ok(!finds("__proto__"));
});

test("paths that mean nothing are refused", () => {
  for (const path of ["", ".", "a.", ".a", "a..b", "a[0]", "a[*", "[*]", "a[*][*]", "x.".repeat(70) + "x"]) {
    assert.throws(
      () => compileMetadataCondition(path, { operator: "$ex" }),
      (error) => isMosaicoError(error, "query.invalid_path"),
      path,
    );
  }
});

test("many depths in deep metadata are walked once", () => {
  let deep: JsonValue = 1;
  for (let i = 0; i < 2_000; i++) deep = { a: deep };
  const path = "**.a.".repeat(30) + "b";
  const started = performance.now();
  assert.ok(!compileMetadataCondition(path, { operator: "$ex" })({ a: deep }));
  assert.ok(performance.now() - started < 2_000);
});
