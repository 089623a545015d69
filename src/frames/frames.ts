/**
 * The messages of many topics as one table, a window of time after the other.
 *
 * @module
 */
import type { Table } from "apache-arrow";
import { concatNumbers } from "../base/mod.ts";
import type { SequenceHandler, SequenceStreamOptions } from "../client/mod.ts";
import { type Batch, type Column, concatColumns, sliceBatch, timestamps } from "../columnar/mod.ts";
import { leafColumn, nullColumn, placesOf, spread } from "./leaves.ts";
import { openWide, tableOfBatches, type TopicLeaves, wideBatch } from "./source.ts";
import { countBefore, mergeOrder, relativeTimes } from "./times.ts";

/** Options of {@linkcode frames}. */
export interface FrameOptions extends SequenceStreamOptions {
  /** Length of the windows, which are half-open and follow one another from the first message on. @default 5 s */
  readonly windowNs?: bigint;
}

/**
 * The messages of many topics as wide tables: one row a message, sorted by `timestamp_ns`, with the columns
 * `<topic>.<tag>.<field>.<field>…` of all topics; a row has values in the columns of its own topic and nulls in the others.
 * Messages of one time keep the order of the topics. One table per window of time; windows without messages give none.
 *
 * Memory: a window of messages, as columns and as a table. Takes the place of the handler's stream.
 *
 * @example
 * ```ts
 * import { Floating64, MosaicoClient } from "@mosaico/client";
 * import { frames } from "@mosaico/client/frames";
 * import { MosaicoServer } from "@mosaico/client/server";
 *
 * const directory = await Deno.makeTempDir();
 * await using server = await MosaicoServer.start({ directory, port: 0 });
 * await using client = await MosaicoClient.connect("127.0.0.1", server.port);
 * await using drive = await client.sequenceCreate("drive-042");
 * const speed = await drive.topicCreate("/speed", Floating64);
 * for (let i = 0n; i < 10n; i++) await speed.push(i * 1_000_000_000n, { data: Number(i) });
 * await drive.finalize();
 *
 * const sequence = await client.sequenceHandler("drive-042");
 * for await (const table of frames(sequence!, { windowNs: 4_000_000_000n })) {
 *   console.log(table.numRows, table.getChild("/speed.Floating64.data")!.get(0)); // 4 0, 4 4, 2 8
 * }
 * ```
 * @throws {RangeError} when the window is not positive, or 104 days or longer
 * @throws {SchemaError} `schema.unsupported_type` for columns that are unions, runs or views
 */
export async function* frames(
  sequence: SequenceHandler,
  options: FrameOptions = {},
): AsyncGenerator<Table, void, void> {
  const { windowNs = 5_000_000_000n, ...rest } = options;
  if (!(windowNs > 0n && windowNs < 1n << 53n)) {
    throw new RangeError(`Cannot make frames: windowNs is ${windowNs}, expected more than 0 and less than 2^53`);
  }
  const { stream, topics, startNs } = await openWide(sequence, rest);
  const window = new WindowedRows(topics);
  let from = startNs;
  for await (const slice of stream.columns()) {
    for (const { topic, batch } of slice.topics) window.add(topic, batch);
    // Rows at the end of a slice may still come: they are in a later window.
    while (from + windowNs <= slice.endNs) {
      const frame = window.take(from, from + windowNs);
      if (frame !== undefined) yield await tableOfBatches([frame]);
      const first = window.firstNs ?? slice.endNs;
      from += first < from + windowNs ? windowNs : (first - from) / windowNs * windowNs;
    }
  }
  const frame = window.take(from, from + windowNs);
  if (frame !== undefined) yield await tableOfBatches([frame]);
}

/** Rows that wait for their window to be complete. */
class WindowedRows {
  readonly #topics: readonly (TopicLeaves & { waiting: Batch[] })[];

  constructor(topics: readonly TopicLeaves[]) {
    this.#topics = topics.map((topic) => ({ ...topic, waiting: [] }));
  }

  /** Time of the first row; `undefined` without rows. */
  get firstNs(): bigint | undefined {
    const firsts = this.#topics.flatMap(({ waiting }) => waiting.slice(0, 1).map((batch) => timestamps(batch)[0]!));
    return firsts.length === 0 ? undefined : firsts.reduce((least, time) => time < least ? time : least);
  }

  add(topic: string, batch: Batch): void {
    this.#topics.find((known) => known.topic === topic)!.waiting.push(batch);
  }

  /** The rows from `startNs` to before `endNs`; `undefined` when there are none. */
  take(startNs: bigint, endNs: bigint): Batch | undefined {
    const parts = this.#topics.map((topic) => takeBefore(topic.waiting, endNs));
    const runs = parts.map((batches) =>
      concatNumbers(batches.map((batch) => relativeTimes(timestamps(batch), startNs)))
    );
    const order = mergeOrder(runs);
    if (order.length === 0) return undefined;
    const times = new BigInt64Array(order.length);
    const columns: Column[] = [];
    let first = 0; // number of the topic's first row
    for (const [k, { leaves }] of this.#topics.entries()) {
      const run = runs[k]!;
      const rows = rowsOf(order, first, run.length);
      for (const [at, row] of rows.entries()) if (row >= 0) times[at] = startNs + BigInt(run[row]!);
      const places = placesOf(rows);
      for (const leaf of leaves) {
        const taken = parts[k]!.map((batch) => leafColumn(batch, leaf));
        columns.push(
          taken.length === 0
            ? nullColumn(leaf.field, order.length)
            : spread(taken.length === 1 ? taken[0]! : concatColumns(taken), places),
        );
      }
      first += run.length;
    }
    return wideBatch(times, columns);
  }
}

/** Takes the rows before `endNs` out of `waiting`. */
function takeBefore(waiting: Batch[], endNs: bigint): Batch[] {
  const taken: Batch[] = [];
  while (waiting.length > 0) {
    const batch = waiting[0]!;
    const count = countBefore(timestamps(batch), endNs);
    if (count > 0) taken.push(sliceBatch(batch, 0, count));
    if (count < batch.numRows) {
      waiting[0] = sliceBatch(batch, count, batch.numRows);
      break;
    }
    waiting.shift();
  }
  return taken;
}

/** For each place in `order` the row of the topic whose rows are numbered from `first`, or -1. */
function rowsOf(order: Uint32Array, first: number, count: number): Int32Array {
  const rows = new Int32Array(order.length);
  for (let at = 0; at < order.length; at++) {
    const row = order[at]! - first;
    rows[at] = row >= 0 && row < count ? row : -1;
  }
  return rows;
}
