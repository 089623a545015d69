/**
 * `deno task bench`: measures, and prints the figures side by side; at the end, a table of all that was set out for, and
 * what was measured of it. A bench that lost rows fails.
 *
 * `--only` picks some of these parts, by default all but `types` and `query`.
 *
 * - `flight`: puts and gets 1 GiB of float64 batches with our client, under Deno and under Bun, and with pyarrow's, against
 *   one pyarrow server process; medians side by side. `--mebibytes 1024` sets the size.
 * - `e2e`: our client and the embedded server, in two processes, under Deno and under Bun.
 * - `peers`: the Python SDK, and our client, against one embedded server process.
 * - `micro`: the parts alone.
 * - `reference`: four cameras and four IMUs, `--seconds 10`.
 * - `memory`: what is written to a slow peer, and read by a slow caller, `--gibibytes 0.5`.
 * - `cost`: of a row, by the number of rows and of topics.
 * - `types`: rows and columns of every type of the ontology, pushed and read.
 * - `query`: queries by content, beside DuckDB, and of a large catalogue. Takes 3 GB of the disk.
 *
 * `--full` is `--seconds 60 --gibibytes 4`. `--runs N` sets how often each is run, where it is run more than once.
 * `--targets` prints the last table alone and runs the lanes in Workers only, `--json` one JSON line a result and no table, `--save` also keeps these lines in
 * `bench/results/`. Python is `MOSAICO_PYTHON`, or the one `deno task test` prepares in `.venv`.
 *
 * `TMPDIR` is where the servers keep their data: a real disk, for uploads are compared with it; `/dev/shm` takes the disk
 * out of everything else. What a bench spends its time on is told by `bench/profile.ts`.
 *
 * @module
 */
import { existsSync } from "node:fs";
import process from "node:process";
import { parseArgs } from "node:util";
import { byPlaceOfLanes, type Columns, printEndToEnd, printPeers, runPeers, runUnderEach } from "./end_to_end.ts";
import { type BenchResult, describe, save } from "./harness.ts";
import { compareFlight, type FlightResult, printFlight } from "./peers/flight_comparison.ts";
import { printTargets } from "./targets.ts";

const DEFAULT_PARTS = ["flight", "e2e", "peers", "micro", "reference", "memory", "cost"];
const PARTS = [...DEFAULT_PARTS, "types", "query"];
const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== "--"),
  options: {
    only: { type: "string", default: DEFAULT_PARTS.join(",") },
    mebibytes: { type: "string", default: "1024" },
    seconds: { type: "string" },
    gibibytes: { type: "string" },
    full: { type: "boolean", default: false },
    runs: { type: "string" },
    targets: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    save: { type: "boolean", default: false },
  },
});
const runtimes = {
  Deno: [process.execPath, "run", "-A", "--no-check"],
  Bun: (process.env["MOSAICO_BUN"] ?? "npx -y bun@1.4.5").split(" "),
};
const parts = new Set(values.only.split(","));
const unknown = [...parts].find((part) => !PARTS.includes(part));
if (unknown !== undefined) {
  throw new RangeError(`Cannot bench: --only names "${unknown}", expected some of ${PARTS.join(", ")}`);
}
const runs = values.runs ?? "5";
const runsOfEach = values.runs === undefined ? [] : ["--runs", values.runs];
const seconds = values.seconds ?? (values.full ? "60" : "10");
const gibibytes = values.gibibytes ?? (values.full ? "4" : "0.5");

const python = process.env["MOSAICO_PYTHON"] ?? ".venv/bin/python";
if ((parts.has("flight") || parts.has("peers")) && !existsSync(python)) {
  console.error(
    `There is no Python at "${python}", so nothing is compared with pyarrow and the Python SDK. Run \`deno task test\` or ` +
      "`deno task interop` once, which prepares .venv, or let MOSAICO_PYTHON name an interpreter that has " +
      "mosaicolabs 0.7.0 and pyarrow.",
  );
  parts.delete("flight");
  parts.delete("peers");
  process.exitCode = 1;
}

const own: Record<string, BenchResult[]> = {};
const shared: Record<string, readonly BenchResult[]> = {};
let flight: readonly FlightResult[] = [];
let sdk: readonly BenchResult[] = [];

/** Keeps results, and prints them as they are wanted. */
function show<T extends BenchResult | FlightResult>(results: readonly T[], print: () => void): void {
  if (values.save) save(results);
  if (values.json) { for (const result of results) console.log(JSON.stringify(result)); }
  else if (!values.targets) print();
}

/** Runs benches under each runtime. */
function run(scripts: readonly string[], args: readonly string[], print: (columns: Columns) => void): void {
  const columns = runUnderEach(runtimes, scripts, args);
  for (const [runtime, results] of columns) own[runtime] = [...own[runtime] ?? [], ...results];
  show([...columns.values()].flat(), () => print(columns));
}

function printLines(columns: Columns): void {
  console.log();
  for (const result of [...columns.values()].flat()) console.log(describe(result));
}

if (parts.has("flight")) {
  flight = await compareFlight({ python, runtimes, mebibytes: values.mebibytes, runs: Number(runs) });
  show(flight, () => printFlight(flight));
}
if (parts.has("e2e")) {
  const scripts = ["imu", "lidar", "transfer", "responsiveness"].map((name) => `e2e/${name}`);
  // The targets are of lanes as they are by default.
  const workers = values.targets ? ["--workers", "2"] : [];
  run(scripts, [...runsOfEach, ...workers], (columns) => printEndToEnd(byPlaceOfLanes(columns)));
}
if (parts.has("peers")) {
  const columns = await runPeers(runtimes, python, runs, runsOfEach);
  for (const [whose, results] of columns) {
    if (whose === "Python SDK") sdk = results;
    else shared[whose.replace("ours, ", "")] = results;
  }
  show([...columns.values()].flat(), () => printPeers(columns));
}
if (parts.has("micro")) run(["columnar", "codecs", "http2"].map((name) => `micro/${name}`), runsOfEach, printLines);
if (parts.has("reference")) run(["e2e/reference_case"], ["--seconds", seconds], printLines);
if (parts.has("memory")) run(["e2e/memory"], ["--gibibytes", gibibytes], printLines);
if (parts.has("cost")) run(["e2e/cost"], [], printLines);
if (parts.has("types")) run(["e2e/types"], runsOfEach, printLines);
if (parts.has("query")) run(["e2e/query"], runsOfEach, printLines);
if (!values.json) printTargets({ flight, own, shared, sdk }, Object.keys(runtimes));
