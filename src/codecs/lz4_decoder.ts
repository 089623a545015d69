/**
 * LZ4 frame → plain bytes, through a window of fixed size in the kernel's memory.
 *
 * @module
 */
import { CodecError } from "./errors.ts";
import { HISTORY_BYTES, readFrameHeader, STORED, truncated, WINDOW_BYTES } from "./lz4_frame.ts";
import type { Lz4Kernel } from "./lz4_kernel.ts";

/** One byte of a block stands for at most this many bytes of content. */
const MAX_RATIO = 255;

/** The `size` bytes in the one frame that is `input`, as a copy. @throws {CodecError} `codec.lz4_…`. */
export function decodeFrame(kernel: Lz4Kernel, input: Uint8Array, size: number): Uint8Array {
  const [header, headerLength] = readFrameHeader(kernel, input);
  const { linked, blockChecksums, contentChecksum, blockBytes, contentBytes = size } = header;
  if (contentBytes !== size) throw wrongSize(size, contentBytes);
  if (size > input.byteLength * MAX_RATIO) throw wrongSize(size, `at most ${input.byteLength * MAX_RATIO}`);

  const windowBytes = Math.min(size, HISTORY_BYTES + Math.max(blockBytes, WINDOW_BYTES));
  kernel.reserve(windowBytes, Math.min(blockBytes, input.byteLength));
  const { wasm, window, blocks, bytes } = kernel;
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  const end = input.byteLength;
  let output: Uint8Array | undefined; // made when the window is full
  let produced = 0;
  let flushed = 0;
  let to = window;
  if (contentChecksum) wasm.beginContent();

  let from = headerLength;
  while (true) {
    if (end - from < 4) throw truncated(end);
    const word = view.getUint32(from, true);
    from += 4;
    if (word === 0) break;
    const length = word % STORED;
    if (length > blockBytes) throw blockError(from, `its ${length} bytes exceed the frame's maximum of ${blockBytes}`);
    if (end - from < length + (blockChecksums ? 4 : 0)) throw truncated(end);

    const room = Math.min(blockBytes, size - produced);
    if (to + room > window + windowBytes) {
      output ??= new Uint8Array(size);
      output.set(bytes.subarray(to - (produced - flushed), to), flushed);
      flushed = produced;
      const kept = linked ? Math.min(HISTORY_BYTES, to - window) : 0;
      bytes.copyWithin(window, to - kept, to);
      to = window + kept;
    }
    const block = input.subarray(from, from + length);
    const start = to;
    if (word >= STORED) {
      if (length > room) throw blockError(from, `its ${length} bytes exceed the ${room} that are left`);
      bytes.set(block, to);
      to += length;
    } else {
      bytes.set(block, blocks);
      to = wasm.decompressBlock(to, to + room, linked ? window : to, blocks, length);
      if (to === 0) throw blockError(from, `it is damaged, or holds more than the ${room} bytes that are left`);
    }
    produced += to - start;
    from += length;
    if (blockChecksums) {
      const hash = wasm.hashBytes(word >= STORED ? start : blocks, length) >>> 0;
      if (hash !== view.getUint32(from, true)) throw checksumError("a block");
      from += 4;
    }
    if (contentChecksum) wasm.addContent(start, to - start);
  }
  if (contentChecksum) {
    if (end - from < 4) throw truncated(end);
    if (wasm.finishContent(produced >= 16 ? 1 : 0) >>> 0 !== view.getUint32(from, true)) throw checksumError("content");
    from += 4;
  }
  if (produced !== size) throw wrongSize(size, produced);
  if (from !== end) {
    throw new CodecError("codec.lz4_trailing", `Cannot decompress LZ4: ${end - from} bytes follow the frame`);
  }
  if (output === undefined) return bytes.slice(window, to);
  output.set(bytes.subarray(to - (produced - flushed), to), flushed);
  return output;
}

function wrongSize(expected: number, actual: number | string): CodecError {
  const text = `Cannot decompress LZ4: the frame holds ${actual} bytes, expected ${expected}`;
  return new CodecError("codec.lz4_size", text, { expected });
}

function blockError(offset: number, what: string): CodecError {
  return new CodecError("codec.lz4_block", `Cannot decompress LZ4: the block at ${offset} is wrong: ${what}`, {
    offset,
  });
}

function checksumError(what: string): CodecError {
  return new CodecError("codec.lz4_checksum", `Cannot decompress LZ4: the checksum of ${what} differs`);
}
