/**
 * Chunks looked through column by column. The same here and in a Worker.
 *
 * @module
 */
import { type Batch, type BodyCodec, decodeSchema, type Schema } from "../../columnar/mod.ts";
import { compileRecordPredicate, type RecordPredicate } from "../../query/mod.ts";
import type { Chunk, TimeWindow } from "../catalogue/mod.ts";
import { type ByteSource, ColumnReader, countBefore, timesOf, timestampColumn } from "../storage/mod.ts";
import { AggregateFold } from "./aggregate_fold.ts";
import { RunFold } from "./run_fold.ts";
import type { ScanChunk, ScanOutput, ScanSpec } from "./types.ts";

/** Chunks that are read while others are looked at. */
const READ_AHEAD = 4;

/** Looks through chunks of one topic for one task. */
export class Scanner {
  readonly #spec: ScanSpec;
  /** Reads what conditions, and the task, are about. */
  readonly #conditional: ColumnReader;
  /** Reads what the task is about. */
  readonly #plain: ColumnReader;
  readonly #predicate: RecordPredicate;

  /** Prepares a scan of what `source` reads. */
  constructor(spec: ScanSpec, source: ByteSource, codecs: readonly BodyCodec[]) {
    const { schemaHeader, task } = spec;
    // Which columns there are has been asked of the whole schema; here some are left out.
    const conditions = spec.conditions.filter(({ condition: { operator } }) =>
      operator !== "$ex" && operator !== "$nex"
    );
    const schema = decodeSchema(schemaHeader);
    const { columns } = compileRecordPredicate(conditions, schema);
    const wanted = task.kind === "aggregate" ? task.columns.map(({ path }) => path) : [];
    const time = [timestampColumn(schema)];
    const ofTask = task.kind === "runs" || (task.kind === "aggregate" && task.needsSpan);
    const needsTimes = ofTask || spec.window.startNs !== undefined || spec.window.endNs !== undefined;
    const plain = needsTimes ? [time, ...wanted] : wanted;
    this.#spec = spec;
    this.#plain = new ColumnReader(source, schema, plain.length === 0 ? [time] : plain, codecs);
    this.#conditional = new ColumnReader(source, schema, [...plain, ...columns.map(({ path }) => path)], codecs);
    this.#predicate = compileRecordPredicate(conditions, this.#conditional.schema);
  }

  /**
   * Looks through `chunks`. `pause` is asked after each whether the thread is needed elsewhere; what it answers is awaited.
   *
   * @throws as {@linkcode ColumnReader.read}; what `pause` throws
   */
  async scan(chunks: readonly ScanChunk[], pause: () => Promise<void> | undefined): Promise<ScanOutput> {
    const { task, window } = this.#spec;
    const bytesBefore = this.#conditional.bytesRead + this.#plain.bytesRead;
    const runs = new RunFold(task.kind === "runs" ? task.gapNs : 0n);
    const aggregate = task.kind === "aggregate" ? new AggregateFold(task.columns) : undefined;
    let rowsScanned = 0;
    let found = false;
    // While one chunk is looked at, the next ones are read; unless the first record found is enough.
    const ahead = chunks.slice(0, task.kind === "any" ? 1 : READ_AHEAD).map((chunk) => this.#read(chunk));
    for (const [i, chunk] of chunks.entries()) {
      const { batch, schema } = await ahead.shift()!;
      const next = chunks[i + ahead.length + 1];
      if (next !== undefined && task.kind !== "any") ahead.push(this.#read(next));
      const mask = chunk.allMatch ? undefined : this.#predicate.mask(batch);
      rowsScanned += batch.numRows;
      const times = this.#times(batch, schema);
      const [from, to] = times === undefined ? [0, batch.numRows] : rowsInside(times, chunk, window);
      if (task.kind === "any") {
        found = to > from && (mask === undefined || hasOne(mask, from, to));
        if (found) break;
        if (next !== undefined) ahead.push(this.#read(next));
      } else if (aggregate !== undefined) aggregate.add(batch, this.#columnsOf(schema), times, mask, from, to);
      else runs.addRows(times!, mask, from, to);
      const waiting = pause();
      if (waiting !== undefined) await waiting;
    }
    const bytesRead = this.#conditional.bytesRead + this.#plain.bytesRead - bytesBefore;
    return { bytesRead, rowsScanned, found, runs: runs.finish(), aggregate: aggregate?.finish() };
  }

  #read(chunk: ScanChunk): Promise<{ batch: Batch; schema: Schema }> {
    const reader = chunk.allMatch ? this.#plain : this.#conditional;
    const reading = reader.read(chunk).then((batch) => ({ batch, schema: reader.schema }));
    reading.catch(() => {}); // told when it is awaited, if it is
    return reading;
  }

  #times(batch: Batch, schema: Schema): BigInt64Array | undefined {
    const column = schema.fields.findIndex((field) => field.name === "timestamp_ns");
    return column < 0 ? undefined : timesOf(batch, column);
  }

  /** Places of the task's columns among those that were read. */
  #columnsOf(schema: Schema): readonly (readonly number[])[] {
    const { task, schemaHeader } = this.#spec;
    if (task.kind !== "aggregate") return [];
    const known = this.#places.get(schema);
    if (known !== undefined) return known;
    const whole = decodeSchema(schemaHeader);
    const places = task.columns.map(({ path }) => placeIn(whole, schema, path));
    this.#places.set(schema, places);
    return places;
  }

  readonly #places = new Map<Schema, readonly (readonly number[])[]>();
}

/** Where the field at `path` of `whole` stands in `part`, which has fewer of its fields. */
function placeIn(whole: Schema, part: Schema, path: readonly number[]): readonly number[] {
  let from = whole.fields, to = part.fields;
  return path.map((index) => {
    const { name, type } = from[index]!;
    // Fields of one name stand in the same order; the first one is the one that is asked about.
    const place = to.findIndex((field) => field.name === name);
    from = fieldsBelow(type);
    to = fieldsBelow(to[place]!.type);
    return place;
  });
}

function fieldsBelow(type: Schema["fields"][number]["type"]): Schema["fields"] {
  if (type.kind === "struct") return type.fields;
  return type.kind === "list" || type.kind === "largeList" || type.kind === "fixedSizeList" ? [type.item] : [];
}

function rowsInside(times: BigInt64Array, chunk: Chunk, { startNs, endNs }: TimeWindow): [from: number, to: number] {
  const from = startNs === undefined || chunk.startNs >= startNs ? 0 : countBefore(times, startNs);
  const to = endNs === undefined || chunk.endNs < endNs ? times.length : countBefore(times, endNs);
  return [from, to];
}

function hasOne(mask: Uint8Array, from: number, to: number): boolean {
  const first = mask.indexOf(1, from);
  return first >= 0 && first < to;
}
