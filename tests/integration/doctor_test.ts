/**
 * `mosaico doctor`, as a shell sees it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { startServerProcess } from "../../src/cli/server_process.ts";
import { runCommand } from "../support/command_line.ts";
import { temporaryFolder } from "../support/folder.ts";
import { onDeno } from "../support/python.ts";

const MAIN = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

interface Report {
  readonly healthy: boolean;
  readonly runtime: { readonly name: string; readonly version: string };
  readonly codecs: readonly { codec: string; implementation: string; reason: string; error?: string }[];
  readonly workers: { readonly available: boolean; readonly reason?: string };
  readonly server?: {
    reachable: boolean;
    version?: string;
    config?: Record<string, number>;
    roundTripMs?: number;
    code?: string;
    error?: string;
  };
}

async function reportOf(code: number, args: readonly string[] = []): Promise<Report> {
  const run = await runCommand(["doctor", "--json", ...args]);
  assert.equal(run.code, code, run.stdout + run.stderr);
  const report = JSON.parse(run.stdout) as Report;
  assert.equal(report.healthy, code === 0);
  return report;
}

test("doctor tells the runtime, the codecs and whether Workers start", { timeout: 60_000 }, async () => {
  const { runtime, codecs, workers, server } = await reportOf(0);
  const name = onDeno ? "deno" : "bun";
  assert.deepEqual([runtime.name.toLowerCase(), runtime.version], [name, process.versions[name]]);
  assert.deepEqual(codecs.map(({ codec }) => codec), ["lz4", "zstd", "jpeg", "lidar"]);
  assert.ok(codecs.every(({ error, reason }) => error === undefined && reason !== ""));
  assert.deepEqual([workers, server], [{ available: true }, undefined]);
  const { code, stdout } = await runCommand(["doctor"]);
  assert.equal(code, 0);
  assert.match(stdout, /^runtime: [^]*\nzstd +runtime +node:zlib\n[^]*\nhealthy\n$/);
});

test("doctor asks a server and a folder", { timeout: 60_000 }, async () => {
  await using folder = await temporaryFolder();
  assert.equal((await reportOf(0, ["--directory", folder.path])).server!.reachable, true);
  await using running = await startServerProcess(folder.path);
  const { server } = await reportOf(0, ["--host", running.host, "--port", String(running.port)]);
  assert.match(server!.version!, /^\d+\.\d+\.\d+/);
  assert.ok(server!.roundTripMs! > 0 && server!.config!["maxDecodeMessageBytes"]! > 1e6);
  const { stdout } = await runCommand(["doctor", "--host", running.host, "--port", String(running.port)]);
  assert.match(stdout, /^server: +version .*round trip [\d.]+ ms/m);
});

test("doctor ends with 1 when the server does not answer, and creates no folder", { timeout: 60_000 }, async () => {
  await using folder = await temporaryFolder();
  const refused = await reportOf(1, ["--port", "1"]);
  assert.deepEqual([refused.server!.reachable, refused.server!.code], [false, "connection.refused"]);
  const absent = join(folder.path, "absent");
  assert.equal((await reportOf(1, ["--directory", absent])).server!.code, "ENOENT");
  assert.ok(!existsSync(absent));
  const file = join(folder.path, "file");
  await writeFile(file, "no folder");
  assert.equal((await reportOf(1, ["--directory", file])).server!.reachable, false);
  const { code, stdout } = await runCommand(["doctor", "--port", "1"]);
  assert.equal(code, 1);
  assert.match(stdout, /DOES NOT ANSWER: .*\[connection\.refused\]\n[^]*\nnot healthy\n$/);
});

test("doctor refuses what it cannot understand", { timeout: 60_000 }, async () => {
  for (const args of [["me"], ["--directory", "x", "--port", "1"], ["--port", "many"]]) {
    assert.equal((await runCommand(["doctor", ...args])).code, 2, args.join(" "));
  }
});

test(
  "without permissions doctor says what is missing, and is well",
  { skip: !onDeno && "permissions are Deno's" },
  () => {
    const run = (...flags: string[]) => {
      const args = ["run", "--no-check", "--no-prompt", ...flags, MAIN, "doctor", "--json"];
      const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
      assert.equal(status, 0, stdout + stderr);
      return JSON.parse(stdout) as Report;
    };
    const bare = run("--allow-net=127.0.0.1"); // with no flag at all, a child of Deno is given every permission
    assert.equal(bare.workers.available, false);
    assert.match(bare.workers.reason!, /permission to read/);
    const jpeg = bare.codecs.find(({ codec }) => codec === "jpeg")!;
    assert.equal(jpeg.implementation, "wasm");
    assert.match(jpeg.reason, /no permission .*--allow-ffi/);
    assert.deepEqual(run("--allow-net=127.0.0.1", "--allow-read").workers, { available: true });
  },
);
