import { bitmapBytes, countBits, setBits } from "../bitmap.ts";

/**
 * Which rows of a nullable column are valid, as runs: a column without nulls costs one comparison a row and needs no
 * bitmap, and one of nulls alone costs nothing.
 *
 * The writer keeps `end` where it is quick to reach: a valid row at `end` grows the last run, any other closes it.
 */
export class ValidRuns {
  /** End of the last run, exclusive; -1 before the first, so that no row grows it unseen. */
  end = -1;
  #start = 0;
  #bits = new Uint8Array(0);
  /** Valid rows in closed runs. */
  #closed = 0;

  /** Marks row `row`, at or after `end`. */
  mark(row: number): void {
    if (this.end !== row) this.close(this.end, row);
    this.end = row + 1;
  }

  /** Puts away the run that ends at `end`; the next begins at `row`. */
  close(end: number, row: number): void {
    if (end > this.#start) {
      this.#reserve(end);
      setBits(this.#bits, this.#start, end);
      this.#closed += end - this.#start;
    }
    this.#start = row;
  }

  #reserve(rows: number): void {
    const bytes = bitmapBytes(rows);
    if (bytes <= this.#bits.byteLength) return;
    const grown = new Uint8Array(Math.max(64, 2 * bytes));
    grown.set(this.#bits);
    this.#bits = grown;
  }

  /** Forgets the rows from `row` on. */
  rollback(row: number): void {
    if (this.end <= row) return;
    this.end = row;
    if (this.#start <= row) return;
    this.#start = row;
    const kept = bitmapBytes(row);
    this.#bits.fill(0, kept);
    if ((row & 7) !== 0) this.#bits[kept - 1]! &= (1 << (row & 7)) - 1;
    this.#closed = countBits(this.#bits, Math.min(row, 8 * this.#bits.byteLength));
  }

  /** Validity of `length` rows; empty again afterwards. Returns what it held, not a copy. */
  finish(length: number): { validity: Uint8Array | undefined; nullCount: number } {
    const whole = this.#closed === 0 && this.end - this.#start === length;
    if (!whole) {
      this.close(this.end, length);
      this.#reserve(length);
    }
    const nullCount = whole ? 0 : length - this.#closed;
    const validity = nullCount === 0 ? undefined : this.#bits.subarray(0, bitmapBytes(length));
    this.end = -1;
    this.#start = this.#closed = 0;
    this.#bits = new Uint8Array(0);
    return { validity, nullCount };
  }
}
