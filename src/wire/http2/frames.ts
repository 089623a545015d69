/**
 * Constants of the frame layer (RFC 9113 sections 3.4, 4 and 6).
 *
 * @module
 */
import { utf8 } from "../../base/mod.ts";

/** Frame types; any other is ignored. */
export const FrameType = {
  DATA: 0x0,
  HEADERS: 0x1,
  PRIORITY: 0x2,
  RST_STREAM: 0x3,
  SETTINGS: 0x4,
  PUSH_PROMISE: 0x5,
  PING: 0x6,
  GOAWAY: 0x7,
  WINDOW_UPDATE: 0x8,
  CONTINUATION: 0x9,
} as const;

/** Frame flags. */
export const Flag = {
  END_STREAM: 0x1,
  ACK: 0x1,
  END_HEADERS: 0x4,
  PADDED: 0x8,
  PRIORITY: 0x20,
} as const;

/** Bytes before the payload of every frame. */
export const FRAME_HEADER_BYTES = 9;

/** What a client says first. */
export const CLIENT_PREFACE: Uint8Array = utf8("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

/** Largest window, stream number and increment. */
export const MAX_INT31 = 0x7fff_ffff;

/** Window of every stream and of the connection before anything was said about it. */
export const INITIAL_WINDOW_BYTES = 65_535;

/** Largest frame of a peer that said nothing about it; also the least it may say. */
export const MIN_MAX_FRAME_BYTES = 16_384;

/** Largest length a frame header can hold. */
export const MAX_MAX_FRAME_BYTES = 0xff_ffff;

/** Reads an unsigned 32-bit integer, most significant byte first. The four bytes must be there. */
export function readUint32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! * 0x100_0000) + ((bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!);
}
