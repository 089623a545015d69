/**
 * CDR payloads of ROS 2 to message objects.
 *
 * Every length in a payload is held against the bytes that are left before anything is allocated for it, so work and
 * memory are bounded by the payload. (`MessageReader` of `@foxglove/rosmsg2-serialization` allocates first.)
 *
 * @module
 */
import { CdrReader } from "@foxglove/cdr";
import { messageOf, MosaicoError } from "../../base/mod.ts";
import { itemBytes, type RosField, type RosPrimitive, type RosStruct } from "./definition.ts";

/** A decoded message: fields by the names of its definition. */
export type RosMessage = Record<string, unknown>;

/** A point in time, or a span, as ROS 2 has it. */
export interface RosTime {
  /** Seconds. */
  readonly sec: number;
  /** Nanoseconds to add. */
  readonly nanosec: number;
}

type Read = (reader: CdrReader) => unknown;

/**
 * Decodes the messages of one type.
 *
 * Values: 64-bit integers are `bigint`, `time` and `duration` are {@linkcode RosTime}, arrays of numbers are typed
 * arrays (views of the payload where its alignment allows), other arrays are arrays, nested types are objects.
 */
export class CdrDecoder {
  readonly #type: RosStruct;
  readonly #read: Read;

  /** Prepares the decoding of `type`. */
  constructor(type: RosStruct) {
    this.#type = type;
    this.#read = structReader(type, new Map());
  }

  /**
   * Decodes one message. Borrows `payload`: byte arrays of the result are views of it.
   *
   * @throws {MosaicoError} `codec.cdr` when the payload is not CDR, or ends before the message does
   */
  decode(payload: Uint8Array): RosMessage {
    try {
      checkEncapsulation(payload);
      const reader = new CdrReader(payload);
      const message = this.#read(reader) as RosMessage;
      // Views are cut out of the buffer behind the payload, which may be longer than the payload.
      need(reader, 0);
      return message;
    } catch (cause) {
      // The reader's own RangeErrors say no more than that it was led beyond the payload.
      const reason = cause instanceof RangeError ? "it ends before its message does" : messageOf(cause);
      throw new MosaicoError(
        "codec.cdr",
        `Cannot decode a message of ${this.#type.name}: ${reason} (payload of ${payload.length} bytes)`,
        { type: this.#type.name, payloadBytes: payload.length },
        { cause },
      );
    }
  }
}

/** ROS 2 writes plain CDR, in either byte order. */
function checkEncapsulation(payload: Uint8Array): void {
  if (payload.length < 4) throw new Error("too short for the encapsulation header");
  if (payload[0] !== 0 || payload[1]! > 1) {
    const found = [...payload.subarray(0, 2)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    throw new Error(`encapsulation is ${found}, expected 00 00 or 00 01 (plain CDR)`);
  }
}

function need(reader: CdrReader, bytes: number): void {
  const left = reader.byteLength - reader.decodedBytes;
  if (bytes > left) throw new Error(`${bytes} bytes announced where ${left} are left`);
}

function structReader(type: RosStruct, known: Map<RosStruct, Read>): Read {
  const before = known.get(type);
  if (before !== undefined) return before;
  const names = type.fields.map((field) => field.name);
  const reads = type.fields.map((field) => fieldReader(field, known));
  const read: Read = names.length === 0
    // A type without fields travels as one byte.
    ? (reader) => (reader.uint8(), {})
    : (reader) => {
      const message: RosMessage = {};
      for (let i = 0; i < names.length; i++) message[names[i]!] = reads[i]!(reader);
      return message;
    };
  known.set(type, read);
  return read;
}

function fieldReader(field: RosField, known: Map<RosStruct, Read>): Read {
  const { type, array } = field;
  const one = typeof type === "string" ? PRIMITIVES[type] : structReader(type, known);
  if (array === undefined) return one;
  const size = itemBytes(type);
  const many = (typeof type === "string" && TYPED_ARRAYS[type]) || ((reader: CdrReader, count: number) => {
    const items: unknown[] = [];
    for (let i = 0; i < count; i++) items.push(one(reader));
    return items;
  });
  return (reader) => {
    const count = array === "any" ? reader.sequenceLength() : array;
    need(reader, count * size);
    return many(reader, count);
  };
}

function string(reader: CdrReader): string {
  const length = reader.uint32();
  need(reader, length);
  return reader.string(length);
}

function time(reader: CdrReader): RosTime {
  return { sec: reader.int32(), nanosec: reader.uint32() };
}

const PRIMITIVES: Readonly<Record<RosPrimitive, Read>> = {
  bool: (reader) => reader.uint8() !== 0,
  int8: (reader) => reader.int8(),
  uint8: (reader) => reader.uint8(),
  int16: (reader) => reader.int16(),
  uint16: (reader) => reader.uint16(),
  int32: (reader) => reader.int32(),
  uint32: (reader) => reader.uint32(),
  int64: (reader) => reader.int64(),
  uint64: (reader) => reader.uint64(),
  float32: (reader) => reader.float32(),
  float64: (reader) => reader.float64(),
  string,
  time,
  duration: time,
};

const TYPED_ARRAYS: Readonly<Partial<Record<RosPrimitive, (reader: CdrReader, count: number) => unknown>>> = {
  int8: (reader, count) => reader.int8Array(count),
  uint8: (reader, count) => reader.uint8Array(count),
  int16: (reader, count) => reader.int16Array(count),
  uint16: (reader, count) => reader.uint16Array(count),
  int32: (reader, count) => reader.int32Array(count),
  uint32: (reader, count) => reader.uint32Array(count),
  int64: (reader, count) => reader.int64Array(count),
  uint64: (reader, count) => reader.uint64Array(count),
  float32: (reader, count) => reader.float32Array(count),
  float64: (reader, count) => reader.float64Array(count),
};
