/**
 * What is scanned, and for what: plain data, so that a Worker can be told.
 *
 * @module
 */
import type { AggregateFunction } from "../../protocol/mod.ts";
import type { RecordCondition } from "../../query/mod.ts";
import type { Chunk, TimeWindow } from "../catalogue/mod.ts";
import type { RankPass, RankTask } from "./ranks.ts";

/** A chunk to look at. */
export interface ScanChunk extends Chunk {
  /** Whether the index says that every row fulfils the conditions. */
  readonly allMatch: boolean;
}

/** What is wanted of the records that fulfil all conditions. */
export type ScanTask =
  /** Whether there is one. */
  | { readonly kind: "any" }
  /** Runs of them. */
  | {
    readonly kind: "runs";
    /** Largest gap inside a run; 0 = no bound. */
    readonly gapNs: bigint;
  }
  /** Values of columns, summed up. */
  | {
    readonly kind: "aggregate";
    readonly columns: readonly AggregateColumn[];
    /** Whether times of the first and the last record are wanted. */
    readonly needsSpan: boolean;
  };

/** A column to aggregate. */
export interface AggregateColumn {
  /** Places of fields from the top of the schema inwards; the item of a list has the place 0. */
  readonly path: readonly number[];
  /** Which item of the list on the way is meant; `undefined` without one. */
  readonly item: number | undefined;
  /** What is wanted of it. */
  readonly functions: readonly AggregateFunction[];
  /** One pass of the search for values of some ranks. */
  readonly ranks?: RankTask;
}

/** All that a scan of one topic needs to know. */
export interface ScanSpec {
  /** Data file. */
  readonly path: string;
  /** Schema of its batches. */
  readonly schemaHeader: Uint8Array;
  /** Conditions on its records. */
  readonly conditions: readonly RecordCondition[];
  /** Times of the records that count. */
  readonly window: TimeWindow;
  /** What is wanted. */
  readonly task: ScanTask;
}

/** First and last record of a run, both inclusive. */
export interface TimeSpan {
  /** First. */
  readonly startNs: bigint;
  /** Last. */
  readonly endNs: bigint;
}

/** What was found in some chunks. */
export interface ScanOutput {
  /** Bytes read. */
  readonly bytesRead: number;
  /** Rows looked at. */
  readonly rowsScanned: number;
  /** Whether there was any record, for the task `any`. */
  readonly found: boolean;
  /** Runs, start and end in turns, for the task `runs`. */
  readonly runs: BigInt64Array;
  /** For the task `aggregate`. */
  readonly aggregate: AggregateState | undefined;
}

/** Sums over records. */
export interface AggregateState {
  /** Records. */
  readonly records: number;
  /** Times of the first and the last, if they are wanted. */
  readonly span: TimeSpan | undefined;
  /** Sums over the values of each column that was asked for. */
  readonly columns: readonly ColumnState[];
}

/** A value of a column. */
export type ColumnValue = string | number | bigint | boolean;

/** Sums over the values of one column: neither null nor NaN. */
export interface ColumnState {
  /** Values. */
  readonly count: number;
  /** Least. */
  readonly least: ColumnValue | undefined;
  /** Largest. */
  readonly most: ColumnValue | undefined;
  /** Mean of the numbers. */
  readonly mean: number;
  /** Sum of the squares of their distances from the mean. */
  readonly squares: number;
  /** Of the first record that has one. */
  readonly first: ColumnValue | undefined;
  /** Of the last record that has one. */
  readonly last: ColumnValue | undefined;
  /** What the search for values of some ranks found. */
  readonly ranks: RankPass | undefined;
}
