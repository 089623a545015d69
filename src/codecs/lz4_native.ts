/**
 * LZ4 frames by the system's liblz4.
 *
 * @module
 */
import { equalBytes } from "../base/mod.ts";
import { type ForeignLibrary, openNative } from "./foreign.ts";
import type { Lz4FrameOptions } from "./lz4_encoder.ts";

/** LZ4 in native code. */
export interface NativeLz4 {
  /** The library's name. */
  readonly library: string;
  /** One frame of `input`, as a copy, or `undefined` when it would not be smaller. */
  compress(input: Uint8Array, options: Lz4FrameOptions): Uint8Array | undefined;
  /** The `size` bytes in `input`, as a copy, or `undefined` when `input` is not just one frame of that many. */
  decompress(input: Uint8Array, size: number): Uint8Array | undefined;
}

const NAMES: Readonly<Record<string, readonly string[]>> = {
  linux: ["liblz4.so.1"],
  darwin: ["liblz4.1.dylib", "/opt/homebrew/lib/liblz4.1.dylib", "/usr/local/lib/liblz4.1.dylib"],
};

const SIGNATURES = {
  LZ4F_compressFrameBound: { args: ["size", "buffer"], result: "size" },
  LZ4F_compressFrame: { args: ["buffer", "size", "buffer", "size", "buffer"], result: "size" },
  LZ4F_createDecompressionContext: { args: ["buffer", "int"], result: "size" },
  LZ4F_decompress: { args: ["size", "buffer", "buffer", "buffer", "buffer", "buffer"], result: "size" },
  LZ4F_freeDecompressionContext: { args: ["size"], result: "size" },
} as const;

/** LZ4F_VERSION. */
const VERSION = 100;
/** A `size_t` above this is a negative error code. */
const MAX_RESULT = 2 ** 63;
/** One byte of a block stands for at most this many bytes of content. */
const MAX_RATIO = 255;

/** Opens liblz4, or says why not. `path` replaces the names that are tried. */
export function openNativeLz4(path?: string): Promise<NativeLz4 | string> {
  return openNative(path ?? NAMES, SIGNATURES, (library) => new Liblz4(library), works);
}

class Liblz4 implements NativeLz4 {
  readonly library: string;
  readonly #lib: ForeignLibrary<keyof typeof SIGNATURES>;

  constructor(lib: ForeignLibrary<keyof typeof SIGNATURES>) {
    this.library = lib.name;
    this.#lib = lib;
  }

  compress(input: Uint8Array, options: Lz4FrameOptions): Uint8Array | undefined {
    const { call } = this.#lib;
    if (input.byteLength === 0) return undefined;
    const preferences = preferencesOf(options);
    const output = new Uint8Array(call.LZ4F_compressFrameBound(input.byteLength, preferences));
    const length = call.LZ4F_compressFrame(output, output.byteLength, input, input.byteLength, preferences);
    return length < input.byteLength ? output.slice(0, length) : undefined;
  }

  decompress(input: Uint8Array, size: number): Uint8Array | undefined {
    const { call } = this.#lib;
    const magic = input[0] === 0x04 && input[1] === 0x22 && input[2] === 0x4d && input[3] === 0x18;
    const dictionary = (input[4] ?? 1) & 1;
    if (!magic || dictionary || size === 0 || size > input.byteLength * MAX_RATIO) return undefined;
    const context = new BigUint64Array(1);
    if (call.LZ4F_createDecompressionContext(context, VERSION) >= MAX_RESULT) return undefined;
    try {
      const output = new Uint8Array(size);
      const outputSize = new BigUint64Array(1);
      const inputSize = new BigUint64Array(1);
      let [from, to] = [0, 0];
      while (from < input.byteLength) {
        outputSize[0] = BigInt(size - to);
        inputSize[0] = BigInt(input.byteLength - from);
        // A view of no bytes has no address; the library takes none for an output without room.
        const rest = to < size ? output.subarray(to) : null;
        const source = input.subarray(from);
        const result = call.LZ4F_decompress(Number(context[0]), rest, outputSize, source, inputSize, null);
        from += Number(inputSize[0]);
        to += Number(outputSize[0]);
        if (result === 0) return from === input.byteLength && to === size ? output : undefined;
        if (result >= MAX_RESULT || (inputSize[0] === 0n && outputSize[0] === 0n)) return undefined;
      }
      return undefined;
    } finally {
      call.LZ4F_freeDecompressionContext(Number(context[0]));
    }
  }
}

/** `LZ4F_preferences_t`: block size and mode, then (at 16) any size but 0, which the library replaces by the true one. */
function preferencesOf({ blockSize, linked }: Lz4FrameOptions): Uint8Array {
  const view = new DataView(new ArrayBuffer(56));
  view.setUint32(0, (Math.log2(blockSize) - 8) / 2, true);
  view.setUint32(4, linked ? 0 : 1, true);
  view.setBigUint64(16, 1n, true);
  return new Uint8Array(view.buffer);
}

function works(native: NativeLz4): boolean {
  const plain = Uint8Array.from({ length: 300_000 }, (_, i) => (i * i) >> 12);
  const packed = native.compress(plain, { blockSize: 65_536, linked: true });
  if (packed === undefined || native.decompress(packed.subarray(1), plain.byteLength) !== undefined) return false;
  const back = native.decompress(packed, plain.byteLength);
  return back !== undefined && equalBytes(back, plain);
}
