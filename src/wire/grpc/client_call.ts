/**
 * The caller's side of one call.
 *
 * @module
 */
import type { HeaderList, Http2Session, Http2Stream, StreamSink } from "../http2/mod.ts";
import { abortError, callError, RpcError } from "./errors.ts";
import { frameMessage, type MessageEncoding } from "./framing.ts";
import { Inbox } from "./inbox.ts";
import { decodeStatusMessage, encodeTimeout, readMetadata, writeMetadata } from "./metadata.ts";
import { GrpcStatus, statusOfHttp } from "./status.ts";
import type { CallOptions, ClientCall, Metadata } from "./types.ts";

/** What the channel tells its calls. */
export interface CallParts {
  /** `/package.Service/Method`. */
  readonly path: string;
  /** Fields that every request of the channel has. */
  readonly headers: HeaderList;
  /** Compression of what is sent. */
  readonly encoding: MessageEncoding;
  /** Largest message taken. */
  readonly maxMessageBytes: number;
}

/** Bytes of an answer that is not gRPC, quoted in the error. */
const QUOTED_BYTES = 200;

/** A call under way. Its stream may still wait for a connection; what is sent waits with it. */
export class Call implements ClientCall {
  readonly headers: Promise<Metadata>;
  readonly #parts: CallParts;
  readonly #options: CallOptions;
  readonly #inbox: Inbox;
  readonly #head: PromiseWithResolvers<Metadata> = Promise.withResolvers();
  readonly #signal: AbortSignal | undefined;
  readonly #opened: PromiseWithResolvers<void> = Promise.withResolvers();
  readonly #sink: StreamSink = {
    headers: (headers, endOfStream) => this.#onHeaders(headers, endOfStream),
    data: (chunk, endOfStream) => this.#onData(chunk, endOfStream),
    trailers: (trailers) => this.#onTrailers(trailers),
    failed: (error) => this.#end(callError(error)),
  };
  readonly #onAbort = () => this.cancel(this.#signal!.reason);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stream: Http2Stream | undefined;
  /** Sent before there was a stream. */
  #early: Uint8Array[] = [];
  #isSendClosed = false;
  #isOver = false;
  #failure: RpcError | undefined;
  /** An answer that is not gRPC: its error, and its first bytes. */
  #foreign: { readonly status: number; readonly text: string; readonly bytes: number[] } | undefined;

  /** Prepares a call; {@linkcode start} sends it. */
  constructor(parts: CallParts, options: CallOptions) {
    this.#parts = parts;
    this.#options = options;
    this.#inbox = new Inbox(parts.maxMessageBytes);
    this.headers = this.#head.promise;
    this.headers.catch(() => {});
    this.#opened.promise.catch(() => {});
    this.#signal = options.signal;
    if (this.#signal?.aborted) this.#onAbort();
    else this.#signal?.addEventListener("abort", this.#onAbort, { once: true });
    if (options.timeoutMs !== undefined && !this.#isOver) {
      const late = () => this.cancel(new DOMException("The deadline passed", "TimeoutError"));
      this.#timer = setTimeout(late, options.timeoutMs);
    }
  }

  /** Whether the call has ended, one way or another. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Opens the stream on a session. */
  start(session: Http2Session): void {
    if (this.#isOver) return;
    const { path, headers, encoding } = this.#parts;
    const { timeoutMs, metadata } = this.#options;
    try {
      const fields: [string, string][] = [[":method", "POST"], ...headers.slice(0, 2) as [string, string][], [
        ":path",
        path,
      ]];
      fields.push(...headers.slice(2) as [string, string][]);
      if (encoding !== "identity") fields.push(["grpc-encoding", encoding]);
      if (timeoutMs !== undefined) fields.push(["grpc-timeout", encodeTimeout(timeoutMs)]);
      if (metadata !== undefined) fields.push(...writeMetadata(metadata));
      this.#stream = session.request(fields, this.#sink);
      if (this.#early.length > 0) this.#stream.write(this.#early, this.#isSendClosed)?.catch(() => {});
      else if (this.#isSendClosed) this.#stream.end();
      this.#early = [];
      this.#opened.resolve();
    } catch (error) {
      this.fail(error);
    }
  }

  send(slices: readonly Uint8Array[]): Promise<void> | undefined {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#isSendClosed) throw new TypeError("Cannot send: this side has been closed");
    const framed = frameMessage(slices, this.#parts.encoding);
    if (this.#stream !== undefined) {
      if (this.#isOver || this.#stream.isSendClosed) return undefined; // the status says why; take() gives it
      const room = this.#stream.write(framed);
      return room === undefined ? undefined : this.#mapped(room);
    }
    this.#early.push(...framed);
    return this.#opened.promise;
  }

  closeSend(): void {
    if (this.#isSendClosed) return;
    this.#isSendClosed = true;
    if (!this.#isOver && this.#stream !== undefined && !this.#stream.isSendClosed) this.#stream.end();
  }

  take(): Promise<Uint8Array | undefined> {
    return this.#inbox.take();
  }

  cancel(reason?: unknown): void {
    if (this.#isOver) return;
    const failure = abortError(reason);
    this.#inbox.discard(failure);
    this.#end(failure);
  }

  /** The call cannot go on: no connection, or a broken one. */
  fail(error: unknown): void {
    this.#end(callError(error));
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.cancel();
    return Promise.resolve();
  }

  #onHeaders(headers: HeaderList, endOfStream: boolean): void {
    const fields = new Map(headers);
    const httpStatus = Number(fields.get(":status"));
    const contentType = fields.get("content-type") ?? "";
    if (httpStatus !== 200 || !/^application\/grpc(\+|;|$)/.test(contentType)) {
      const text =
        `Call failed: the answer is not gRPC, but HTTP status ${httpStatus} with content type "${contentType}"`;
      this.#foreign = { status: statusOfHttp(httpStatus), text, bytes: [] };
      if (endOfStream) this.#endForeign();
      return;
    }
    this.#inbox.encoding = fields.get("grpc-encoding") ?? "identity";
    if (endOfStream) return this.#endWith(headers); // trailers only
    this.#head.resolve(readMetadata(headers));
  }

  #onData(chunk: Uint8Array, endOfStream: boolean): void {
    if (this.#foreign !== undefined) {
      this.#stream!.consume(chunk.length);
      this.#foreign.bytes.push(...chunk.subarray(0, QUOTED_BYTES - this.#foreign.bytes.length));
      if (endOfStream || this.#foreign.bytes.length >= QUOTED_BYTES) this.#endForeign();
      return;
    }
    try {
      this.#inbox.receive(this.#stream!, chunk);
    } catch (error) {
      return this.fail(error);
    }
    if (endOfStream) this.#endWith([]);
  }

  #onTrailers(trailers: HeaderList): void {
    if (this.#foreign !== undefined) this.#endForeign();
    else this.#endWith(trailers);
  }

  #endForeign(): void {
    const { status, text, bytes } = this.#foreign!;
    const quoted = new TextDecoder().decode(new Uint8Array(bytes)).trim();
    this.#end(new RpcError(status, quoted === "" ? text : `${text}: ${JSON.stringify(quoted)}`));
  }

  /** The end as the peer tells it: a status, or nothing, which is no end at all. */
  #endWith(trailers: HeaderList): void {
    const fields = new Map(trailers);
    const text = fields.get("grpc-status");
    if (text === undefined || !/^\d{1,3}$/.test(text)) {
      const what = text === undefined ? "without a status" : `with status "${text.slice(0, 20)}"`;
      return this.#end(
        new RpcError(GrpcStatus.INTERNAL, `Call failed: the answer ended ${what}, so it may be cut short`),
      );
    }
    const status = Number(text);
    if (status !== GrpcStatus.OK) {
      return this.#end(new RpcError(status, decodeStatusMessage(fields.get("grpc-message") ?? "")));
    }
    if (this.#inbox.isInsideMessage) {
      return this.#end(new RpcError(GrpcStatus.INTERNAL, "Call failed: the answer ended inside a message"));
    }
    this.#end();
  }

  #end(failure?: RpcError): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#failure = failure;
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#early = [];
    this.#head.reject(failure ?? new RpcError(GrpcStatus.INTERNAL, "Call ended without headers"));
    if (failure === undefined) {
      this.#inbox.close();
      this.#opened.resolve();
    } else {
      this.#inbox.fail(failure);
      this.#opened.reject(failure);
    }
    // The peer has said its last word, or nobody wants to hear it: what is still under way is of no use.
    if (failure !== undefined || this.#stream?.isSendClosed === false) this.#stream?.reset();
  }

  /** A write that fails does so with the error of the call. */
  async #mapped(room: Promise<void>): Promise<void> {
    try {
      await room;
    } catch (error) {
      if (this.#failure !== undefined) throw this.#failure;
      if (!this.#isOver) throw callError(error);
    }
  }
}
