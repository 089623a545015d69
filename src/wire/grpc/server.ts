/**
 * Serves gRPC methods on accepted sockets.
 *
 * @module
 */
import { type HeaderList, type Http2Options, Http2Session, type Http2Stream, type StreamSink } from "../http2/mod.ts";
import type { Socket } from "../net/mod.ts";
import { abortError, answerOf, callError, RpcError } from "./errors.ts";
import { frameMessage, type MessageEncoding } from "./framing.ts";
import { Inbox } from "./inbox.ts";
import { decodeTimeout, encodeStatusMessage, readMetadata } from "./metadata.ts";
import { GrpcStatus } from "./status.ts";
import type { Metadata, MethodHandler, ServerCall } from "./types.ts";

/** Options of a {@linkcode GrpcServer}. */
export interface GrpcServerOptions {
  /** Largest message taken, compressed or not. @default 50 MiB */
  readonly maxMessageBytes?: number;
  /** Connections at once; more are refused. @default 1000 */
  readonly maxConnections?: number;
  /** Told of errors that callers see only as INTERNAL. @default ignored */
  readonly onInternalError?: (path: string, error: unknown) => void;
  /** Windows and limits of HTTP/2. */
  readonly http2?: Http2Options;
}

/** How long a connection may take to speak HTTP/2. */
const HANDSHAKE_MS = 10_000;

/** Methods by path. */
export class GrpcServer {
  readonly #methods: ReadonlyMap<string, MethodHandler>;
  readonly #options: GrpcServerOptions;
  readonly #sessions = new Set<Http2Session>();
  #isClosing = false;

  /** Serves `methods`: `/package.Service/Method` → handler. */
  constructor(methods: ReadonlyMap<string, MethodHandler>, options: GrpcServerOptions = {}) {
    this.#methods = methods;
    this.#options = options;
  }

  /** Serves a connection, which is *taken*. */
  serve(socket: Socket): void {
    const { maxConnections = 1000, http2 } = this.#options;
    if (this.#isClosing || this.#sessions.size >= maxConnections) return socket.destroy();
    const session = Http2Session.server(
      socket,
      (stream, headers, endOfStream) => this.#accept(socket.remote, stream, headers, endOfStream),
      http2,
    );
    this.#sessions.add(session);
    const handshake = new AbortController();
    const timer = setTimeout(() => handshake.abort(), HANDSHAKE_MS);
    session.ping(handshake.signal).catch(() => session.destroy()).finally(() => clearTimeout(timer));
    session.closed.then(() => this.#sessions.delete(session));
  }

  /** Takes no new calls, lets those under way end until `deadlineMs` have passed, then ends all. Idempotent. */
  async close(deadlineMs: number = 2_000): Promise<void> {
    this.#isClosing = true;
    const sessions = [...this.#sessions];
    const closing = Promise.all(sessions.map((session) => session.close()));
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => timer = setTimeout(resolve, deadlineMs));
    await Promise.race([closing, late]);
    clearTimeout(timer);
    for (const session of sessions) session.destroy();
    await Promise.all(sessions.map((session) => session.closed));
  }

  #accept(peer: string, stream: Http2Stream, headers: HeaderList, endOfStream: boolean): StreamSink {
    const fields = new Map(headers);
    if (!/^application\/grpc(\+|;|$)/.test(fields.get("content-type") ?? "") || fields.get(":method") !== "POST") {
      stream.sendHeaders([[":status", "415"], ["content-type", "text/plain"]]);
      stream.write(
        [new TextEncoder().encode("This is a gRPC server: send POST with content-type application/grpc.\n")],
        true,
      );
      return discarding(stream);
    }
    const path = fields.get(":path") ?? "";
    const call = new Incoming(stream, path, peer, headers, this.#options.maxMessageBytes ?? 50 << 20);
    if (endOfStream) call.endOfRequest();
    this.#run(call, fields);
    return call.sink;
  }

  async #run(call: Incoming, fields: ReadonlyMap<string, string>): Promise<void> {
    try {
      const timeout = fields.get("grpc-timeout");
      if (timeout !== undefined) call.expireIn(decodeTimeout(timeout));
      const handler = this.#methods.get(call.path);
      if (handler === undefined) throw new RpcError(GrpcStatus.UNIMPLEMENTED, `There is no method ${call.path}.`);
      await handler(call);
      call.end(undefined);
    } catch (error) {
      if (!(error instanceof RpcError) && !call.signal.aborted) this.#options.onInternalError?.(call.path, error);
      call.end(call.signal.aborted && !(error instanceof RpcError) ? abortError(call.signal.reason) : answerOf(error));
    }
  }
}

/** A sink for a request nobody reads. */
function discarding(stream: Http2Stream): StreamSink {
  return { headers() {}, data: (chunk) => stream.consume(chunk.length), trailers() {}, failed() {} };
}

/** A call under way, as its handler sees it. */
class Incoming implements ServerCall {
  readonly path: string;
  readonly peer: string;
  readonly metadata: Metadata;
  readonly sink: StreamSink = {
    headers() {},
    data: (chunk, endOfStream) => this.#onData(chunk, endOfStream),
    trailers: () => this.endOfRequest(),
    failed: (error) => this.#onFailed(error),
  };
  readonly #stream: Http2Stream;
  readonly #inbox: Inbox;
  readonly #stop = new AbortController();
  readonly #encoding: MessageEncoding;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isHeaded = false;
  #isOver = false;

  constructor(stream: Http2Stream, path: string, peer: string, headers: HeaderList, maxMessageBytes: number) {
    this.#stream = stream;
    this.path = path;
    this.peer = peer;
    this.metadata = readMetadata(headers);
    this.#inbox = new Inbox(maxMessageBytes);
    const encoding = headers.find(([name]) => name === "grpc-encoding")?.[1] ?? "identity";
    this.#inbox.encoding = encoding;
    // Who compresses can decompress; nobody else is asked to.
    this.#encoding = encoding === "gzip" ? "gzip" : "identity";
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  take(): Promise<Uint8Array | undefined> {
    return this.#inbox.take();
  }

  send(slices: readonly Uint8Array[]): Promise<void> | undefined {
    if (this.#isOver || this.signal.aborted) throw abortError(this.signal.reason);
    if (!this.#isHeaded) this.#sendHead();
    const room = this.#stream.write(frameMessage(slices, this.#encoding));
    return room?.catch((error) => Promise.reject(callError(error)));
  }

  /** Ends the call after `timeoutMs`. */
  expireIn(timeoutMs: number): void {
    this.#timer = setTimeout(() => {
      this.#abort(new DOMException("The deadline passed", "TimeoutError"));
      this.end(abortError(this.signal.reason));
    }, timeoutMs);
  }

  /** The caller has said all. */
  endOfRequest(): void {
    if (this.#inbox.isInsideMessage) {
      this.#inbox.fail(new RpcError(GrpcStatus.INVALID_ARGUMENT, "Bad request: the stream ended inside a message."));
    } else this.#inbox.close();
  }

  /** Answers with a status; `undefined` is OK. Only the first end counts. */
  end(failure: RpcError | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#inbox.discard(failure ?? new RpcError(GrpcStatus.CANCELLED, "The call has ended."));
    if (this.signal.aborted && failure?.status === GrpcStatus.CANCELLED) return;
    const trailers: [string, string][] = [["grpc-status", String(failure?.status ?? GrpcStatus.OK)]];
    if (failure !== undefined) trailers.push(["grpc-message", encodeStatusMessage(failure.message)]);
    if (this.#isHeaded) this.#stream.sendTrailers(trailers);
    else this.#stream.sendHeaders([[":status", "200"], ["content-type", "application/grpc"], ...trailers], true);
  }

  #sendHead(): void {
    this.#isHeaded = true;
    const encoding: [string, string][] = this.#encoding === "identity" ? [] : [["grpc-encoding", this.#encoding]];
    this.#stream.sendHeaders([
      [":status", "200"],
      ["content-type", "application/grpc"],
      ["grpc-accept-encoding", "identity,gzip"],
      ...encoding,
    ]);
  }

  #onData(chunk: Uint8Array, endOfStream: boolean): void {
    try {
      this.#inbox.receive(this.#stream, chunk);
      if (endOfStream) this.endOfRequest();
    } catch (error) {
      this.#stream.consume(chunk.length);
      this.end(answerOf(error));
    }
  }

  #onFailed(error: Error): void {
    clearTimeout(this.#timer);
    this.#inbox.discard(callError(error));
    this.#abort(error);
  }

  #abort(reason: unknown): void {
    this.#stop.abort(reason);
  }
}
