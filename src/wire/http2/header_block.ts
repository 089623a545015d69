/**
 * Header blocks: HEADERS and the CONTINUATION frames after it, put together within bounds.
 *
 * @module
 */
import { concat } from "../../base/mod.ts";
import { connectionError, Http2ErrorCode } from "./errors.ts";
import { Flag, MAX_INT31, readUint32 } from "./frames.ts";

const MAX_CONTINUATIONS = 64;
/** Pad length, priority and padding of a HEADERS frame. */
const HEADERS_EXTRA_BYTES = 1 + 5 + 255;

/** The block under way on a connection; there is at most one. */
export class HeaderBlock {
  readonly #maxBytes: number;
  #fragments: Uint8Array[] = [];
  #bytes = 0;
  #streamId = 0;
  #endsStream = false;

  /** Creates an assembler of blocks up to `maxBytes`. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Stream of the block that has begun and not ended; 0 between blocks. */
  get streamId(): number {
    return this.#streamId;
  }

  /** Whether HEADERS, or the last of the block, had END_STREAM. */
  get endsStream(): boolean {
    return this.#endsStream;
  }

  /** Checks the length of a frame before it is buffered. @throws {Http2Error} ENHANCE_YOUR_CALM */
  requireRoom(frameBytes: number): void {
    const extra = this.#streamId === 0 ? HEADERS_EXTRA_BYTES : 0;
    if (this.#bytes + frameBytes - extra > this.#maxBytes) {
      throw calm(`a header block is over the limit of ${this.#maxBytes} bytes`);
    }
  }

  /** Takes the payload of HEADERS, *borrowed*. Answers the block when it is complete: a view of the payload. */
  begin(streamId: number, flags: number, payload: Uint8Array): Uint8Array | undefined {
    const fragment = fragmentOf(streamId, flags, payload);
    this.#endsStream = (flags & Flag.END_STREAM) !== 0;
    if (flags & Flag.END_HEADERS) return fragment;
    this.#streamId = streamId;
    this.#fragments = [fragment.slice()];
    this.#bytes = fragment.length;
    return undefined;
  }

  /** Takes the payload of CONTINUATION, *borrowed*. Answers the block when it is complete. */
  append(flags: number, payload: Uint8Array): Uint8Array | undefined {
    if (this.#fragments.length > MAX_CONTINUATIONS) {
      throw calm(`a header block has over ${MAX_CONTINUATIONS} CONTINUATION frames`);
    }
    this.#fragments.push(payload.slice());
    this.#bytes += payload.length;
    if ((flags & Flag.END_HEADERS) === 0) return undefined;
    const block = concat(this.#fragments);
    this.#fragments = [];
    this.#bytes = 0;
    this.#streamId = 0;
    return block;
  }
}

/** The part of a HEADERS payload without padding and priority. */
function fragmentOf(streamId: number, flags: number, payload: Uint8Array): Uint8Array {
  let from = 0;
  let to = payload.length;
  if (flags & Flag.PADDED) to -= payload[from++] ?? 0;
  if (flags & Flag.PRIORITY) {
    if (payload.length >= from + 5) requireForeignDependency(streamId, payload, from);
    from += 5;
  }
  if (from > to) {
    throw connectionError(
      Http2ErrorCode.PROTOCOL_ERROR,
      `a HEADERS frame of ${payload.length} bytes is too short for its padding and priority`,
    );
  }
  return payload.subarray(from, to);
}

/** Priorities are ignored, but one that points at itself is the sign of a broken peer. */
export function requireForeignDependency(streamId: number, bytes: Uint8Array, at: number): void {
  if ((readUint32(bytes, at) & MAX_INT31) === streamId) {
    throw connectionError(Http2ErrorCode.PROTOCOL_ERROR, `stream ${streamId} depends on itself`);
  }
}

function calm(what: string): Error {
  return connectionError(Http2ErrorCode.ENHANCE_YOUR_CALM, what);
}
