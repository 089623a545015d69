/**
 * Records of a bag: a header of named fields, and data.
 *
 * @module
 */
import { dataViewOf } from "../../columnar/mod.ts";

const decoder = new TextDecoder();

/** Kinds of records that are read, by their field `op`. */
export const Op = { MESSAGE: 2, BAG: 3, CHUNK: 5, CHUNK_INFO: 6, CONNECTION: 7 } as const;

/** Fields of the header of a record, or of a connection. */
export class BagFields {
  readonly #fields = new Map<string, Uint8Array>();

  /** Reads the fields. @throws {Error} when they do not fill `bytes` */
  constructor(bytes: Uint8Array) {
    const parts = new Parts(bytes);
    while (!parts.isAtEnd) {
      const field = parts.next("a field of a header");
      const end = field.indexOf(0x3d); // =
      if (end < 0) throw new Error("a field of a header has no name");
      this.#fields.set(decoder.decode(field.subarray(0, end)), field.subarray(end + 1));
    }
  }

  /** A field of one byte. @throws {Error} when it is missing or of another size */
  uint8(name: string): number {
    return this.#ofSize(name, 1).getUint8(0);
  }

  /** A field of four bytes. @throws {Error} when it is missing or of another size */
  uint32(name: string): number {
    return this.#ofSize(name, 4).getUint32(0, true);
  }

  /** A field of eight bytes. @throws {Error} when it is missing or of another size */
  uint64(name: string): bigint {
    return this.#ofSize(name, 8).getBigUint64(0, true);
  }

  /** A time, nanoseconds since 1970. @throws {Error} when it is missing or of another size */
  time(name: string): bigint {
    const view = this.#ofSize(name, 8);
    return BigInt(view.getUint32(0, true)) * 1_000_000_000n + BigInt(view.getUint32(4, true));
  }

  /** A field as it is. @throws {Error} when it is missing */
  bytes(name: string): Uint8Array {
    const value = this.#fields.get(name);
    if (value === undefined) throw new Error(`the field ${name} is missing`);
    return value;
  }

  /** A text. @throws {Error} when it is missing */
  text(name: string): string {
    return decoder.decode(this.bytes(name));
  }

  #ofSize(name: string, size: number): DataView {
    const value = this.bytes(name);
    if (value.length !== size) throw new Error(`the field ${name} has ${value.length} bytes, expected ${size}`);
    return dataViewOf(value);
  }
}

/** A whole record. */
export interface BagRecord {
  /** Fields of its header. */
  readonly fields: BagFields;
  /** Its data, a view. */
  readonly data: Uint8Array;
}

/** The records that `bytes` hold one after the other. @throws {Error} where one is malformed or cut, after those before it */
export function* bagRecords(bytes: Uint8Array): Generator<BagRecord, void, void> {
  const parts = new Parts(bytes);
  while (!parts.isAtEnd) {
    const fields = new BagFields(parts.next("the header of a record"));
    yield { fields, data: parts.next("the data of a record") };
  }
}

/** Parts with their lengths in front, one after the other. */
class Parts {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = dataViewOf(bytes);
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** A view of the next part, which `what` names in errors. @throws {Error} when it is not all there */
  next(what: string): Uint8Array {
    const left = this.#bytes.length - this.#at;
    if (left < 4) throw new Error(`it ends inside the length of ${what}`);
    const length = this.#view.getUint32(this.#at, true);
    if (length > left - 4) throw new Error(`${what} claims ${length} bytes, ${left - 4} are left`);
    this.#at += 4 + length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}
