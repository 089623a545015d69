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
import { areInOrder, boundsOf, timesOf, timestampColumn } from "./times.ts";
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
 * Writes the rows of `chunks` of `file` into a new file, in the order of time; rows of one time keep theirs. Chunks whose
 * times meet no others' are sorted on their own, or copied as they are. The rest is a merge sort outside of memory: every
 * batch becomes a run, then {@linkcode FAN_IN} runs at a time become one. Needs the space of two more files while it runs.
 */
export async function sortTopicFile(
  directory: ServerDirectory,
  schemaHeader: Uint8Array,
  file: string,
  chunks: readonly Chunk[],
): Promise<SortedFile> {
  const sorter = new Sorter(directory, schemaHeader);
  const groups = meetingChunks(chunks).map((group) => group.map((chunk) => [chunk]));
  let source: Pass = { file, groups, index: undefined };
  let pass: Merge = (writer, from, [run], isAlone) => sorter.sortBatch(writer, from, run!, isAlone);
  let width = 1;
  do {
    const { file: last, groups } = source;
    source = await sorter.pass(last, groups, width, pass).finally(async () => {
      if (last !== file) await directory.removeFiles([last]);
    });
    pass = (writer, from, runs) =>
      runs.length === 1 ? sorter.copy(writer, from, runs[0]!) : sorter.merge(writer, from, runs);
    width = FAN_IN;
  } while (source.groups.some((runs) => runs.length > 1));
  return { file: source.file, chunks: source.groups.flat(2), index: source.index };
}

/** `chunks` in groups, so that all times of a group are before those of the next one; within one they keep their order. */
function meetingChunks(chunks: readonly Chunk[]): Chunk[][] {
  const numbered = chunks.map((chunk, ordinal) => ({ chunk, ordinal }));
  numbered.sort(({ chunk: a }, { chunk: b }) => a.startNs < b.startNs ? -1 : a.startNs > b.startNs ? 1 : 0);
  const groups: (typeof numbered)[] = [];
  let endNs = 0n;
  for (const one of numbered) {
    const group = groups.at(-1);
    if (group === undefined || one.chunk.startNs > endNs) {
      groups.push([one]);
      endNs = one.chunk.endNs;
    } else {
      group.push(one);
      if (one.chunk.endNs > endNs) endNs = one.chunk.endNs;
    }
  }
  return groups.map((group) => group.sort((a, b) => a.ordinal - b.ordinal).map(({ chunk }) => chunk));
}

/** Chunks in order. */
type Run = readonly Chunk[];

/** What one pass over the rows has made. */
interface Pass {
  readonly file: string;
  /** All times of a group are before those of the next one; its runs are still to be merged. */
  readonly groups: readonly (readonly Run[])[];
  readonly index: IndexProgress | undefined;
}

/** Makes one run of `runs`, which are alone when their group has no others. */
type Merge = (writer: TopicFileWriter, from: string, runs: readonly Run[], isAlone: boolean) => Promise<void>;

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

  /** Applies `merge` to every `width` runs of a group of `file`; the new file's runs are fewer and longer. */
  async pass(
    file: string,
    groups: readonly (readonly Run[])[],
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
      const mergedGroups: Run[][] = [];
      for (const runs of groups) {
        const merged: Run[] = [];
        for (let i = 0; i < runs.length; i += width) {
          const first = writer.chunks.length;
          await merge(writer, file, runs.slice(i, i + width), runs.length === 1);
          merged.push(writer.chunks.slice(first));
        }
        mergedGroups.push(merged);
      }
      await writer.end();
      return { file: target, groups: mergedGroups, index: writer.index.take() };
    } catch (error) {
      await this.#directory.removeFiles([target]);
      throw error;
    }
  }

  /** Writes a batch as a run of batches; as it is, if it is in order and nothing remains to be merged with it. */
  async sortBatch(writer: TopicFileWriter, file: string, run: Run, isAlone: boolean): Promise<void> {
    const output = sortedRows(writer, this.#schema, this.#timeColumn);
    for await (const { batch, times } of this.#batches(file, run)) {
      if (isAlone && areInOrder(times)) return await this.copy(writer, file, run);
      for (const row of orderOf(times)) {
        const room = output.append(times[row]!, batch, row);
        if (room !== undefined) await room;
      }
    }
    await output.flush();
  }

  /** Writes a run as it is. */
  async copy(writer: TopicFileWriter, file: string, run: Run): Promise<void> {
    for await (const { header, body } of readChunks(this.#directory.files, this.#directory.filePath(file), run)) {
      const room = writer.append(header, body);
      if (room !== undefined) await room;
    }
    await writer.flush(); // what was read is borrowed so far
  }

  /** Merges runs into one. */
  async merge(writer: TopicFileWriter, file: string, runs: readonly Run[]): Promise<void> {
    const output = sortedRows(writer, this.#schema, this.#timeColumn);
    const cursors: Cursor[] = [];
    for (const run of runs) {
      const cursor = new Cursor(this.#batches(file, run));
      if (await cursor.advance()) cursors.push(cursor);
    }
    while (cursors.length > 0) {
      let first = 0;
      let second: number | undefined;
      for (let i = 1; i < cursors.length; i++) {
        if (cursors[i]!.time < cursors[first]!.time) {
          second = first;
          first = i;
        } else if (second === undefined || cursors[i]!.time < cursors[second]!.time) second = i;
      }
      const cursor = cursors[first]!;
      const next = second === undefined ? undefined : cursors[second]!.time;
      // Of one time, the rows of the run before come before.
      const isTurn = () => next === undefined || cursor.time < next || (cursor.time === next && first < second!);
      do {
        const room = output.append(cursor.time, cursor.batch, cursor.row);
        if (room !== undefined) await room;
        if (!cursor.step() && !await cursor.advance()) {
          cursors.splice(first, 1);
          break;
        }
      } while (isTurn());
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

/** Rows in the order of their times; those of one time in the order they have. */
function orderOf(times: BigInt64Array): Uint32Array {
  const order = Uint32Array.from({ length: times.length }, (_, row) => row);
  if (areInOrder(times)) return order;
  const { startNs, endNs } = boundsOf(times, false);
  // Differences of numbers are found much faster than those of BigInts; as far as they are exact.
  const keys = endNs - startNs <= Number.MAX_SAFE_INTEGER
    ? Float64Array.from({ length: times.length }, (_, row) => Number(times[row]! - startNs))
    : times;
  return order.sort((a, b) => keys[a]! < keys[b]! ? -1 : keys[a]! > keys[b]! ? 1 : a - b);
}

/** A place in a run. */
class Cursor {
  readonly #batches: AsyncGenerator<TimedBatch, void, void>;
  #current: TimedBatch | undefined;
  /** Time of the row. */
  time = 0n;
  /** Row within {@linkcode batch}. */
  row = 0;

  constructor(batches: AsyncGenerator<TimedBatch, void, void>) {
    this.#batches = batches;
  }

  get batch(): Batch {
    return this.#current!.batch;
  }

  /** Goes to the next row of the batch, if it has one. */
  step(): boolean {
    const { times } = this.#current!;
    if (++this.row >= times.length) return false;
    this.time = times[this.row]!;
    return true;
  }

  /** Goes to the first row of the next batch, if there is one. */
  async advance(): Promise<boolean> {
    this.#current = (await this.#batches.next()).value ?? undefined;
    this.row = 0;
    if (this.#current === undefined) return false;
    this.time = this.#current.times[0]!; // stored batches have rows
    return true;
  }
}
