/**
 * Memory that messages are received into.
 *
 * @module
 */
import { unclearedBuffer } from "../net/mod.ts";

/** Messages end at a multiple of this in their buffer: then so begins whatever fills their end in whole multiples of 8. */
const ALIGNMENT = 64;
/** Smaller memory is not worth keeping. */
const LEAST_BYTES = 64 << 10;
/** Most that is kept. */
const KEPT_BYTES = 32 << 20;
/** Memory that is larger than a message needs by more than this part of it is left for another one. */
const SPARE_PART = 1 / 4;

/**
 * Gives messages their memory, and takes it back from readers who are through with it: memory that is new has to be
 * mapped and cleared by the system, which costs as much as to receive into it.
 */
export class MessageMemory {
  readonly #kept: ArrayBuffer[] = [];
  #keptBytes = 0;
  #calls = 0;

  /** A call more receives messages. */
  callBegins(): void {
    this.#calls++;
  }

  /** A call less does. Without any, nothing is kept. */
  callEnds(): void {
    if (--this.#calls > 0) return;
    this.#kept.length = 0;
    this.#keptBytes = 0;
  }

  /**
   * Room for a message of `size` bytes, to be written in full before anybody sees it. It is the end of a buffer of its
   * own, and that end is a multiple of 64; what is before it is cleared.
   */
  allocate(size: number): Uint8Array<ArrayBuffer> {
    const needed = Math.ceil(size / ALIGNMENT) * ALIGNMENT;
    const buffer = this.#reuse(needed) ?? unclearedBuffer(needed);
    const start = buffer.byteLength - size;
    new Uint8Array(buffer, 0, start).fill(0);
    return new Uint8Array(buffer, start);
  }

  /**
   * Takes back the buffer of a message. All views of it are empty from now on, so that no reader, however wrong, sees
   * the bytes of a message to come. One that has gone elsewhere (to another thread, say) is left there.
   */
  release(message: Uint8Array): void {
    const { buffer } = message;
    if (!(buffer instanceof ArrayBuffer) || buffer.detached) return;
    const { byteLength } = buffer;
    const isOfUse = this.#calls > 0 && byteLength >= LEAST_BYTES && byteLength <= KEPT_BYTES;
    if (!isOfUse) return void buffer.transfer(0);
    this.#kept.push(buffer.transfer());
    this.#keptBytes += byteLength;
    while (this.#keptBytes > KEPT_BYTES) this.#keptBytes -= this.#kept.shift()!.byteLength;
  }

  /** The smallest that fits; of equal ones the last, which the processor's caches know best. */
  #reuse(needed: number): ArrayBuffer | undefined {
    let best = -1;
    let bestBytes = needed * (1 + SPARE_PART) + 1;
    for (let i = this.#kept.length - 1; i >= 0 && bestBytes > needed; i--) {
      const { byteLength } = this.#kept[i]!;
      if (byteLength < needed || byteLength >= bestBytes) continue;
      best = i;
      bestBytes = byteLength;
    }
    if (best < 0) return undefined;
    this.#keptBytes -= bestBytes;
    return this.#kept.splice(best, 1)[0]!;
  }
}
