/**
 * Plain bytes → LZ4 frame, through a window of fixed size in the kernel's memory.
 *
 * @module
 */
import { concat } from "../base/mod.ts";
import {
  blockSizeFor,
  FRAME_ROOM_BYTES,
  HISTORY_BYTES,
  type Lz4BlockSize,
  STORED,
  WINDOW_BYTES,
  writeFrameHeader,
} from "./lz4_frame.ts";
import type { Lz4Kernel } from "./lz4_kernel.ts";

/** How frames are written. */
export interface Lz4FrameOptions {
  /** Largest block. */
  readonly blockSize: Lz4BlockSize;
  /** Whether blocks refer to those before them. */
  readonly linked: boolean;
}

/** One frame of all of `input`, as a copy; `undefined` when it would not be smaller. */
export function encodeFrame(kernel: Lz4Kernel, input: Uint8Array, options: Lz4FrameOptions): Uint8Array | undefined {
  const size = input.byteLength;
  const blockBytes = blockSizeFor(size, options.blockSize);
  const linked = options.linked && size > blockBytes;
  const windowBytes = Math.min(size, linked ? HISTORY_BYTES + Math.max(blockBytes, WINDOW_BYTES) : blockBytes);
  const header = writeFrameHeader(kernel, { linked, blockBytes, contentBytes: size });
  const frameBytes = size + 4 * Math.ceil(size / blockBytes);
  const roomBytes = header.byteLength + Math.min(frameBytes, FRAME_ROOM_BYTES) + 8;
  kernel.reserve(windowBytes, roomBytes);
  const { wasm, window, blocks, bytes, view } = kernel;

  const chunks: Uint8Array[] = [];
  let written = 0; // in chunks
  bytes.set(header, blocks);
  let to = blocks + header.byteLength;
  let from = window;
  wasm.resetTable();
  for (let at = 0; at < size; at += blockBytes) {
    const length = Math.min(blockBytes, size - at);
    if (to + length + 8 > blocks + roomBytes) {
      chunks.push(bytes.slice(blocks, to));
      written += to - blocks;
      to = blocks;
    }
    if (!linked) {
      from = window;
      if (at > 0) wasm.resetTable();
    } else if (from + length > window + windowBytes) {
      const kept = from - HISTORY_BYTES;
      bytes.copyWithin(window, kept, from);
      wasm.rebaseTable(kept - window, window);
      from = window + HISTORY_BYTES;
    }
    bytes.set(input.subarray(at, at + length), from);
    const packed = linked
      ? wasm.compressLinked(to + 4, from, length, window)
      : wasm.compressAlone(to + 4, from, length);
    if (packed === 0) bytes.copyWithin(to + 4, from, from + length);
    view.setUint32(to, packed || length + STORED, true);
    to += 4 + (packed || length);
    from += length;
    if (written + (to - blocks) >= size) return undefined;
  }
  view.setUint32(to, 0, true);
  to += 4;
  if (written + (to - blocks) >= size) return undefined;
  chunks.push(bytes.slice(blocks, to));
  return concat(chunks);
}
