/**
 * One stream: its two halves, its queue and its windows. What it needs of its connection is its host.
 *
 * @module
 */
import { BodyQueue } from "./body_queue.ts";
import { Http2ErrorCode } from "./errors.ts";
import { checkSent } from "./header_rules.ts";
import type { ReceiveWindow } from "./receive_window.ts";
import type { HeaderList, Http2Stream, StreamSink } from "./types.ts";

/** What a stream asks of its connection. */
export interface StreamHost {
  /** Bytes that may wait on a stream before its writer is asked to wait. */
  readonly sendBufferBytes: number;
  /** Sends the first header block of a server's stream. */
  sendHeaders(stream: Stream, headers: HeaderList, endOfStream: boolean): void;
  /** There is body, or an end, to send. */
  sendReady(stream: Stream): void;
  /** The sink is through with body bytes. */
  consumed(stream: Stream, byteCount: number): void;
  /** The owner wants it gone. */
  reset(stream: Stream, code: number): void;
}

/** A sink that hears nothing. */
export const SILENT_SINK: StreamSink = { headers() {}, data() {}, trailers() {}, failed() {} };

/** A stream. Its fields are the connection's business; outside, it is an {@linkcode Http2Stream}. */
export class Stream implements Http2Stream {
  readonly #host: StreamHost;
  #room: PromiseWithResolvers<void> | undefined;

  /** Number; 0 before it is open. */
  id = 0;
  /** Who hears it. */
  sink: StreamSink;
  /** Why it ended early, if it did. */
  failure: Error | undefined;

  /** Body that waits to be sent. */
  readonly queue: BodyQueue = new BodyQueue();
  /** What the peer lets us send; below zero after it has shrunk its setting. */
  sendWindow = 0;
  /** Whether the first header block is on its way. */
  isHeaded: boolean;
  /** Whether the owner has ended this side; what is queued may still wait. */
  isEndQueued = false;
  /** Trailers that end this side. */
  trailersQueued: HeaderList | undefined;
  /** Whether our END_STREAM has gone out. */
  isSendDone = false;
  /** Whether RST_STREAM(NO_ERROR) follows our END_STREAM. */
  isResetQueued = false;

  /** What we let the peer send. */
  readonly window: ReceiveWindow;
  /** Body bytes the sink holds. */
  unconsumed = 0;
  /** Whether the peer's first header block is here. */
  isPeerHeaded = false;
  /** Whether the peer's END_STREAM is here. */
  isReceiveDone = false;
  /** Whether the owner wants to hear no more. */
  isDeaf = false;
  /** Method of the request. */
  method = "";
  /** Body bytes the peer announced by `content-length` and has not sent; -1 = it announced none. */
  announcedLeft = -1;

  /** Creates a stream that is not open yet; `isHeaded` says that its header block is the host's business. */
  constructor(host: StreamHost, sink: StreamSink, window: ReceiveWindow, isHeaded: boolean) {
    this.#host = host;
    this.sink = sink;
    this.window = window;
    this.isHeaded = isHeaded;
  }

  /** Nothing can be sent any more. */
  get isSendClosed(): boolean {
    return this.isEndQueued || this.failure !== undefined;
  }

  /** Whether something waits to be sent. */
  get hasOutput(): boolean {
    return this.queue.byteLength > 0 || (this.isEndQueued && !this.isSendDone);
  }

  /** See {@linkcode Http2Stream.sendHeaders}. */
  sendHeaders(headers: HeaderList, endOfStream = false): void {
    if (this.failure !== undefined) return;
    if (this.isHeaded) throw new TypeError("Cannot send headers: they were sent already");
    const checked = checkSent(headers);
    this.isHeaded = true;
    this.isEndQueued = endOfStream;
    this.#host.sendHeaders(this, checked, endOfStream);
  }

  /** See {@linkcode Http2Stream.write}. */
  write(slices: readonly Uint8Array[], endOfStream = false): Promise<void> | undefined {
    if (this.failure !== undefined) return harmless(Promise.reject(this.failure));
    this.#requireOpen("write");
    this.queue.push(slices);
    this.isEndQueued = endOfStream;
    if (this.hasOutput) this.#host.sendReady(this);
    if (this.queue.byteLength < this.#host.sendBufferBytes) return undefined;
    this.#room ??= Promise.withResolvers<void>();
    return harmless(this.#room.promise);
  }

  /** See {@linkcode Http2Stream.sendTrailers}. */
  sendTrailers(trailers: HeaderList): void {
    if (this.failure !== undefined) return;
    this.#requireOpen("send trailers");
    this.trailersQueued = checkSent(trailers);
    this.isEndQueued = true;
    this.#host.sendReady(this);
  }

  /** See {@linkcode Http2Stream.end}. */
  end(): void {
    if (this.isSendClosed) return;
    this.#requireOpen("end");
    this.isEndQueued = true;
    this.#host.sendReady(this);
  }

  /** See {@linkcode Http2Stream.consume}. */
  consume(byteCount: number): void {
    if (!(byteCount >= 0)) throw new RangeError(`Cannot consume: ${byteCount} is not a number of bytes`);
    this.#host.consumed(this, byteCount);
  }

  /** See {@linkcode Http2Stream.reset}. */
  reset(code: number = Http2ErrorCode.CANCEL): void {
    this.#host.reset(this, code);
  }

  /** Moves `byteCount` bytes of the queue to `out`, and lets the writer go on. */
  takeBody(byteCount: number, out: Uint8Array[]): void {
    this.queue.take(byteCount, out);
    if (this.#room !== undefined && this.queue.byteLength < this.#host.sendBufferBytes) {
      this.#room.resolve();
      this.#room = undefined;
    }
  }

  /** Ends it early. The sink is told by the caller, if at all. */
  fail(failure: Error): void {
    this.failure = failure;
    this.queue.clear();
    this.trailersQueued = undefined;
    this.#room?.reject(failure);
    this.#room = undefined;
  }

  #requireOpen(what: string): void {
    if (!this.isHeaded) throw new TypeError(`Cannot ${what}: the headers were not sent yet`);
    if (this.isEndQueued) throw new TypeError(`Cannot ${what}: this side has ended`);
  }
}

/** A promise whose rejection nobody needs to handle. */
function harmless(promise: Promise<void>): Promise<void> {
  promise.catch(() => {});
  return promise;
}
