/**
 * The caller's side of one call.
 *
 * @module
 */
import { type HeaderList, type Http2Session, type Http2Stream, requireWindow, type StreamSink } from "../http2/mod.ts";
import { type Deadline, encodeTimeout, startDeadline } from "./deadline.ts";
import { abortError, callError, harmless, RpcError } from "./errors.ts";
import { frameMessage, type MessageEncoding } from "./framing.ts";
import { Inbox } from "./inbox.ts";
import type { MessageMemory } from "./message_memory.ts";
import { isGrpcContentType, readMetadata, writeMetadata } from "./metadata.ts";
import { decodeStatusMessage, GrpcStatus, statusName, statusOfHttp } from "./status.ts";
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
  /** Window of a call that does not say otherwise. */
  readonly windowBytes: number;
  /** Where messages get their memory. */
  readonly memory: MessageMemory;
  /** Told when the call has ended. */
  readonly onEnd: (call: Call) => void;
}

/** An answer that is not gRPC. */
interface ForeignAnswer {
  readonly status: number;
  readonly text: string;
  /** Its first bytes. */
  readonly begin: number[];
}

/** Bytes of an answer that is not gRPC, quoted in the error. */
const QUOTED_BYTES = 200;

/** A call under way. Its stream may still wait for a connection; what is sent waits with it. */
export class Call implements ClientCall {
  /** See {@linkcode ClientCall.headers}. */
  readonly headers: Promise<Metadata>;
  readonly #parts: CallParts;
  readonly #request: HeaderList;
  readonly #inbox: Inbox;
  readonly #windowBytes: number;
  readonly #head: PromiseWithResolvers<Metadata> = Promise.withResolvers();
  readonly #signal: AbortSignal | undefined;
  readonly #opened: PromiseWithResolvers<void> = Promise.withResolvers();
  readonly #onAbort = () => this.cancel(this.#signal!.reason);
  readonly #deadline: Deadline;
  #stream: Http2Stream | undefined;
  /** Sent before there was a stream. */
  #early: Uint8Array[] = [];
  #isSendClosed = false;
  #isOver = false;
  #failure: RpcError | undefined;
  #foreign: ForeignAnswer | undefined;

  /** Prepares a call; {@linkcode start} sends it. @throws {TypeError} or {RangeError} for options that cannot be sent */
  constructor(parts: CallParts, options: CallOptions) {
    const { signal, timeoutMs, metadata = {}, windowBytes = parts.windowBytes } = options;
    requireWindow(windowBytes);
    const request: [string, string][] = [...parts.headers.slice(0, 3) as [string, string][], [":path", parts.path]];
    if (timeoutMs !== undefined) request.push(["grpc-timeout", encodeTimeout(timeoutMs)]);
    request.push(...parts.headers.slice(3) as [string, string][], ...writeMetadata(metadata));
    if (parts.encoding !== "identity") request.push(["grpc-encoding", parts.encoding]);
    this.#parts = parts;
    this.#request = request;
    this.#windowBytes = windowBytes;
    this.#inbox = new Inbox(parts.maxMessageBytes, parts.memory, windowBytes);
    this.headers = harmless(this.#head.promise);
    harmless(this.#opened.promise);
    this.#signal = signal;
    if (timeoutMs !== undefined) this.#deadline = startDeadline(timeoutMs, (reason) => this.cancel(reason));
    if (signal?.aborted) this.cancel(signal.reason);
    else signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** Whether the call has ended, one way or another. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Opens the stream on a session. */
  start(session: Http2Session): void {
    if (this.#isOver) return;
    const sink: StreamSink = {
      headers: (headers, endOfStream) => this.#onHeaders(headers, endOfStream),
      data: (chunk, endOfStream) => this.#onData(chunk, endOfStream),
      target: (maxBytes) => this.#foreign === undefined ? this.#inbox.target(maxBytes) : undefined,
      trailers: (trailers) => this.#onTrailers(trailers),
      failed: (error) => this.fail(error),
    };
    try {
      this.#stream = session.request(this.#request, sink, { windowBytes: this.#windowBytes });
      if (this.#early.length > 0) this.#stream.write(this.#early, this.#isSendClosed);
      else if (this.#isSendClosed) this.#stream.end();
      this.#early = [];
      this.#opened.resolve();
    } catch (error) {
      this.fail(error);
    }
  }

  /** See {@linkcode ClientCall.send}. */
  send(slices: readonly Uint8Array[]): Promise<void> | undefined {
    if (this.#isSendClosed) throw new TypeError("Cannot send: this side has been closed");
    if (this.#isOver) return harmless(Promise.reject(this.#failure ?? endedEarly(this.#parts.path)));
    const framed = frameMessage(slices, this.#parts.encoding);
    if (this.#stream === undefined) {
      this.#early.push(...framed);
      return this.#opened.promise;
    }
    const room = this.#stream.write(framed);
    return room === undefined ? undefined : harmless(this.#roomOrFailure(room));
  }

  /** See {@linkcode ClientCall.closeSend}. */
  closeSend(): void {
    if (this.#isSendClosed) return;
    this.#isSendClosed = true;
    if (!this.#isOver) this.#stream?.end();
  }

  /** See {@linkcode ClientCall.take}. */
  take(): Promise<Uint8Array | undefined> {
    return this.#inbox.take();
  }

  /** See {@linkcode ClientCall.release}. */
  release(message: Uint8Array): void {
    this.#parts.memory.release(message);
  }

  /** See {@linkcode ClientCall.cancel}. */
  cancel(reason?: unknown): void {
    const failure = abortError(reason);
    this.#inbox.discard(failure);
    this.#end(failure);
  }

  /** The call cannot go on: no connection, or a broken one. */
  fail(error: unknown): void {
    this.#end(callError(error));
  }

  /** Cancels what is not through. */
  [Symbol.asyncDispose](): Promise<void> {
    this.cancel();
    return Promise.resolve();
  }

  #onHeaders(headers: HeaderList, endOfStream: boolean): void {
    const fields = new Map(headers);
    const httpStatus = Number(fields.get(":status"));
    const contentType = fields.get("content-type");
    if (httpStatus !== 200 || !isGrpcContentType(contentType)) {
      const type = contentType === undefined ? "no content type" : `content type ${JSON.stringify(contentType)}`;
      const text =
        `Call of ${this.#parts.path} failed: the answer is not gRPC, but HTTP status ${httpStatus} with ${type}`;
      this.#foreign = { status: statusOfHttp(httpStatus), text, begin: [] };
      if (endOfStream) this.#endForeign(this.#foreign);
      return;
    }
    if (endOfStream) return this.#endWith(headers); // trailers only
    this.#inbox.encoding = fields.get("grpc-encoding") ?? "identity";
    try {
      this.#head.resolve(readMetadata(headers));
    } catch (error) {
      this.fail(error);
    }
  }

  #onData(chunk: Uint8Array, endOfStream: boolean): void {
    if (this.#foreign !== undefined) {
      const { begin } = this.#foreign;
      this.#stream!.consume(chunk.length);
      begin.push(...chunk.subarray(0, QUOTED_BYTES - begin.length));
      if (endOfStream || begin.length >= QUOTED_BYTES) this.#endForeign(this.#foreign);
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
    if (this.#foreign !== undefined) this.#endForeign(this.#foreign);
    else this.#endWith(trailers);
  }

  #endForeign({ status, text, begin }: ForeignAnswer): void {
    const quoted = new TextDecoder().decode(new Uint8Array(begin)).trim();
    this.#end(new RpcError(status, quoted === "" ? text : `${text}: ${JSON.stringify(quoted)}`));
  }

  /** The end as the peer tells it: a status, or nothing, which is no end at all. */
  #endWith(trailers: HeaderList): void {
    const { path } = this.#parts;
    const fields = new Map(trailers);
    const text = fields.get("grpc-status");
    if (text === undefined || !/^\d{1,3}$/.test(text)) {
      const what = text === undefined ? "without a status" : `with status ${JSON.stringify(text.slice(0, 20))}`;
      const failure = `Call of ${path} failed: the answer ended ${what}, so it may be cut short`;
      return this.#end(new RpcError(GrpcStatus.INTERNAL, failure));
    }
    const status = Number(text);
    if (status !== GrpcStatus.OK) {
      const message = decodeStatusMessage(fields.get("grpc-message") ?? "");
      const failure = message === "" ? `Call of ${path} failed: status ${statusName(status)}, without a text` : message;
      return this.#end(new RpcError(status, failure, { facts: { path } }));
    }
    if (this.#inbox.isInsideMessage) {
      const failure = `Call of ${path} failed: the answer ended inside a message`;
      return this.#end(new RpcError(GrpcStatus.INTERNAL, failure));
    }
    this.#end();
  }

  #end(failure?: RpcError): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#failure = failure;
    clearTimeout(this.#deadline);
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#early = [];
    this.#head.reject(failure ?? new RpcError(GrpcStatus.INTERNAL, "The answer ended without a head"));
    if (failure === undefined) {
      this.#inbox.close();
      this.#opened.resolve();
    } else {
      this.#inbox.fail(failure);
      this.#opened.reject(failure);
    }
    // The peer has said its last word, or nobody wants to hear it: what is still under way is of no use.
    if (failure !== undefined || this.#stream?.isSendClosed === false) this.#stream?.reset();
    this.#parts.onEnd(this);
  }

  /** A write that fails does so with the error of the call. */
  async #roomOrFailure(room: Promise<void>): Promise<void> {
    try {
      await room;
    } catch (error) {
      throw this.#failure ?? (this.#isOver ? endedEarly(this.#parts.path) : callError(error));
    }
  }
}

/** The peer answered OK, but not to all that was to be sent. */
function endedEarly(path: string): RpcError {
  const text = `Call of ${path} failed: the server ended it, with status OK, before all was sent`;
  return new RpcError(GrpcStatus.ABORTED, text);
}
