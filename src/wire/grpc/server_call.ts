/**
 * The server's side of one call.
 *
 * @module
 */
import type { HeaderList, Http2Stream, StreamSink } from "../http2/mod.ts";
import { type Deadline, decodeTimeout, startDeadline } from "./deadline.ts";
import { abortError, answerOf, callError, harmless, RpcError } from "./errors.ts";
import { frameMessage, type MessageEncoding } from "./framing.ts";
import type { Inbox } from "./inbox.ts";
import type { MessageMemory } from "./message_memory.ts";
import { readMetadata } from "./metadata.ts";
import { encodeStatusMessage, GrpcStatus } from "./status.ts";
import type { Metadata, ServerCall } from "./types.ts";

const ENCODINGS = "identity,gzip";

/** A call under way, as its handler sees it, and as the server ends it. */
export class IncomingCall implements ServerCall {
  /** See {@linkcode ServerCall.path}. */
  readonly path: string;
  /** See {@linkcode ServerCall.peer}. */
  readonly peer: string;
  /** See {@linkcode ServerCall.metadata}. */
  metadata: Metadata = new Map();
  /** Hears the request. */
  readonly sink: StreamSink = {
    headers() {},
    data: (chunk, endOfStream) => this.#onData(chunk, endOfStream),
    target: (maxBytes) => this.#inbox.target(maxBytes),
    trailers: () => this.endOfRequest(),
    failed: (error) => this.#onFailed(error),
  };
  readonly #stream: Http2Stream;
  readonly #inbox: Inbox;
  readonly #memory: MessageMemory;
  readonly #stop = new AbortController();
  readonly #timeout: string | undefined;
  /** Who compresses can decompress; nobody else is asked to. */
  readonly #encoding: MessageEncoding;
  #deadline: Deadline;
  #isHeaded = false;
  #isOver = false;

  /** Prepares the call of a stream. `fields` are those of its request, its messages come to `inbox` in memory of `memory`. */
  constructor(
    stream: Http2Stream,
    fields: ReadonlyMap<string, string>,
    peer: string,
    inbox: Inbox,
    memory: MessageMemory,
  ) {
    this.#stream = stream;
    this.path = fields.get(":path") ?? "";
    this.peer = peer;
    const encoding = fields.get("grpc-encoding") ?? "identity";
    this.#encoding = encoding === "gzip" ? "gzip" : "identity";
    this.#timeout = fields.get("grpc-timeout");
    this.#memory = memory;
    this.#inbox = inbox;
    this.#inbox.encoding = encoding;
  }

  /** See {@linkcode ServerCall.signal}. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Reads what the request says beside its messages. @throws {RpcError} when that is malformed */
  begin(headers: HeaderList): void {
    this.metadata = readMetadata(headers);
    if (this.#timeout === undefined) return;
    this.#deadline = startDeadline(decodeTimeout(this.#timeout), (reason) => {
      this.#stop.abort(reason);
      this.fail(reason);
    });
  }

  /** See {@linkcode ServerCall.take}. */
  take(): Promise<Uint8Array | undefined> {
    return this.#inbox.take();
  }

  /** See {@linkcode ServerCall.release}. */
  release(message: Uint8Array): void {
    this.#memory.release(message);
  }

  /** See {@linkcode ServerCall.send}. */
  send(slices: readonly Uint8Array[]): Promise<void> | undefined {
    if (this.#isOver || this.signal.aborted) return harmless(Promise.reject(abortError(this.signal.reason)));
    if (!this.#isHeaded) this.#sendHead();
    const room = this.#stream.write(frameMessage(slices, this.#encoding));
    return room === undefined ? undefined : harmless(this.#roomOrFailure(room));
  }

  /** The caller has said all. */
  endOfRequest(): void {
    if (!this.#inbox.isInsideMessage) return this.#inbox.close();
    this.#inbox.fail(new RpcError(GrpcStatus.INVALID_ARGUMENT, "Bad request: the stream ended inside a message."));
  }

  /** Answers with OK. Only the first end counts. */
  end(): void {
    this.#endWith(undefined);
  }

  /** Answers with the status of any thrown value; once the call is aborted, with that of the reason. */
  fail(error: unknown): void {
    const isConsequence = this.signal.aborted && !(error instanceof RpcError);
    this.#endWith(isConsequence ? abortError(this.signal.reason) : answerOf(error));
  }

  #endWith(failure: RpcError | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#deadline);
    this.#inbox.discard(failure ?? new RpcError(GrpcStatus.CANCELLED, "The call has ended."));
    const trailers: [string, string][] = [["grpc-status", String(failure?.status ?? GrpcStatus.OK)]];
    if (failure !== undefined) trailers.push(["grpc-message", encodeStatusMessage(failure.message)]);
    if (this.#isHeaded) this.#stream.sendTrailers(trailers);
    else this.#stream.sendHeaders([...this.#head(), ...trailers], true);
    this.#stream.reset(0); // after all that: the caller need not send what nobody will read
  }

  #sendHead(): void {
    this.#isHeaded = true;
    const fields = this.#head();
    if (this.#encoding !== "identity") fields.push(["grpc-encoding", this.#encoding]);
    this.#stream.sendHeaders(fields);
  }

  #head(): [string, string][] {
    return [[":status", "200"], ["content-type", "application/grpc"], ["grpc-accept-encoding", ENCODINGS]];
  }

  #onData(chunk: Uint8Array, endOfStream: boolean): void {
    try {
      this.#inbox.receive(this.#stream, chunk);
      if (endOfStream) this.endOfRequest();
    } catch (error) {
      this.fail(error);
      this.#stop.abort(error);
    }
  }

  /** Reset by the caller, or the connection is gone. */
  #onFailed(error: Error): void {
    this.#isOver = true;
    clearTimeout(this.#deadline);
    const failure = callError(error);
    this.#inbox.discard(failure);
    this.#stop.abort(failure);
  }

  /** A write fails with the reason of the call's end. */
  async #roomOrFailure(room: Promise<void>): Promise<void> {
    try {
      await room;
    } catch (error) {
      throw callError(error);
    }
  }
}
