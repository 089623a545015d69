/**
 * Metadata, status text and deadlines as header fields.
 *
 * @module
 */
import { fromUtf8, utf8 } from "../../base/mod.ts";
import type { HeaderList } from "../http2/mod.ts";
import { RpcError } from "./errors.ts";
import { GrpcStatus } from "./status.ts";
import type { Metadata } from "./types.ts";

/** Header fields that belong to HTTP or gRPC, not to the application. */
const RESERVED = /^:|^grpc-|^(te|content-type|user-agent|host|connection)$/;

/** Metadata in a header list; fields of the protocol itself are left out. */
export function readMetadata(headers: HeaderList): Metadata {
  const metadata = new Map<string, (string | Uint8Array)[]>();
  for (const [name, value] of headers) {
    if (RESERVED.test(name)) continue;
    const values = metadata.get(name) ?? [];
    if (name.endsWith("-bin")) { for (const part of value.split(",")) values.push(decodeBase64(part)); }
    else values.push(value);
    metadata.set(name, values);
  }
  return metadata;
}

/**
 * Header fields of metadata.
 *
 * @throws {TypeError} for a name or value that HTTP cannot carry; the value is not in the text, it may be a secret
 */
export function writeMetadata(metadata: Readonly<Record<string, string | Uint8Array>>): [string, string][] {
  return Object.entries(metadata).map(([name, value]) => {
    if (!/^[0-9a-z_.-]+$/.test(name) || RESERVED.test(name)) {
      throw new TypeError(
        `Cannot send metadata "${name}": the name is reserved, or not lower-case letters, digits, _, - and .`,
      );
    }
    if (typeof value === "string" ? name.endsWith("-bin") || !/^[\x20-\x7e]*$/.test(value) : !name.endsWith("-bin")) {
      throw new TypeError(
        `Cannot send metadata "${name}": text is printable ASCII, and bytes go with names that end in -bin`,
      );
    }
    return [name, typeof value === "string" ? value : encodeBase64(value)];
  });
}

function decodeBase64(text: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text.trim()), (character) => character.charCodeAt(0));
  } catch (cause) {
    throw new RpcError(GrpcStatus.INTERNAL, "Cannot read metadata: a binary value is not base64", { cause });
  }
}

function encodeBase64(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replace(/=+$/, "");
}

/** Status text as `grpc-message` carries it. */
export function encodeStatusMessage(message: string): string {
  let text = "";
  for (const byte of utf8(message)) {
    const plain = byte >= 0x20 && byte <= 0x7e && byte !== 0x25;
    text += plain ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return text;
}

/** Status text out of `grpc-message`; what is no valid escape stays as it is. */
export function decodeStatusMessage(text: string): string {
  const bytes: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const escape = text[i] === "%" ? /^[0-9a-fA-F]{2}/.exec(text.slice(i + 1, i + 3)) : null;
    if (escape !== null) {
      bytes.push(parseInt(escape[0], 16));
      i += 2;
    } else bytes.push(...utf8(text[i]!));
  }
  try {
    return fromUtf8(new Uint8Array(bytes));
  } catch {
    return text;
  }
}

const UNIT_MS: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 1e-3, n: 1e-6 };

/** A deadline as `grpc-timeout` carries it: at most eight digits. */
export function encodeTimeout(timeoutMs: number): string {
  if (!(timeoutMs > 0)) throw new RangeError(`Cannot set a deadline: ${timeoutMs} ms is not positive`);
  for (const unit of ["m", "S", "M"]) {
    const count = Math.ceil(timeoutMs / UNIT_MS[unit]!);
    if (count < 1e8) return `${count}${unit}`;
  }
  return `${Math.min(99_999_999, Math.ceil(timeoutMs / UNIT_MS["H"]!))}H`;
}

/** Milliseconds of a `grpc-timeout`. @throws {RpcError} INVALID_ARGUMENT when it is none */
export function decodeTimeout(text: string): number {
  const match = /^(\d{1,8})([HMSmun])$/.exec(text);
  if (match === null) {
    throw new RpcError(
      GrpcStatus.INVALID_ARGUMENT,
      `Bad request: grpc-timeout "${text.slice(0, 20)}" is not a duration.`,
    );
  }
  return Number(match[1]) * UNIT_MS[match[2]!]!;
}
