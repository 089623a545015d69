import assert from "node:assert/strict";
import { test } from "node:test";
import { isMosaicoError } from "../../../src/base/mod.ts";
import { checkUserMetadata, MAX_METADATA_DEPTH, MAX_METADATA_LENGTH } from "../../../src/protocol/mod.ts";

function refused(metadata: unknown, path: string, text: RegExp): void {
  assert.throws(() => checkUserMetadata(metadata), (error) => {
    assert.ok(isMosaicoError(error, "message.invalid_metadata"), String(error));
    assert.equal(error.facts["path"], path);
    assert.match(error.message, text);
    return true;
  });
}

function nested(levels: number): object {
  let value: object = {};
  for (let i = 1; i < levels; i++) value = i % 2 === 0 ? { a: value } : { a: [], b: value };
  return value;
}

test("checkUserMetadata() answers the object it was given", () => {
  const metadata = {
    "car no-1_x": "v7",
    rate: 100,
    big: 2n ** 64n - 1n,
    low: -(2n ** 63n),
    list: [1, { b: null }],
    "é": true,
  };
  assert.equal(checkUserMetadata(metadata), metadata);
  const bare = Object.assign(Object.create(null), { a: 1 });
  assert.equal(checkUserMetadata(bare), bare);
});

test("checkUserMetadata() names the path of a bad key, at any level", () => {
  refused({ "": 1 }, "", /has a key/);
  refused({ "a.b": 1 }, "a.b", /has a key/);
  refused({ a: [{ "b--c": 1 }] }, "a[0].b--c", /a\[0\]\.b--c has a key/);
  refused({ "ros:type": 1 }, "ros:type", /"ros:type"/);
});

test("checkUserMetadata() names the path of a value that is not JSON", () => {
  refused(undefined, "", /it is not an object: "undefined"/);
  refused([], "", /it is not an object: Array/);
  refused({ a: { b: NaN } }, "a.b", /is not a finite number/);
  refused({ a: undefined }, "a", /is not JSON/);
  refused({ a: new Date(0) }, "a", /is not JSON: Date/);
  refused({ a: new Map() }, "a", /is not JSON: Map/);
  refused({ a: 2n ** 64n }, "a", /more than 64 bits/);
  refused({ a: "\ud800" }, "a", /well-formed/);
});

test("checkUserMetadata() bounds depth and length", () => {
  checkUserMetadata(nested(MAX_METADATA_DEPTH));
  assert.throws(() => checkUserMetadata(nested(MAX_METADATA_DEPTH + 1)), /is deeper than 64 levels/);
  const cycle: Record<string, unknown> = {};
  cycle["a"] = cycle;
  assert.throws(() => checkUserMetadata(cycle), /is deeper than 64 levels/);
  checkUserMetadata({ a: "x".repeat(MAX_METADATA_LENGTH - 100) });
  refused({ a: "x".repeat(MAX_METADATA_LENGTH) }, "a", /goes beyond/);
});

test("checkUserMetadata() is quick where parts are shared many times over", () => {
  let value: object = {};
  for (let i = 0; i < 60; i++) value = { a: value, b: value };
  assert.throws(() => checkUserMetadata(value), /goes beyond/);
});
