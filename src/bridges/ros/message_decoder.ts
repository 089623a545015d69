/**
 * Payloads to message objects, field by field, whatever the encoding.
 *
 * Every length in a payload is held against the bytes that are left before anything is allocated for it, so work and
 * memory are bounded by the payload. (`MessageReader` of `@foxglove/rosmsg2-serialization` allocates first.)
 *
 * @module
 */
import { messageOf, MosaicoError } from "../../base/mod.ts";
import { itemBytes, type RosField, type RosPrimitive, type RosStruct } from "./definition.ts";

/** A decoded message: fields by the names of its definition. */
export type RosMessage = Record<string, unknown>;

/** A point in time, or a span, under the names of ROS 2. */
export interface RosTime {
  /** Seconds. */
  readonly sec: number;
  /** Nanoseconds to add. */
  readonly nanosec: number;
}

/** A payload, read from begin to end. What leads beyond its end throws a RangeError. */
export interface FieldReader {
  /** Bytes of the payload. */
  readonly byteLength: number;
  /** Bytes read. */
  readonly decodedBytes: number;
  uint8(): number;
  int8(): number;
  uint16(): number;
  int16(): number;
  uint32(): number;
  int32(): number;
  uint64(): bigint;
  int64(): bigint;
  float32(): number;
  float64(): number;
  /** Text of so many bytes. */
  string(byteLength: number): string;
  /** Number of the items that follow. */
  sequenceLength(): number;
  uint8Array(count: number): Uint8Array;
  int8Array(count: number): Int8Array;
  uint16Array(count: number): Uint16Array;
  int16Array(count: number): Int16Array;
  uint32Array(count: number): Uint32Array;
  int32Array(count: number): Int32Array;
  uint64Array(count: number): BigUint64Array;
  int64Array(count: number): BigInt64Array;
  float32Array(count: number): Float32Array;
  float64Array(count: number): Float64Array;
}

type Read = (reader: FieldReader) => unknown;
type ReadNothing = (reader: FieldReader) => void;

/** How an encoding of ROS is read. */
export interface RosEncoding {
  /** Code of errors. */
  readonly code: "codec.cdr" | "codec.ros1";
  /** Begins to read. @throws {Error} when the payload is of another encoding */
  open(payload: Uint8Array): FieldReader;
  /** Reads what stands for a type without fields. */
  readNothing(reader: FieldReader): void;
}

/**
 * Makes the function that decodes messages of `type`. It borrows the payload: byte arrays of the message are views of it.
 *
 * Values: 64-bit integers are `bigint`, `time` and `duration` are {@linkcode RosTime}, arrays of numbers are typed
 * arrays (views of the payload where its alignment allows), other arrays are arrays, nested types are objects.
 *
 * It throws a MosaicoError with the code of the encoding when the payload is damaged, or ends before the message does.
 */
export function messageDecoder(type: RosStruct, encoding: RosEncoding): (payload: Uint8Array) => RosMessage {
  const read = structReader(type, (reader) => encoding.readNothing(reader), new Map());
  return (payload) => {
    try {
      const reader = encoding.open(payload);
      const message = read(reader) as RosMessage;
      // Views are cut out of the buffer behind the payload, which may be longer than the payload.
      need(reader, 0);
      return message;
    } catch (cause) {
      // The reader's own RangeErrors say no more than that it was led beyond the payload.
      const reason = cause instanceof RangeError ? "it ends before its message does" : messageOf(cause);
      throw new MosaicoError(
        encoding.code,
        `Cannot decode a message of ${type.name}: ${reason} (payload of ${payload.length} bytes)`,
        { type: type.name, payloadBytes: payload.length },
        { cause },
      );
    }
  };
}

function need(reader: FieldReader, bytes: number): void {
  const left = reader.byteLength - reader.decodedBytes;
  if (bytes > left) throw new Error(`${bytes} bytes announced where ${left} are left`);
}

function structReader(type: RosStruct, readNothing: ReadNothing, known: Map<RosStruct, Read>): Read {
  const before = known.get(type);
  if (before !== undefined) return before;
  const names = type.fields.map((field) => field.name);
  const reads = type.fields.map((field) => fieldReader(field, readNothing, known));
  const read: Read = names.length === 0 ? (reader) => (readNothing(reader), {}) : (reader) => {
    const message: RosMessage = {};
    for (let i = 0; i < names.length; i++) message[names[i]!] = reads[i]!(reader);
    return message;
  };
  known.set(type, read);
  return read;
}

function fieldReader(field: RosField, readNothing: ReadNothing, known: Map<RosStruct, Read>): Read {
  const { type, array } = field;
  const one = typeof type === "string" ? PRIMITIVES[type] : structReader(type, readNothing, known);
  if (array === undefined) return one;
  const size = itemBytes(type);
  const many = (typeof type === "string" && TYPED_ARRAYS[type]) || ((reader: FieldReader, count: number) => {
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

function string(reader: FieldReader): string {
  const length = reader.uint32();
  need(reader, length);
  return reader.string(length);
}

function time(reader: FieldReader): RosTime {
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

const TYPED_ARRAYS: Readonly<Partial<Record<RosPrimitive, (reader: FieldReader, count: number) => unknown>>> = {
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
