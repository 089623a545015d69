/**
 * The table of features, held against the tests it names.
 *
 * @module
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const TESTS = dirname(fileURLToPath(import.meta.url));
const text = readFileSync(join(TESTS, "../docs/parity.md"), "utf8");
const rows = [...text.matchAll(/^\| F-(\d+) +\|(.*)\|$/gm)].map(([, id, cells]) => ({
  id: Number(id),
  cells: cells!.split(/(?<!\\)\|/).map((cell) => cell.trim()),
}));

test("every feature has a row, in order, and every cell says something", () => {
  assert.deepEqual(rows.map(({ id }) => id), Array.from({ length: 87 }, (_, i) => i + 1));
  for (const { id, cells } of rows) {
    assert.equal(cells.length, 4, `F-${id}`);
    assert.ok(cells.every((cell) => cell.length > 2), `F-${id}`);
  }
});

test("the tests that are named exist", () => {
  for (const { id, cells } of rows) {
    const named = [...cells[3]!.matchAll(/`([\w/]+\.ts)`/g)].map(([, path]) => path!);
    assert.ok(named.length > 0, `F-${id} names no test`);
    for (const path of named) assert.ok(existsSync(join(TESTS, path)), `F-${id}: there is no tests/${path}`);
  }
});
