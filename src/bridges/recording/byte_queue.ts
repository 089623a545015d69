/**
 * Bytes of a file on their way to a parser, in pieces as they come.
 *
 * @module
 */
import { concat } from "../../base/mod.ts";

/** A queue of bytes. */
export class ByteQueue {
  #parts: Uint8Array[] = [];
  #available = 0;
  #skip = 0;

  /** Bytes that are here. */
  get available(): number {
    return this.#available;
  }

  /** Bytes that were passed over and have yet to come. */
  get skip(): number {
    return this.#skip;
  }

  /** The next bytes of the file, *taken*. */
  push(bytes: Uint8Array): void {
    const skipped = Math.min(this.#skip, bytes.length);
    this.#skip -= skipped;
    if (skipped === bytes.length) return;
    this.#parts.push(bytes.subarray(skipped));
    this.#available += bytes.length - skipped;
  }

  /** A view of the next `count` bytes, which must be here. They stay. */
  peek(count: number): Uint8Array {
    if (count === 0) return new Uint8Array(0);
    if (this.#parts[0]!.length < count) this.#parts = [concat(this.#parts)];
    return this.#parts[0]!.subarray(0, count);
  }

  /** As {@linkcode ByteQueue.peek}, and they go. */
  take(count: number): Uint8Array {
    const taken = this.peek(count);
    this.#drop(count);
    return taken;
  }

  /** Passes over so many bytes, here or yet to come. */
  pass(count: number): void {
    const here = Math.min(count, this.#available);
    this.#skip += count - here;
    this.#drop(here);
  }

  #drop(count: number): void {
    this.#available -= count;
    while (count > 0) {
      const first = this.#parts[0]!;
      if (first.length > count) {
        this.#parts[0] = first.subarray(count);
        return;
      }
      count -= first.length;
      this.#parts.shift();
    }
  }
}
