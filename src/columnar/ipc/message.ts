/**
 * The envelope of every IPC message.
 *
 * @module
 */
import { FlatbufferReader, type FlatTable } from "./flatbuffer_reader.ts";
import { invalidIpc, IpcError } from "../errors.ts";

/** Kinds of message: numbers of the `MessageHeader` union. */
export const MESSAGE = { schema: 1, dictionaryBatch: 2, recordBatch: 3 } as const;

/** Metadata versions that are read; V5 is written. Before V5 a union had a validity bitmap. */
const METADATA_V4 = 3;
/** See {@linkcode METADATA_V4}. */
export const METADATA_V5 = 4;

/** First four bytes of an encapsulated message. */
const CONTINUATION = 0xffffffff;

/** An opened message. */
export interface OpenMessage {
  /** One of {@linkcode MESSAGE}. */
  readonly kind: number;
  /** Metadata version. */
  readonly version: number;
  /** The table of that kind. */
  readonly content: FlatTable;
  /** The bytes, for vectors of structs. */
  readonly reader: FlatbufferReader;
  /** Bytes of the body that follows. */
  readonly bodyLength: number;
}

/** Opens the flatbuffer `Message` in `header`. Borrows it. @throws {IpcError} */
export function readMessage(header: Uint8Array): OpenMessage {
  const reader = new FlatbufferReader(header);
  const message = reader.root();
  const version = message.int16(0);
  if (version !== METADATA_V4 && version !== METADATA_V5) {
    throw new IpcError(
      "codec.ipc_unsupported",
      `Cannot read IPC message: metadata version V${version + 1}, expected V4 or V5`,
    );
  }
  const kind = message.uint8(1);
  if (kind < 1 || kind > 3) {
    throw new IpcError("codec.ipc_unsupported", `Cannot read IPC message: its kind is ${kind}, expected 1, 2 or 3`);
  }
  const content = message.table(2);
  if (content === undefined) throw invalidIpc("Cannot read IPC message: it has no content");
  return { kind, version, content, reader, bodyLength: message.count(3) };
}

/** `header` as an encapsulated message: `ff ff ff ff`, its length, itself padded to 8 bytes. Returns a copy. */
export function encapsulate(header: Uint8Array): Uint8Array {
  const padded = Math.ceil(header.byteLength / 8) * 8;
  const out = new Uint8Array(8 + padded);
  const view = new DataView(out.buffer);
  view.setUint32(0, CONTINUATION, true);
  view.setInt32(4, padded, true);
  out.set(header, 8);
  return out;
}

/**
 * The header of the encapsulated message `bytes`; also of one in the form before Arrow 0.15, without `ff ff ff ff`.
 * Returns a view. What follows the header is ignored.
 *
 * @throws {IpcError} when the length is missing, not positive, or more than there is.
 */
export function unwrapEncapsulated(bytes: Uint8Array): Uint8Array {
  const prefix = readPrefix(bytes);
  if (prefix === undefined) throw truncated(bytes.byteLength, 8);
  const { start, length } = prefix;
  if (length <= 0) throw invalidIpc(`Cannot read IPC message: its length is ${length}`);
  if (start + length > bytes.byteLength) throw truncated(bytes.byteLength, start + length);
  return bytes.subarray(start, start + length);
}

/** Where a message's header starts in `bytes` and its claimed length; `undefined` while `bytes` is too short to say. */
function readPrefix(bytes: Uint8Array): { start: number; length: number } | undefined {
  if (bytes.byteLength < 4) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== CONTINUATION) return { start: 4, length: view.getInt32(0, true) };
  return bytes.byteLength < 8 ? undefined : { start: 8, length: view.getInt32(4, true) };
}

function truncated(found: number, expected: number): IpcError {
  return new IpcError(
    "codec.ipc_truncated",
    `Cannot read IPC message: ${found} bytes, expected ${expected}`,
    { bytes: found, expected },
  );
}
