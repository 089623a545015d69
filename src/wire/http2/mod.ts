/**
 * HTTP/2 (RFC 9113, RFC 7541) for both sides of a connection.
 *
 * `connection.ts` is the engine, a state machine without I/O; {@linkcode Http2Session} drives it on a socket.
 *
 * @module
 */
export { Http2Error, Http2ErrorCode, type Http2ErrorContext, http2ErrorName } from "./errors.ts";
export { Http2Session, type RequestOptions, type StreamHandler } from "./session.ts";
export { DEFAULT_STREAM_WINDOW_BYTES, requireWindow } from "./settings.ts";
export type { HeaderList, Http2Options, Http2Stream, StreamSink } from "./types.ts";
