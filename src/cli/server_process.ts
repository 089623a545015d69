/**
 * `mosaico serve` as a process of its own.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A running server process; disposing it stops it and waits. */
export interface ServerProcess extends AsyncDisposable {
  /** Process number. */
  readonly pid: number;
  /** Address it listens on. */
  readonly host: string;
  /** Port it listens on. */
  readonly port: number;
}

/**
 * Starts `mosaico serve` on `directory` with a free port, under the runtime of this process. It ends with this process,
 * however that ends, and lives through a Ctrl-C on the terminal of both.
 */
export async function startServerProcess(directory: string, signal?: AbortSignal): Promise<ServerProcess> {
  const main = fileURLToPath(new URL("./main.ts", import.meta.url));
  const run = "Deno" in globalThis ? ["run", "-A", "--no-check", main] : [main];
  const child = spawn(process.execPath, [...run, "serve", directory, "--port", "0", "--child"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  const lines = createInterface(child.stdout);
  const stop = async () => {
    child.kill("SIGTERM");
    await exited;
  };
  try {
    const started = Promise.race([
      once(lines, "line", { ...(signal ? { signal } : {}) }),
      exited.then(([code]) =>
        Promise.reject(
          new Error(`Cannot start the server on "${directory}": it ended with code ${code}`),
        )
      ),
    ]);
    const [line] = await started as [string];
    const match = /^listening on (.*):(\d+)$/.exec(line);
    if (match === null) throw new Error(`Cannot start the server on "${directory}": it said "${line}"`);
    return { pid: child.pid!, host: match[1]!, port: Number(match[2]), [Symbol.asyncDispose]: stop };
  } catch (error) {
    if (child.exitCode === null) await stop();
    throw error;
  }
}
