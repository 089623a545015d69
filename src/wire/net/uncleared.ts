/**
 * Memory as fast as the runtime gives it.
 *
 * @module
 */

/** What this file uses of Node's `Buffer`, which Bun and Node have as a global. */
interface BufferApi {
  allocUnsafeSlow(size: number): Uint8Array<ArrayBuffer>;
}

const { Buffer } = globalThis as unknown as { Buffer?: BufferApi };

/**
 * A buffer of `size` bytes to be written in full before anybody sees it: on Bun and Node it is not cleared, which is a
 * third of the cost of a large message there. Deno clears all memory.
 */
export function unclearedBuffer(size: number): ArrayBuffer {
  return Buffer === undefined ? new ArrayBuffer(size) : Buffer.allocUnsafeSlow(size).buffer;
}
