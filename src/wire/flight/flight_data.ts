/**
 * `FlightData` by hand: the message every batch travels in. Its parts are never copied.
 *
 * @module
 */
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { type FlightDescriptor, FlightDescriptorSchema } from "../../../proto/gen/flight_pb.ts";
import { EMPTY_BYTES, totalLength } from "../../base/mod.ts";
import { GrpcStatus, RpcError } from "../grpc/mod.ts";
import type { FlightData, OutgoingFlightData } from "./types.ts";

const DESCRIPTOR = 1;
const HEADER = 2;
const APP_METADATA = 3;
const BODY = 1000;

const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

/** The slices of a message, the body's among them as they are. */
export function encodeFlightData(data: OutgoingFlightData): Uint8Array[] {
  const slices: Uint8Array[] = [];
  if (data.descriptor !== undefined) {
    const descriptor = toBinary(FlightDescriptorSchema, data.descriptor);
    slices.push(fieldHead(DESCRIPTOR, descriptor.length), descriptor);
  }
  if (data.header !== undefined && data.header.length > 0) {
    slices.push(fieldHead(HEADER, data.header.length), data.header);
  }
  if (data.appMetadata !== undefined && data.appMetadata.length > 0) {
    slices.push(fieldHead(APP_METADATA, data.appMetadata.length), data.appMetadata);
  }
  if (data.body !== undefined) {
    const length = totalLength(data.body);
    if (length > 0) slices.push(fieldHead(BODY, length), ...data.body);
  }
  return slices;
}

/** Tag and length of a length-delimited field. */
function fieldHead(field: number, length: number): Uint8Array {
  const bytes: number[] = [];
  for (let value of [field * 8 + LENGTH_DELIMITED, length]) {
    for (; value >= 0x80; value = Math.floor(value / 128)) bytes.push(value % 128 + 0x80);
    bytes.push(value);
  }
  return Uint8Array.from(bytes);
}

/**
 * The parts of a message, as views of it. Fields come in any order; unknown ones are skipped, of repeated ones the last
 * counts.
 *
 * @throws {RpcError} INTERNAL when the bytes are no FlightData
 */
export function decodeFlightData(message: Uint8Array): FlightData {
  let descriptor: FlightDescriptor | undefined;
  let header = EMPTY_BYTES;
  let appMetadata = EMPTY_BYTES;
  let body = EMPTY_BYTES;
  const reader = new FieldReader(message);
  while (!reader.isAtEnd) {
    const tag = reader.varint();
    const field = Math.floor(tag / 8);
    const wireType = tag % 8;
    if (wireType !== LENGTH_DELIMITED) {
      reader.skip(wireType);
      continue;
    }
    const bytes = reader.bytes();
    if (field === HEADER) header = bytes;
    else if (field === BODY) body = bytes;
    else if (field === APP_METADATA) appMetadata = bytes;
    else if (field === DESCRIPTOR) descriptor = readDescriptor(bytes);
  }
  return { descriptor, header, appMetadata, body };
}

function readDescriptor(bytes: Uint8Array): FlightDescriptor {
  try {
    return fromBinary(FlightDescriptorSchema, bytes);
  } catch (cause) {
    throw malformed("its descriptor cannot be read", cause);
  }
}

function malformed(what: string, cause?: unknown): RpcError {
  return new RpcError(GrpcStatus.INTERNAL, `Cannot read FlightData: ${what}`, { cause });
}

/** Reads protobuf fields, never past the end. */
class FieldReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** A number up to 2^53; longer ones are cut short, which only ever makes a length or a tag wrong, not unsafe. */
  varint(): number {
    let value = 0;
    for (let scale = 1, length = 0; length < 10; scale *= 128, length++) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw malformed("it is cut short");
      if (length < 7) value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw malformed("a number is longer than ten bytes");
  }

  bytes(): Uint8Array {
    const length = this.varint();
    return this.#bytes.subarray(this.#at, this.#advance(length));
  }

  skip(wireType: number): void {
    if (wireType === VARINT) this.varint();
    else if (wireType === FIXED64) this.#advance(8);
    else if (wireType === FIXED32) this.#advance(4);
    else throw malformed(`wire type ${wireType} is unknown`);
  }

  #advance(length: number): number {
    if (length > this.#bytes.length - this.#at) {
      throw malformed(`a field claims ${length} bytes, ${this.#bytes.length - this.#at} are left`);
    }
    return this.#at += length;
  }
}
