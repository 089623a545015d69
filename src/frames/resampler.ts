/**
 * Records of many topics brought onto one grid of times.
 *
 * @module
 */
import { type Batch, type Column, concatColumns, takeColumn, timestamps } from "../columnar/mod.ts";
import { isValid, type Leaf, leafColumn, nullColumn } from "./leaves.ts";
import type { SyncPolicy } from "./policies.ts";
import { type TopicLeaves, wideBatch } from "./source.ts";
import { relativeTimes } from "./times.ts";

/** How a {@linkcode Resampler} works. */
export interface ResamplerOptions {
  /** Topics and their columns. */
  readonly topics: readonly TopicLeaves[];
  /** Points a second. */
  readonly rateHz: number;
  /** The first point. */
  readonly originNs: bigint;
  /** Which record stands for a point. */
  readonly policy: SyncPolicy;
}

/** Rows of a topic. Times count from the origin. */
interface Segment {
  /** The rows before it are needed no more. */
  readonly from: number;
  readonly times: Float64Array;
  /** In the order of the topic's leaves. */
  readonly columns: readonly Column[];
}

/** The record of a column that stands before all segments. */
interface Held {
  readonly time: number;
  /** One row. */
  readonly column: Column;
}

interface Topic {
  readonly leaves: readonly Leaf[];
  segments: Segment[];
  /** In the order of the leaves; `undefined` while there is none. */
  readonly held: (Held | undefined)[];
}

/** Records of a column that are not null: their times, and where they are. Segment -1 is the held one. */
interface Samples {
  readonly times: Float64Array;
  readonly segments: Int32Array;
  readonly rows: Int32Array;
  /** Whether every row has a value. */
  readonly isFull: boolean;
}

/**
 * Takes rows in, slice by slice, and gives rows of the grid out as soon as no later row can change them. Point `i` is
 * `originNs + floor(i · 10⁹ / rateHz + 0.5)`. A column without value in a record keeps the one before.
 *
 * Holds the rows behind the next point, and one of each column before it.
 */
export class Resampler {
  readonly #topics: ReadonlyMap<string, Topic>;
  readonly #originNs: bigint;
  readonly #periodNs: number;
  readonly #policy: SyncPolicy;
  readonly #lookAheadNs: number;
  /** Points that were given out. */
  #done = 0;
  /** No later row is before this. */
  #completeUntil = -Infinity;
  #lastTime = -Infinity;
  #isAtEnd = false;

  /** Creates it, without rows. */
  constructor({ topics, rateHz, originNs, policy }: ResamplerOptions) {
    this.#topics = new Map(
      topics.map(({ topic, leaves }) => [topic, { leaves, segments: [], held: leaves.map(() => undefined) }]),
    );
    this.#periodNs = 1e9 / rateHz;
    this.#originNs = originNs;
    this.#policy = policy;
    this.#lookAheadNs = Number(policy.lookAheadNs ?? 0n);
  }

  /** Takes rows of a topic, which follow all rows of it that came before. */
  add(topic: string, batch: Batch): void {
    const { leaves, segments } = this.#topics.get(topic)!;
    const times = relativeTimes(timestamps(batch), this.#originNs);
    segments.push({ from: 0, times, columns: leaves.map((leaf) => leafColumn(batch, leaf)) });
    this.#lastTime = Math.max(this.#lastTime, times.at(-1)!);
  }

  /** No row before `endNs` will come any more. */
  completeUntil(endNs: bigint): void {
    this.#completeUntil = Number(endNs - this.#originNs);
  }

  /** No row will come any more. */
  end(): void {
    this.#isAtEnd = true;
  }

  /** The next rows of the grid, at most `maxRows`; `undefined` when none is certain yet. Gives up what it needs no more. */
  take(maxRows: number): Batch | undefined {
    const grid: number[] = [];
    while (grid.length < maxRows && this.#isCertain(this.#point(this.#done + grid.length))) {
      grid.push(this.#point(this.#done + grid.length));
    }
    const points = Float64Array.from(grid);
    const columns = points.length === 0
      ? []
      : [...this.#topics.values()].flatMap((topic) => columnsAt(topic, points, this.#policy));
    this.#done += points.length;
    const next = this.#point(this.#done);
    for (const topic of this.#topics.values()) forgetUntil(topic, next);
    return points.length === 0 ? undefined : wideBatch(BigInt64Array.from(points, this.#timeOf), columns);
  }

  readonly #timeOf = (point: number): bigint => this.#originNs + BigInt(point);

  #point(i: number): number {
    return Math.floor(i * this.#periodNs + 0.5);
  }

  #isCertain(point: number): boolean {
    return this.#isAtEnd ? point <= this.#lastTime : point + this.#lookAheadNs < this.#completeUntil;
  }
}

/** All columns of a topic at the points of `grid`. */
function columnsAt(topic: Topic, grid: Float64Array, policy: SyncPolicy): Column[] {
  let last: { readonly samples: Samples; readonly chosen: Int32Array } | undefined;
  return topic.leaves.map(({ field }, leaf) => {
    const samples = samplesOf(topic, leaf, last?.samples);
    if (samples !== last?.samples) last = { samples, chosen: policy.select(grid, samples.times) };
    const { chosen } = last!;
    const parts: Column[] = [];
    for (let from = 0, to = 0; from < grid.length; from = to) {
      // Points in a row whose records are in one segment; points without a record belong to any.
      let segment: number | undefined;
      const rows: number[] = [];
      for (; to < grid.length; to++) {
        const sample = chosen[to]!;
        if (sample < 0) rows.push(-1);
        else if (segment === undefined || segment === samples.segments[sample]) {
          segment = samples.segments[sample]!;
          rows.push(samples.rows[sample]!);
        } else break;
      }
      parts.push(
        segment === undefined
          ? nullColumn(field, rows.length)
          : takeColumn(segmentColumn(topic, segment, leaf), Int32Array.from(rows)),
      );
    }
    return parts.length === 1 ? parts[0]! : concatColumns(parts);
  });
}

function segmentColumn({ held, segments }: Topic, segment: number, leaf: number): Column {
  return segment < 0 ? held[leaf]!.column : segments[segment]!.columns[leaf]!;
}

/** The samples of a leaf; `others` when they are the same: most columns of a topic have their values in the same rows. */
function samplesOf({ held, segments }: Topic, leaf: number, others: Samples | undefined): Samples {
  const first = held[leaf];
  const isFull = segments.every(({ columns }) => columns[leaf]!.nullCount === 0);
  const isHeldAlike = others?.segments[0] === -1 ? others.times[0] === first?.time : first === undefined;
  if (others?.isFull && isFull && isHeldAlike) return others;
  const most = segments.reduce((sum, { from, times }) => sum + times.length - from, first === undefined ? 0 : 1);
  const times = new Float64Array(most);
  const where = { segments: new Int32Array(most), rows: new Int32Array(most) };
  let count = 0;
  if (first !== undefined) {
    times[count] = first.time;
    where.segments[count++] = -1;
  }
  for (const [s, segment] of segments.entries()) {
    const column = segment.columns[leaf]!;
    if (column.nullCount === column.length) continue;
    for (let row = segment.from; row < column.length; row++) {
      if (!isValid(column, row)) continue;
      times[count] = segment.times[row]!;
      where.segments[count] = s;
      where.rows[count++] = row;
    }
  }
  const samples = { times: times.subarray(0, count), ...where, isFull };
  return others !== undefined && isSame(samples, others) ? others : samples;
}

function isSame(a: Samples, b: Samples): boolean {
  if (a.times.length !== b.times.length) return false;
  for (let i = 0; i < a.times.length; i++) {
    if (a.times[i] !== b.times[i] || a.segments[i] !== b.segments[i] || a.rows[i] !== b.rows[i]) return false;
  }
  return true;
}

/** Lets go of rows at or before `time`, but for the last value of each column. */
function forgetUntil(topic: Topic, time: number): void {
  const { segments, held, leaves } = topic;
  const latest = new Map<number, { readonly segment: Segment; readonly row: number }>();
  topic.segments = segments.flatMap((segment) => {
    let end = segment.times.length;
    while (end > segment.from && segment.times[end - 1]! > time) end--;
    for (let leaf = 0; leaf < leaves.length && end > segment.from; leaf++) {
      const row = lastValue(segment.columns[leaf]!, segment.from, end);
      if (row >= 0) latest.set(leaf, { segment, row });
    }
    return end < segment.times.length ? [{ ...segment, from: end }] : [];
  });
  for (const [leaf, { segment, row }] of latest) {
    held[leaf] = { time: segment.times[row]!, column: takeColumn(segment.columns[leaf]!, Int32Array.of(row)) };
  }
}

/** The last of the rows from `from` to before `end` that has a value, or -1. */
function lastValue(column: Column, from: number, end: number): number {
  if (column.nullCount === column.length) return -1;
  for (let row = end - 1; row >= from; row--) if (isValid(column, row)) return row;
  return -1;
}
