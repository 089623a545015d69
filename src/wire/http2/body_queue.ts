/**
 * The body that waits on a stream, as the slices it was given in.
 *
 * @module
 */

/** Slices in order; taken by bytes, never copied. */
export class BodyQueue {
  #slices: (Uint8Array | undefined)[] = [];
  #head = 0;
  /** Bytes of the first slice that are gone already. */
  #offset = 0;
  #byteLength = 0;

  /** Bytes that wait. */
  get byteLength(): number {
    return this.#byteLength;
  }

  /** Adds slices, which are *taken*. */
  push(slices: readonly Uint8Array[]): void {
    for (const slice of slices) {
      if (slice.byteLength === 0) continue;
      this.#slices.push(slice);
      this.#byteLength += slice.byteLength;
    }
  }

  /** Moves `byteCount` bytes, which are there, to `out`. */
  take(byteCount: number, out: Uint8Array[]): void {
    this.#byteLength -= byteCount;
    for (let left = byteCount; left > 0;) {
      const slice = this.#slices[this.#head]!;
      const rest = slice.byteLength - this.#offset;
      if (rest > left) {
        out.push(slice.subarray(this.#offset, this.#offset + left));
        this.#offset += left;
        break;
      }
      out.push(this.#offset === 0 ? slice : slice.subarray(this.#offset));
      this.#slices[this.#head++] = undefined;
      this.#offset = 0;
      left -= rest;
    }
    if (this.#head === this.#slices.length || this.#head >= 256) {
      this.#slices.splice(0, this.#head);
      this.#head = 0;
    }
  }

  /** Forgets everything. */
  clear(): void {
    this.#slices = [];
    this.#head = 0;
    this.#offset = 0;
    this.#byteLength = 0;
  }
}
