/**
 * Bringing rows that came out of order into the order of time.
 *
 * @module
 */
import { type Batch, BatchDecoder, decodeSchema, type Schema } from "../../columnar/mod.ts";
import type { Chunk, IndexProgress } from "../catalogue/mod.ts";
import { readChunks } from "./chunk_reader.ts";
import type { ServerDirectory } from "./directory.ts";
import { sortedRows } from "./sorted_rows.ts";
import { timesOf, timestampColumn } from "./times.ts";
import { TopicFileWriter } from "./topic_file.ts";

/** Runs merged at a time. */
const FAN_IN = 32;

/** A data file in order. */
export interface SortedFile {
  /** Its name. */
  readonly file: string;
  /** Its chunks. */
  readonly chunks: readonly Chunk[];
  /** What its index knows. */
  readonly index: IndexProgress | undefined;
}

/**
 * Writes the rows of `chunks` of `file` into a new file, in the order of time; rows of one time keep theirs. A merge
 * sort outside of memory: every batch becomes a run, then {@linkcode FAN_IN} runs at a time become one. Needs the space
 * of two more files while it runs.
 */
export async function sortTopicFile(
  directory: ServerDirectory,
  schemaHeader: Uint8Array,
  file: string,
  chunks: readonly Chunk[],
): Promise<SortedFile> {
  const sorter = new Sorter(directory, schemaHeader);
  let source: Pass = { file, runs: chunks.map((chunk) => [chunk]), index: undefined };
  let pass: Merge = (writer, from, [run]) => sorter.sortBatches(writer, from, run!);
  let width = 1;
  do {
    const { file: last, runs } = source;
    source = await sorter.pass(last, runs, width, pass).finally(async () => {
      if (last !== file) await directory.removeFiles([last]);
    });
    pass = (writer, from, runs) => sorter.merge(writer, from, runs);
    width = FAN_IN;
  } while (source.runs.length > 1);
  return { file: source.file, chunks: source.runs[0] ?? [], index: source.index };
}

/** What one pass over the rows has made. */
interface Pass {
  readonly file: string;
  readonly runs: readonly (readonly Chunk[])[];
  readonly index: IndexProgress | undefined;
}

type Merge = (writer: TopicFileWriter, from: string, runs: readonly (readonly Chunk[])[]) => Promise<void>;

class Sorter {
  readonly #directory: ServerDirectory;
  readonly #schemaHeader: Uint8Array;
  readonly #timeColumn: number;
  readonly #schema: Schema;

  constructor(directory: ServerDirectory, schemaHeader: Uint8Array) {
    this.#directory = directory;
    this.#schemaHeader = schemaHeader;
    this.#schema = decodeSchema(schemaHeader);
    this.#timeColumn = timestampColumn(this.#schema);
  }

  /** Applies `merge` to every `width` runs of `file`; the new file's runs are fewer and longer. */
  async pass(
    file: string,
    runs: readonly (readonly Chunk[])[],
    width: number,
    merge: Merge,
  ): Promise<Pass> {
    const target = this.#directory.newFile();
    const { files, options } = this.#directory;
    const writer = await TopicFileWriter.create(
      files,
      this.#directory.filePath(target),
      this.#schemaHeader,
      options.codecs,
    );
    try {
      const merged: (readonly Chunk[])[] = [];
      for (let i = 0; i < runs.length; i += width) {
        const first = writer.chunks.length;
        await merge(writer, file, runs.slice(i, i + width));
        merged.push(writer.chunks.slice(first));
      }
      await writer.end();
      return { file: target, runs: merged, index: writer.index.take() };
    } catch (error) {
      await this.#directory.removeFiles([target]);
      throw error;
    }
  }

  /** Writes a batch as a run of batches. */
  async sortBatches(writer: TopicFileWriter, file: string, chunks: readonly Chunk[]): Promise<void> {
    const output = sortedRows(writer, this.#schema, this.#timeColumn);
    for await (const { batch, times } of this.#batches(file, chunks)) {
      const order = Uint32Array.from(times, (_, row) => row);
      order.sort((a, b) => times[a]! < times[b]! ? -1 : times[a]! > times[b]! ? 1 : a - b);
      for (const row of order) {
        const room = output.append(times[row]!, batch, row);
        if (room !== undefined) await room;
      }
    }
    await output.flush();
  }

  /** Merges runs into one. */
  async merge(writer: TopicFileWriter, file: string, runs: readonly (readonly Chunk[])[]): Promise<void> {
    const output = sortedRows(writer, this.#schema, this.#timeColumn);
    const cursors: Cursor[] = [];
    for (const run of runs) {
      const cursor = new Cursor(this.#batches(file, run));
      if (await cursor.advance()) cursors.push(cursor);
    }
    while (cursors.length > 0) {
      let first = 0;
      for (let i = 1; i < cursors.length; i++) if (cursors[i]!.time < cursors[first]!.time) first = i;
      const cursor = cursors[first]!;
      const room = output.append(cursor.time, cursor.batch, cursor.row);
      if (room !== undefined) await room;
      if (!cursor.step() && !await cursor.advance()) cursors.splice(first, 1);
    }
    await output.flush();
  }

  async *#batches(file: string, chunks: readonly Chunk[]): AsyncGenerator<TimedBatch, void, void> {
    const decoder = new BatchDecoder(this.#schema, this.#directory.options.codecs);
    for await (const { header, body } of readChunks(this.#directory.files, this.#directory.filePath(file), chunks)) {
      const batch = decoder.decode(header, body)!; // stored batches were decoded before
      yield { batch, times: timesOf(batch, this.#timeColumn) };
    }
  }
}

interface TimedBatch {
  readonly batch: Batch;
  readonly times: BigInt64Array;
}

/** A place in a run. */
class Cursor {
  readonly #batches: AsyncGenerator<TimedBatch, void, void>;
  #current: TimedBatch | undefined;
  /** Row within {@linkcode batch}. */
  row = 0;

  constructor(batches: AsyncGenerator<TimedBatch, void, void>) {
    this.#batches = batches;
  }

  get batch(): Batch {
    return this.#current!.batch;
  }

  get time(): bigint {
    return this.#current!.times[this.row]!;
  }

  /** Goes to the next row of the batch, if it has one. */
  step(): boolean {
    return ++this.row < this.#current!.times.length;
  }

  /** Goes to the first row of the next batch, if there is one. */
  async advance(): Promise<boolean> {
    this.#current = (await this.#batches.next()).value ?? undefined;
    this.row = 0;
    return this.#current !== undefined;
  }
}
