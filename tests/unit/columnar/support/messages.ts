/**
 * Messages as bytes, and back.
 *
 * @module
 */
import { concat } from "../../../../src/base/mod.ts";
import {
  type Batch,
  BatchDecoder,
  type BodyCodec,
  decodeSchema,
  encapsulate,
  encodeBatch,
  encodeSchema,
  type IpcMessage,
  type Schema,
} from "../../../../src/columnar/mod.ts";

/** The body of `message` in one array. */
export function bodyOf(message: IpcMessage): Uint8Array {
  return concat([new Uint8Array(0), ...message.body]);
}

/** `batch` through the wire: encoded, decoded. */
export function roundTrip(batch: Batch, codec?: BodyCodec): Batch {
  const message = encodeBatch(batch, codec);
  const decoder = new BatchDecoder(decodeSchema(encodeSchema(batch.schema)), codec === undefined ? [] : [codec]);
  const decoded = decoder.decode(message.header, bodyOf(message));
  if (decoded === undefined) throw new Error("the message is a dictionary");
  return decoded;
}

/** A whole IPC stream. */
export function streamOf(schema: Schema, batches: readonly Batch[], codec?: BodyCodec): Uint8Array {
  const parts = [encapsulate(encodeSchema(schema))];
  for (const batch of batches) {
    const message = encodeBatch(batch, codec);
    parts.push(encapsulate(message.header), bodyOf(message));
  }
  parts.push(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0));
  return concat(parts);
}
