/**
 * What the end-to-end benches share: a server in a process of its own, and clients with and without Workers.
 *
 * Options of each of them, beside those of `../harness.ts`: `--workers 0,2` (of the two lanes), `--compression none`, and `--port N --pid N` of a
 * server that runs already.
 *
 * @module
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { startServerProcess } from "../../src/cli/server_process.ts";
import { MosaicoClient } from "../../src/client/mod.ts";
import { BatchBuilder, encodeBatch, type Schema } from "../../src/columnar/mod.ts";
import { benchArguments, type Facts } from "../harness.ts";

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
}

/** Arguments of every end-to-end bench. */
export const END_TO_END_FLAGS = {
  port: { type: "string" },
  pid: { type: "string", default: "0" },
  workers: { type: "string", default: "0,2" },
  compression: { type: "string", default: "none" },
} as const;

/**
 * Calls `work` with a client for each number of Workers that was asked for, one after the other. A bench with arguments of its own
 * passes all of them as `flags`.
 */
export async function withEachClient(
  work: (bed: Bed) => Promise<void>,
  flags: typeof END_TO_END_FLAGS | Record<string, { type: "string"; default: string }> = END_TO_END_FLAGS,
): Promise<void> {
  const { port, pid, workers, compression } = benchArguments({ ...END_TO_END_FLAGS, ...flags });
  const directory = await mkdtemp(join(tmpdir(), "mosaico-bench-"));
  try {
    await using own = port === undefined ? await startServerProcess(join(directory, "server")) : undefined;
    const server = own ?? { host: "127.0.0.1", port: Number(port), pid: Number(pid) };
    for (const count of workers.split(",").map(Number)) {
      await using client = await MosaicoClient.connect(server.host, server.port, {
        workers: count,
        compression: compression as "none",
      });
      await work({ client, params: { workers: count, compression }, serverPid: server.pid, directory });
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
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
