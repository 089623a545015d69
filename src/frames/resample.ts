/**
 * Many topics on one clock.
 *
 * @module
 */
import type { Table } from "apache-arrow";
import type { SequenceHandler, SequenceStreamOptions } from "../client/mod.ts";
import { type Batch, sizeOfBatch } from "../columnar/mod.ts";
import { hold, type SyncPolicy } from "./policies.ts";
import { Resampler } from "./resampler.ts";
import { openWide, tableOfBatches } from "./source.ts";

/** Options of {@linkcode resample}. */
export interface ResampleOptions extends SequenceStreamOptions {
  /** Rows a second. */
  readonly rateHz: number;
  /** Which record of a topic stands for a row. @default hold() */
  readonly policy?: SyncPolicy;
  /** Time of the first row. @default the time of the first message */
  readonly originNs?: bigint;
  /** Rows of a table, but for the last one, and for tables that would grow large. @default 1024 */
  readonly rowsPerTable?: number;
}

/** A table is given out when it has so many bytes. */
const TABLE_BYTES = 32 << 20;
/** Rows that are taken before it is known how large they are. */
const FIRST_ROWS = 16;

/**
 * Many topics as one wide table on a fixed-rate grid, in parts: for learning. Row `i` stands for the time
 * `originNs + floor(i · 10⁹ / rateHz + 0.5)`, up to the last message; its columns are `timestamp_ns` and
 * `<topic>.<tag>.<field>.<field>…` of all topics, each with the value that the policy chooses, or null. A field that is null
 * in a message keeps the value before. Structs are taken apart; lists and bytes stay whole; integers stay integers.
 *
 * Memory: one table, and of each topic what one step of the merge needs. Takes the place of the handler's stream.
 *
 * @example
 * ```ts
 * import { Boolean, Floating64, MosaicoClient } from "@mosaico/client";
 * import { asOf, resample } from "@mosaico/client/frames";
 * import { MosaicoServer } from "@mosaico/client/server";
 *
 * const directory = await Deno.makeTempDir();
 * await using server = await MosaicoServer.start({ directory, port: 0 });
 * await using client = await MosaicoClient.connect("127.0.0.1", server.port);
 * await using drive = await client.sequenceCreate("drive-042");
 * const speed = await drive.topicCreate("/speed", Floating64);
 * const brake = await drive.topicCreate("/brake", Boolean);
 * for (let i = 0n; i < 100n; i++) await speed.push(i * 10_000_000n, { data: Number(i) });
 * await brake.push(500_000_000n, { data: true });
 * await drive.finalize();
 *
 * const sequence = await client.sequenceHandler("drive-042");
 * for await (const table of resample(sequence!, { rateHz: 30, policy: asOf(100_000_000n) })) {
 *   for (const { "/speed.Floating64.data": speed, "/brake.Boolean.data": brake } of table) console.log(speed, brake);
 * }
 * ```
 * @throws {RangeError} when an option is out of range, or the times span 104 days or more
 * @throws {SchemaError} `schema.unsupported_type` for columns that are unions, runs or views
 */
export async function* resample(
  sequence: SequenceHandler,
  options: ResampleOptions,
): AsyncGenerator<Table, void, void> {
  const { rateHz, policy = hold(), originNs, rowsPerTable = 1024, ...rest } = options;
  if (!(rateHz > 0 && rateHz <= 1e9)) {
    throw new RangeError(`Cannot resample: rateHz is ${rateHz}, expected more than 0 and at most 10^9`);
  }
  if (!(Number.isInteger(rowsPerTable) && rowsPerTable > 0)) {
    throw new RangeError(`Cannot resample: rowsPerTable is ${rowsPerTable}, expected a whole number above 0`);
  }
  const { stream, topics, startNs } = await openWide(sequence, rest);
  const resampler = new Resampler({ topics, rateHz, policy, originNs: originNs ?? startNs });
  const waiting = new WaitingRows(resampler, rowsPerTable);
  for await (const slice of stream.columns()) {
    for (const { topic, batch } of slice.topics) resampler.add(topic, batch);
    resampler.completeUntil(slice.endNs);
    while (waiting.fill()) yield await waiting.take();
  }
  resampler.end();
  while (waiting.fill()) yield await waiting.take();
  if (waiting.rows > 0) yield await waiting.take();
}

/** Rows of the grid until there are enough for a table. */
class WaitingRows {
  readonly #resampler: Resampler;
  readonly #rowsPerTable: number;
  #batches: Batch[] = [];
  #bytes = 0;
  /** As of the latest rows. */
  #bytesPerRow = TABLE_BYTES / FIRST_ROWS;
  rows = 0;

  constructor(resampler: Resampler, rowsPerTable: number) {
    this.#resampler = resampler;
    this.#rowsPerTable = rowsPerTable;
  }

  /** Whether there are enough for a table, after taking what is certain. */
  fill(): boolean {
    while (this.rows < this.#rowsPerTable && this.#bytes < TABLE_BYTES) {
      const fitting = Math.ceil((TABLE_BYTES - this.#bytes) / this.#bytesPerRow);
      const batch = this.#resampler.take(Math.min(this.#rowsPerTable - this.rows, fitting));
      if (batch === undefined) return false;
      const bytes = sizeOfBatch(batch);
      this.#batches.push(batch);
      this.rows += batch.numRows;
      this.#bytes += bytes;
      this.#bytesPerRow = bytes / batch.numRows;
    }
    return true;
  }

  take(): Promise<Table> {
    const table = tableOfBatches(this.#batches);
    this.#batches = [];
    this.rows = this.#bytes = 0;
    return table;
  }
}
