/**
 * Payloads of ROS 1 to message objects: fields one after the other, little-endian, nothing between them.
 *
 * @module
 */
import { dataViewOf } from "../../columnar/mod.ts";
import type { RosStruct } from "./definition.ts";
import { type FieldReader, messageDecoder, type RosEncoding, type RosMessage } from "./message_decoder.ts";

/**
 * Decodes the messages of one type, as ROS 1 encodes them.
 *
 * Values: 64-bit integers are `bigint`, `time` and `duration` are {@linkcode RosTime}, arrays of numbers are typed
 * arrays (views of the payload where its alignment allows), other arrays are arrays, nested types are objects.
 */
export class Ros1Decoder {
  /**
   * Decodes one message. Borrows `payload`: byte arrays of the result are views of it.
   *
   * @throws {MosaicoError} `codec.ros1` when the payload is damaged, or ends before the message does
   */
  readonly decode: (payload: Uint8Array) => RosMessage;

  /** Prepares the decoding of `type`. */
  constructor(type: RosStruct) {
    this.decode = messageDecoder(type, ROS_1);
  }
}

const ROS_1: RosEncoding = {
  code: "codec.ros1",
  open: (payload) => new Ros1Reader(payload),
  /** No bytes. */
  readNothing: () => {},
};

const utf8 = new TextDecoder();

/** Constructor of a typed array. */
interface ArrayType<T> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): T;
}

class Ros1Reader implements FieldReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = dataViewOf(bytes);
  }

  get byteLength(): number {
    return this.#bytes.length;
  }
  get decodedBytes(): number {
    return this.#at;
  }

  uint8(): number {
    return this.#view.getUint8(this.#advance(1));
  }
  int8(): number {
    return this.#view.getInt8(this.#advance(1));
  }
  uint16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }
  int16(): number {
    return this.#view.getInt16(this.#advance(2), true);
  }
  uint32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }
  int32(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }
  uint64(): bigint {
    return this.#view.getBigUint64(this.#advance(8), true);
  }
  int64(): bigint {
    return this.#view.getBigInt64(this.#advance(8), true);
  }
  float32(): number {
    return this.#view.getFloat32(this.#advance(4), true);
  }
  float64(): number {
    return this.#view.getFloat64(this.#advance(8), true);
  }
  string(byteLength: number): string {
    const start = this.#advance(byteLength);
    return utf8.decode(this.#bytes.subarray(start, this.#at));
  }
  sequenceLength(): number {
    return this.uint32();
  }

  uint8Array(count: number): Uint8Array {
    return this.#array(Uint8Array, count);
  }
  int8Array(count: number): Int8Array {
    return this.#array(Int8Array, count);
  }
  uint16Array(count: number): Uint16Array {
    return this.#array(Uint16Array, count);
  }
  int16Array(count: number): Int16Array {
    return this.#array(Int16Array, count);
  }
  uint32Array(count: number): Uint32Array {
    return this.#array(Uint32Array, count);
  }
  int32Array(count: number): Int32Array {
    return this.#array(Int32Array, count);
  }
  uint64Array(count: number): BigUint64Array {
    return this.#array(BigUint64Array, count);
  }
  int64Array(count: number): BigInt64Array {
    return this.#array(BigInt64Array, count);
  }
  float32Array(count: number): Float32Array {
    return this.#array(Float32Array, count);
  }
  float64Array(count: number): Float64Array {
    return this.#array(Float64Array, count);
  }

  /** A view where the alignment allows, else a copy. Little-endian machines only, as everything here. */
  #array<T>(type: ArrayType<T>, count: number): T {
    const { buffer, byteOffset } = this.#bytes;
    const start = byteOffset + this.#advance(count * type.BYTES_PER_ELEMENT);
    if (start % type.BYTES_PER_ELEMENT === 0) return new type(buffer, start, count);
    return new type(buffer.slice(start, byteOffset + this.#at), 0, count);
  }

  /** Answers where the next `bytes` begin, and goes behind them. */
  #advance(bytes: number): number {
    const start = this.#at;
    if (bytes > this.#bytes.length - start) throw new RangeError("beyond the end");
    this.#at = start + bytes;
    return start;
  }
}
