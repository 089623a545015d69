/**
 * Compressed zeros: what columns without a value shrink to. They come with nearly every batch, for most columns of most sensors
 * stay null, so they are not compressed and decompressed each time.
 *
 * @module
 */
import { isZeros, zeros } from "./building/zeros.ts";
import type { BodyCodec } from "./types.ts";

/** Lengths whose frames are kept. */
const MAX_FRAMES = 128;
/** Frames kept are no longer. */
const MAX_FRAME_BYTES = 1 << 16;

/** How a {@linkcode ZeroFrameCodec} works. */
export interface ZeroFrameOptions {
  /** Whether zeros whose frame is known are {@linkcode zeros}, for readers that neither write to nor transfer what they read. @default false */
  readonly shared?: boolean;
}

/** A codec that makes the frame of the zeros of one length once, and knows it when it comes again. */
export class ZeroFrameCodec implements BodyCodec {
  /** See {@linkcode BodyCodec.name}. */
  readonly name: BodyCodec["name"];
  readonly #codec: BodyCodec;
  readonly #isShared: boolean;
  /** By length of the zeros; `undefined` where a frame would be no smaller. */
  readonly #made = new Map<number, Uint8Array | undefined>();
  readonly #seen = new Map<number, Uint8Array>();

  /** Everything else is left to `codec`. */
  constructor(codec: BodyCodec, { shared = false }: ZeroFrameOptions = {}) {
    this.name = codec.name;
    this.#codec = codec;
    this.#isShared = shared;
  }

  /** See {@linkcode BodyCodec.compress}. Frames of shared zeros are shared too: not to be written to. */
  compress(input: Uint8Array): Uint8Array | undefined {
    if (!isZeros(input)) return this.#codec.compress(input);
    const size = input.byteLength;
    if (this.#made.has(size)) return this.#made.get(size);
    const frame = this.#codec.compress(input);
    keep(this.#made, size, frame);
    return frame;
  }

  /** See {@linkcode BodyCodec.decompress}. */
  decompress(input: Uint8Array, size: number): Uint8Array {
    const seen = this.#seen.get(size);
    const isKnown = seen !== undefined && areEqual(seen, input);
    const output = isKnown ? undefined : this.#codec.decompress(input, size);
    if (output?.some((byte) => byte !== 0)) return output;
    if (!isKnown) keep(this.#seen, size, input.slice());
    return this.#isShared ? zeros(Uint8Array, size) as Uint8Array : output ?? new Uint8Array(size);
  }
}

function keep<T extends Uint8Array | undefined>(frames: Map<number, T>, size: number, frame: T): void {
  if (frame !== undefined && frame.byteLength > MAX_FRAME_BYTES) return;
  if (frames.size === MAX_FRAMES) frames.clear();
  frames.set(size, frame);
}

function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.byteLength !== b.byteLength) return false;
  for (let i = 0; i < a.byteLength; i++) if (a[i] !== b[i]) return false;
  return true;
}
