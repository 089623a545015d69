/**
 * Records of a bag: a header of named fields, and data.
 *
 * @module
 */

const utf8 = new TextDecoder();

/** Kinds of records, by their field `op`. */
export const Op = { MESSAGE: 2, BAG: 3, INDEX: 4, CHUNK: 5, CHUNK_INFO: 6, CONNECTION: 7 } as const;

/** Fields of the header of a record, or of a connection. */
export class BagFields {
  readonly #fields = new Map<string, Uint8Array>();

  /** Reads the fields. @throws {Error} when they do not fill `bytes` */
  constructor(bytes: Uint8Array) {
    const view = viewOf(bytes);
    for (let at = 0; at < bytes.length;) {
      if (bytes.length - at < 4) throw new Error("a header ends inside the length of a field");
      const length = view.getUint32(at, true);
      at += 4;
      if (length > bytes.length - at) throw new Error(`a field claims ${length} bytes, ${bytes.length - at} are left`);
      const field = bytes.subarray(at, at += length);
      const end = field.indexOf(0x3d); // =
      if (end < 0) throw new Error("a field of a header has no name");
      this.#fields.set(utf8.decode(field.subarray(0, end)), field.subarray(end + 1));
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
    return utf8.decode(this.bytes(name));
  }

  #ofSize(name: string, size: number): DataView {
    const value = this.bytes(name);
    if (value.length !== size) throw new Error(`the field ${name} has ${value.length} bytes, expected ${size}`);
    return viewOf(value);
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
  const view = viewOf(bytes);
  let at = 0;
  const part = (what: string): Uint8Array => {
    const left = bytes.length - at;
    if (left < 4) throw new Error(`it ends inside the length of ${what}`);
    const length = view.getUint32(at, true);
    if (length > left - 4) throw new Error(`${what} claims ${length} bytes, ${left - 4} are left`);
    at += 4 + length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const fields = new BagFields(part("the header of a record"));
    yield { fields, data: part("the data of a record") };
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
