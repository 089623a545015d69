/**
 * Zstandard frames, by the runtime's own `node:zlib`.
 *
 * @module
 */
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { messageOf } from "../base/mod.ts";
import { CodecError } from "./errors.ts";
import type { BodyCodec } from "./types.ts";

/** Output is gathered in pieces of this size. */
const CHUNK_BYTES = 65_536;

/**
 * Zstandard frames at `level` 1 (fast) to 22 (small). Written with content size.
 *
 * @throws {RangeError} when `level` is out of range.
 */
export function zstdCodec(level: number = 1): BodyCodec {
  if (!Number.isInteger(level) || level < 1 || level > 22) {
    throw new RangeError(`Cannot make a Zstandard codec: level is ${level}, expected 1 to 22`);
  }
  const params = { [constants.ZSTD_c_compressionLevel]: level };
  return {
    name: "zstd",
    compress(input) {
      const options = { params, pledgedSrcSize: input.byteLength, chunkSize: CHUNK_BYTES };
      const packed = zstdCompressSync(input, options);
      return packed.byteLength < input.byteLength ? ownBuffer(packed) : undefined;
    },
    decompress(input, size) {
      let plain: Uint8Array;
      try {
        const chunkSize = Math.min(CHUNK_BYTES, Math.max(64, size));
        plain = zstdDecompressSync(input, { maxOutputLength: Math.max(1, size), chunkSize });
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
