/**
 * What every bench is made with: it runs the work, checks that none was lost, and reports one result.
 *
 * A bench file runs under `deno run -A` and under `bun` alike. It takes `--runs N`, `--filter TEXT` (of the name), `--json`
 * (one JSON line a result, instead of text) and `--save` (that line is also kept, in `bench/results/`). `deno bench -A`
 * runs the micro benches, and then the measuring and the table are its own; arguments come after `--`.
 *
 * @module
 */
import { execFileSync } from "node:child_process";
import { appendFileSync, readFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs, type ParseArgsConfig } from "node:util";

/** Facts by name. */
export type Facts = Readonly<Record<string, string | number | boolean>>;

/** One result, as it is kept. */
export interface BenchResult {
  /** Name of the bench: group, slash, what is done. */
  readonly bench: string;
  /** What was varied. */
  readonly params: Facts;
  /** What was measured. */
  readonly figures: Readonly<Record<string, number>>;
  /** Runs that were measured; one more came before them, to warm up. */
  readonly runs: number;
  /** Runtime and version. */
  readonly runtime: string;
  /** Processors. */
  readonly machine: string;
  /** Processes that wanted to run, on average over the last minute: ours, and everybody else's. */
  readonly load: number;
  /** Commit of the checkout; `+` when it had changes. */
  readonly commit: string;
  /** When, ISO 8601. */
  readonly date: string;
}

/** How a bench is run. */
export interface BenchOptions<T> {
  /** What is varied, kept with the result. */
  readonly params?: Facts;
  /** Payload bytes a run moves. */
  readonly bytes?: number;
  /** Things (rows, points, …) a run moves, and what they are called. */
  readonly items?: { readonly count: number; readonly unit: string };
  /** Runs that count. */
  readonly runs: number;
  /** A process that works too; its CPU seconds are reported beside ours. */
  readonly serverPid?: number;
  /** Made before each run, unmeasured. */
  readonly prepare?: () => unknown;
  /** The work. */
  readonly run: () => T | Promise<T>;
  /** Throws when work was lost. Called after each run, unmeasured. */
  readonly verify: (result: T) => unknown;
}

const FLAGS = {
  runs: { type: "string" },
  filter: { type: "string", default: "" },
  json: { type: "boolean", default: false },
  save: { type: "boolean", default: false },
} as const;

/** Arguments of this process: those of every bench, and `more`. */
export function benchArguments<T extends NonNullable<ParseArgsConfig["options"]>>(
  more: T,
): ReturnType<typeof parseArgs<{ options: typeof FLAGS & T }>>["values"] {
  const args = process.argv.slice(2).filter((argument) => argument !== "--");
  return parseArgs({ args, options: { ...FLAGS, ...more } }).values;
}

/**
 * Measures `options.run` and reports `name`. Median and extremes of the runs; CPU seconds are of one run, on average. Answers the
 * figures; nothing when the filter leaves the bench out.
 */
export async function bench<T>(
  name: string,
  options: BenchOptions<T>,
): Promise<Readonly<Record<string, number>> | void> {
  const given = flags();
  if (!name.includes(given.filter)) return;
  const runs = given.runs ?? options.runs;
  if (isDenoBench && options.serverPid === undefined) return register(name, options, runs);
  const seconds: number[] = [];
  let cpuMicros = 0;
  let serverSeconds = 0;
  for (let run = 0; run <= runs; run++) {
    await options.prepare?.();
    const serverBefore = options.serverPid === undefined ? 0 : cpuSecondsOf(options.serverPid);
    const cpuBefore = process.cpuUsage();
    const before = performance.now();
    const pending = options.run();
    const result = pending instanceof Promise ? await pending : pending;
    const elapsed = (performance.now() - before) / 1000;
    const { user, system } = process.cpuUsage(cpuBefore);
    const serverAfter = options.serverPid === undefined ? 0 : cpuSecondsOf(options.serverPid);
    await options.verify(result);
    if (run === 0) continue;
    seconds.push(elapsed);
    cpuMicros += user + system;
    serverSeconds += serverAfter - serverBefore;
  }
  const typical = median(seconds);
  const figures = {
    seconds: typical,
    least: Math.min(...seconds),
    most: Math.max(...seconds),
    cpuSeconds: cpuMicros / 1e6 / runs,
    ...(options.serverPid !== undefined && { serverCpuSeconds: serverSeconds / runs }),
    ...(options.bytes !== undefined && { bytes: options.bytes, bytesPerSecond: options.bytes / typical }),
    ...(options.items && { [`${options.items.unit}PerSecond`]: options.items.count / typical }),
  };
  report(name, options.params ?? {}, figures, runs);
  return figures;
}

/** Whether `deno bench` runs us. It measures once the file has run to its end, when a bench's server would be gone. */
const isDenoBench = "Deno" in globalThis && Deno.bench.length > 0;

/** Leaves the measuring to `deno bench`. */
function register<T>(name: string, { params = {}, prepare, run, verify }: BenchOptions<T>, runs: number): void {
  const facts = Object.entries(params).map(([key, value]) => `${key} ${value}`).join(", ");
  Deno.bench({ name: facts === "" ? name : `${name} (${facts})`, n: runs, warmup: 1 }, async (timer) => {
    await prepare?.();
    timer.start();
    const pending = run();
    const result = pending instanceof Promise ? await pending : pending;
    timer.end();
    await verify(result);
  });
}

/** Reports figures that were measured another way. */
export function report(name: string, params: Facts, figures: Readonly<Record<string, number>>, runs = 1): void {
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  const measured = { ...figures, heapBytes: heapUsed, arrayBufferBytes: arrayBuffers, rssBytes: rss };
  const result: BenchResult = {
    bench: name,
    params,
    figures: Object.fromEntries(Object.entries(measured).map(([key, value]) => [key, Number(value.toPrecision(5))])),
    runs,
    ...provenance(),
  };
  console.log(flags().json ? JSON.stringify(result) : describe(result));
  if (flags().save) save([result]);
}

/** Appends results to `bench/results/<date>-<commit>.jsonl`. */
export function save(results: readonly (Pick<BenchResult, "date" | "commit"> & object)[]): void {
  for (const result of results) {
    const name = `results/${result.date.slice(0, 10)}-${result.commit.replace("+", "-changed")}.jsonl`;
    appendFileSync(fileURLToPath(new URL(name, import.meta.url)), `${JSON.stringify(result)}\n`);
  }
}

/** Where and when a result came about. */
export function provenance(): Pick<BenchResult, "runtime" | "machine" | "load" | "commit" | "date"> {
  place ??= {
    runtime: "Deno" in globalThis ? `deno ${process.versions["deno"]}` : `bun ${process.versions["bun"]}`,
    machine: `${cpus().length} × ${cpus()[0]?.model.trim()}`,
    commit: commitOf(fileURLToPath(new URL(".", import.meta.url))),
  };
  return { ...place, load: Number(loadavg()[0]!.toFixed(1)), date: new Date().toISOString() };
}
let place: Pick<BenchResult, "runtime" | "machine" | "commit"> | undefined;

/** The middle one of `numbers`. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The number below which `share` of `numbers` are. */
export function percentile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
}

interface Flags {
  readonly runs: number | undefined;
  readonly filter: string;
  readonly json: boolean;
  readonly save: boolean;
}
let parsed: Flags | undefined;

function flags(): Flags {
  if (parsed !== undefined) return parsed;
  const args = process.argv.slice(2).filter((argument) => argument !== "--");
  const { values } = parseArgs({ args, options: FLAGS, strict: false });
  const runs = values.runs === undefined ? undefined : Number(values.runs);
  if (runs !== undefined && !(Number.isInteger(runs) && runs > 0)) {
    throw new RangeError(`Cannot bench: --runs is ${values.runs}, expected a whole number of at least 1`);
  }
  return parsed = { runs, filter: String(values.filter), json: values.json === true, save: values.save === true };
}

function commitOf(directory: string): string {
  try {
    const git = (...args: string[]) => execFileSync("git", args, { cwd: directory, encoding: "utf8" }).trim();
    return git("rev-parse", "--short", "HEAD") +
      (git("status", "--porcelain", "-uno", "--", "../src") === "" ? "" : "+");
  } catch {
    return "unknown"; // not a checkout
  }
}

/** CPU seconds of a process so far, all threads; 0 where the system has no `/proc`. */
export function cpuSecondsOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ").at(-1)!.split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100; // of Linux's ticks, which are hundredths
  } catch {
    return 0;
  }
}

/** A result in a line of text. */
export function describe({ bench, params, figures, runtime }: BenchResult): string {
  const place = [...Object.entries(params).map(([key, value]) => `${key} ${value}`), runtime].join(", ");
  return `${`${bench} (${place})`.padEnd(72)} ${[...phrases(figures)].join("  ")}`;
}

function* phrases(figures: Readonly<Record<string, number>>): Generator<string> {
  for (const [name, value] of Object.entries(figures)) {
    if (name === "bytes" || name.endsWith("Bytes")) continue;
    if (name === "bytesPerSecond") yield `${(value / 1e6).toFixed(0)} MB/s`;
    else if (name.endsWith("PerSecond")) yield `${short(value)} ${name.slice(0, -9)}/s`;
    else if (name === "seconds") {
      yield `${duration(value)} (${duration(figures["least"]!)}–${duration(figures["most"]!)})`;
    } else if (name === "cpuSeconds") yield `CPU ${duration(value)}`;
    else if (name === "serverCpuSeconds") yield `server's CPU ${duration(value)}`;
    else if (name !== "least" && name !== "most") yield `${name} ${Number(value.toPrecision(3))}`;
  }
}

function duration(seconds: number): string {
  return seconds >= 1
    ? `${seconds.toFixed(2)} s`
    : seconds >= 1e-3
    ? `${(seconds * 1e3).toPrecision(3)} ms`
    : `${(seconds * 1e6).toPrecision(3)} µs`;
}

function short(value: number): string {
  return value >= 1e6
    ? `${(value / 1e6).toPrecision(3)} M`
    : value >= 1e4
    ? `${(value / 1e3).toPrecision(3)} k`
    : value.toFixed(0);
}
