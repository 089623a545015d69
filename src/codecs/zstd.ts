/**
 * Zstandard frames, by the runtime's own `node:zlib`.
 *
 * @module
 */
import { messageOf } from "../base/mod.ts";
import { CodecError } from "./errors.ts";
import type { BodyCodec } from "./types.ts";

/** Zstandard's own parameters; those not given follow from the level. */
export interface ZstdParameters {
  /** 1 (fast) to 22 (small). */
  readonly compressionLevel: number;
  /** 1 (fast) to 9. */
  readonly strategy?: number;
  /** Shortest repetition that is looked for, 3 to 7. */
  readonly minMatch?: number;
  /** Size of the table of places, a power of 2. */
  readonly hashLog?: number;
}

/** What is used of `node:zlib`. */
interface Zlib {
  readonly constants: Readonly<Record<`ZSTD_c_${keyof ZstdParameters}`, number>>;
  zstdCompressSync(
    input: Uint8Array,
    options: { params: Record<number, number>; pledgedSrcSize: number; chunkSize: number },
  ): Uint8Array;
  zstdDecompressSync(input: Uint8Array, options: { maxOutputLength: number; chunkSize: number }): Uint8Array;
}

/** Output is gathered in pieces of this size. */
const CHUNK_BYTES = 65_536;

let loaded: Zlib | undefined;

/** Loaded when first used: it takes longer than to load all codecs. */
function zlib(): Zlib {
  if (loaded !== undefined) return loaded;
  const { process } = globalThis as unknown as { process: { getBuiltinModule(name: "node:zlib"): Zlib } };
  return loaded = process.getBuiltinModule("node:zlib");
}

/**
 * Zstandard frames at `level` 1 (fast) to 22 (small). Written with content size.
 *
 * @throws {RangeError} when `level` is out of range.
 */
export function zstdCodec(level: number = 1): BodyCodec {
  if (!Number.isInteger(level) || level < 1 || level > 22) {
    throw new RangeError(`Cannot make a Zstandard codec: level is ${level}, expected 1 to 22`);
  }
  return zstdCodecWith({ compressionLevel: level });
}

/** The same with any parameters. */
export function zstdCodecWith(parameters: ZstdParameters): BodyCodec {
  const given = Object.entries(parameters) as [keyof ZstdParameters, number][];
  return {
    name: "zstd",
    compress(input) {
      const { constants, zstdCompressSync } = zlib();
      const params = Object.fromEntries(given.map(([name, value]) => [constants[`ZSTD_c_${name}`], value]));
      const options = { params, pledgedSrcSize: input.byteLength, chunkSize: CHUNK_BYTES };
      const packed = zstdCompressSync(input, options);
      return packed.byteLength < input.byteLength ? ownBuffer(packed) : undefined;
    },
    decompress(input, size) {
      let plain: Uint8Array;
      try {
        const chunkSize = Math.min(CHUNK_BYTES, Math.max(64, size));
        plain = zlib().zstdDecompressSync(input, { maxOutputLength: Math.max(1, size), chunkSize });
      } catch (error) {
        const facts = { expected: size };
        if ((error as { code?: unknown }).code === "ERR_BUFFER_TOO_LARGE") {
          const text = `Cannot decompress Zstandard: the frame holds more than ${size} bytes`;
          throw new CodecError("codec.zstd_size", text, facts, { cause: error });
        }
        const text = `Cannot decompress Zstandard: ${messageOf(error)}`;
        throw new CodecError("codec.zstd_frame", text, facts, { cause: error });
      }
      if (plain.byteLength === size) return ownBuffer(plain);
      const text = `Cannot decompress Zstandard: the frame holds ${plain.byteLength} bytes, expected ${size}`;
      throw new CodecError("codec.zstd_size", text, { expected: size, actual: plain.byteLength });
    },
  };
}

/** The bytes in a buffer of just their size: aligned for typed arrays, and fit to transfer. Copies only when it must. */
function ownBuffer(bytes: Uint8Array): Uint8Array {
  const { buffer, byteOffset, byteLength } = bytes;
  return byteLength === buffer.byteLength ? new Uint8Array(buffer, byteOffset, byteLength) : new Uint8Array(bytes);
}
