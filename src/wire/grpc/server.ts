/**
 * Serves gRPC methods on accepted sockets.
 *
 * @module
 */
import { delay, utf8 } from "../../base/mod.ts";
import {
  DEFAULT_STREAM_WINDOW_BYTES,
  type HeaderList,
  type Http2Options,
  Http2Session,
  type Http2Stream,
  type StreamSink,
} from "../http2/mod.ts";
import type { Socket } from "../net/mod.ts";
import { RpcError } from "./errors.ts";
import { Inbox } from "./inbox.ts";
import { keepAlive, WatchedSocket } from "./keepalive.ts";
import { MessageMemory } from "./message_memory.ts";
import { isGrpcContentType } from "./metadata.ts";
import { IncomingCall } from "./server_call.ts";
import { GrpcStatus } from "./status.ts";
import type { MethodHandler } from "./types.ts";

/** Options of a {@linkcode GrpcServer}. */
export interface GrpcServerOptions {
  /** Largest message taken, compressed or not. @default 50 MiB */
  readonly maxMessageBytes?: number;
  /** Connections at once; more are refused. @default 1000 */
  readonly maxConnections?: number;
  /** How long a connection may take to speak HTTP/2, milliseconds. @default 10000 */
  readonly handshakeTimeoutMs?: number;
  /** Silence, with calls open, after which a caller is asked whether it is there, milliseconds. @default 60000 */
  readonly keepaliveMs?: number;
  /** How long it may take to answer that, milliseconds. @default 20000 */
  readonly keepaliveTimeoutMs?: number;
  /** Told of errors that callers see only as INTERNAL. @default ignored */
  readonly onInternalError?: (path: string, error: unknown) => void;
  /** Windows and limits of HTTP/2. */
  readonly http2?: Http2Options;
}

/** Methods by path. */
export class GrpcServer {
  readonly #methods: ReadonlyMap<string, MethodHandler>;
  readonly #options: GrpcServerOptions;
  readonly #sessions = new Set<Http2Session>();
  readonly #memory = new MessageMemory();
  #isClosing = false;

  /** Serves `methods`: `/package.Service/Method` → handler. */
  constructor(methods: ReadonlyMap<string, MethodHandler>, options: GrpcServerOptions = {}) {
    this.#methods = methods;
    this.#options = options;
  }

  /** Connections open now. */
  get connectionCount(): number {
    return this.#sessions.size;
  }

  /** Serves a connection, which is *taken*. */
  serve(accepted: Socket): void {
    const { maxConnections = 1000, http2, keepaliveMs = 60_000, keepaliveTimeoutMs = 20_000 } = this.#options;
    if (this.#isClosing || this.#sessions.size >= maxConnections) return accepted.destroy();
    const socket = new WatchedSocket(accepted);
    const onStream = (stream: Http2Stream, headers: HeaderList, endOfStream: boolean) =>
      this.#accept(socket.remote, stream, headers, endOfStream);
    const session = Http2Session.server(socket, onStream, http2);
    this.#sessions.add(session);
    session.closed.then(() => this.#sessions.delete(session));
    this.#expectAnswer(session);
    keepAlive(session, socket, keepaliveMs, keepaliveTimeoutMs);
  }

  /** Takes no new calls, lets those under way end until `drainMs` have passed, then ends all. Idempotent. */
  async close(drainMs: number = 2_000): Promise<void> {
    this.#isClosing = true;
    const sessions = [...this.#sessions];
    const drained = Promise.all(sessions.map((session) => session.close()));
    const stop = new AbortController();
    await Promise.race([drained, delay(drainMs, stop.signal).catch(() => {})]);
    stop.abort();
    for (const session of sessions) session.destroy();
    await Promise.all(sessions.map((session) => session.closed));
  }

  /** Only who speaks HTTP/2 answers a PING. */
  async #expectAnswer(session: Http2Session): Promise<void> {
    const deadline = new AbortController(); // not AbortSignal.timeout: its timer would outlive the answer
    const timer = setTimeout(() => deadline.abort(), this.#options.handshakeTimeoutMs ?? 10_000);
    try {
      await session.ping(deadline.signal);
    } catch {
      session.destroy();
    } finally {
      clearTimeout(timer);
    }
  }

  #accept(peer: string, stream: Http2Stream, headers: HeaderList, endOfStream: boolean): StreamSink {
    const fields = new Map(headers);
    if (!isGrpcContentType(fields.get("content-type")) || fields.get(":method") !== "POST") {
      return refuseStranger(stream, endOfStream);
    }
    const { maxMessageBytes = 50 << 20, http2 } = this.#options;
    const windowBytes = http2?.streamWindowBytes ?? DEFAULT_STREAM_WINDOW_BYTES;
    const inbox = new Inbox(maxMessageBytes, this.#memory, windowBytes);
    const call = new IncomingCall(stream, fields, peer, inbox, this.#memory);
    this.#run(call, headers);
    if (endOfStream) call.endOfRequest();
    return call.sink;
  }

  async #run(call: IncomingCall, headers: HeaderList): Promise<void> {
    this.#memory.callBegins();
    try {
      call.begin(headers);
      const handler = this.#methods.get(call.path);
      if (handler === undefined) throw new RpcError(GrpcStatus.UNIMPLEMENTED, `There is no method ${call.path}.`);
      await handler(call);
      call.end();
    } catch (error) {
      const isOurs = error instanceof RpcError || call.signal.aborted;
      if (!isOurs) this.#options.onInternalError?.(call.path, error);
      call.fail(error);
    } finally {
      this.#memory.callEnds();
    }
  }
}

/** Bytes a caller who does not speak gRPC may send before the answer does not wait for the rest. */
const STRANGERS_BODY_BYTES = 1 << 16;

/**
 * Answers what is no gRPC call. Its end is awaited, within bounds: an answer that overtakes the request hides from the caller
 * what is wrong with the request itself.
 */
function refuseStranger(stream: Http2Stream, endOfStream: boolean): StreamSink {
  let bytesLeft = STRANGERS_BODY_BYTES;
  let isAnswered = false;
  const answer = (isEnd: boolean) => {
    if (isAnswered) return;
    isAnswered = true;
    stream.sendHeaders([[":status", "415"], ["content-type", "text/plain"]]);
    stream.write([utf8("This is a gRPC server: send POST with content-type application/grpc.\n")], true);
    if (!isEnd) stream.reset(0);
  };
  if (endOfStream) answer(true);
  return {
    headers() {},
    data(chunk, isEnd) {
      stream.consume(chunk.byteLength);
      bytesLeft -= chunk.byteLength;
      if (isEnd || bytesLeft < 0) answer(isEnd);
    },
    trailers: () => answer(true),
    failed() {},
  };
}
