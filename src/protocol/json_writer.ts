/**
 * Writes JSON that the other side can read: integers of 64 bits at most, nothing that JSON has no words for.
 *
 * @module
 */
import { messageOf, stringifyJson, utf8 } from "../base/mod.ts";
import { ProtocolError } from "./errors.ts";

/** JSON of what `write` makes, as bytes; `message` names it in errors. @throws {ProtocolError} `message.invalid` */
export function jsonBytes(message: string, write: () => unknown): Uint8Array {
  try {
    return utf8(stringifyJson(write()));
  } catch (cause) {
    throw new ProtocolError("message.invalid", `Cannot write ${message}: ${messageOf(cause)}`, { message }, { cause });
  }
}

/** `value`, if it is a signed 64-bit integer. @throws {RangeError} */
export function int64(field: string, value: bigint): bigint {
  if (BigInt.asIntN(64, value) !== value) throw new RangeError(`${field} is ${value}, expected a 64-bit integer`);
  return value;
}

/** `value`, if it is an unsigned 64-bit integer. @throws {RangeError} */
export function uint64(field: string, value: bigint): bigint {
  if (BigInt.asUintN(64, value) !== value) {
    throw new RangeError(`${field} is ${value}, expected an unsigned 64-bit integer`);
  }
  return value;
}
