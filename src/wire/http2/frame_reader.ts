/**
 * Bytes → frames: a parser for chunks of any size. It checks what can be checked without knowing a stream.
 *
 * @module
 */
import { concat, EMPTY_BYTES } from "../../base/mod.ts";
import { connectionError, Http2ErrorCode } from "./errors.ts";
import {
  CLIENT_PREFACE,
  Flag,
  FRAME_HEADER_BYTES,
  FrameType,
  MAX_INT31,
  MIN_MAX_FRAME_BYTES,
  readUint32,
} from "./frames.ts";
import { HeaderBlock, requireForeignDependency } from "./header_block.ts";
import { looksLikeFrame, notHttp2Error } from "./peer_check.ts";
import { type Limits, type Role, SETTING_BYTES } from "./settings.ts";

/** Who is told the frames. All bytes are *borrowed*. What a method throws ends the parsing for good. */
export interface FrameHandler {
  /** A DATA frame begins: so many body bytes will come, and so many of padding. */
  beginData(streamId: number, dataBytes: number, paddingBytes: number, endStream: boolean): void;
  /** A part of the body of that frame; the last part (perhaps empty) comes exactly once. */
  data(chunk: Uint8Array, isLast: boolean): void;
  /** Memory for the next bytes of the body of that frame, at most so many; `undefined` = anywhere. */
  target(maxBytes: number): Uint8Array | undefined;
  /** A complete header block. */
  headers(streamId: number, block: Uint8Array, endStream: boolean): void;
  /** RST_STREAM. */
  rstStream(streamId: number, code: number): void;
  /** SETTINGS: whole entries. */
  settings(payload: Uint8Array): void;
  /** PING: 8 bytes. */
  ping(payload: Uint8Array): void;
  /** The answer to a PING of ours, or to none. */
  pong(payload: Uint8Array): void;
  /** GOAWAY; `text` is what the peer says about it, cut to a bound. */
  goaway(lastStreamId: number, code: number, text: Uint8Array): void;
  /** WINDOW_UPDATE; stream 0 = the connection. The increment may be 0. */
  windowUpdate(streamId: number, increment: number): void;
  /** A frame without any effect: priority, acknowledged settings, an unknown type, an empty continuation. */
  ignored(): void;
}

/** Entries of a SETTINGS frame; there are seven known ones. */
const MAX_SETTINGS = 64;
const MAX_GOAWAY_TEXT_BYTES = 256;

/** Body bytes from here on are worth a read of their own, to where they belong. */
const DIRECT_BYTES = 64 << 10;

const State = { PREFACE: 0, HEADER: 1, COLLECT: 2, PAD_LENGTH: 3, DATA: 4, SKIP: 5, STOPPED: 6 } as const;

/** Parses what one peer sends. */
export class FrameReader {
  readonly #role: Role;
  readonly #remote: string;
  readonly #handler: FrameHandler;
  readonly #maxFrameBytes: number;
  readonly #block: HeaderBlock;
  #state: number;
  /** Has the peer's first SETTINGS frame begun? */
  #isGreeted = false;

  // The preface or a frame header, as far as it is there.
  readonly #head = new Uint8Array(CLIENT_PREFACE.length);
  #headBytes = 0;

  // The frame under way.
  #type = 0;
  #flags = 0;
  #streamId = 0;
  /** Bytes of it that have not come yet; in state DATA without its padding. */
  #left = 0;
  /** Bytes to throw away at the end of it: padding, or a payload nobody wants. */
  #skip = 0;
  #collected: Uint8Array = EMPTY_BYTES;
  #collectedBytes = 0;

  /** Whether the last body went to where it belongs; then the header of the next frame is read alone, for that to go on. */
  #isDirect = false;

  /** Creates a parser of what the peer of `role` sends. */
  constructor(role: Role, limits: Limits, remote: string, handler: FrameHandler) {
    this.#role = role;
    this.#remote = remote;
    this.#handler = handler;
    this.#maxFrameBytes = limits.maxFrameBytes;
    // A list over its limit is refused alone; a block far over it is not even followed, which ends the connection.
    this.#block = new HeaderBlock(2 * limits.maxHeaderListBytes);
    this.#state = role === "server" ? State.PREFACE : State.HEADER;
  }

  /** Whether the peer has shown that it speaks HTTP/2. */
  get isGreeted(): boolean {
    return this.#isGreeted;
  }

  /** The bytes of the greeting that has begun and not ended. Returns a view, valid until the next call. */
  get greeting(): Uint8Array {
    const isPartOfIt = this.#role === "server" ? this.#state === State.PREFACE : !this.#isGreeted;
    return isPartOfIt ? this.#head.subarray(0, this.#headBytes) : EMPTY_BYTES;
  }

  /** Where the next bytes should go; `undefined` = anywhere. Whoever asks pushes what it read there, as a view of it. */
  target(): Uint8Array | undefined {
    if (this.#state === State.DATA && this.#left >= DIRECT_BYTES) {
      const target = this.#handler.target(this.#left);
      this.#isDirect = target !== undefined;
      return target;
    }
    if (this.#state === State.HEADER && this.#isDirect) {
      return this.#head.subarray(this.#headBytes, FRAME_HEADER_BYTES);
    }
    // The end of a body, or a small frame: more comes along with it.
    if (this.#state !== State.DATA) this.#isDirect = false;
    return undefined;
  }

  /** Reads no more, not even the rest of a chunk under way. */
  stop(): void {
    this.#state = State.STOPPED;
  }

  /** Parses `chunk`, which is *borrowed*. @throws {Http2Error} when the connection cannot go on */
  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) {
      switch (this.#state) {
        case State.HEADER:
          at = this.#readHeader(chunk, at);
          break;
        case State.DATA: {
          const end = Math.min(at + this.#left, chunk.length);
          const part = at === 0 && end === chunk.length ? chunk : chunk.subarray(at, end);
          this.#left -= end - at;
          at = end;
          this.#data(part);
          break;
        }
        case State.COLLECT:
          at = this.#collect(chunk, at);
          break;
        case State.SKIP: {
          const end = Math.min(at + this.#skip, chunk.length);
          this.#skip -= end - at;
          at = end;
          if (this.#skip === 0) this.#endSkip();
          break;
        }
        case State.PAD_LENGTH:
          this.#beginData(chunk[at++]!);
          break;
        case State.PREFACE:
          at = this.#readPreface(chunk, at);
          break;
        default:
          return;
      }
    }
  }

  #readPreface(chunk: Uint8Array, from: number): number {
    let at = from;
    for (; at < chunk.length && this.#headBytes < CLIENT_PREFACE.length; at++) {
      if (chunk[at] !== CLIENT_PREFACE[this.#headBytes]) throw this.#notHttp2(chunk.subarray(at));
      this.#head[this.#headBytes++] = chunk[at]!;
    }
    if (this.#headBytes === CLIENT_PREFACE.length) {
      this.#headBytes = 0;
      this.#state = State.HEADER;
    }
    return at;
  }

  #readHeader(chunk: Uint8Array, from: number): number {
    if (this.#headBytes === 0 && chunk.length - from >= FRAME_HEADER_BYTES) {
      this.#parseHeader(chunk, from);
      return from + FRAME_HEADER_BYTES;
    }
    const end = Math.min(from + FRAME_HEADER_BYTES - this.#headBytes, chunk.length);
    this.#head.set(chunk.subarray(from, end), this.#headBytes);
    this.#headBytes += end - from;
    if (this.#headBytes < FRAME_HEADER_BYTES) return end;
    this.#headBytes = 0;
    this.#parseHeader(this.#head.subarray(0, FRAME_HEADER_BYTES), 0);
    return end;
  }

  #parseHeader(bytes: Uint8Array, at: number): void {
    const length = (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
    this.#type = bytes[at + 3]!;
    this.#flags = bytes[at + 4]!;
    this.#streamId = readUint32(bytes, at + 5) & MAX_INT31;
    if (!this.#isGreeted) {
      if (this.#role === "client" && !looksLikeFrame(length, this.#type, this.#streamId)) {
        throw notHttp2Error(this.#role, this.#remote, bytes.subarray(at));
      }
      if (this.#type !== FrameType.SETTINGS || this.#flags & Flag.ACK) {
        throw protocol("its first frame is not SETTINGS");
      }
      this.#isGreeted = true;
    }
    this.#beginFrame(length);
  }

  #beginFrame(length: number): void {
    const type = this.#type;
    if (length > this.#maxFrameBytes) {
      throw frameSize(`a frame of ${length} bytes is over the limit of ${this.#maxFrameBytes}`);
    }
    if (this.#block.streamId !== 0) {
      if (type !== FrameType.CONTINUATION || this.#streamId !== this.#block.streamId) {
        throw protocol(`a frame of type ${type} interrupts a header block`);
      }
    } else if (type === FrameType.CONTINUATION) {
      throw protocol("a CONTINUATION frame continues nothing");
    }
    switch (type) {
      case FrameType.DATA:
        this.#requireStream(true);
        this.#left = length;
        if ((this.#flags & Flag.PADDED) === 0) this.#beginData(-1);
        else if (length === 0) throw frameSize("a padded DATA frame is empty");
        else this.#state = State.PAD_LENGTH;
        return;
      case FrameType.HEADERS:
        this.#requireStream(true);
        // The larger frames a server announces are for bodies. Requests need no header frame past the basic size, and
        // conformance tools hold servers to that one.
        if (this.#role === "server" && length > MIN_MAX_FRAME_BYTES) {
          throw frameSize(`a HEADERS frame of ${length} bytes is over the limit of ${MIN_MAX_FRAME_BYTES}`);
        }
        this.#block.requireRoom(length);
        return this.#beginCollect(length, length);
      case FrameType.CONTINUATION:
        this.#block.requireRoom(length);
        return this.#beginCollect(length, length);
      case FrameType.PRIORITY:
        this.#requireStream(true);
        this.#requireLength(length, 5);
        return this.#beginCollect(5, 5);
      case FrameType.RST_STREAM:
        this.#requireStream(true);
        this.#requireLength(length, 4);
        return this.#beginCollect(4, 4);
      case FrameType.SETTINGS:
        this.#requireStream(false);
        if (this.#flags & Flag.ACK) this.#requireLength(length, 0);
        else if (length % SETTING_BYTES !== 0) throw frameSize(`a SETTINGS frame of ${length} bytes`);
        else if (length > MAX_SETTINGS * SETTING_BYTES) throw calm(`a SETTINGS frame of ${length} bytes`);
        return this.#beginCollect(length, length);
      case FrameType.PUSH_PROMISE:
        throw protocol("a PUSH_PROMISE came, and nobody allowed pushes");
      case FrameType.PING:
        this.#requireStream(false);
        this.#requireLength(length, 8);
        return this.#beginCollect(8, 8);
      case FrameType.GOAWAY:
        this.#requireStream(false);
        if (length < 8) throw frameSize(`a GOAWAY frame of ${length} bytes`);
        return this.#beginCollect(length, Math.min(length, 8 + MAX_GOAWAY_TEXT_BYTES));
      case FrameType.WINDOW_UPDATE:
        this.#requireLength(length, 4);
        return this.#beginCollect(4, 4);
      default:
        return this.#beginCollect(length, 0);
    }
  }

  #requireStream(isWanted: boolean): void {
    if ((this.#streamId !== 0) !== isWanted) {
      throw protocol(`a frame of type ${this.#type} came for stream ${this.#streamId}`);
    }
  }

  #requireLength(length: number, wanted: number): void {
    if (length !== wanted) throw frameSize(`a frame of type ${this.#type} has ${length} bytes instead of ${wanted}`);
  }

  /** Waits for `kept` of `length` bytes of payload, then dispatches the frame, then skips the rest. */
  #beginCollect(length: number, kept: number): void {
    this.#left = kept;
    this.#skip = length - kept;
    if (kept === 0) this.#endCollect(EMPTY_BYTES);
    else this.#state = State.COLLECT;
  }

  #collect(chunk: Uint8Array, from: number): number {
    const end = Math.min(from + this.#left, chunk.length);
    if (this.#collectedBytes === 0 && end - from === this.#left) {
      this.#endCollect(chunk.subarray(from, end));
      return end;
    }
    if (this.#collectedBytes === 0) {
      // Bounded: every kind of frame has checked its length.
      this.#collected = new Uint8Array(this.#left);
    }
    this.#collected.set(chunk.subarray(from, end), this.#collectedBytes);
    this.#collectedBytes += end - from;
    this.#left -= end - from;
    if (this.#left === 0) {
      const payload = this.#collected;
      this.#collected = EMPTY_BYTES;
      this.#collectedBytes = 0;
      this.#endCollect(payload);
    }
    return end;
  }

  #endCollect(payload: Uint8Array): void {
    this.#state = this.#skip > 0 ? State.SKIP : State.HEADER;
    const streamId = this.#streamId;
    switch (this.#type) {
      case FrameType.HEADERS:
        return this.#endBlock(streamId, this.#block.begin(streamId, this.#flags, payload));
      case FrameType.CONTINUATION:
        if (payload.length === 0) this.#handler.ignored();
        return this.#endBlock(streamId, this.#block.append(this.#flags, payload));
      case FrameType.PRIORITY:
        requireForeignDependency(streamId, payload, 0);
        return this.#handler.ignored();
      case FrameType.RST_STREAM:
        return this.#handler.rstStream(streamId, readUint32(payload, 0));
      case FrameType.SETTINGS:
        return this.#flags & Flag.ACK ? this.#handler.ignored() : this.#handler.settings(payload);
      case FrameType.PING:
        return this.#flags & Flag.ACK ? this.#handler.pong(payload) : this.#handler.ping(payload);
      case FrameType.GOAWAY:
        return this.#handler.goaway(readUint32(payload, 0) & MAX_INT31, readUint32(payload, 4), payload.subarray(8));
      case FrameType.WINDOW_UPDATE:
        return this.#handler.windowUpdate(streamId, readUint32(payload, 0) & MAX_INT31);
      default:
        return this.#handler.ignored();
    }
  }

  #beginData(padLength: number): void {
    const overhead = padLength + 1;
    if (overhead > this.#left) throw protocol(`a DATA frame of ${this.#left} bytes has ${padLength} bytes of padding`);
    this.#left -= overhead;
    this.#skip = Math.max(padLength, 0);
    this.#state = State.DATA;
    this.#handler.beginData(this.#streamId, this.#left, overhead, (this.#flags & Flag.END_STREAM) !== 0);
    if (this.#left === 0) this.#data(EMPTY_BYTES);
  }

  #data(part: Uint8Array): void {
    const isAll = this.#left === 0;
    if (isAll && this.#state !== State.STOPPED) this.#state = this.#skip > 0 ? State.SKIP : State.HEADER;
    // With padding, the stream ends after it: `endSkip` says so.
    const isLast = isAll && this.#skip === 0;
    if (part.length > 0 || isLast) this.#handler.data(part, isLast);
  }

  #endSkip(): void {
    this.#state = State.HEADER;
    if (this.#type === FrameType.DATA) this.#handler.data(EMPTY_BYTES, true);
  }

  #endBlock(streamId: number, block: Uint8Array | undefined): void {
    if (block !== undefined) this.#handler.headers(streamId, block, this.#block.endsStream);
  }

  #notHttp2(rest: Uint8Array): Error {
    return notHttp2Error(this.#role, this.#remote, concat([this.greeting.slice(), rest]));
  }
}

function protocol(what: string): Error {
  return connectionError(Http2ErrorCode.PROTOCOL_ERROR, what);
}

function frameSize(what: string): Error {
  return connectionError(Http2ErrorCode.FRAME_SIZE_ERROR, what);
}

function calm(what: string): Error {
  return connectionError(Http2ErrorCode.ENHANCE_YOUR_CALM, what);
}
