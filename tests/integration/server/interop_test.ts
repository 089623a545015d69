/**
 * Clients of others against the embedded server, in processes of their own. The interpreters are named by environment
 * variables: `MOSAICO_PYTHON` has SDK 0.7.0 and pyarrow, `MOSAICO_PYTHON_SDK_0_6` and `MOSAICO_PYTHON_SDK_0_5` the older SDKs.
 *
 * @module
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { MosaicoServer } from "../../../src/server/mod.ts";
import { temporaryFolder } from "../../support/folder.ts";

const CASES = [
  ["the official SDK 0.7.0", "MOSAICO_PYTHON", "sdk_0_7.py"],
  ["pyarrow Flight", "MOSAICO_PYTHON", "pyarrow_flight.py"],
  ["the official SDK 0.6.0", "MOSAICO_PYTHON_SDK_0_6", "sdk_before_0_7.py"],
  ["the official SDK 0.5.0", "MOSAICO_PYTHON_SDK_0_5", "sdk_before_0_7.py"],
] as const;

for (const [name, variable, script] of CASES) {
  const python = process.env[variable];
  const skip = python === undefined ? `${variable} names no Python` : false;
  if (skip) console.log(`SKIPPED: ${name} against the embedded server: ${skip}`);
  test(`${name} works with the embedded server`, { skip, timeout: 60_000 }, async () => {
    await using folder = await temporaryFolder();
    await using server = await MosaicoServer.start({ directory: folder.path, port: 0 });
    const path = fileURLToPath(new URL(`../../interop/${script}`, import.meta.url));
    const child = spawn(python!, [path, "--port", String(server.port)], { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => output += chunk);
    const [code] = await once(child, "close");
    assert.ok(code === 0 && output.endsWith("ok\n"), output);
  });
}
