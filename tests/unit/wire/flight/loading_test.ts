import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const DOOR = fileURLToPath(new URL("../../../../src/wire/flight/mod.ts", import.meta.url));

/** What a file imports before any of it runs: not types, and not what is imported when needed. */
function importsOf(path: string): string[] {
  const statements = readFileSync(path, "utf8").matchAll(/^(?:import|export) (?!type )([^;]*?)from "([^"]+)";/gms);
  return [...statements]
    .filter(([, names]) => !/^\{(\s*type [\w$]+(?: as [\w$]+)?,?)+\s*\} $/.test(names!))
    .map(([, , specifier]) => specifier!);
}

test("the door loads neither protobuf nor gzip: importing the client would take twice as long", () => {
  const seen = new Set<string>();
  const outside = new Set<string>();
  const visit = (path: string) => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const specifier of importsOf(path)) {
      if (specifier.startsWith(".")) visit(join(dirname(path), specifier));
      else outside.add(specifier);
    }
  };
  visit(DOOR);
  assert.ok([...seen].every((path) => existsSync(path)) && seen.size > 30, `${seen.size} files`);
  assert.deepEqual([...outside], []);
});
