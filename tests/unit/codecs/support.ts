/**
 * Data and damage for the codec tests.
 *
 * @module
 */
import process from "node:process";

/** A reproducible generator of numbers in [0, 1). */
export function randomOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = state + 0x6d2b79f5 | 0;
    let t = Math.imul(state ^ state >>> 15, 1 | state);
    t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t;
    return ((t ^ t >>> 14) >>> 0) / 4294967296;
  };
}

/** `size` bytes that compress about as `repetition` (0 = noise, 1 = constant) says. */
export function someBytes(size: number, repetition: number, random: () => number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size;) {
    const run = 1 + Math.floor(random() * 60);
    const back = 1 + Math.floor(random() * Math.min(i, 70_000));
    const copies = i > 0 && random() < repetition;
    for (let j = 0; j < run && i < size; j++, i++) bytes[i] = copies ? bytes[i - back]! : random() * 256;
  }
  return bytes;
}

/** `bytes` with something wrong: bits flipped, bytes replaced, cut, or a piece doubled. */
export function damaged(bytes: Uint8Array, random: () => number): Uint8Array {
  const kind = Math.floor(random() * 4);
  const at = Math.floor(random() * bytes.byteLength);
  if (kind === 0) return bytes.slice(0, at);
  if (kind === 1) {
    const length = Math.min(1 + Math.floor(random() * 20), bytes.byteLength - at);
    const out = new Uint8Array(bytes.byteLength + length);
    out.set(bytes.subarray(0, at + length));
    out.set(bytes.subarray(at), at + length);
    return out;
  }
  const out = bytes.slice();
  for (let n = 1 + Math.floor(random() * 4); n > 0; n--) {
    const where = Math.floor(random() * out.byteLength);
    if (kind === 2) out[where]! ^= 1 << Math.floor(random() * 8);
    else out[where] = random() < 0.5 ? 255 : random() * 256;
  }
  return out;
}

/** A folder or program named by the environment, with the reason to skip when it is not there. */
export function fromEnvironment(name: string): { value: string; skip: string | false } {
  const value = process.env[name] ?? "";
  if (value === "") console.log(`skipped: ${name} is not set`);
  return { value, skip: value === "" && `${name} is not set` };
}
