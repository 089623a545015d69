/**
 * What can go wrong in HTTP/2: its error codes, and our error.
 *
 * @module
 */
import { MosaicoError } from "../../base/mod.ts";

/** Error codes of RFC 9113 section 7. */
export const Http2ErrorCode = {
  /** Not an error. */
  NO_ERROR: 0x0,
  /** The peer broke the protocol. */
  PROTOCOL_ERROR: 0x1,
  /** A fault of the sender itself. */
  INTERNAL_ERROR: 0x2,
  /** More bytes than the window, or a window past its maximum. */
  FLOW_CONTROL_ERROR: 0x3,
  /** SETTINGS were not acknowledged in time. */
  SETTINGS_TIMEOUT: 0x4,
  /** A frame for a stream that is already closed. */
  STREAM_CLOSED: 0x5,
  /** A frame of wrong size. */
  FRAME_SIZE_ERROR: 0x6,
  /** Refused before any processing: safe to try again. */
  REFUSED_STREAM: 0x7,
  /** No longer wanted. */
  CANCEL: 0x8,
  /** The header compression state is lost. */
  COMPRESSION_ERROR: 0x9,
  /** The tunnel of a CONNECT broke. */
  CONNECT_ERROR: 0xa,
  /** The peer overloads us. */
  ENHANCE_YOUR_CALM: 0xb,
  /** TLS too weak. */
  INADEQUATE_SECURITY: 0xc,
  /** Only HTTP/1.1 will do. */
  HTTP_1_1_REQUIRED: 0xd,
} as const;

const NAMES = new Map<number, string>(Object.entries(Http2ErrorCode).map(([name, code]) => [code, name]));

/** Name of an error code, such as `REFUSED_STREAM`; hex of an unknown one. */
export function http2ErrorName(code: number): string {
  return NAMES.get(code) ?? `0x${code.toString(16)}`;
}

/** What an {@linkcode Http2Error} is about. */
export interface Http2ErrorContext extends ErrorOptions {
  /** Stream it ended; 0 = the whole connection. @default 0 */
  readonly streamId?: number;
  /** Whether the peer certainly did not process the request, so that it may be sent again. @default false */
  readonly isUnprocessed?: boolean;
}

/**
 * A stream or a whole connection ended by the rules of HTTP/2.
 *
 * Codes: `rpc.reset` (one stream), `connection.http2` (a side broke the protocol), `connection.draining` (no new
 * requests), `connection.closed` (ended while in use), `connection.not_http2` (the peer speaks something else).
 * Facts: `http2Code`, `http2Name`, `streamId`, `isUnprocessed`.
 */
export class Http2Error extends MosaicoError {
  /** Class name. */
  override readonly name = "Http2Error";
  /** One of {@linkcode Http2ErrorCode}, or a value unknown to us that a peer sent. */
  readonly http2Code: number;
  /** Stream it ended; 0 = the whole connection. */
  readonly streamId: number;
  /** Whether the peer certainly did not process the request, so that it may be sent again. */
  readonly isUnprocessed: boolean;

  /** Creates the error. */
  constructor(code: string, http2Code: number, message: string, context: Http2ErrorContext = {}) {
    const { streamId = 0, isUnprocessed = false, ...options } = context;
    super(code, message, { http2Code, http2Name: http2ErrorName(http2Code), streamId, isUnprocessed }, options);
    this.http2Code = http2Code;
    this.streamId = streamId;
    this.isUnprocessed = isUnprocessed;
  }
}

/** The error that ends the whole connection because the peer broke a rule. */
export function connectionError(http2Code: number, what: string): Http2Error {
  return new Http2Error("connection.http2", http2Code, `Cannot go on with HTTP/2: ${what}`);
}

/** The error of one stream that was reset. */
export function resetError(http2Code: number, streamId: number, what: string, isUnprocessed = false): Http2Error {
  return new Http2Error("rpc.reset", http2Code, `Stream ${streamId} ${what}`, { streamId, isUnprocessed });
}

/** The error of streams that were open when the connection ended; `cause` is what the peer complained about. */
export function closedError(remote: string, cause: Error | undefined): Http2Error {
  const text = `The connection with ${remote} is closed`;
  return new Http2Error("connection.closed", Http2ErrorCode.NO_ERROR, text, { cause });
}

/** The error of requests a connection no longer takes; `cause` is what the peer complained about. */
export function drainingError(remote: string, streamId: number, cause: Error | undefined): Http2Error {
  const text = `Cannot send the request: the connection with ${remote} takes no more of them`;
  const context = { streamId, isUnprocessed: true, cause };
  return new Http2Error("connection.draining", Http2ErrorCode.REFUSED_STREAM, text, context);
}
