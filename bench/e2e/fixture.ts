/**
 * What the end-to-end benches share: a server in a process of its own, and clients with and without Workers.
 *
 * Options of each of them, beside those of `../harness.ts`: `--workers 0,2` (of the two lanes), `--compression sparse`,
 * `--port N --pid N` of a server that runs already, and `--server-profile DIRECTORY` for a CPU profile of the server.
 *
 * @module
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { MosaicoClient } from "../../src/client/mod.ts";
import { BatchBuilder, encodeBatch, type Schema } from "../../src/columnar/mod.ts";
import { benchArguments, type Facts } from "../harness.ts";
import { startHelper } from "./helper_process.ts";
import type { ServerAddress } from "./server.ts";

/** A running server. */
export interface BenchServer extends ServerAddress {
  /** Its process. */
  readonly pid: number;
  /** A folder on its disk. */
  readonly directory: string;
  /** Asks `server.ts`. @throws when the server is another program, one that was there before */
  ask<Answer>(question: string): Promise<Answer>;
}

/** A connected client, and what is known of it. */
export interface Bed {
  /** The client. */
  readonly client: MosaicoClient;
  /** How it was made, to be kept with results. */
  readonly params: Facts;
  /** Process of the server. */
  readonly serverPid: number;
  /** A folder on the disk of the server. */
  readonly directory: string;
  /** The server. */
  readonly server: BenchServer;
}

/** Arguments of every end-to-end bench. */
export const END_TO_END_FLAGS = {
  port: { type: "string" },
  pid: { type: "string", default: "0" },
  workers: { type: "string", default: "0,2" },
  compression: { type: "string", default: "sparse" },
  "server-profile": { type: "string" },
} as const;

/** Flags of a bench of its own, beside or in place of {@linkcode END_TO_END_FLAGS}. */
export type MoreFlags = Readonly<Record<string, { type: "string"; default: string }>>;

/** Calls `work` with a server: a new one, unless the arguments name one. A bench with arguments of its own passes them as `flags`. */
export async function withServer(work: (server: BenchServer) => Promise<void>, flags: MoreFlags = {}): Promise<void> {
  const { port, pid, "server-profile": profile } = benchArguments({ ...END_TO_END_FLAGS, ...flags });
  const directory = await mkdtemp(join(tmpdir(), "mosaico-bench-"));
  try {
    if (port !== undefined) {
      const ask = () => Promise.reject(new Error("Cannot ask the server: --port names one that is not of this bench"));
      return await work({ host: "127.0.0.1", port: Number(port), pid: Number(pid), directory, ask });
    }
    const profiling = profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profile}`];
    await using server = await startHelper<ServerAddress>("server.ts", [join(directory, "server")], profiling);
    await work({ ...server.ready, pid: server.pid, directory, ask: server.ask });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/**
 * Calls `work` with a client for each number of Workers that was asked for, one after the other. A bench with arguments of its own
 * passes all of them as `flags`.
 */
export async function withEachClient(work: (bed: Bed) => Promise<void>, flags: MoreFlags = {}): Promise<void> {
  const { workers, compression } = benchArguments({ ...END_TO_END_FLAGS, ...flags });
  await withServer(async (server) => {
    for (const count of workers.split(",").map(Number)) {
      await using client = await MosaicoClient.connect(server.host, server.port, {
        workers: count,
        compression: compression as "none",
      });
      const params = { workers: count, compression };
      await work({ client, params, serverPid: server.pid, directory: server.directory, server });
    }
  }, flags);
}

/** A sequence name that was not used before. */
export function freshName(): string {
  return `bench-${process.pid}-${sequenceNumber++}`;
}
let sequenceNumber = 0;

/** Removes finished sequences. */
export async function remove(client: MosaicoClient, ...names: readonly string[]): Promise<void> {
  for (const name of names) await client.sequenceDelete(name, { locked: true });
}

/** Bytes of columns that a row takes in a batch of such rows. */
export function bytesPerRow(schema: Schema, rows: readonly object[]): number {
  const builder = new BatchBuilder(schema);
  for (const [i, row] of rows.entries()) builder.append(BigInt(i), row);
  return encodeBatch(builder.finish()).bodyLength / rows.length;
}
