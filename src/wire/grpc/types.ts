/**
 * What a gRPC call is made of.
 *
 * @module
 */

/**
 * Call metadata: lower-case names; `-bin` names hold bytes (base64 on the wire).
 * Values of one name keep their order.
 */
export type Metadata = ReadonlyMap<string, readonly (string | Uint8Array)[]>;

/** Options of one call. */
export interface CallOptions {
  /** Cancels the call. */
  readonly signal?: AbortSignal;
  /** Deadline: sent as `grpc-timeout` and enforced here. */
  readonly timeoutMs?: number;
  /**
   * Bytes that may come before they are read: the call's window of HTTP/2, at least 65535. A quarter more of whole messages
   * may wait, and one message is always under way. @default 16 MiB
   */
  readonly windowBytes?: number;
  /** Added to the metadata of the channel. */
  readonly metadata?: Readonly<Record<string, string | Uint8Array>>;
}

/** The caller's side of one call. Messages are opaque bytes. */
export interface ClientCall extends AsyncDisposable {
  /** Metadata of the answer's head; rejects when the call ends before one came. */
  readonly headers: Promise<Metadata>;
  /**
   * Queues a message given in slices, which are *taken*. `undefined` while there is room, else a promise of it; the
   * promise rejects with the failure of the call. A promise left alone does no harm.
   *
   * @throws {TypeError} after `closeSend`
   */
  send(slices: readonly Uint8Array[]): Promise<void> | undefined;
  /** Half-closes. Idempotent. */
  closeSend(): void;
  /** The next message, *given* to the caller: one buffer whose end is aligned to 64 bytes. `undefined` after status OK. @throws {RpcError} */
  take(): Promise<Uint8Array | undefined>;
  /**
   * Gives the memory of a message back, for others to be received into. Whoever does so is through with all of it: every
   * view of its buffer is empty from then on, also where it still waits to be sent. Nobody has to, but it is faster.
   */
  release(message: Uint8Array): void;
  /** Cancels with RST_STREAM; a `take` under way rejects with `rpc.cancelled`. Idempotent. */
  cancel(reason?: unknown): void;
}

/** The server's side of one call. */
export interface ServerCall {
  /** `/package.Service/Method`. */
  readonly path: string;
  /** Metadata of the caller. */
  readonly metadata: Metadata;
  /** Caller's address. */
  readonly peer: string;
  /** Aborted on cancellation, deadline or loss of the connection. */
  readonly signal: AbortSignal;
  /** As {@linkcode ClientCall.take}; `undefined` after the caller's half-close. */
  take(): Promise<Uint8Array | undefined>;
  /** As {@linkcode ClientCall.release}. */
  release(message: Uint8Array): void;
  /** As {@linkcode ClientCall.send}. */
  send(slices: readonly Uint8Array[]): Promise<void> | undefined;
}

/** Serves one method: resolves = status OK; throws `RpcError` = that status; anything else = INTERNAL. */
export type MethodHandler = (call: ServerCall) => Promise<void>;
