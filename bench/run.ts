/**
 * `deno task bench`: puts and gets 1 GiB of float64 batches with our client, under Deno and under Bun, and with pyarrow's,
 * against one pyarrow server process; prints the medians side by side. A run that lost rows fails.
 *
 * Options: `--mebibytes 1024`, `--runs 5`, `--json` (one JSON line a client, with machine and commit).
 *
 * @module
 */
import { execFileSync, spawn } from "node:child_process";
import { cpus } from "node:os";
import process from "node:process";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";

interface Direction {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly rows: number;
}

type Result = Readonly<Record<"put" | "get", Direction>>;

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== "--"),
  options: {
    mebibytes: { type: "string", default: "1024" },
    runs: { type: "string", default: "5" },
    json: { type: "boolean", default: false },
  },
});
const python = process.env["MOSAICO_PYTHON"] ?? ".venv/mosaico_python/bin/python";
const bun = (process.env["MOSAICO_BUN"] ?? "npx -y bun@1.4.5").split(" ");
const expectedRows = Number(values.mebibytes) / 8 * 131_072;

const server = spawn(python, ["bench/peers/flight_server.py", values.mebibytes], {
  stdio: ["ignore", "pipe", "inherit"],
});
server.on("error", (error) => {
  console.error(`Cannot start the pyarrow server with "${python}": ${error.message}; set MOSAICO_PYTHON`);
  process.exit(1);
});
const { value: firstLine } = await createInterface(server.stdout)[Symbol.asyncIterator]().next();
const port = String(firstLine).split(" ").at(-1)!;

const clients: Readonly<Record<string, readonly string[]>> = {
  "pyarrow": [python, "bench/peers/flight_client.py"],
  "ours, Deno": [process.execPath, "run", "-A", "--no-check", "bench/peers/flight_client.ts"],
  "ours, Bun": [...bun, "bench/peers/flight_client.ts"],
};

function runOnce(command: readonly string[]): Result {
  const [program, ...args] = command;
  const output = execFileSync(program!, [...args, port, values.mebibytes], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  const result = JSON.parse(output.trim().split("\n").at(-1)!) as Result;
  for (const direction of ["put", "get"] as const) {
    if (result[direction].rows !== expectedRows) {
      throw new Error(`${command.join(" ")}: ${direction} moved ${result[direction].rows} of ${expectedRows} rows`);
    }
  }
  return result;
}

const results = new Map<string, Result[]>(Object.keys(clients).map((name) => [name, []]));
try {
  for (let round = 0; round < Number(values.runs); round++) {
    for (const [name, command] of Object.entries(clients)) results.get(name)!.push(runOnce(command));
  }
} finally {
  server.kill();
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

const gibibytes = Number(values.mebibytes) / 1024;
const megabytes = Number(values.mebibytes) * 1.048576;
const figures = [...results].map(([client, runs]) => {
  const of = (direction: "put" | "get") => ({
    megabytesPerSecond: megabytes / median(runs.map((run) => run[direction].seconds)),
    cpuSecondsPerGibibyte: median(runs.map((run) => run[direction].cpuSeconds)) / gibibytes,
  });
  return { client, put: of("put"), get: of("get") };
});
if (values.json) {
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}`;
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  for (const figure of figures) {
    console.log(JSON.stringify({ bench: "flight", machine, commit, runs: Number(values.runs), ...figure }));
  }
} else {
  const peer = figures[0]!;
  console.log(
    `${values.mebibytes} MiB of float64 batches, one connection, median of ${values.runs}; in brackets the ratio to pyarrow`,
  );
  console.log(
    `${"client".padEnd(12)}${
      ["put MB/s", "put CPU s/GiB", "get MB/s", "get CPU s/GiB"].map((title) => title.padStart(22)).join("")
    }`,
  );
  for (const { client, put, get } of figures) {
    const cell = (value: number, of: number, digits: number) =>
      `${value.toFixed(digits)} (${(value / of).toFixed(2)}×)`.padStart(22);
    console.log(
      client.padEnd(12) + cell(put.megabytesPerSecond, peer.put.megabytesPerSecond, 0) +
        cell(put.cpuSecondsPerGibibyte, peer.put.cpuSecondsPerGibibyte, 2) +
        cell(get.megabytesPerSecond, peer.get.megabytesPerSecond, 0) +
        cell(get.cpuSecondsPerGibibyte, peer.get.cpuSecondsPerGibibyte, 2),
    );
  }
}
