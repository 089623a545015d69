/**
 * Where a bench spends its time: runs it with the CPU profiler of each runtime, and prints the functions that cost most.
 *
 * `deno run -A bench/profile.ts bench/e2e/imu_bench.ts --workers 2 --filter push`: the bench, and its own options. Before it:
 * `--runtimes deno,bun`, `--top 12`, `--keep DIRECTORY` for the profiles themselves, which browsers' tools open.
 *
 * An end-to-end bench has a table for its server too. Deno has one for each thread; Bun profiles the main thread alone, so
 * `--workers 0` shows there what lanes do. Percentages are of the time that the thread was not idle, of a function
 * alone, without those it calls. "(program)" is what is outside of JavaScript: the runtime, and the system.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { median } from "./harness.ts";
import { printTable } from "./tables.ts";

/** What of the format of V8's CPU profiles is needed here. */
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** Waiting for something to do; and a Worker that waits, at its start, for somebody who would debug it. */
const IDLE = ["(idle)", "op_worker_maybe_wait_for_debugger"];

/** Self time, microseconds, by function. */
export function selfTimes(profile: CpuProfile): Map<string, number> {
  const names = new Map(profile.nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const times = new Map<string, number>();
  const longest = 3 * median(profile.timeDeltas); // what is longer is a gap: Bun takes no samples of an idle thread
  for (const [i, id] of profile.samples.entries()) {
    const name = names.get(id)!;
    times.set(name, (times.get(name) ?? 0) + Math.min(longest, profile.timeDeltas[i]!));
  }
  for (const name of IDLE) times.delete(name);
  return times;
}

function nameOf({ functionName, url, lineNumber }: CpuProfile["nodes"][number]["callFrame"]): string {
  const name = functionName === "" ? "(anonymous)" : functionName;
  if (url === "") return name;
  const root = fileURLToPath(new URL("..", import.meta.url));
  const path = url.startsWith("file:") ? fileURLToPath(url) : url;
  return `${name} ${path.startsWith("/") ? relative(root, path) : path}:${lineNumber + 1}`;
}

function printProfile(title: string, path: string, top: number): void {
  const times = [...selfTimes(JSON.parse(readFileSync(path, "utf8")) as CpuProfile)].toSorted((a, b) => b[1] - a[1]);
  const total = times.reduce((sum, [, time]) => sum + time, 0);
  const rows = times.slice(0, top).map(([name, time]) => [name, `${(100 * time / total).toFixed(1)} %`]);
  printTable(`${title}: ${(total / 1e6).toFixed(2)} s busy`, ["", "self"], rows);
}

/** Profiles in `directory`, by file name; none when it is not there. */
function profilesIn(directory: string): string[] {
  try {
    return readdirSync(directory).filter((name) => name.endsWith(".cpuprofile")).toSorted();
  } catch {
    return [];
  }
}

function main(): void {
  const args = process.argv.slice(2).filter((argument) => argument !== "--");
  const options: Record<string, string> = { "--runtimes": "deno,bun", "--top": "12" };
  while (args[0]?.startsWith("--")) options[args.shift()!] = args.shift() ?? "";
  const [script, ...rest] = args;
  if (script === undefined) throw new TypeError("Cannot profile: name a bench, such as bench/e2e/imu_bench.ts");
  const commands: Record<string, readonly string[]> = {
    deno: [process.execPath, "run", "-A", "--no-check"],
    bun: (process.env["MOSAICO_BUN"] ?? "npx -y bun@1.4.5").split(" "),
  };
  const kept = options["--keep"] ?? mkdtempSync(join(tmpdir(), "mosaico-profile-"));
  for (const runtime of options["--runtimes"]!.split(",")) {
    const [program, ...flags] = commands[runtime]!;
    const [client, server] = [join(kept, runtime, "client"), join(kept, runtime, "server")];
    const ofServer = script.includes("/e2e/") && !rest.includes("--port") ? ["--server-profile", server] : [];
    const profiling = ["--cpu-prof", `--cpu-prof-dir=${client}`];
    const { status } = spawnSync(program!, [...flags, ...profiling, script, ...rest, ...ofServer], {
      stdio: "inherit",
    });
    if (status !== 0) throw new Error(`Cannot profile ${script} under ${runtime}: it ended with code ${status}`);
    const top = Number(options["--top"]);
    for (const name of profilesIn(client)) {
      const thread = /worker-\d+/.exec(name)?.[0] ?? "caller's thread";
      printProfile(`${runtime}, ${thread}`, join(client, name), top);
    }
    for (const name of profilesIn(server)) printProfile(`${runtime}, server`, join(server, name), top);
  }
  if (options["--keep"] === undefined) rmSync(kept, { recursive: true });
}

if (import.meta.main) main();
