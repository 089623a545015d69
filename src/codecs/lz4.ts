/**
 * LZ4 frames, both ways.
 *
 * @module
 */
import { CodecError } from "./errors.ts";
import { decodeFrame } from "./lz4_decoder.ts";
import { encodeFrame, type Lz4FrameOptions } from "./lz4_encoder.ts";
import type { Lz4BlockSize } from "./lz4_frame.ts";
import { Lz4Kernel, lz4Module } from "./lz4_kernel.ts";
import type { NativeCodecs } from "./native.ts";
import type { BodyCodec } from "./types.ts";

/** Options of {@linkcode lz4Codec}. */
export interface Lz4Options {
  /** The compiled kernel, from {@linkcode lz4Module} of another thread. @default lz4Module() */
  readonly module?: WebAssembly.Module;
  /** Native libraries to use before WASM, from {@linkcode loadNativeCodecs}. @default none */
  readonly native?: NativeCodecs;
  /** Largest block written; a frame's blocks are never larger than it needs. @default 262_144 */
  readonly blockSize?: Lz4BlockSize;
  /** Whether blocks written refer to those before them, which packs a little tighter. @default true */
  readonly linked?: boolean;
}

/**
 * LZ4 frames in WASM, or native code. Writes them with content size and without checksums; reads all but those that need a dictionary,
 * and verifies the checksums they carry. One frame per input, nothing behind it.
 *
 * The memory of the WASM is created on first use, kept for the next, and never larger than 9 MiB.
 *
 * @example
 * ```ts
 * import { lz4Codec } from "@mosaico/client/codecs";
 *
 * const codec = lz4Codec();
 * const plain = new Uint8Array(10_000);
 * const packed = codec.compress(plain)!;
 * console.log(packed.byteLength < 100, codec.decompress(packed, 10_000).byteLength); // true 10000
 * ```
 */
export function lz4Codec(options: Lz4Options = {}): BodyCodec {
  const frame: Lz4FrameOptions = { blockSize: options.blockSize ?? 262_144, linked: options.linked ?? true };
  let kernel: Lz4Kernel | undefined;
  const native = typeof options.native?.lz4 === "object" ? options.native.lz4 : undefined;
  const ready = () => kernel ??= new Lz4Kernel(options.module ?? lz4Module());
  return {
    name: "lz4",
    compress: (input) => native !== undefined ? native.compress(input, frame) : encodeFrame(ready(), input, frame),
    decompress(input, size) {
      if (!Number.isSafeInteger(size) || size < 0) {
        throw new RangeError(`Cannot decompress LZ4: size is ${size}, expected a whole number of at least 0`);
      }
      const plain = native?.decompress(input, size);
      if (plain !== undefined) return plain;
      try { // also what the native library refuses: the WASM decoder knows what is wrong with it
        return decodeFrame(ready(), input, size);
      } catch (error) {
        if (!(error instanceof WebAssembly.RuntimeError)) throw error;
        kernel = undefined; // whatever trapped, the next call starts with fresh memory
        throw new CodecError("codec.lz4_block", "Cannot decompress LZ4: the decoder trapped", {}, { cause: error });
      }
    },
  };
}
