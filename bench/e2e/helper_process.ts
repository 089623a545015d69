/**
 * Programs beside a bench: each is started under the runtime of the bench, says one line of JSON when it is ready, and then
 * answers each line on its stdin, a question, with one line of JSON. It ends when its stdin does.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A running program; disposing it ends it and waits. */
export interface HelperProcess<Ready> extends AsyncDisposable {
  /** Process number. */
  readonly pid: number;
  /** What it said when it was ready. */
  readonly ready: Ready;
  /** Asks, and waits for the answer. One question at a time. */
  ask<Answer>(question: string): Promise<Answer>;
}

/** Starts `script`, a file of this folder. `flags` are for the runtime. */
export async function startHelper<Ready>(
  script: string,
  args: readonly string[],
  flags: readonly string[] = [],
): Promise<HelperProcess<Ready>> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const run = "Deno" in globalThis ? ["run", "-A", "--no-check", ...flags, path] : [...flags, path];
  const child = spawn(process.execPath, [...run, ...args], { stdio: ["pipe", "pipe", "inherit"] });
  const exited = once(child, "exit");
  const lines = createInterface(child.stdout);
  const answer = async (): Promise<unknown> => {
    const ended = exited.then(([code]) => Promise.reject(new Error(`Cannot go on: ${script} ended with code ${code}`)));
    const [line] = await Promise.race([once(lines, "line"), ended]) as [string];
    return JSON.parse(line);
  };
  return {
    ready: await answer() as Ready,
    pid: child.pid!,
    ask: async <Answer>(question: string) => {
      const answered = answer();
      child.stdin.write(`${question}\n`);
      return await answered as Answer;
    },
    [Symbol.asyncDispose]: async () => {
      child.stdin.end();
      await exited;
    },
  };
}

/** The program's side: says `ready`, answers until stdin ends. */
export async function answerQuestions(
  ready: unknown,
  answers: Readonly<Record<string, () => unknown>>,
): Promise<void> {
  console.log(JSON.stringify(ready));
  for await (const question of createInterface(process.stdin)) {
    const answer = answers[question];
    if (answer === undefined) throw new RangeError(`Cannot answer "${question}": it is not a question of this program`);
    console.log(JSON.stringify(await answer() ?? null));
  }
}
