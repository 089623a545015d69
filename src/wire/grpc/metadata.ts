/**
 * Metadata as header fields.
 *
 * @module
 */
import type { HeaderList } from "../http2/mod.ts";
import { RpcError } from "./errors.ts";
import { GrpcStatus } from "./status.ts";
import type { Metadata } from "./types.ts";

/** Header fields that belong to HTTP or gRPC, not to the application. */
const RESERVED = /^:|^grpc-|^(te|content-type|user-agent|host|connection)$/;

/** Whether a content type is that of gRPC. */
export function isGrpcContentType(contentType: string | undefined): boolean {
  return /^application\/grpc(\+|;|$)/.test(contentType ?? "");
}

/**
 * Metadata in a header list; fields of the protocol itself are left out.
 *
 * @throws {RpcError} INTERNAL when a binary value is not base64
 */
export function readMetadata(headers: HeaderList): Metadata {
  const metadata = new Map<string, (string | Uint8Array)[]>();
  for (const [name, value] of headers) {
    if (RESERVED.test(name)) continue;
    const values = metadata.get(name) ?? [];
    if (name.endsWith("-bin")) values.push(...value.split(",").map((part) => decodeBase64(name, part)));
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

function decodeBase64(name: string, text: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text.trim()), (character) => character.charCodeAt(0));
  } catch (cause) {
    throw new RpcError(GrpcStatus.INTERNAL, `Cannot read metadata "${name}": its value is not base64`, { cause });
  }
}

function encodeBase64(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replace(/=+$/, "");
}
