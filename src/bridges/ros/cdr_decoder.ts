/**
 * CDR payloads of ROS 2 to message objects.
 *
 * @module
 */
import { CdrReader } from "@foxglove/cdr";
import type { RosStruct } from "./definition.ts";
import { messageDecoder, type RosEncoding, type RosMessage } from "./message_decoder.ts";

/**
 * Decodes the messages of one type, as ROS 2 encodes them.
 *
 * Values: 64-bit integers are `bigint`, `time` and `duration` are {@linkcode RosTime}, arrays of numbers are typed
 * arrays (views of the payload where its alignment allows), other arrays are arrays, nested types are objects.
 */
export class CdrDecoder {
  /**
   * Decodes one message. Borrows `payload`: byte arrays of the result are views of it.
   *
   * @throws {MosaicoError} `codec.cdr` when the payload is not CDR, or ends before the message does
   */
  readonly decode: (payload: Uint8Array) => RosMessage;

  /** Prepares the decoding of `type`. */
  constructor(type: RosStruct) {
    this.decode = messageDecoder(type, CDR);
  }
}

const CDR: RosEncoding = {
  code: "codec.cdr",
  open(payload) {
    checkEncapsulation(payload);
    return new CdrReader(payload);
  },
  /** One byte. */
  readNothing: (reader) => void reader.uint8(),
};

/** ROS 2 writes plain CDR, in either byte order. */
function checkEncapsulation(payload: Uint8Array): void {
  if (payload.length < 4) throw new Error("too short for the encapsulation header");
  if (payload[0] !== 0 || payload[1]! > 1) {
    const found = [...payload.subarray(0, 2)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    throw new Error(`encapsulation is ${found}, expected 00 00 or 00 01 (plain CDR)`);
  }
}
