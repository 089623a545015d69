/**
 * How our values become protobuf messages and come back.
 *
 * @module
 */
import { create, type DescMessage, type MessageInitShape, type MessageShape } from "@bufbuild/protobuf";
import { Format, type TimestampRange as TimestampRangeMessage } from "../../proto/gen/control_pb.ts";
import { EMPTY_BYTES, type JsonObject } from "../base/mod.ts";
import { ProtocolError } from "./errors.ts";
import { JsonReader } from "./json_reader.ts";
import { jsonBytes } from "./json_writer.ts";
import type { SerializationFormat, TimestampRange } from "./types.ts";

/** How one value is written and read. */
export interface MessageForm<T> {
  /** Type of the message. */
  readonly schema: DescMessage;
  /** The message of a value. @throws {ProtocolError} `message.invalid` */
  toMessage(value: T): MessageShape<DescMessage>;
  /** The value of a message. @throws {ProtocolError} `message.malformed` */
  fromMessage(message: MessageShape<DescMessage>): T;
}

/** Makes a form of its two directions. */
export function form<T, Desc extends DescMessage>(
  schema: Desc,
  write: (value: T) => MessageInitShape<Desc>,
  read: (message: MessageShape<Desc>) => T,
): MessageForm<T> {
  return {
    schema,
    toMessage: (value) => create(schema, write(value)),
    fromMessage: (message) => read(message as MessageShape<Desc>),
  };
}

/** Numbers of the storage formats. */
export const FORMATS: Readonly<Record<SerializationFormat, Format>> = {
  default: Format.DEFAULT,
  ragged: Format.RAGGED,
  image: Format.IMAGE,
};

/** The storage format of a number. */
export function formatOf(message: string, format: Format): SerializationFormat {
  const entry = Object.entries(FORMATS).find(([, number]) => number === format);
  if (entry === undefined) throw malformed(message, `serialization_format is ${format}, which has no name`);
  return entry[0] as SerializationFormat;
}

/** A JSON object inside a message; empty when it has no members. */
export function writeJson(field: string, object: JsonObject): Uint8Array {
  return Object.keys(object).length === 0 ? EMPTY_BYTES : jsonBytes(field, () => object);
}

/** The object {@linkcode writeJson} wrote. */
export function readJson(field: string, bytes: Uint8Array): JsonObject {
  return bytes.byteLength === 0 ? {} : JsonReader.parse(field, bytes).object();
}

/** `value`, which no message may lack. */
export function present<T>(message: string, field: string, value: T | undefined): T {
  if (value === undefined) throw malformed(message, `${field} is missing`);
  return value;
}

/** A count as a number. */
export function count(message: string, field: string, value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw malformed(message, `${field} is ${value}, expected less than 2^53`);
  }
  return Number(value);
}

function malformed(message: string, problem: string): ProtocolError {
  return new ProtocolError("message.malformed", `Cannot read ${message}: ${problem}`, { message });
}

/** A window without the bounds that are not set. */
export function window(
  { startNs, endNs }: { readonly startNs?: bigint | undefined; readonly endNs?: bigint | undefined },
): TimestampRange {
  return { ...(startNs === undefined ? {} : { startNs }), ...(endNs === undefined ? {} : { endNs }) };
}

/** An interval, both bounds of which must be there. */
export function readInterval(
  message: string,
  { startNs, endNs }: TimestampRangeMessage,
): { startNs: bigint; endNs: bigint } {
  return { startNs: present(message, "start_ns", startNs), endNs: present(message, "end_ns", endNs) };
}
