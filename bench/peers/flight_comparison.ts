/**
 * Puts and gets float64 batches with our client, under Deno and under Bun, and with pyarrow's, against one pyarrow server
 * process; prints the medians side by side. A run that lost rows fails.
 *
 * @module
 */
import { execFileSync, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { type BenchResult, median, provenance } from "../harness.ts";

interface Direction {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly rows: number;
}

type Result = Readonly<Record<"put" | "get", Direction>>;

/** What is compared with what. */
export interface FlightComparison {
  /** Interpreter with pyarrow. */
  readonly python: string;
  /** How a script is run, by runtime. */
  readonly runtimes: Readonly<Record<string, readonly string[]>>;
  /** Size of a put, and of a get. */
  readonly mebibytes: string;
  /** Times each client is run. */
  readonly runs: number;
}

/** What one client did, beside pyarrow's: `client` is `pyarrow`, or `ours, ` and the runtime. */
export interface FlightResult extends Pick<BenchResult, "bench" | "machine" | "load" | "commit" | "date" | "runs"> {
  /** Whose it is. */
  readonly client: string;
  /** Size of a put, and of a get. */
  readonly mebibytes: string;
  /** Upwards, medians. */
  readonly put: FlightFigures;
  /** Downwards, medians. */
  readonly get: FlightFigures;
}

/** Figures of one direction. */
export interface FlightFigures {
  /** Rate, 10⁶ bytes a second. */
  readonly megabytesPerSecond: number;
  /** CPU seconds of the client, user and system, all threads. */
  readonly cpuSecondsPerGibibyte: number;
}

/** Compares; pyarrow's result comes first. */
export async function compareFlight(options: FlightComparison): Promise<FlightResult[]> {
  const { python, mebibytes, runs } = options;
  const server = spawn(python, ["bench/peers/flight_server.py", mebibytes], { stdio: ["ignore", "pipe", "inherit"] });
  const results = new Map<string, Result[]>();
  try {
    const { value: firstLine } = await createInterface(server.stdout)[Symbol.asyncIterator]().next();
    if (firstLine === undefined) throw new Error(`Cannot start the pyarrow server with "${python}": it says why above`);
    const port = String(firstLine).split(" ").at(-1)!;
    const clients: Record<string, readonly string[]> = { "pyarrow": [python, "bench/peers/flight_client.py"] };
    for (const [runtime, command] of Object.entries(options.runtimes)) {
      clients[`ours, ${runtime}`] = [...command, "bench/peers/flight_client.ts"];
    }
    for (let round = 0; round < runs; round++) {
      for (const [name, command] of Object.entries(clients)) {
        results.set(name, [...results.get(name) ?? [], runOnce(command, port, mebibytes)]);
      }
    }
  } finally {
    server.kill();
  }
  const gibibytes = Number(mebibytes) / 1024;
  const megabytes = Number(mebibytes) * 1.048576;
  const figures = [...results].map(([client, measured]) => {
    const of = (direction: "put" | "get") => ({
      megabytesPerSecond: megabytes / median(measured.map((run) => run[direction].seconds)),
      cpuSecondsPerGibibyte: median(measured.map((run) => run[direction].cpuSeconds)) / gibibytes,
    });
    return { client, put: of("put"), get: of("get") };
  });
  const { machine, load, commit, date } = provenance();
  return figures.map((figure) => ({ bench: "flight", machine, load, commit, date, runs, mebibytes, ...figure }));
}

/** Prints what {@linkcode compareFlight} found. */
export function printFlight(results: readonly FlightResult[]): void {
  const peer = results[0]!;
  const { mebibytes, runs } = peer;
  console.log(
    `${mebibytes} MiB of float64 batches, one connection, median of ${runs}; in brackets the ratio to pyarrow`,
  );
  console.log(
    `${"client".padEnd(12)}${
      ["put MB/s", "put CPU s/GiB", "get MB/s", "get CPU s/GiB"].map((title) => title.padStart(22)).join("")
    }`,
  );
  for (const { client, put, get } of results) {
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

function runOnce(command: readonly string[], port: string, mebibytes: string): Result {
  const [program, ...args] = command;
  const output = execFileSync(program!, [...args, port, mebibytes], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  const result = JSON.parse(output.trim().split("\n").at(-1)!) as Result;
  const expectedRows = Number(mebibytes) / 8 * 131_072;
  for (const direction of ["put", "get"] as const) {
    if (result[direction].rows !== expectedRows) {
      throw new Error(`${command.join(" ")}: ${direction} moved ${result[direction].rows} of ${expectedRows} rows`);
    }
  }
  return result;
}
