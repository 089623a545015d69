/**
 * Runs the end-to-end benches as programs of their own, under each runtime, and prints what they found: ours by runtime, and
 * ours beside the Python SDK.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { startServerProcess } from "../src/cli/server_process.ts";
import { type BenchResult, provenance } from "./harness.ts";
import { printTable, readable } from "./tables.ts";

/** How scripts are run, by runtime. */
export type Runtimes = Readonly<Record<string, readonly string[]>>;

/** Results by whose they are. */
export type Columns = ReadonlyMap<string, readonly BenchResult[]>;

/** Benches of `bench/e2e/`, or others, each under every runtime; client and server are of the same one. Results by runtime. */
export function runUnderEach(runtimes: Runtimes, scripts: readonly string[], args: readonly string[]): Columns {
  return new Map(
    Object.entries(runtimes).map((
      [runtime, command],
    ) => [runtime, scripts.flatMap((script) => runBench([...command, `bench/${script}_bench.ts`, ...args]))]),
  );
}

/** Results of {@linkcode runUnderEach}, further apart: lanes inline, lanes in Workers. */
export function byPlaceOfLanes(results: Columns): Columns {
  const columns = new Map<string, BenchResult[]>();
  for (const [runtime, ofRuntime] of results) {
    for (const result of ofRuntime) {
      const column = `${runtime}, ${result.params["workers"] === 0 ? "inline" : "Workers"}`;
      columns.set(column, [...columns.get(column) ?? [], result]);
    }
  }
  return columns;
}

/** The Python SDK, and ours under every runtime, against one server process. */
export async function runPeers(
  runtimes: Runtimes,
  python: string,
  runs: string,
  args: readonly string[],
): Promise<Columns> {
  const columns = new Map<string, readonly BenchResult[]>();
  const directory = await mkdtemp(join(tmpdir(), "mosaico-bench-"));
  try {
    await using server = await startServerProcess(directory);
    columns.set("Python SDK", runBench([python, "bench/peers/sdk_client.py", String(server.port), runs]));
    for (const [runtime, command] of Object.entries(runtimes)) {
      const address = ["--workers", "2", "--port", String(server.port), "--pid", String(server.pid)];
      const results = ["imu", "lidar"].flatMap((name) =>
        runBench([...command, `bench/e2e/${name}_bench.ts`, ...address, ...args])
      );
      columns.set(`ours, ${runtime}`, results);
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
  return columns;
}

/** Runs one bench. When it fails, it has said why, this run goes on, and fails at its end. */
function runBench(command: readonly string[]): BenchResult[] {
  console.error(`$ ${command.join(" ")}`);
  const [program, ...args] = command;
  const { stdout, status } = spawnSync(program!, command[1]!.endsWith(".py") ? args : [...args, "--json"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: Infinity,
  });
  if (status !== 0) {
    console.error(`It ended with code ${status}.`);
    process.exitCode = 1;
  }
  const here = provenance();
  const { commit } = here; // of the whole run, whatever is committed meanwhile
  const lines = (stdout ?? "").split("\n").filter((line) => line.startsWith("{"));
  return lines.map((line) => ({ ...here, ...JSON.parse(line), commit }));
}

type Figure = readonly [title: string, value: (results: readonly BenchResult[]) => number | undefined];

/** One figure of the bench of that name, with those parameters. */
function figure(bench: string, name: string, params: BenchResult["params"] = {}): Figure[1] {
  const wanted = Object.entries(params);
  return (results) => {
    const result = results.find((result) =>
      result.bench === bench && wanted.every(([name, value]) => result.params[name] === value)
    );
    return result?.figures[name];
  };
}

const megabytes = (value: Figure[1]): Figure[1] => (results) => {
  const bytes = value(results);
  return bytes === undefined ? undefined : bytes / 1e6;
};

const TWO_VECTORS = { shape: "two vectors" };
const SHAPES = [TWO_VECTORS, { shape: "every field" }];
const LOOP = "e2e/event loop while four topics push";
const LIST = "e2e/listSequences, idle and while lanes are saturated";
const COLUMNS = { load: "columns", asked: "same client" };
const SECOND = { load: "columns", asked: "second process" };

const END_TO_END: readonly Figure[] = [
  ...SHAPES.flatMap((shape): Figure[] => [
    [`push IMU, ${shape.shape}: rows/s`, figure("e2e/push IMU rows", "rowsPerSecond", shape)],
    [`    CPU µs a row, client's`, microsPer("e2e/push IMU rows", "rows", "cpuSeconds", shape)],
    [`    CPU µs a row, server's`, microsPer("e2e/push IMU rows", "rows", "serverCpuSeconds", shape)],
    [`read IMU as objects, ${shape.shape}: rows/s`, figure("e2e/read IMU rows", "rowsPerSecond", shape)],
    [`read IMU as batches, ${shape.shape}: MB/s`, megabytes(figure("e2e/read IMU batches", "bytesPerSecond", shape))],
  ]),
  ["push LIDAR: points/s", figure("e2e/push LIDAR scans", "pointsPerSecond")],
  ["    CPU µs a 1,000 points, client's", thousand(microsPer("e2e/push LIDAR scans", "points", "cpuSeconds"))],
  ["read LIDAR: points/s", figure("e2e/read LIDAR scans", "pointsPerSecond")],
  ["disk alone, write and sync: MB/s", megabytes(figure("e2e/disk write and sync", "bytesPerSecond"))],
  ["upload, by the disk's rate", figure("e2e/upload beside the disk", "shareOfDisk")],
  ["upload float64 batches: MB/s", megabytes(figure("e2e/upload float64 batches", "bytesPerSecond"))],
  ["download float64 batches: MB/s", megabytes(figure("e2e/download float64 batches", "bytesPerSecond"))],
  ["event loop, 4 topics push: MB/s", megabytes(figure(LOOP, "bytesPerSecond"))],
  ["    lag p50, ms", figure(LOOP, "lagP50Ms")],
  ["    lag p99, ms", figure(LOOP, "lagP99Ms")],
  ["listSequences idle: p99, ms", figure(LIST, "idleP99Ms", COLUMNS)],
  ["    caller pushes rows without pause", figure(LIST, "busyP99Ms", { load: "rows" })],
  ["    caller pushes columns", figure(LIST, "busyP99Ms", COLUMNS)],
  ["        of it to the server's handler", figure(LIST, "toServerP99Ms", COLUMNS)],
  ["        of it back", figure(LIST, "fromServerP99Ms", COLUMNS)],
  ["    the same, asked by a second process", figure(LIST, "busyP99Ms", SECOND)],
  ["        the server's event loop: lag p99, ms", figure(LIST, "serverLagP99Ms", SECOND)],
];

const PEERS: readonly Figure[] = [
  ["push IMU, rows/s", figure("e2e/push IMU rows", "rowsPerSecond", TWO_VECTORS)],
  ["push IMU, rows/CPU s", perCpuSecond("e2e/push IMU rows", "rows", TWO_VECTORS)],
  ["read IMU, rows/s", figure("e2e/read IMU rows", "rowsPerSecond", TWO_VECTORS)],
  ["read IMU, rows/CPU s", perCpuSecond("e2e/read IMU rows", "rows", TWO_VECTORS)],
  ["push LIDAR, points/s", figure("e2e/push LIDAR scans", "pointsPerSecond")],
  ["push LIDAR, points/CPU s", perCpuSecond("e2e/push LIDAR scans", "points")],
  ["read LIDAR, points/s", figure("e2e/read LIDAR scans", "pointsPerSecond")],
  ["read LIDAR, points/CPU s", perCpuSecond("e2e/read LIDAR scans", "points")],
];

function perCpuSecond(bench: string, unit: string, shape: BenchResult["params"] = {}): Figure[1] {
  return (results) => {
    const rate = figure(bench, `${unit}PerSecond`, shape)(results);
    const seconds = figure(bench, "seconds", shape)(results);
    const cpuSeconds = figure(bench, "cpuSeconds", shape)(results);
    return rate === undefined ? undefined : rate * seconds! / cpuSeconds!;
  };
}

function microsPer(bench: string, unit: string, cpu: string, shape: BenchResult["params"] = {}): Figure[1] {
  return (results) => {
    const rate = figure(bench, `${unit}PerSecond`, shape)(results);
    const seconds = figure(bench, "seconds", shape)(results);
    return rate === undefined ? undefined : figure(bench, cpu, shape)(results)! * 1e6 / (rate * seconds!);
  };
}

function thousand(value: Figure[1]): Figure[1] {
  return (results) => {
    const one = value(results);
    return one === undefined ? undefined : 1000 * one;
  };
}

/** Prints the end-to-end results, by {@linkcode byPlaceOfLanes}. */
export function printEndToEnd(columns: Columns): void {
  const rows = END_TO_END.map(([title, value]) => [
    title,
    ...[...columns.values()].map((results) => {
      const found = value(results);
      return found === undefined ? "–" : readable(found);
    }),
  ]);
  printTable("Client to embedded server and back; the server is a process of its own", ["", ...columns.keys()], rows);
}

/** Prints what {@linkcode runPeers} found: clients below each other, ratios to the first. */
export function printPeers(columns: Columns): void {
  const names = [...columns.keys()];
  const rows = PEERS.map(([title, value]) => {
    const values = names.map((name) => value(columns.get(name)!));
    return [
      title,
      ...values.map((found) => found === undefined ? "–" : `${readable(found)} (${readable(found / values[0]!)}×)`),
    ];
  });
  printTable("Against one embedded server process; in brackets the ratio to the Python SDK", ["", ...names], rows);
}
