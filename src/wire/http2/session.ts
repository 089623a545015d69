/**
 * An HTTP/2 connection on a socket.
 *
 * @module
 */
import { abortable } from "../../base/mod.ts";
import type { Socket } from "../net/mod.ts";
import { Connection } from "./connection.ts";
import { closedError, Http2Error, Http2ErrorCode } from "./errors.ts";
import { readUint32 } from "./frames.ts";
import type { Role } from "./settings.ts";
import type { HeaderList, Http2Options, Http2Stream, StreamSink } from "./types.ts";

/** Hears a request: answers who hears the rest of it. What it throws resets the stream with INTERNAL_ERROR. */
export type StreamHandler = (stream: Http2Stream, headers: HeaderList, endOfStream: boolean) => StreamSink;

/** Options of {@linkcode Http2Session.request}. */
export interface RequestOptions {
  /** Whether the request has no body and no trailers. @default false */
  readonly endOfStream?: boolean;
  /** Receive window of the stream; at least 65535. @default `streamWindowBytes` of the session */
  readonly windowBytes?: number;
}

/** Output asked for at a time: enough to keep a socket busy, little enough for a PING not to wait long. */
const WRITE_BYTES = 2 << 20;
/** How long a peer may take to read our last words and close. */
const LINGER_MS = 1_000;

interface Ping {
  readonly sentAt: number;
  resolve(ms: number): void;
  reject(error: Error): void;
}

/**
 * One connection. It owns its socket: reads what comes, writes what the streams and the windows allow, and closes it.
 *
 * @example
 * ```ts ignore
 * const session = Http2Session.client(await network.dial("localhost", 6726));
 * const stream = session.request([[":method", "GET"], …], sink, { endOfStream: true });
 * ```
 */
export class Http2Session {
  /** Peer as `host:port`. */
  readonly remote: string;
  /** Settles when no stream works any more: with `undefined` after an orderly end, else with what ended it. */
  readonly closed: Promise<Error | undefined>;
  readonly #socket: Socket;
  readonly #connection: Connection;
  readonly #over: PromiseWithResolvers<Error | undefined> = Promise.withResolvers();
  readonly #socketGone: PromiseWithResolvers<void> = Promise.withResolvers();
  readonly #slices: Uint8Array[] = [];
  readonly #pings = new Map<number, Ping>();
  #lastPing = 0;
  #isFlushing = false;
  #isSocketGone = false;
  #isEnded = false;
  #linger: ReturnType<typeof setTimeout> | undefined;

  private constructor(role: Role, socket: Socket, onStream: StreamHandler, options: Http2Options) {
    this.remote = socket.remote;
    this.closed = this.#over.promise;
    this.#socket = socket;
    this.#connection = new Connection(role, {
      wake: () => this.#wake(),
      opened: onStream,
      pong: (payload) => this.#pong(payload),
      closed: (error) => this.#end(error),
    }, { ...options, remote: socket.remote });
    socket.start({
      data: (chunk) => this.#connection.receive(chunk),
      target: () => this.#connection.target,
      closed: (error) => this.#socketClosed(error),
    });
    if (socket.alpn !== undefined && socket.alpn !== "h2") {
      const text = `Cannot speak HTTP/2 with ${socket.remote}: it chose ${JSON.stringify(socket.alpn)} by ALPN`;
      this.destroy(new Http2Error("connection.not_http2", Http2ErrorCode.PROTOCOL_ERROR, text));
    }
    this.#wake();
  }

  /** Starts the client's side on a connected socket, which it *takes*. @throws {RangeError} for an option out of its range */
  static client(socket: Socket, options: Http2Options = {}): Http2Session {
    return new Http2Session("client", socket, unexpected, options);
  }

  /** Starts the server's side on an accepted socket, which it *takes*. @throws {RangeError} for an option out of its range */
  static server(socket: Socket, onStream: StreamHandler, options: Http2Options = {}): Http2Session {
    return new Http2Session("server", socket, onStream, options);
  }

  /** Streams under way, and requests that wait for the peer's limit of concurrent streams. */
  get openStreams(): number {
    return this.#connection.openStreams;
  }

  /** Whether new requests are refused: after `close`, a GOAWAY, or the end. */
  get isDraining(): boolean {
    return this.#connection.isDraining;
  }

  /**
   * Sends a request (client only). While the peer's limit of concurrent streams is reached it waits, in order.
   *
   * @throws {Http2Error} `connection.draining` or `connection.closed` when this session takes no more
   * @throws {TypeError} for a field that cannot be sent
   * @throws {RangeError} for a window out of its range
   */
  request(headers: HeaderList, sink: StreamSink, options: RequestOptions = {}): Http2Stream {
    return this.#connection.request(headers, sink, options.endOfStream ?? false, options.windowBytes);
  }

  /** Measures the way to the peer and back, in milliseconds. Rejects when the session ends, or with the reason of `signal`. */
  async ping(signal?: AbortSignal): Promise<number> {
    signal?.throwIfAborted();
    if (this.#connection.isClosed) throw closedError(this.remote, undefined);
    const id = this.#lastPing = (this.#lastPing + 1) >>> 0;
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    this.#pings.set(id, { sentAt: performance.now(), resolve, reject });
    const payload = new Uint8Array(8);
    new DataView(payload.buffer).setUint32(4, id);
    this.#connection.ping(payload);
    try {
      return await abortable(promise, signal);
    } finally {
      this.#pings.delete(id);
    }
  }

  /** Refuses new streams, lets those under way come to their end, and closes the socket. Idempotent. */
  async close(): Promise<void> {
    this.#connection.shutdown();
    await this.#socketGone.promise;
  }

  /** Ends at once: streams under way fail with `error`. Idempotent. */
  destroy(error?: Error): void {
    this.#connection.abort(error);
    this.#socket.destroy(error);
    this.#releaseSocket();
  }

  #wake(): void {
    if (this.#isFlushing || this.#isSocketGone) return;
    this.#isFlushing = true;
    // At the end of the turn: what one turn says goes out in one write.
    queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    while (!this.#isSocketGone && this.#connection.pull(WRITE_BYTES, this.#slices) > 0) {
      const written = this.#socket.write(this.#slices);
      if (written !== undefined) {
        // Never rejects: a failure reaches `closed` of the socket's handler.
        written.then(() => {
          this.#slices.length = 0;
          this.#flush();
        });
        return;
      }
      this.#slices.length = 0;
    }
    this.#isFlushing = false;
    if (this.#connection.isClosed && !this.#isEnded && !this.#isSocketGone) {
      this.#isEnded = true;
      this.#socket.end();
      this.#linger ??= setTimeout(() => this.destroy(), LINGER_MS);
    }
  }

  #pong(payload: Uint8Array): void {
    const ping = this.#pings.get(readUint32(payload, 4));
    if (readUint32(payload, 0) === 0) ping?.resolve(performance.now() - ping.sentAt);
  }

  /** The connection is over; what it still has to say goes out before the socket closes. */
  #end(error: Error | undefined): void {
    for (const ping of this.#pings.values()) ping.reject(error ?? closedError(this.remote, undefined));
    this.#over.resolve(error);
    if (this.#isSocketGone) return;
    // After an error, a peer that does not even read gets no more time. What ended well may take its time to go out.
    if (error !== undefined) this.#linger = setTimeout(() => this.destroy(), LINGER_MS);
    this.#wake();
  }

  #socketClosed(error: Error | undefined): void {
    this.#isSocketGone = true;
    this.#connection.transportClosed(error);
    this.#releaseSocket();
  }

  #releaseSocket(): void {
    this.#isSocketGone = true;
    clearTimeout(this.#linger);
    this.#socketGone.resolve();
  }
}

function unexpected(): never {
  throw new TypeError("a client's peer cannot open streams");
}
