/**
 * Where the test data is, when there is any.
 *
 * @module
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

const root = process.env["MOSAICO_TEST_DATA"];

/** Path of a file or folder of the test data; `undefined`, and a line on the console, when it is not there. */
export function testData(...path: string[]): string | undefined {
  if (root === undefined) return missing("MOSAICO_TEST_DATA is not set");
  const at = join(root, ...path);
  return existsSync(at) ? at : missing(`${at} does not exist`);
}

function missing(why: string): undefined {
  console.log(`SKIPPED: ${why}`);
  return undefined;
}

/** Files in `folder` and below. */
export function filesOf(folder: string, ending = ""): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(ending)).sort()
    .map((name) => join(folder, name));
}
