/**
 * The rows of a topic, whole or through a window of time.
 *
 * @module
 */
import {
  type Batch,
  BatchDecoder,
  decodeSchema,
  type IpcMessage,
  sliceBatch,
  SparseEncoder,
} from "../../columnar/mod.ts";
import { type Chunk, type TimeWindow, type TopicRecord, type TopicTotals, totalsOf } from "../catalogue/mod.ts";
import { ColumnReader, countBefore, pooledSource, readChunks, timesOf, timestampColumn } from "../storage/mod.ts";
import type { ServiceParts } from "./parts.ts";

/** Rows of a topic inside a window. */
export interface WindowTotals {
  /** Rows. */
  readonly rowCount: bigint;
  /** First and last of their times, both inclusive; `undefined` without rows. */
  readonly interval: { readonly startNs: bigint; readonly endNs: bigint } | undefined;
}

/** Reads a topic as it is now: also while its upload runs. */
export class TopicData {
  readonly #parts: ServiceParts;
  readonly #topic: TopicRecord;
  readonly #window: TimeWindow;
  readonly #chunks: readonly Chunk[];

  private constructor(parts: ServiceParts, topic: TopicRecord, window: TimeWindow, chunks: readonly Chunk[]) {
    this.#parts = parts;
    this.#topic = topic;
    this.#window = window;
    this.#chunks = chunks;
  }

  /** Opens the rows of `topic` inside `window`. */
  static async open(parts: ServiceParts, topic: TopicRecord, window: TimeWindow = {}): Promise<TopicData> {
    const running = await parts.uploads.readableChunks(topic.id);
    const chunks = running?.filter((chunk) => reaches(chunk, window)) ??
      parts.directory.catalogue.chunks.ofTopic(topic.id, window);
    return new TopicData(parts, topic, window, chunks);
  }

  /** Sums over the chunks that reach into the window. */
  get totals(): TopicTotals {
    return totalsOf(this.#chunks);
  }

  /** Counts the rows inside the window: only chunks at its edges are read, and of these the times alone. */
  async windowTotals(): Promise<WindowTotals> {
    let rowCount = 0n;
    let startNs: bigint | undefined;
    let endNs: bigint | undefined;
    for (const chunk of this.#chunks) {
      if (!this.#holds(chunk)) continue;
      rowCount += BigInt(chunk.rowCount);
      if (startNs === undefined || chunk.startNs < startNs) startNs = chunk.startNs;
      if (endNs === undefined || chunk.endNs > endNs) endNs = chunk.endNs;
    }
    for await (const times of this.#edgeTimes()) {
      rowCount += BigInt(times.length);
      const [first, last] = [times[0]!, times.at(-1)!];
      if (startNs === undefined || first < startNs) startNs = first;
      if (endNs === undefined || last > endNs) endNs = last;
    }
    return { rowCount, interval: startNs === undefined || endNs === undefined ? undefined : { startNs, endNs } };
  }

  /** Record batch messages in order of time: as stored, and at the edges of the window cut. Never one without rows. */
  async *messages(): AsyncGenerator<Pick<IpcMessage, "header" | "body">, void, void> {
    // Rows that are cut out take no more than they did: who asks for them reads compressed batches, where there are any.
    const encoder = new SparseEncoder(this.#parts.directory.options.codecs[0]);
    for (const run of this.#runs()) {
      if (run.whole) {
        for await (const { header, body } of this.#read(run.chunks)) yield { header, body: [body] };
      } else {
        for await (const { batch } of this.#cut(run.chunks)) yield encoder.encode(batch);
      }
    }
  }

  /** The rows as batches, with their times. */
  async *batches(): AsyncGenerator<{ readonly batch: Batch; readonly times: BigInt64Array }, void, void> {
    yield* this.#cut(this.#chunks);
  }

  /** Neighbours that are inside the window as a whole, or not. */
  *#runs(): Generator<{ readonly whole: boolean; readonly chunks: Chunk[] }> {
    let run: { whole: boolean; chunks: Chunk[] } | undefined;
    for (const chunk of this.#chunks) {
      const whole = this.#holds(chunk);
      if (run?.whole === whole) {
        run.chunks.push(chunk);
        continue;
      }
      if (run !== undefined) yield run;
      run = { whole, chunks: [chunk] };
    }
    if (run !== undefined) yield run;
  }

  async *#cut(chunks: readonly Chunk[]): AsyncGenerator<{ batch: Batch; times: BigInt64Array }, void, void> {
    if (chunks.length === 0) return;
    const schema = decodeSchema(this.#topic.schemaHeader!);
    const column = timestampColumn(schema);
    const decoder = new BatchDecoder(schema, this.#parts.directory.options.codecs);
    for await (const { header, body } of this.#read(chunks)) {
      const batch = decoder.decode(header, body)!; // stored batches were decoded before
      const times = timesOf(batch, column);
      const { from, to } = this.#rowsInside(times);
      if (from < to) yield { batch: sliceBatch(batch, from, to), times: times.subarray(from, to) };
    }
  }

  /** Times inside the window, of the chunks that reach beyond it. */
  async *#edgeTimes(): AsyncGenerator<BigInt64Array, void, void> {
    const edges = this.#chunks.filter((chunk) => !this.#holds(chunk));
    if (edges.length === 0) return;
    const { files, options } = this.#parts.directory;
    const schema = decodeSchema(this.#topic.schemaHeader!);
    const source = pooledSource(files, this.#parts.directory.filePath(this.#topic.file!));
    const reader = new ColumnReader(source, schema, [[timestampColumn(schema)]], options.codecs);
    for (const chunk of edges) {
      const times = timesOf(await reader.read(chunk), 0);
      const { from, to } = this.#rowsInside(times);
      if (from < to) yield times.subarray(from, to);
    }
  }

  #rowsInside(times: BigInt64Array): { from: number; to: number } {
    const { startNs, endNs } = this.#window;
    return {
      from: startNs === undefined ? 0 : countBefore(times, startNs),
      to: endNs === undefined ? times.length : countBefore(times, endNs),
    };
  }

  #read(chunks: readonly Chunk[]): ReturnType<typeof readChunks> {
    const { files } = this.#parts.directory;
    return readChunks(files, this.#parts.directory.filePath(this.#topic.file!), chunks);
  }

  #holds({ startNs, endNs }: Chunk): boolean {
    const { startNs: from, endNs: to } = this.#window;
    return (from === undefined || startNs >= from) && (to === undefined || endNs < to);
  }
}

function reaches({ startNs, endNs }: Chunk, window: TimeWindow): boolean {
  return (window.startNs === undefined || endNs >= window.startNs) &&
    (window.endNs === undefined || startNs < window.endNs);
}
