/**
 * Frames → bytes. Only frame headers and control frames are written here; bodies pass by as slices of their own.
 *
 * @module
 */
import { Flag, FRAME_HEADER_BYTES, FrameType } from "./frames.ts";
import { SETTING_BYTES } from "./settings.ts";

const BUFFER_BYTES = 4096;
const KEPT_BUFFER_BYTES = 64 << 10;

/**
 * An arena of two buffers: while the slices of one are with the socket, the other one fills. A round of output is
 * `take…` any number of times, then `swap`; its slices stay valid until the `swap` of the next round.
 */
export class FrameWriter {
  #buffer = new Uint8Array(BUFFER_BYTES);
  #other = new Uint8Array(BUFFER_BYTES);
  #taken = 0;
  #end = 0;

  /** Bytes written and not taken yet. */
  get pendingBytes(): number {
    return this.#end - this.#taken;
  }

  /** Moves what was written to `out`, as one slice. */
  takeInto(out: Uint8Array[]): void {
    if (this.#end > this.#taken) out.push(this.#buffer.subarray(this.#taken, this.#end));
    this.#taken = this.#end;
  }

  /** Ends a round; everything was taken. */
  swap(): void {
    const used = this.#buffer;
    this.#buffer = this.#other;
    this.#other = used.length > KEPT_BUFFER_BYTES ? new Uint8Array(BUFFER_BYTES) : used;
    this.#taken = 0;
    this.#end = 0;
  }

  /** Bytes that are no frame: the client's preface. */
  bytes(bytes: Uint8Array): void {
    this.#buffer.set(bytes, this.#advance(bytes.length));
  }

  /** The header of a DATA frame; the caller lets the body follow. */
  dataHeader(streamId: number, length: number, endStream: boolean): void {
    this.#frame(length, FrameType.DATA, endStream ? Flag.END_STREAM : 0, streamId, 0);
  }

  /** A header block, in as many frames as it needs. */
  headers(streamId: number, block: Uint8Array, endStream: boolean, maxFrameBytes: number): void {
    let type: number = FrameType.HEADERS;
    let flags: number = endStream ? Flag.END_STREAM : 0;
    let from = 0;
    do {
      const to = Math.min(from + maxFrameBytes, block.length);
      if (to === block.length) flags |= Flag.END_HEADERS;
      const at = this.#frame(to - from, type, flags, streamId, to - from);
      this.#buffer.set(block.subarray(from, to), at);
      from = to;
      type = FrameType.CONTINUATION;
      flags = 0;
    } while (from < block.length);
  }

  /** Our settings. */
  settings(entries: readonly (readonly [id: number, value: number])[]): void {
    const length = entries.length * SETTING_BYTES;
    let at = this.#frame(length, FrameType.SETTINGS, 0, 0, length);
    for (const [id, value] of entries) {
      this.#buffer[at] = id >>> 8;
      this.#buffer[at + 1] = id;
      this.#uint32(at + 2, value);
      at += SETTING_BYTES;
    }
  }

  /** Acknowledges the peer's settings. */
  settingsAck(): void {
    this.#frame(0, FrameType.SETTINGS, Flag.ACK, 0, 0);
  }

  /** PING, or the answer to one; `payload` has 8 bytes. */
  ping(payload: Uint8Array, isAck: boolean): void {
    const at = this.#frame(8, FrameType.PING, isAck ? Flag.ACK : 0, 0, 8);
    this.#buffer.set(payload, at);
  }

  /** GOAWAY; `text` is for the log of the peer. */
  goaway(lastStreamId: number, code: number, text: Uint8Array): void {
    const at = this.#frame(8 + text.length, FrameType.GOAWAY, 0, 0, 8 + text.length);
    this.#uint32(at, lastStreamId);
    this.#uint32(at + 4, code);
    this.#buffer.set(text, at + 8);
  }

  /** RST_STREAM. */
  rstStream(streamId: number, code: number): void {
    this.#uint32(this.#frame(4, FrameType.RST_STREAM, 0, streamId, 4), code);
  }

  /** WINDOW_UPDATE; stream 0 = the connection. */
  windowUpdate(streamId: number, increment: number): void {
    this.#uint32(this.#frame(4, FrameType.WINDOW_UPDATE, 0, streamId, 4), increment);
  }

  /** Writes a frame header and makes room for the part of the payload that is written here. Answers where that begins. */
  #frame(length: number, type: number, flags: number, streamId: number, payloadBytes: number): number {
    const at = this.#advance(FRAME_HEADER_BYTES + payloadBytes);
    const buffer = this.#buffer;
    buffer[at] = length >>> 16;
    buffer[at + 1] = length >>> 8;
    buffer[at + 2] = length;
    buffer[at + 3] = type;
    buffer[at + 4] = flags;
    this.#uint32(at + 5, streamId);
    return at + FRAME_HEADER_BYTES;
  }

  #uint32(at: number, value: number): void {
    this.#buffer[at] = value >>> 24;
    this.#buffer[at + 1] = value >>> 16;
    this.#buffer[at + 2] = value >>> 8;
    this.#buffer[at + 3] = value;
  }

  #advance(bytes: number): number {
    if (this.#end + bytes > this.#buffer.length) {
      // Slices taken from the old buffer keep it alive; only what was not taken moves.
      const pending = this.#buffer.subarray(this.#taken, this.#end);
      this.#buffer = new Uint8Array(Math.max(2 * this.#buffer.length, pending.length + bytes));
      this.#buffer.set(pending);
      this.#taken = 0;
      this.#end = pending.length;
    }
    const at = this.#end;
    this.#end += bytes;
    return at;
  }
}
