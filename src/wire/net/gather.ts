/**
 * What goes into one system call.
 *
 * @module
 */

/** Slices from here on are worth a call of their own. */
const DIRECT_BYTES = 64 << 10;
/** A few bytes before a large slice (a frame header) take some of it along: tiny writes slow the kernel down. */
const HEAD_BYTES = 16 << 10;
/** Small slices are joined up to this. Measured on loopback: 64 KiB writes cost twice the CPU of 1 MiB ones. */
const JOINED_BYTES = 1 << 20;

/** Turns slices into pieces of sensible size, copying only the small ones. One batch of slices at a time. */
export class Gatherer {
  #joined: Uint8Array | undefined;
  #slices: readonly Uint8Array[] = [];
  #index = 0;
  #offset = 0;

  /** Starts with new slices, which are *borrowed* until `next` answers `undefined`. */
  begin(slices: readonly Uint8Array[]): void {
    this.#slices = slices;
    this.#index = 0;
    this.#offset = 0;
  }

  /** The next piece, or `undefined` when all is out. Returns a view, valid until the next call. */
  next(): Uint8Array | undefined {
    let used = 0;
    while (this.#index < this.#slices.length) {
      const slice = this.#slices[this.#index]!;
      const rest = slice.byteLength - this.#offset;
      const isLarge = rest >= DIRECT_BYTES;
      if (isLarge && used === 0) {
        this.#index++;
        const piece = this.#offset === 0 ? slice : slice.subarray(this.#offset);
        this.#offset = 0;
        return piece;
      }
      const room = (isLarge ? HEAD_BYTES : JOINED_BYTES) - used;
      if (room <= 0) break;
      this.#joined ??= new Uint8Array(JOINED_BYTES);
      const length = Math.min(rest, room);
      this.#joined.set(slice.subarray(this.#offset, this.#offset + length), used);
      used += length;
      this.#offset += length;
      if (this.#offset === slice.byteLength) {
        this.#index++;
        this.#offset = 0;
      }
    }
    if (used > 0) return this.#joined!.subarray(0, used);
    this.#slices = [];
    return undefined;
  }
}
