/**
 * A stream of an HTTP/2 session, as the rooms above see it.
 *
 * @module
 */

/** Header fields in order; names in lower case, pseudo-headers first. Characters are bytes (U+0000 to U+00FF). */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/**
 * Who receives one stream. Calls come in order, synchronously. What a method throws resets the stream with
 * INTERNAL_ERROR and comes back as its `failed`.
 */
export interface StreamSink {
  /** The first (non-1xx) header block. A server's sink never hears it: `onStream` did. */
  headers(headers: HeaderList, endOfStream: boolean): void;
  /**
   * Body bytes. `chunk` is *borrowed*: valid only during the call. The stream's window is given back by
   * {@linkcode Http2Stream.consume}, not by this call, so the sink decides when the peer may send more.
   */
  data(chunk: Uint8Array, endOfStream: boolean): void;
  /**
   * Memory, *borrowed*, of at most `maxBytes` that the next body bytes should be read into; `undefined` = any. Where the
   * socket can, `data` then gets a view of just that memory.
   */
  target?(maxBytes: number): Uint8Array | undefined;
  /** Trailers; the stream ends with them. */
  trailers(trailers: HeaderList): void;
  /**
   * The stream ended early: reset by the peer, or the session is gone. Nothing comes after it. It may come after the
   * peer's end, as long as this side has not ended: so a server learns that its answer is no longer wanted.
   *
   * @param error `Http2Error` or `ConnectionError`
   */
  failed(error: Error): void;
}

/** One request-response exchange. */
export interface Http2Stream {
  /** Stream number; 0 while a request still waits for the peer's limit of concurrent streams. */
  readonly id: number;
  /** Whether nothing can be sent any more (ended, reset, or session gone). */
  readonly isSendClosed: boolean;
  /**
   * Sends the (response) header block. A server's stream: once, before `write`. Nothing happens on a failed stream.
   *
   * @throws {TypeError} on a client's stream, the second time, or for a field that cannot be sent
   */
  sendHeaders(headers: HeaderList, endOfStream?: boolean): void;
  /**
   * Queues body slices; they are *taken* (not touched again by the caller, never copied by the session).
   * Answers `undefined` while less than `sendBufferBytes` wait on this stream, else a promise of that; the promise
   * rejects with the failure of the stream. A promise left alone does no harm.
   *
   * @throws {TypeError} before `sendHeaders` or after this side has ended
   */
  write(slices: readonly Uint8Array[], endOfStream?: boolean): Promise<void> | undefined;
  /**
   * Sends trailers after everything queued, and ends this side. Nothing happens on a failed stream.
   *
   * @throws {TypeError} before `sendHeaders`, after this side has ended, or for a field that cannot be sent
   */
  sendTrailers(trailers: HeaderList): void;
  /** Ends this side after everything queued. Idempotent. @throws {TypeError} before `sendHeaders` */
  end(): void;
  /**
   * Says that `byteCount` body bytes are held no more, which gives the stream's window back to the peer. Bytes of a stream
   * that failed or was reset count as held no more; those of a stream that ended well do not, so every byte needs
   * either `consume` or a final `reset`.
   */
  consume(byteCount: number): void;
  /**
   * RST_STREAM; the sink hears nothing more, and what is queued is dropped. With NO_ERROR (0) on a side that has ended,
   * what is queued goes out first. On a stream that is through, only what it holds counts no more. Idempotent.
   *
   * @default code CANCEL
   */
  reset(code?: number): void;
}

/** Limits of a session. */
export interface Http2Options {
  /** Receive window of a stream, unless its request says otherwise; at least 65535. @default 16 MiB */
  readonly streamWindowBytes?: number;
  /** Receive window of the connection, given back when bytes arrive; at least 65535. @default 32 MiB */
  readonly connectionWindowBytes?: number;
  /**
   * Body bytes that all streams together may hold before the connection's window waits for {@linkcode Http2Stream.consume},
   * so that a peer cannot fill the memory through many streams. A client whose streams wait for each other must not set
   * it: one that waits would be stopped by those that are full.
   *
   * @default 32 MiB for a server, no bound for a client
   */
  readonly maxHeldBytes?: number;
  /** Largest frame we accept. @default 1 MiB */
  readonly maxFrameBytes?: number;
  /** Streams the peer may have open at once. @default 1000 for a server, 0 for a client (no push) */
  readonly maxConcurrentStreams?: number;
  /** Decoded size (RFC 9113 6.5.2) of a header list we accept. @default 64 KiB */
  readonly maxHeaderListBytes?: number;
  /** Bytes that may wait on one stream before `write` asks the caller to wait. @default 1 MiB */
  readonly sendBufferBytes?: number;
}
