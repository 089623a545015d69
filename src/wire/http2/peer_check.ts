/**
 * What a peer speaks that does not speak HTTP/2.
 *
 * @module
 */
import { Http2Error, Http2ErrorCode } from "./errors.ts";
import { FrameType, MIN_MAX_FRAME_BYTES } from "./frames.ts";
import type { Role } from "./settings.ts";

const SHOWN_BYTES = 48;

/** Whether the first frame header of a connection could be one at all. */
export function looksLikeFrame(length: number, type: number, streamId: number): boolean {
  return length <= MIN_MAX_FRAME_BYTES && type <= FrameType.CONTINUATION && streamId < 0x100_0000;
}

/** The error about a peer whose `first` bytes, perhaps none, are not HTTP/2. */
export function notHttp2Error(role: Role, remote: string, first: Uint8Array): Http2Error {
  const verb = role === "client" ? "answered" : "sent";
  const what = first.length === 0
    ? "closed the connection without a word (does it want TLS?)"
    : `${verb} ${describe(first)}`;
  const text = `Cannot speak HTTP/2 with ${remote}: it ${what}`;
  return new Http2Error("connection.not_http2", Http2ErrorCode.PROTOCOL_ERROR, text);
}

function describe(first: Uint8Array): string {
  const shown = first.subarray(0, SHOWN_BYTES);
  if ((first[0] === 0x15 || first[0] === 0x16) && (first[1] ?? 3) === 3) {
    return `in TLS (bytes ${hex(shown.subarray(0, 8))}), so one side uses TLS and the other does not`;
  }
  if (shown.some((byte) => byte > 0x7e || (byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 13))) {
    return `the bytes ${hex(shown.subarray(0, 16))}`;
  }
  const text = String.fromCharCode(...shown);
  const quoted = JSON.stringify(first.length > SHOWN_BYTES ? `${text}…` : text);
  if (/^(HTTP\/[01]|[A-Z]+ \S* ?)/.test(text)) return `in HTTP/1: ${quoted}`;
  if (/^\s*</.test(text)) return `with a page: ${quoted}`;
  return `the text ${quoted}`;
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}
