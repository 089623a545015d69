/**
 * Programs in Python, the peers that judge what goes over the wire.
 *
 * @module
 */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const FOLDER = new URL("../interop/", import.meta.url);

/** One runtime is enough for tests that judge bytes; Bun prints that it leaves them to Deno. */
export const onDeno: boolean = "Deno" in globalThis;

/** An interpreter with the packages of an environment variable, or why there is none. */
export function pythonOf(
  variable: string,
  options: { readonly anyRuntime?: boolean } = {},
): { readonly path: string; readonly skip: string | false } {
  const path = process.env[variable] ?? "";
  const skip = !onDeno && options.anyRuntime !== true
    ? "runs under Deno only"
    : path === ""
    ? `${variable} names no Python`
    : existsSync(path)
    ? false
    : `${variable} names "${path}", which is not there`;
  if (skip) console.log(`SKIPPED: ${skip}`);
  return { path, skip };
}

/** Runs `tests/interop/<script>` to its end. @throws what it printed, when it fails */
export function runPython(
  python: string,
  script: string,
  args: readonly string[],
  timeoutMs = 120_000,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { timeout: timeoutMs, maxBuffer: 1 << 26 };
    execFile(python, [fileURLToPath(new URL(script, FOLDER)), ...args], options, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      reject(new Error(`${script} failed${error.killed ? " (it took too long)" : ""}:\n${stdout}\n${stderr}`));
    });
  });
}

/** Starts `tests/interop/<script>` and waits for its first line; disposing ends it. */
export async function startPython(
  python: string,
  script: string,
  args: readonly string[],
): Promise<{ readonly firstLine: string } & AsyncDisposable> {
  const child = spawn(python, [fileURLToPath(new URL(script, FOLDER)), ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  const [firstLine] = await Promise.race([
    once(createInterface(child.stdout), "line"),
    exited.then(() => Promise.reject(new Error(`${script} ended at once`))),
  ]) as [string];
  return {
    firstLine,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await exited;
    },
  };
}
