/**
 * Ctrl-C on a terminal: it reaches the command and every process the command has started.
 *
 * @module
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { startServerProcess } from "../../src/cli/server_process.ts";
import { MosaicoClient } from "../../src/client/mod.ts";
import { runCommand } from "../support/command_line.ts";
import { until, within } from "../support/errors.ts";
import { temporaryFolder } from "../support/folder.ts";

const MAIN = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const RUN = "Deno" in globalThis ? ["run", "-A", "--no-check", MAIN] : [MAIN];

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test("Ctrl-C in a demo takes its drive away again, and its server ends after it", { timeout: 60_000 }, async () => {
  await using folder = await temporaryFolder();
  const directory = join(folder.path, "drives");
  // A group of its own, which a signal reaches as a whole: what a terminal does.
  const child = spawn(process.execPath, [...RUN, "demo", "--directory", directory], {
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "", stderr = "";
  child.stdout.on("data", (text) => stdout += text);
  child.stderr.on("data", (text) => stderr += text);
  const closed = once(child, "close");
  await until(() => /listening on .*\n/.test(stdout), 20_000);
  const [, pid, port] = /process (\d+) .*listening on .*:(\d+)\n/.exec(stdout)!;
  {
    await using client = await MosaicoClient.connect("127.0.0.1", Number(port));
    await until(async () => (await client.listSequences()).length > 0, 20_000);
  }
  process.kill(-child.pid!, "SIGINT");
  const [code] = await within(15_000, closed);
  assert.deepEqual([code, stderr], [130, "mosaico demo: interrupted\n"], stdout);
  assert.equal(isAlive(Number(pid)), false);
  assert.equal((await runCommand(["ls", "--json", "--directory", directory])).stdout, "[]\n");
});

test("a server ends with the program that started it, whatever ended that", { timeout: 60_000 }, async () => {
  await using folder = await temporaryFolder();
  const child = spawn(process.execPath, [...RUN, "demo", "--directory", join(folder.path, "drives")], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  let stdout = "";
  child.stdout.on("data", (text) => stdout += text);
  await until(() => /listening on .*\n/.test(stdout), 20_000);
  const pid = Number(/process (\d+) /.exec(stdout)![1]);
  assert.equal(isAlive(pid), true);
  process.kill(child.pid!, "SIGKILL");
  await until(() => !isAlive(pid), 15_000);
});

test("a server that was started by a program is stopped by it", { timeout: 60_000 }, async () => {
  await using folder = await temporaryFolder();
  const server = await startServerProcess(folder.path);
  assert.equal(isAlive(server.pid), true);
  await within(10_000, Promise.resolve(server[Symbol.asyncDispose]()));
  assert.equal(isAlive(server.pid), false);
});
