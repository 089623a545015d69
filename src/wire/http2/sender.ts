/**
 * Output: which frame goes out next, as the windows allow.
 *
 * @module
 */
import { connectionError, Http2ErrorCode } from "./errors.ts";
import type { FloodBudget } from "./flood_budget.ts";
import { FRAME_HEADER_BYTES, INITIAL_WINDOW_BYTES, MAX_INT31 } from "./frames.ts";
import { FrameWriter } from "./frame_writer.ts";
import { HpackEncoder } from "./hpack/mod.ts";
import { initialPeerSettings, type PeerSettings, readSettings, type Role } from "./settings.ts";
import type { Stream } from "./stream.ts";
import type { HeaderList } from "./types.ts";

/** Measured on loopback: a quarter of this costs a tenth more CPU, twice of it gains nothing and makes others wait longer. */
const MAX_DATA_BYTES = 2 << 20;

/** Peers announce their windows for as little as 4 KiB at a time, twice: for the stream and for the connection. */
const BYTES_PER_UPDATE = 1024;

/**
 * The sending half of a connection: control frames and header blocks in the order they were asked for and before any
 * body, then the bodies of the ready streams in turns of one frame.
 */
export class Sender {
  /** What goes out before the bodies. */
  readonly frames: FrameWriter = new FrameWriter();
  /** What the peer allows. */
  readonly peer: PeerSettings = initialPeerSettings();
  readonly #encoder = new HpackEncoder();
  readonly #onSendDone: (stream: Stream) => void;
  readonly #control: FloodBudget;
  /** What the peer lets us send on all streams together. */
  #window = INITIAL_WINDOW_BYTES;
  /** Streams with output, in the order of their turns. */
  readonly #ready = new Set<Stream>();
  /** Streams that wait for the window of the connection. */
  readonly #blocked = new Set<Stream>();

  /**
   * Creates the sending half. `onSendDone` hears when a stream's END_STREAM goes out; `control` is earned by body,
   * for which the peer may rightly send window updates, and pings that measure the link.
   */
  constructor(onSendDone: (stream: Stream) => void, control: FloodBudget) {
    this.#onSendDone = onSendDone;
    this.#control = control;
  }

  /** Whether a pull would yield something. */
  get hasOutput(): boolean {
    return this.frames.pendingBytes > 0 || this.#ready.size > 0;
  }

  /** Sends a header block. */
  headers(stream: Stream, headers: HeaderList, endOfStream: boolean): void {
    this.frames.headers(stream.id, this.#encoder.encode(headers), endOfStream, this.peer.maxFrameSize);
    if (endOfStream) this.#done(stream);
  }

  /** Gives a stream its turn, if there is something it may send. */
  schedule(stream: Stream): void {
    if (!stream.hasOutput || this.#blocked.has(stream)) return;
    if (stream.sendWindow > 0 || stream.queue.byteLength === 0) this.#ready.add(stream);
  }

  /** Takes a stream out of the turns. */
  forget(stream: Stream): void {
    this.#ready.delete(stream);
    this.#blocked.delete(stream);
  }

  /**
   * Moves about `maxBytes` of output to `out`: one frame more at most. Answers how many bytes they are.
   * Slices stay valid until the next call.
   */
  pull(maxBytes: number, out: Uint8Array[]): number {
    let bytes = this.frames.pendingBytes;
    for (const stream of this.#ready) {
      if (bytes >= maxBytes) break;
      this.#ready.delete(stream);
      bytes += this.#sendFrame(stream, out);
      // Back to the end of the line; this loop meets it again after the others.
      this.schedule(stream);
    }
    this.frames.takeInto(out);
    this.frames.swap();
    return bytes;
  }

  /** The peer opens the window of the connection. @throws {Http2Error} past its maximum */
  openConnection(increment: number): void {
    if (this.#window + increment > MAX_INT31) {
      throw connectionError(Http2ErrorCode.FLOW_CONTROL_ERROR, "the peer opened the connection's window too far");
    }
    this.#window += increment;
    for (const stream of this.#blocked) this.#ready.add(stream);
    this.#blocked.clear();
  }

  /** The peer opens the window of a stream. Answers whether it may. */
  openStream(stream: Stream, increment: number): boolean {
    if (stream.sendWindow + increment > MAX_INT31) return false;
    stream.sendWindow += increment;
    this.schedule(stream);
    return true;
  }

  /** The peer's settings. @throws {Http2Error} for a value out of its range */
  applySettings(payload: Uint8Array, role: Role, streams: Iterable<Stream>): void {
    const windowBefore = this.peer.initialWindowSize;
    readSettings(payload, role, this.peer);
    this.#encoder.setTableLimit(this.peer.headerTableSize);
    const change = this.peer.initialWindowSize - windowBefore;
    if (change === 0) return;
    for (const stream of streams) {
      if (!this.openStream(stream, change)) {
        throw connectionError(Http2ErrorCode.FLOW_CONTROL_ERROR, `the peer opened stream ${stream.id} too far`);
      }
    }
  }

  /** Sends the next frame of a stream. Answers its bytes. */
  #sendFrame(stream: Stream, out: Uint8Array[]): number {
    const before = this.frames.pendingBytes;
    const waiting = stream.queue.byteLength;
    if (waiting === 0) {
      if (stream.trailersQueued !== undefined) {
        this.headers(stream, stream.trailersQueued, true);
      } else {
        this.frames.dataHeader(stream.id, 0, true);
        this.#done(stream);
      }
      return this.frames.pendingBytes - before;
    }
    if (stream.sendWindow > 0 && this.#window === 0) this.#blocked.add(stream);
    const length = Math.min(waiting, stream.sendWindow, this.#window, this.peer.maxFrameSize, MAX_DATA_BYTES);
    if (length <= 0) return 0;
    const isLast = length === waiting && stream.isEndQueued && stream.trailersQueued === undefined;
    stream.sendWindow -= length;
    this.#window -= length;
    this.frames.dataHeader(stream.id, length, isLast);
    this.frames.takeInto(out);
    stream.takeBody(length, out);
    this.#control.earn(1 + Math.floor(length / BYTES_PER_UPDATE));
    if (isLast) this.#done(stream);
    return FRAME_HEADER_BYTES + length;
  }

  #done(stream: Stream): void {
    stream.isSendDone = true;
    this.#onSendDone(stream);
  }
}
