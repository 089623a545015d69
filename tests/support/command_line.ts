/**
 * The command line as a process of its own, under the runtime of the test.
 *
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

/** How a run ended. */
export interface Outcome {
  /** Exit code. */
  readonly code: number;
  /** All of stdout. */
  readonly stdout: string;
  /** All of stderr. */
  readonly stderr: string;
}

/** A command line that runs. */
export interface RunningCommand {
  /** The process. */
  readonly child: ChildProcess;
  /** Settles at its end. */
  readonly outcome: Promise<Outcome>;
}

/** Starts `mosaico …args`. */
export function startCommand(args: readonly string[], env: Readonly<Record<string, string>> = {}): RunningCommand {
  const run = "Deno" in globalThis ? ["run", "-A", "--no-check", MAIN] : [MAIN];
  const child = spawn(process.execPath, [...run, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env, NO_COLOR: "1" },
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => stdout += text);
  child.stderr.setEncoding("utf8").on("data", (text: string) => stderr += text);
  const outcome = new Promise<Outcome>((resolve) =>
    child.on("close", (code, signal) => resolve({ code: code ?? (signal === null ? -1 : -2), stdout, stderr }))
  );
  return { child, outcome };
}

/** Runs `mosaico …args` to its end. */
export async function runCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  return await startCommand(args, env).outcome;
}
