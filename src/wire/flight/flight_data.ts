/**
 * `FlightData` by hand: the message every batch travels in. Bodies are never copied.
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

/** Tag and length of a field take no more: the tag of the body has two bytes, a 32-bit length five. */
const FIELD_HEAD_BYTES = 7;

/** The slices of a message: one of all that is small, then the body's own. */
export function encodeFlightData(data: OutgoingFlightData): Uint8Array[] {
  const { header = EMPTY_BYTES, appMetadata = EMPTY_BYTES, body = [] } = data;
  const descriptor = data.descriptor === undefined ? EMPTY_BYTES : toBinary(FlightDescriptorSchema, data.descriptor);
  const smallBytes = descriptor.length + header.length + appMetadata.length;
  const small = new Uint8Array(smallBytes + 4 * FIELD_HEAD_BYTES);
  let at = 0;
  const writeHead = (field: number, length: number) => {
    for (let value of [field * 8 + LENGTH_DELIMITED, length]) {
      for (; value >= 0x80; value = Math.floor(value / 128)) small[at++] = value % 128 + 0x80;
      small[at++] = value;
    }
  };
  const write = (field: number, bytes: Uint8Array) => {
    writeHead(field, bytes.length);
    small.set(bytes, at);
    at += bytes.length;
  };
  if (data.descriptor !== undefined) write(DESCRIPTOR, descriptor);
  if (header.length > 0) write(HEADER, header);
  if (appMetadata.length > 0) write(APP_METADATA, appMetadata);
  const bodyBytes = totalLength(body);
  if (bodyBytes > 0) writeHead(BODY, bodyBytes);
  return [small.subarray(0, at), ...body];
}

/**
 * The parts of a message, as views of it. Fields come in any order; unknown ones are skipped, of repeated ones the last
 * counts. Only a body that is not the last field, and so may not be aligned, is copied. `release` is told to take the
 * message back.
 *
 * @throws {RpcError} INTERNAL when the bytes are no FlightData
 */
export function decodeFlightData(message: Uint8Array, release: (message: Uint8Array) => void): FlightData {
  let descriptor: FlightDescriptor | undefined;
  let header = EMPTY_BYTES;
  let appMetadata = EMPTY_BYTES;
  let body = EMPTY_BYTES;
  const reader = new FieldReader(message);
  while (!reader.isAtEnd) {
    const tag = reader.varint();
    const field = Math.floor(tag / 8);
    const wireType = tag % 8;
    if (field === 0) throw malformed("a field has number 0");
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
  return {
    descriptor,
    header,
    appMetadata,
    body: isAligned(body) ? body : body.slice(),
    release: () => release(message),
  };
}

function isAligned(body: Uint8Array): boolean {
  return body.byteOffset % 8 === 0 || body.byteLength % 8 !== 0;
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

  /** A number; from 2^53 on it is not exact, but still larger than any message. */
  varint(): number {
    let value = 0;
    for (let scale = 1, length = 0; length < 10; scale *= 128, length++) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw malformed("it is cut short");
      value += (byte & 0x7f) * scale;
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
