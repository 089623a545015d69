/**
 * The LZ4 frame: what its header says, and how far back its blocks may refer.
 *
 * Source: "LZ4 Frame Format Description", version 1.6.
 *
 * @module
 */
import { CodecError } from "./errors.ts";
import type { Lz4Kernel } from "./lz4_kernel.ts";

/** A match reaches at most this far back, minus one. */
export const HISTORY_BYTES: number = 65_536;
/** How much plain data the kernel holds at once, beside the history; small enough for a core's own cache. */
export const WINDOW_BYTES: number = 262_144;
/** How much of a frame the kernel holds before it is copied out: most frames at once. */
export const FRAME_ROOM_BYTES: number = 4_194_304;
/** Set in a block's length when the block is stored as it is. */
export const STORED: number = 0x8000_0000;

const MAGIC = 0x184d_2204;
const VERSION = 0x40;
const INDEPENDENT = 0x20;
const BLOCK_CHECKSUMS = 0x10;
const CONTENT_SIZE = 0x08;
const CONTENT_CHECKSUM = 0x04;
/** The bits of the two descriptor bytes that mean something; dictionaries (0x01) are not supported. */
const FLAG_BITS = 0xfc;
const BLOCK_SIZE_BITS = 0x70;

/** Largest size of a block. */
export type Lz4BlockSize = 65_536 | 262_144 | 1_048_576 | 4_194_304;

/** What a frame's header says. */
export interface FrameHeader {
  /** Whether a block may refer to the blocks before it. */
  readonly linked: boolean;
  /** Whether each block ends in a checksum. */
  readonly blockChecksums: boolean;
  /** Whether the frame ends in a checksum of its content. */
  readonly contentChecksum: boolean;
  /** No block is larger. */
  readonly blockBytes: Lz4BlockSize;
  /** Bytes of content, when the frame says so. */
  readonly contentBytes: number | undefined;
}

/** Reads the header of `input`; returns it and its length. @throws {CodecError} `codec.lz4_header`, `codec.lz4_truncated`. */
export function readFrameHeader(kernel: Lz4Kernel, input: Uint8Array): [header: FrameHeader, length: number] {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  if (input.byteLength < 7) throw truncated(input.byteLength);
  if (view.getUint32(0, true) !== MAGIC) throw headerError(`magic ${view.getUint32(0, true).toString(16)}`);
  const flags = view.getUint8(4);
  const blockSize = view.getUint8(5);
  if ((flags & 0xc0) !== VERSION) throw headerError(`version ${flags >> 6}, expected 1`);
  if ((flags & ~FLAG_BITS) !== 0) throw headerError("a dictionary, or a reserved bit");
  if ((blockSize & ~BLOCK_SIZE_BITS) !== 0 || blockSize < 0x40) throw headerError(`block size ${blockSize}`);
  const length = (flags & CONTENT_SIZE) === 0 ? 7 : 15;
  if (input.byteLength < length) throw truncated(input.byteLength);
  const checksum = headerChecksum(kernel, input.subarray(4, length - 1));
  if (view.getUint8(length - 1) !== checksum) throw headerError("a wrong checksum");
  const header: FrameHeader = {
    linked: (flags & INDEPENDENT) === 0,
    blockChecksums: (flags & BLOCK_CHECKSUMS) !== 0,
    contentChecksum: (flags & CONTENT_CHECKSUM) !== 0,
    blockBytes: 2 ** (8 + 2 * (blockSize >> 4)) as Lz4BlockSize,
    contentBytes: length === 15 ? Number(view.getBigUint64(6, true)) : undefined,
  };
  return [header, length];
}

/** The bytes of a header that gives the content's size, without checksums. */
export function writeFrameHeader(
  kernel: Lz4Kernel,
  header: { linked: boolean; blockBytes: number; contentBytes: number },
): Uint8Array {
  const out = new Uint8Array(15);
  const view = new DataView(out.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint8(4, VERSION | CONTENT_SIZE | (header.linked ? 0 : INDEPENDENT));
  view.setUint8(5, (Math.log2(header.blockBytes) - 8) / 2 << 4);
  view.setBigUint64(6, BigInt(header.contentBytes), true);
  view.setUint8(14, headerChecksum(kernel, out.subarray(4, 14)));
  return out;
}

/** Smallest block size that holds `bytes`, or `largest`. */
export function blockSizeFor(bytes: number, largest: Lz4BlockSize): Lz4BlockSize {
  let size = 65_536;
  while (size < bytes && size < largest) size *= 4;
  return size as Lz4BlockSize;
}

/** The input ends too early. */
export function truncated(length: number): CodecError {
  return new CodecError("codec.lz4_truncated", `Cannot decompress LZ4: the frame ends early, after ${length} bytes`, {
    length,
  });
}

function headerError(what: string): CodecError {
  return new CodecError("codec.lz4_header", `Cannot decompress LZ4: the frame header has ${what}`);
}

function headerChecksum(kernel: Lz4Kernel, descriptor: Uint8Array): number {
  kernel.bytes.set(descriptor, kernel.window);
  return kernel.wasm.hashBytes(kernel.window, descriptor.byteLength) >>> 8 & 0xff;
}
