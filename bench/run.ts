/**
 * `deno task bench`: measures, and prints the figures side by side. A bench that lost rows fails.
 *
 * Four parts, of which `--only flight,e2e,peers,micro` picks some; all but `micro` run by default.
 *
 * - `flight`: puts and gets 1 GiB of float64 batches with our client, under Deno and under Bun, and with pyarrow's, against
 *   one pyarrow server process; medians side by side. `--mebibytes 1024` sets the size.
 * - `e2e`: our client and the embedded server, in two processes, under Deno and under Bun.
 * - `peers`: the Python SDK, and our client, against one embedded server process.
 * - `micro`: the parts alone.
 *
 * `--runs N` sets how often each is run, `--json` prints one JSON line a result instead of tables, `--save` also keeps these
 * lines in `bench/results/`. Python is `MOSAICO_PYTHON`, or the one `deno task test` prepares in `.venv`.
 *
 * @module
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import process from "node:process";
import { parseArgs } from "node:util";
import { type Columns, printEndToEnd, printPeers, runEndToEnd, runPeers } from "./end_to_end.ts";
import { save } from "./harness.ts";
import { compareFlight, printFlight } from "./peers/flight_comparison.ts";

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== "--"),
  options: {
    only: { type: "string", default: "flight,e2e,peers" },
    mebibytes: { type: "string", default: "1024" },
    runs: { type: "string" },
    json: { type: "boolean", default: false },
    save: { type: "boolean", default: false },
  },
});
const runtimes = {
  Deno: [process.execPath, "run", "-A", "--no-check"],
  Bun: (process.env["MOSAICO_BUN"] ?? "npx -y bun@1.4.5").split(" "),
};
const parts = new Set(values.only.split(","));
const unknown = [...parts].find((part) => !["flight", "e2e", "peers", "micro"].includes(part));
if (unknown !== undefined) {
  throw new RangeError(`Cannot bench: --only names "${unknown}", expected flight, e2e, peers or micro`);
}
const runs = values.runs ?? "5";
const runsOfEach = values.runs === undefined ? [] : ["--runs", values.runs];

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

function show(columns: Columns, print: (columns: Columns) => void): void {
  const results = [...columns.values()].flat();
  if (values.save) save(results);
  if (!values.json) return print(columns);
  for (const result of results) console.log(JSON.stringify(result));
}

if (parts.has("flight")) {
  const results = await compareFlight({ python, runtimes, mebibytes: values.mebibytes, runs: Number(runs) });
  if (values.save) save(results);
  if (!values.json) printFlight(results);
  else for (const result of results) console.log(JSON.stringify(result));
}
if (parts.has("e2e")) show(runEndToEnd(runtimes, runsOfEach), printEndToEnd);
if (parts.has("peers")) show(await runPeers(runtimes, python, runs, runsOfEach), printPeers);
if (parts.has("micro")) {
  const flags = [...runsOfEach, ...(values.json ? ["--json"] : []), ...(values.save ? ["--save"] : [])];
  for (const name of ["columnar", "codecs", "http2"]) {
    for (const [program, ...args] of Object.values(runtimes)) {
      execFileSync(program!, [...args, `bench/micro/${name}_bench.ts`, ...flags], { stdio: "inherit" });
    }
  }
}
