/**
 * gRPC status codes and texts.
 *
 * @module
 */
import { utf8 } from "../../base/mod.ts";

/** Status codes by name. */
export const GrpcStatus = {
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const;

/** Name of a status code. */
export type GrpcStatusName = keyof typeof GrpcStatus;

const NAMES = Object.keys(GrpcStatus) as GrpcStatusName[];

/** Name of `status`; a number that is none is `UNKNOWN`. */
export function statusName(status: number): GrpcStatusName {
  return NAMES[status] ?? "UNKNOWN";
}

/** Status of an answer whose HTTP status is not 200. */
export function statusOfHttp(httpStatus: number): number {
  switch (httpStatus) {
    case 400:
      return GrpcStatus.INTERNAL;
    case 401:
      return GrpcStatus.UNAUTHENTICATED;
    case 403:
      return GrpcStatus.PERMISSION_DENIED;
    case 404:
      return GrpcStatus.UNIMPLEMENTED;
    case 429:
    case 502:
    case 503:
    case 504:
      return GrpcStatus.UNAVAILABLE;
    default:
      return GrpcStatus.UNKNOWN;
  }
}

/** Longer texts are cut: peers accept header lists of 8 KiB only, and three bytes may stand for one. */
const MAX_STATUS_BYTES = 2_000;

/** Status text as `grpc-message` carries it. */
export function encodeStatusMessage(message: string): string {
  let text = "";
  for (const byte of utf8(message).subarray(0, MAX_STATUS_BYTES)) {
    const plain = byte >= 0x20 && byte <= 0x7e && byte !== 0x25;
    text += plain ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return text;
}

/** Status text out of `grpc-message`; what is no valid escape, or no UTF-8, does no harm. */
export function decodeStatusMessage(text: string): string {
  const bytes: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const digits = text[i] === "%" ? text.slice(i + 1, i + 3) : "";
    if (/^[0-9a-fA-F]{2}$/.test(digits)) {
      bytes.push(parseInt(digits, 16));
      i += 2;
    } else bytes.push(text.charCodeAt(i)); // header values are bytes
  }
  return new TextDecoder().decode(new Uint8Array(bytes));
}
