/**
 * An HTTP/2 connection as a state machine: bytes in, calls and bytes out. It does no I/O and knows no time but a clock.
 *
 * @module
 */
import { utf8 } from "../../base/mod.ts";
import { closedError, drainingError, Http2Error, Http2ErrorCode, http2ErrorName, resetError } from "./errors.ts";
import { FloodBudget } from "./flood_budget.ts";
import { FrameReader } from "./frame_reader.ts";
import { CLIENT_PREFACE, INITIAL_WINDOW_BYTES, MAX_INT31 } from "./frames.ts";
import { checkSent, type HeaderSummary } from "./header_rules.ts";
import { notHttp2Error } from "./peer_check.ts";
import { ReceiveWindow } from "./receive_window.ts";
import { Receiver, type ReceiverHost } from "./receiver.ts";
import { Sender } from "./sender.ts";
import { announcedSettings, type Limits, requireWindow, resolveLimits, type Role } from "./settings.ts";
import { SILENT_SINK, Stream, type StreamHost } from "./stream.ts";
import { Ending, StreamTable } from "./stream_table.ts";
import type { HeaderList, Http2Options, Http2Stream, StreamSink } from "./types.ts";

/** Who is told what happens on a connection. */
export interface ConnectionEvents {
  /** There is output to {@linkcode Connection.pull}. Comes often. */
  wake(): void;
  /** A request came (servers only). Answers who hears the rest of it. */
  opened(stream: Http2Stream, headers: HeaderList, endOfStream: boolean): StreamSink;
  /** An answer to a PING came. */
  pong(payload: Uint8Array): void;
  /**
   * It is over: drained (`undefined`), or by the error. Comes once, after every stream has heard of it. Output that is
   * left, such as a GOAWAY, should still be pulled.
   */
  closed(error: Error | undefined): void;
}

/** Options of {@linkcode Connection}. */
export interface ConnectionOptions extends Http2Options {
  /** Peer, for texts. @default "the peer" */
  readonly remote?: string;
  /** Clock in milliseconds, for the flood budgets. @default performance.now */
  readonly now?: () => number;
}

/** One connection, either side. */
export class Connection implements StreamHost, ReceiverHost {
  /** Which side we are. */
  readonly role: Role;
  /** Our limits. */
  readonly limits: Limits;
  /** The open streams. */
  readonly table: StreamTable = new StreamTable();
  /** The sending half. */
  readonly sender: Sender;
  readonly #events: ConnectionEvents;
  readonly #remote: string;
  readonly #reader: FrameReader;
  readonly #receiver: Receiver;
  readonly #window: ReceiveWindow;
  /** Received, and not given back to the peer. */
  #usedWindow = 0;
  /** Body bytes that sinks hold. */
  #heldBytes = 0;
  /** Requests that wait for the peer's limit of streams, with their headers. */
  readonly #waiting = new Map<Stream, HeaderList>();
  #isDraining = false;
  #isClosed = false;
  #lastActedOn: number | undefined;
  /** What the peer's GOAWAY complained about. */
  #complaint: Http2Error | undefined;

  /** Creates a connection whose first output, our preface, is ready to be pulled. @throws {RangeError} for a limit out of its range */
  constructor(role: Role, events: ConnectionEvents, options: ConnectionOptions = {}) {
    this.role = role;
    this.limits = resolveLimits(role, options);
    this.#events = events;
    this.#remote = options.remote ?? "the peer";
    this.#window = new ReceiveWindow(this.limits.connectionWindowBytes);
    const now = options.now ?? (() => performance.now());
    const control = new FloodBudget(10_000, 1_000, now);
    this.#receiver = new Receiver(this, this.#window, control, now);
    this.#reader = new FrameReader(role, this.limits, this.#remote, this.#receiver);
    this.sender = new Sender((stream) => this.#sendDone(stream), control);
    const { frames } = this.sender;
    if (role === "client") frames.bytes(CLIENT_PREFACE);
    frames.settings(announcedSettings(role, this.limits));
    const increment = this.limits.connectionWindowBytes - INITIAL_WINDOW_BYTES;
    if (increment > 0) frames.windowUpdate(0, increment);
  }

  /** See {@linkcode StreamHost.sendBufferBytes}. */
  get sendBufferBytes(): number {
    return this.limits.sendBufferBytes;
  }

  /** Open streams, and requests that wait to be. */
  get openStreams(): number {
    return this.table.size + this.#waiting.size;
  }

  /** Whether no new requests are taken. */
  get isDraining(): boolean {
    return this.#isDraining;
  }

  /** Whether it is over. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Whether {@linkcode Connection.pull} would yield something. */
  get hasOutput(): boolean {
    return this.sender.hasOutput;
  }

  /** Where the next bytes of the peer should go, *borrowed*; `undefined` = anywhere. {@linkcode receive} gets them there. */
  get target(): Uint8Array | undefined {
    return this.#reader.target();
  }

  /** Takes bytes of the peer, *borrowed*, of any size. Whatever is wrong with them ends in `closed`, never in a throw. */
  receive(chunk: Uint8Array): void {
    if (this.#isClosed) return;
    try {
      this.#reader.push(chunk);
    } catch (error) {
      this.#fail(error as Error);
    }
    this.#wake();
  }

  /**
   * Moves about `maxBytes` of output to `out` as slices, one frame more at most; answers how many bytes they are.
   * The slices stay valid until the next call.
   */
  pull(maxBytes: number, out: Uint8Array[]): number {
    return this.sender.pull(maxBytes, out);
  }

  /**
   * Sends a request, or lets it wait while the peer's limit of concurrent streams is reached.
   *
   * @throws {Http2Error} `connection.draining`, `connection.closed`
   * @throws {TypeError} for a field that cannot be sent
   * @throws {RangeError} for a window out of its range
   */
  request(
    headers: HeaderList,
    sink: StreamSink,
    endOfStream: boolean,
    windowBytes: number = this.limits.streamWindowBytes,
  ): Http2Stream {
    if (this.role === "server") throw new TypeError("Cannot send a request: this is the server's side");
    const checked = checkSent(headers);
    if (this.#isClosed) throw closedError(this.#remote, this.#complaint);
    if (this.#isDraining) throw drainingError(this.#remote, 0, this.#complaint);
    requireWindow(windowBytes);
    const stream = new Stream(this, sink, new ReceiveWindow(windowBytes), true);
    stream.method = checked.find(([name]) => name === ":method")?.[1] ?? "";
    stream.isEndQueued = endOfStream;
    this.#waiting.set(stream, checked);
    this.openWaiting();
    this.#wake();
    return stream;
  }

  /** Sends a PING of 8 bytes. */
  ping(payload: Uint8Array): void {
    this.sender.frames.ping(payload, false);
    this.#wake();
  }

  /** Takes no new requests; what is under way goes on, then it is over. Idempotent. */
  shutdown(): void {
    if (this.#isDraining || this.#isClosed) return;
    this.#isDraining = true;
    // A client says its GOAWAY at the end: the server has nothing to learn from it before.
    if (this.role === "server") this.#sendGoaway(Http2ErrorCode.NO_ERROR, "");
    this.#checkDrained();
    this.#wake();
  }

  /** The byte stream has ended, orderly when there is no error. */
  transportClosed(error: Error | undefined): void {
    if (this.#isClosed) return;
    this.#terminate(error ?? this.#complaint ?? this.#prematureEnd());
  }

  /** The owner ends it now, with or without a reason; nothing more goes out. */
  abort(error: Error | undefined): void {
    if (!this.#isClosed) this.#terminate(error);
  }

  // What streams ask for.

  /** See {@linkcode StreamHost.sendHeaders}. */
  sendHeaders(stream: Stream, headers: HeaderList, endOfStream: boolean): void {
    this.sender.headers(stream, headers, endOfStream);
    this.#wake();
  }

  /** See {@linkcode StreamHost.sendReady}. */
  sendReady(stream: Stream): void {
    if (stream.id === 0) return;
    this.sender.schedule(stream);
    this.#wake();
  }

  /** See {@linkcode StreamHost.consumed}. */
  consumed(stream: Stream, byteCount: number): void {
    const known = Math.min(byteCount, stream.unconsumed);
    this.#letGo(stream, known);
    if (stream.isReceiveDone || stream.isDeaf) return;
    const increment = stream.window.consume(known);
    if (increment === 0) return;
    this.sender.frames.windowUpdate(stream.id, increment);
    this.#wake();
  }

  /** See {@linkcode StreamHost.reset}. */
  reset(stream: Stream, code: number): void {
    if (stream.failure !== undefined) return;
    this.#makeDeaf(stream);
    const isOpen = this.table.get(stream.id) === stream;
    if (!isOpen && !this.#waiting.has(stream)) return;
    if (isOpen && code === Http2ErrorCode.NO_ERROR && stream.isEndQueued) {
      stream.isResetQueued = true;
      if (stream.isSendDone) this.#sendDone(stream);
      return this.#wake();
    }
    if (isOpen) this.sender.frames.rstStream(stream.id, code);
    const what = `with ${this.#remote} was reset here: ${http2ErrorName(code)}`;
    this.#abandon(stream, resetError(code, stream.id, what), Ending.RESET_HERE);
    this.#wake();
  }

  // What the receiving half finds.

  /** See {@linkcode ReceiverHost.openedByPeer}. */
  openedByPeer(id: number, headers: HeaderList, summary: HeaderSummary, endOfStream: boolean): void {
    const stream = new Stream(this, SILENT_SINK, new ReceiveWindow(this.limits.streamWindowBytes), false);
    stream.id = id;
    stream.sendWindow = this.sender.peer.initialWindowSize;
    stream.method = summary.method;
    stream.announcedLeft = summary.contentLength;
    stream.isPeerHeaded = true;
    stream.isReceiveDone = endOfStream;
    this.table.add(stream);
    try {
      stream.sink = this.#events.opened(stream, headers, endOfStream);
    } catch (reason) {
      this.sinkThrew(stream, reason);
    }
    if (endOfStream) this.receiveDone(stream);
  }

  /** See {@linkcode ReceiverHost.violated}. */
  violated(stream: Stream, code: number, what: string): void {
    this.sender.frames.rstStream(stream.id, code);
    const text = `with ${this.#remote} had to be reset: ${what}`;
    this.#abandon(stream, resetError(code, stream.id, text), Ending.RESET_HERE);
  }

  /** See {@linkcode ReceiverHost.sinkThrew}. */
  sinkThrew(stream: Stream, reason: unknown): void {
    if (stream.failure !== undefined) return;
    const error = reason instanceof Error ? reason : new Error(String(reason));
    const isOpen = this.table.get(stream.id) === stream;
    if (isOpen) this.sender.frames.rstStream(stream.id, Http2ErrorCode.INTERNAL_ERROR);
    this.#abandon(stream, error, Ending.RESET_HERE);
  }

  /** See {@linkcode ReceiverHost.resetByPeer}. */
  resetByPeer(stream: Stream, code: number): void {
    // A server that has answered in full may tell us this way to stop sending; the answer stands.
    if (this.role === "client" && code === Http2ErrorCode.NO_ERROR && stream.isReceiveDone) this.#makeDeaf(stream);
    const what = `was reset by ${this.#remote}: ${http2ErrorName(code)}`;
    const isUnprocessed = code === Http2ErrorCode.REFUSED_STREAM;
    this.#abandon(stream, resetError(code, stream.id, what, isUnprocessed), Ending.RESET_BY_PEER);
  }

  /** See {@linkcode ReceiverHost.receiveDone}. */
  receiveDone(stream: Stream): void {
    if (stream.isSendDone) this.#complete(stream);
  }

  /** See {@linkcode ReceiverHost.received}. */
  received(byteCount: number, holder: Stream | undefined): void {
    this.#usedWindow += byteCount;
    if (holder !== undefined) {
      holder.unconsumed += byteCount;
      this.#heldBytes += byteCount;
    }
    this.#openWindow();
  }

  #letGo(stream: Stream, byteCount: number): void {
    stream.unconsumed -= byteCount;
    this.#heldBytes -= byteCount;
    this.#openWindow();
  }

  /** Gives the window of the connection back, but for what is held in excess. */
  #openWindow(): void {
    const free = this.#usedWindow - Math.max(0, this.#heldBytes - this.limits.maxHeldBytes);
    if (free <= 0) return;
    this.#usedWindow -= free;
    const increment = this.#window.consume(free);
    if (increment === 0 || this.#isClosed) return;
    this.sender.frames.windowUpdate(0, increment);
    this.#wake();
  }

  /** See {@linkcode ReceiverHost.openWaiting}. */
  openWaiting(): void {
    for (const [stream, headers] of this.#waiting) {
      if (this.table.size >= this.sender.peer.maxConcurrentStreams) return;
      const id = this.table.highestId === 0 ? 1 : this.table.highestId + 2;
      if (id > MAX_INT31) {
        // The numbers are used up: the next request needs a new connection.
        this.#isDraining = true;
        return this.#failWaiting();
      }
      this.#waiting.delete(stream);
      stream.id = id;
      stream.sendWindow = this.sender.peer.initialWindowSize;
      this.table.add(stream);
      const isWhole = stream.isEndQueued && stream.queue.byteLength === 0 && stream.trailersQueued === undefined;
      this.sender.headers(stream, headers, isWhole);
      const increment = stream.window.bytes - INITIAL_WINDOW_BYTES;
      if (increment > 0) this.sender.frames.windowUpdate(id, increment);
      this.sender.schedule(stream);
    }
  }

  /** See {@linkcode ReceiverHost.goaway}. */
  goaway(lastStreamId: number, code: number, text: Uint8Array): void {
    if (code !== Http2ErrorCode.NO_ERROR) {
      const said = text.length === 0 ? "" : `, ${JSON.stringify(String.fromCharCode(...text))}`;
      const message = `The connection was ended by ${this.#remote}: ${http2ErrorName(code)}${said}`;
      this.#complaint = new Http2Error("connection.http2", code, message);
    }
    // A client's GOAWAY is about pushes, of which there are none: its requests go on.
    if (this.role === "server") return;
    this.#isDraining = true;
    this.#failWaiting();
    for (const stream of this.table.values()) {
      if (stream.id <= lastStreamId) continue;
      this.#abandon(stream, drainingError(this.#remote, stream.id, this.#complaint), Ending.RESET_HERE);
    }
    this.#checkDrained();
  }

  /** See {@linkcode ReceiverHost.pong}. */
  pong(payload: Uint8Array): void {
    this.#events.pong(payload);
  }

  // How streams and the connection end.

  #sendDone(stream: Stream): void {
    if (stream.isReceiveDone) return this.#complete(stream);
    if (!stream.isResetQueued) return;
    this.sender.frames.rstStream(stream.id, Http2ErrorCode.NO_ERROR);
    this.#complete(stream, Ending.RESET_HERE);
  }

  #complete(stream: Stream, ending: number = Ending.COMPLETE): void {
    if (!this.table.remove(stream, ending)) return;
    this.#receiver.completed();
    this.#afterRemoval();
  }

  #abandon(stream: Stream, error: Error, ending: number): void {
    const isToldSo = !stream.isDeaf;
    this.table.remove(stream, ending);
    this.#waiting.delete(stream);
    this.sender.forget(stream);
    this.#makeDeaf(stream);
    stream.fail(error);
    if (isToldSo) {
      try {
        stream.sink.failed(error);
      } catch {
        // The stream is gone already; there is nobody left to tell.
      }
    }
    if (!this.#isClosed) this.#afterRemoval();
  }

  #makeDeaf(stream: Stream): void {
    stream.isDeaf = true;
    this.#letGo(stream, stream.unconsumed);
  }

  #afterRemoval(): void {
    this.openWaiting();
    this.#checkDrained();
  }

  #failWaiting(): void {
    const streams = [...this.#waiting.keys()];
    this.#waiting.clear();
    for (const stream of streams) {
      this.#abandon(stream, drainingError(this.#remote, 0, this.#complaint), Ending.RESET_HERE);
    }
  }

  #checkDrained(): void {
    if (!this.#isDraining || this.#isClosed || this.openStreams > 0) return;
    if (this.role === "client") this.#sendGoaway(Http2ErrorCode.NO_ERROR, "");
    this.#terminate(this.#complaint);
  }

  #fail(error: Error): void {
    if (this.#isClosed) return;
    const code = error instanceof Http2Error ? error.http2Code : Http2ErrorCode.INTERNAL_ERROR;
    this.#sendGoaway(code, error instanceof Http2Error ? error.message : "");
    this.#terminate(error);
  }

  #terminate(error: Error | undefined): void {
    this.#isClosed = true;
    this.#isDraining = true;
    this.#reader.stop();
    const reason = error ?? closedError(this.#remote, this.#complaint);
    for (const stream of this.table.values()) this.#abandon(stream, reason, Ending.RESET_HERE);
    for (const stream of this.#waiting.keys()) this.#abandon(stream, reason, Ending.RESET_HERE);
    this.#events.closed(error);
  }

  #sendGoaway(code: number, text: string): void {
    // The highest stream of the peer that was acted on. It must not rise from one GOAWAY to the next.
    this.#lastActedOn ??= this.role === "server" ? this.table.highestId : 0;
    this.sender.frames.goaway(this.#lastActedOn, code, utf8(text));
  }

  /** What to think of a peer that ends the byte stream, orderly and unasked. */
  #prematureEnd(): Error | undefined {
    const { greeting, isGreeted } = this.#reader;
    const isSilentServer = this.role === "client" && !isGreeted;
    if (greeting.length > 0 || isSilentServer) return notHttp2Error(this.role, this.#remote, greeting);
    return this.openStreams > 0 ? closedError(this.#remote, undefined) : undefined;
  }

  #wake(): void {
    if (this.sender.hasOutput) this.#events.wake();
  }
}
