/**
 * Queries by content, of the embedded server in a process of its own, beside DuckDB over the same columns as Parquet; and queries of
 * the catalogue.
 *
 * `deno run -A bench/e2e/query_bench.ts` or `bun bench/e2e/query_bench.ts`; options as in `../harness.ts`, and `--rows 20000000`,
 * `--sequences 10000`. Files are dropped from the page cache before each run where that can be done (Linux). DuckDB is that of the
 * Python `MOSAICO_PYTHON` names, or of `.venv`; without it only the server is measured, and that is said.
 *
 * @module
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { concat, type JsonObject } from "../../src/base/mod.ts";
import { startServerProcess } from "../../src/cli/server_process.ts";
import { batchFromColumns, encodeBatch, encodeSchema, type Field, type Schema } from "../../src/columnar/mod.ts";
import { type ActionName, type Actions, jsonCodec } from "../../src/protocol/mod.ts";
import { ServerDirectory, Uploads } from "../../src/server/storage/mod.ts";
import { actionOf, connectFlight, type FlightConnection } from "../../src/wire/flight/mod.ts";
import { benchArguments, cpuSecondsOf, type Facts, median, percentile, report } from "../harness.ts";

const { rows: rowsText, sequences: sequencesText, runs: runsText, growth } = benchArguments({
  rows: { type: "string", default: "20000000" },
  sequences: { type: "string", default: "10000" },
  growth: { type: "boolean", default: true },
});
const ROWS = Number(rowsText);
const SEQUENCES = Number(sequencesText);
const RUNS = Number(runsText ?? 5);
/** Rows of a batch of 2 MiB, which is what the client writes. */
const CHUNK_ROWS = 37_000;
const STEP_NS = 5_000_000n;
/** Hard braking: where, in shares of the drive, and for how many rows. */
const EVENTS = 12, EVENT_ROWS = 400;

const double = (name: string): Field => ({ name, type: { kind: "float", bits: 64 }, nullable: false });
const vector = (name: string): Field => ({
  name,
  type: { kind: "struct", fields: ["x", "y", "z"].map(double) },
  nullable: false,
});
const SCHEMA: Schema = {
  fields: [
    { name: "timestamp_ns", type: { kind: "int", bits: 64, signed: true }, nullable: false },
    vector("acceleration"),
    vector("angular_velocity"),
  ],
};

/** Noise of a drive; braking is twelve short spans of it, however long the drive. */
async function store(directory: ServerDirectory, name: string, rows: number): Promise<string> {
  const { catalogue } = directory;
  catalogue.sequences.create({ name, userMetadata: {}, createdAtNs: 1n });
  const sequence = catalogue.sequences.byName(name)!;
  catalogue.sessions.create({
    sequenceId: sequence.id,
    uuid: crypto.randomUUID(),
    locator: `${name}:S`,
    createdAtNs: 1n,
  });
  const [session] = catalogue.sessions.ofSequence(sequence.id);
  catalogue.topics.create({
    uuid: crypto.randomUUID(),
    sequenceId: sequence.id,
    sessionId: session!.id,
    path: "imu",
    ontologyTag: "IMU",
    serializationFormat: "default",
    userMetadata: {},
    createdAtNs: 1n,
  });
  const topic = catalogue.topics.byPath(name, "imu")!;
  let state = 1;
  const noise = () => (state = Math.imul(state, 1664525) + 1013904223 | 0) / 2 ** 31;
  await new Uploads(directory).run(topic, encodeSchema(SCHEMA), new AbortController().signal, async (upload) => {
    for (let from = 0; from < rows; from += CHUNK_ROWS) {
      const count = Math.min(CHUNK_ROWS, rows - from);
      const column = () => Float64Array.from({ length: count }, noise);
      const x = column();
      for (let event = 0; event < EVENTS; event++) {
        const start = Math.floor(rows * (event + 0.5) / EVENTS) - from;
        for (let row = Math.max(0, start); row < Math.min(count, start + EVENT_ROWS); row++) x[row]! += 8;
      }
      const times = new BigInt64Array(count);
      for (let row = 0; row < count; row++) times[row] = BigInt(from + row) * STEP_NS;
      const batch = batchFromColumns(SCHEMA, {
        timestamp_ns: times,
        acceleration: { x, y: column(), z: column() },
        angular_velocity: { x: column(), y: column(), z: column() },
      });
      const { header, body } = encodeBatch(batch);
      const room = upload.append(header, concat(body));
      if (room !== undefined) await room;
    }
  });
  return directory.filePath(catalogue.topics.byPath(name, "imu")!.file!);
}

async function act<A extends ActionName>(
  flight: FlightConnection,
  action: A,
  request: Actions[A]["request"],
): Promise<Actions[A]["answer"][]> {
  const answers: Actions[A]["answer"][] = [];
  for await (const body of flight.doAction(actionOf(action, jsonCodec.encodeRequest(action, request)))) {
    answers.push(jsonCodec.decodeAnswer(action, [body]));
  }
  return answers;
}

const python = process.env["MOSAICO_PYTHON"] ?? ".venv/bin/python";
const script = (...args: string[]) =>
  execFileSync(python, ["bench/peers/duckdb_query.py", ...args], { encoding: "utf8" });

function hasDuckdb(): boolean {
  if (!existsSync(python)) return false;
  try {
    execFileSync(python, ["-c", "import duckdb, pyarrow"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

interface Measured {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** Bytes a process has had read from disks so far, with what the system reads ahead; 0 where the system has no `/proc`. */
function diskBytesOf(pid: number): number {
  try {
    return Number(/^read_bytes: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, "latin1"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** Medians of runs, the two of each side by side. */
async function compare(
  name: string,
  params: Facts,
  files: readonly string[],
  pid: number,
  ours: () => Promise<{ found: number; figures?: Record<string, number> }>,
  peer: {
    readonly parquet: string;
    readonly query: string;
    readonly found: (rows: number, first: readonly number[]) => number;
  } | undefined,
): Promise<void> {
  const own: Measured[] = [], theirs: Measured[] = [];
  let figures: Record<string, number> = {};
  for (let run = 0; run <= RUNS; run++) {
    if (canForget) script("forget", ...files);
    const cpuBefore = cpuSecondsOf(pid), diskBefore = diskBytesOf(pid), before = performance.now();
    const answer = await ours();
    const measured = { seconds: (performance.now() - before) / 1000, cpuSeconds: cpuSecondsOf(pid) - cpuBefore };
    const diskBytes = diskBytesOf(pid) - diskBefore;
    figures = {
      found: answer.found,
      ...canForget && { diskBytes, diskShare: diskBytes / files.reduce((sum, file) => sum + statSync(file).size, 0) },
      ...answer.figures,
    };
    if (run > 0) own.push(measured);
    if (peer === undefined) continue;
    const result = JSON.parse(script("run", peer.parquet, peer.query));
    assert.equal(peer.found(result.rows, result.first), answer.found, `${name}: DuckDB found something else`);
    if (run > 0) theirs.push(result);
  }
  const of = (list: readonly Measured[], key: keyof Measured) => median(list.map((it) => it[key]));
  report(`query/${name}`, { ...params, cold: canForget }, {
    seconds: of(own, "seconds"),
    least: Math.min(...own.map(({ seconds }) => seconds)),
    most: Math.max(...own.map(({ seconds }) => seconds)),
    serverCpuSeconds: of(own, "cpuSeconds"),
    ...figures,
    ...(theirs.length > 0 && {
      duckdbSeconds: of(theirs, "seconds"),
      duckdbCpuSeconds: of(theirs, "cpuSeconds"),
      ratio: of(own, "seconds") / of(theirs, "seconds"),
    }),
  }, RUNS);
}

const withDuckdb = hasDuckdb();
const canForget = existsSync(python) && process.platform === "linux";
if (!withDuckdb) console.error(`There is no DuckDB beside "${python}", so nothing is compared with it.`);
if (!canForget) console.error("Files stay in the page cache: there is no Python to drop them with.");

const folder = await mkdtemp(join(tmpdir(), "mosaico-bench-"));
try {
  const sizes = growth ? [ROWS / 16, ROWS / 4, ROWS] : [ROWS];
  const files: string[] = [];
  {
    await using directory = await ServerDirectory.open(join(folder, "server"), { codecs: [] });
    for (const size of sizes) files.push(await store(directory, `drive_${size}`, size));
    const { catalogue } = directory;
    catalogue.transaction(() => {
      for (let i = 0; i < SEQUENCES; i++) {
        const name = `fleet-${String(i).padStart(6, "0")}`;
        catalogue.sequences.create({
          name,
          userMetadata: { car: { version: i % 100 }, driver: `d${i % 1000}` },
          createdAtNs: BigInt(i),
        });
        const sequenceId = catalogue.sequences.byName(name)!.id;
        catalogue.sessions.create({ sequenceId, uuid: crypto.randomUUID(), locator: `${name}:S`, createdAtNs: 1n });
        const [session] = catalogue.sessions.ofSequence(sequenceId);
        for (const path of ["front/imu", "rear/imu", "gps", "camera/left", "camera/right"]) {
          catalogue.topics.create({
            uuid: crypto.randomUUID(),
            sequenceId,
            sessionId: session!.id,
            path,
            ontologyTag: path.endsWith("imu") ? "IMU" : path === "gps" ? "GPS" : "Image",
            serializationFormat: "default",
            userMetadata: { rate: i % 500 },
            createdAtNs: 1n,
          });
        }
      }
    });
  }
  const parquet = join(folder, "imu.parquet");
  if (withDuckdb) script("convert", files.at(-1)!, parquet);
  await using server = await startServerProcess(join(folder, "server"));
  await using flight = await connectFlight({ host: server.host, port: server.port });

  const wanted: [name: string, query: JsonObject, count: number][] = [
    ["name", { sequence: { name: { $eq: "fleet-004711" } } }, 1],
    ["glob", { sequence: { name: { $match: "fleet-0047##" } } }, 100],
    ["glob without a head", { sequence: { name: { $match: "*-00471?" } } }, 10],
    ["topic glob and metadata", { topic: { name: { $match: "/*/imu" }, user_metadata: { rate: { $eq: 77 } } } }, 20],
    ["metadata", { sequence: { user_metadata: { "car.version": { $eq: 7 }, driver: { $match: "d10*" } } } }, 10],
    ["metadata, any depth", { sequence: { user_metadata: { "**.version": { $between: [7, 7.5] } } } }, 100],
    ["created", { sequence: { created_at_ns: { $between: [4000, 4099] } } }, 100],
  ];
  for (const [name, query, count] of wanted) {
    const times: number[] = [];
    for (let run = 0; run < 30; run++) {
      const before = performance.now();
      const [answer] = await act(flight, "query", { query });
      times.push(performance.now() - before);
      if (SEQUENCES === 10_000) assert.equal(answer!.items.length, count, name);
    }
    report(`query/catalogue, ${name}`, { sequences: SEQUENCES, topics: 5 * SEQUENCES }, {
      p50Ms: percentile(times, 0.5),
      p99Ms: percentile(times, 0.99),
    }, times.length);
  }

  const locator = `drive_${ROWS}/imu`;
  const file = files.at(-1)!;
  const bytesStored = statSync(file).size;
  const selective = { "IMU.acceleration.x": { $gt: 5 } };
  const both = { ...selective, "IMU.angular_velocity.z": { $lt: 0 } };
  const everything = { "IMU.acceleration.x": { $neq: 0.125 } };
  const explain = async (name: string, ontology: JsonObject) => {
    const query = { ontology, sequence: { name: { $eq: name } } };
    const [answer] = await act(flight, "query_explain", { query });
    const { bytesRead, bytesStored, chunks, chunksPruned } = answer!.statistics;
    return {
      found: answer!.items.length,
      figures: { bytesRead, bytesShare: bytesRead / bytesStored, chunks, chunksPruned },
    };
  };
  const runs = async (locator: string, ontology: JsonObject, clusteringDtNs = 1_000_000_000n) =>
    await act(flight, "topic_filter_clusterize", { locator, ontology, clusteringDtNs });
  const params = { rows: ROWS, megabytes: Math.round(bytesStored / 1e6) };
  const beside = (query: string, found: (rows: number, first: readonly number[]) => number) =>
    withDuckdb ? { parquet, query, found } : undefined;

  for (const [name, ontology] of [["selective", selective], ["two conditions", both]] as const) {
    await compare(
      `${name}: which topics`,
      params,
      [file],
      server.pid,
      () => explain(`drive_${ROWS}`, ontology),
      undefined,
    );
    await compare(`${name}: runs`, params, [file], server.pid, async () => {
      const found = await runs(locator, ontology, 2n * STEP_NS * BigInt(EVENT_ROWS));
      return { found: found.length };
    }, beside(name, () => EVENTS));
  }
  await compare("everything: first and last", params, [file], server.pid, async () => {
    const found = await runs(locator, everything, 0n);
    return { found: Number(found[0]!.range.endNs - found[0]!.range.startNs) };
  }, beside("everything", (_, [, first, last]) => last! - first!));
  await compare("everything: runs", params, [file], server.pid, async () => {
    return { found: (await runs(locator, everything)).length };
  }, beside("everything, runs", (rows) => rows));
  await compare("aggregates", params, [file], server.pid, async () => {
    const key = "IMU.acceleration.y";
    const aggregates = (["count", "mean", "std", "first", "last"] as const).map((name) => ({ function: name, key }));
    const [answer] = await act(flight, "topic_aggregate", { locator, ontology: {}, aggregates });
    return { found: Number(answer!.values[0]) };
  }, beside("aggregates", (_, [count]) => count!));
  for (const [i, size] of growth ? sizes.entries() : []) {
    await compare(`growth: two conditions, ${4 ** i}×`, { rows: size }, [files[i]!], server.pid, async () => {
      const found = await runs(`drive_${size}/imu`, both, 2n * STEP_NS * BigInt(EVENT_ROWS));
      const { figures } = await explain(`drive_${size}`, both);
      return { found: found.length, figures };
    }, undefined);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
