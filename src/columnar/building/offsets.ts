/** Offsets of a column whose rows vary in length. A row without items leaves its offset open; a later one fills it. */
export class Offsets {
  /** Offsets 0 to `filled`; what follows is open. */
  values: Int32Array = new Int32Array(1);
  /** The last offset that stands. */
  filled = 0;

  /** Row `row` ends at `end`. */
  set(row: number, end: number): void {
    if (this.filled !== row) this.fill(row);
    this.values[row + 1] = end;
    this.filled = row + 1;
  }

  /** Fills the open offsets up to and with `row`. */
  fill(row: number): void {
    this.values.fill(this.values[this.filled]!, this.filled + 1, row + 1);
    this.filled = row;
  }

  grow(capacity: number): void {
    const grown = new Int32Array(capacity + 1);
    grown.set(this.values);
    this.values = grown;
  }

  /** Forgets the rows from `row` on. Returns where the rows before end. */
  rollback(row: number): number {
    this.filled = Math.min(this.filled, row);
    return this.values[this.filled]!;
  }

  finish(length: number): Int32Array {
    this.fill(length);
    const values = this.values.subarray(0, length + 1);
    this.values = new Int32Array(1);
    this.filled = 0;
    return values;
  }
}
