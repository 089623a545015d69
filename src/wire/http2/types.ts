/**
 * A stream of an HTTP/2 session, as the rooms above see it.
 *
 * @module
 */

/** Header fields in order; names in lower case, pseudo-headers first. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/** Who receives one stream. Calls come in order, synchronously, and never after `failed` or the end. */
export interface StreamSink {
  /** The first (non-1xx) header block. */
  headers(headers: HeaderList, endOfStream: boolean): void;
  /**
   * Body bytes. `chunk` is *borrowed*: valid only during the call. The flow-control window is given back by
   * {@linkcode Http2Stream.consume}, not by this call, so the sink decides when the peer may send more.
   */
  data(chunk: Uint8Array, endOfStream: boolean): void;
  /** Trailers; the stream ends with them. */
  trailers(trailers: HeaderList): void;
  /** Reset by the peer, or the session is gone. @param error `Http2Error` or `ConnectionError` */
  failed(error: Error): void;
}

/** One request-response exchange. */
export interface Http2Stream {
  /** Stream number. */
  readonly id: number;
  /** Whether nothing can be sent any more (ended, reset, or session gone). */
  readonly isSendClosed: boolean;
  /** Sends the (response) header block. A server's stream: once, before `write`. */
  sendHeaders(headers: HeaderList, endOfStream?: boolean): void;
  /**
   * Queues body slices; they are *taken* (not touched again by the caller, never copied by the session).
   * Answers `undefined` while less than `sendBufferBytes` wait on this stream, else a promise of that; the promise
   * rejects with the failure of the stream.
   */
  write(slices: readonly Uint8Array[], endOfStream?: boolean): Promise<void> | undefined;
  /** Sends trailers after everything queued, and ends this side. */
  sendTrailers(trailers: HeaderList): void;
  /** Ends this side after everything queued. */
  end(): void;
  /** Gives `byteCount` body bytes of window back to the peer (stream and connection). */
  consume(byteCount: number): void;
  /** RST_STREAM; the sink hears nothing more. Idempotent. @default code CANCEL */
  reset(code?: number): void;
}

/** Limits of a session. */
export interface Http2Options {
  /** Receive window of a stream. @default 16 MiB */
  readonly streamWindowBytes?: number;
  /** Receive window of the connection. @default 32 MiB */
  readonly connectionWindowBytes?: number;
  /** Largest frame we accept. @default 1 MiB */
  readonly maxFrameBytes?: number;
  /** Streams the peer may have open at once. @default 1000 for a server, 0 for a client (no push) */
  readonly maxConcurrentStreams?: number;
  /** Decoded size (RFC 9113 6.5.2) of a header list we accept. @default 64 KiB */
  readonly maxHeaderListBytes?: number;
  /** Bytes that may wait on one stream before `write` asks the caller to wait. @default 1 MiB */
  readonly sendBufferBytes?: number;
}
