/**
 * Rows made some at a time.
 *
 * @module
 */
import type { Batch, RowReader } from "../../columnar/mod.ts";

/** Rows of a block at most. */
const MOST_ROWS = 32;
/** A block is at most such a part of its batch, so that what waits in blocks is little beside the batches. */
const PARTS = 256;

/**
 * The next rows of a topic. A merge takes a row of one topic, then of another; by the time it comes back, the columns have
 * left the processor's caches. Neighbours that are made together are made from what one of them has brought there.
 */
export class RowBlock<T> {
  readonly #rows: (T | undefined)[] = new Array(MOST_ROWS).fill(undefined);
  #from = 0;
  #to = 0;

  /** Row `index` of `batch`, as `reader` makes it. To be asked for in ascending order, and once; call {@linkcode clear} between batches. */
  take(reader: RowReader, batch: Batch, index: number): T {
    if (index >= this.#to) this.#make(reader, batch, index);
    const place = index - this.#from;
    const row = this.#rows[place] as T;
    this.#rows[place] = undefined; // it is the caller's alone
    return row;
  }

  /** Forgets rows that were not taken. */
  clear(): void {
    this.#rows.fill(undefined);
    this.#to = 0;
  }

  #make(reader: RowReader, batch: Batch, from: number): void {
    const count = Math.max(1, Math.min(MOST_ROWS, Math.floor(batch.numRows / PARTS), batch.numRows - from));
    this.#from = this.#to = from;
    try {
      for (let i = 0; i < count; i++) {
        this.#rows[i] = reader.row(batch, from + i) as T;
        this.#to++;
      }
    } catch (error) {
      if (this.#to === from) throw error; // a later row's is thrown when that row's turn comes
    }
  }
}
