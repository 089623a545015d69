/**
 * The public names, held as a snapshot: adding or losing one is a decision, not an accident.
 * `UPDATE_SNAPSHOT=1` writes the snapshot anew.
 *
 * @module
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const SNAPSHOT = join(ROOT, "tests/data/public_names.json");

test("every door exports exactly the names of the snapshot", async () => {
  const { exports } = JSON.parse(readFileSync(join(ROOT, "deno.json"), "utf8")) as { exports: Record<string, string> };
  const names: Record<string, string[]> = {};
  for (const [door, path] of Object.entries(exports)) {
    if (door.endsWith("/worker")) continue; // a Worker's entry: it exports nothing and listens when loaded
    names[door] = Object.keys(await import(pathToFileURL(join(ROOT, path)).href)).sort();
  }
  // Types leave no trace at run time; the root door lists them by name.
  const root = readFileSync(join(ROOT, "mod.ts"), "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
  const lists = [...root.matchAll(/export (type )?\{([^}]*)\}/g)];
  names["types of ."] = lists.flatMap(([, isType, list]) =>
    list!.split(",").map((name) => name.trim()).filter((name) => name !== "" && (isType || name.startsWith("type ")))
  ).map((name) => name.replace(/^type /, "")).sort();
  if (process.env["UPDATE_SNAPSHOT"]) writeFileSync(SNAPSHOT, `${JSON.stringify(names, undefined, 2)}\n`);
  assert.deepEqual(names, JSON.parse(readFileSync(SNAPSHOT, "utf8")));
});

test("the root door re-exports by name and holds no code", () => {
  const code = readFileSync(join(ROOT, "mod.ts"), "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
  for (const statement of code.split(";").map((text) => text.trim()).filter((text) => text !== "")) {
    assert.match(statement, /^export (type )?\{[^}]*\} from "\.\/src\/[a-z/]+\/mod\.ts"$/);
  }
});
