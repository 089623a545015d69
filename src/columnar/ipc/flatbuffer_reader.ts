/**
 * Reads flatbuffers that may be hostile: every offset, table, vector and string is bounded before it is followed.
 *
 * @module
 */
import { fromUtf8 } from "../../base/mod.ts";
import { invalidIpc, IpcError } from "../errors.ts";

/**
 * One flatbuffer. Borrows `bytes`.
 *
 * What is visited is paid from a budget proportional to the size, so that offsets which share a target cannot make a
 * small message expand to a large tree.
 */
export class FlatbufferReader {
  /** The bytes. */
  readonly bytes: Uint8Array;
  /** The same bytes. */
  readonly view: DataView;
  #budget: number;

  /** Wraps `bytes`; nothing is read yet. */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#budget = 8 * bytes.byteLength + 1024;
  }

  /** The root table. @throws {IpcError} */
  root(): FlatTable {
    return new FlatTable(this, this.follow(0));
  }

  /** Position an unsigned offset at `position` leads to. @throws {IpcError} when it leaves the bytes. */
  follow(position: number): number {
    this.bound(position, 4);
    const target = position + this.view.getUint32(position, true);
    this.bound(target, 4);
    return target;
  }

  /** Checks that `length` bytes at `position` exist. @throws {IpcError} */
  bound(position: number, length: number): void {
    if (position < 0 || length < 0 || position + length > this.bytes.byteLength) {
      throw new IpcError(
        "codec.ipc_truncated",
        `Cannot read IPC message: ${length} bytes at ${position} are outside its ${this.bytes.byteLength} bytes`,
      );
    }
  }

  /** Takes the cost of a visit from the budget. @throws {IpcError} when it is used up. */
  charge(cost: number): void {
    this.#budget -= cost;
    if (this.#budget < 0) {
      throw new IpcError(
        "codec.ipc_limit",
        `Cannot read IPC message: its offsets expand to more than its ${this.bytes.byteLength} bytes can hold`,
      );
    }
  }

  /** Text of the string at `position`. @throws {IpcError} */
  stringAt(position: number): string {
    this.bound(position, 4);
    const length = this.view.getUint32(position, true);
    this.bound(position + 4, length);
    this.charge(8 + length);
    try {
      return fromUtf8(this.bytes.subarray(position + 4, position + 4 + length));
    } catch (cause) {
      throw new IpcError("codec.ipc_invalid", `Cannot read IPC message: the string at ${position} is not UTF-8`, {}, {
        cause,
      });
    }
  }
}

/** A vector of equally wide elements inside a flatbuffer. */
export interface FlatVector {
  /** Elements. */
  readonly count: number;
  /** Position of the first. */
  readonly position: number;
}

const NO_VECTOR: FlatVector = { count: 0, position: 0 };

/** A table of a {@linkcode FlatbufferReader}; absent fields read as the given default. */
export class FlatTable {
  readonly #reader: FlatbufferReader;
  readonly #position: number;
  readonly #vtable: number;
  readonly #vtableLength: number;
  readonly #length: number;

  /** The table at `position`. @throws {IpcError} when it or its vtable leaves the bytes. */
  constructor(reader: FlatbufferReader, position: number) {
    reader.bound(position, 4);
    reader.charge(8);
    this.#reader = reader;
    this.#position = position;
    this.#vtable = position - reader.view.getInt32(position, true);
    reader.bound(this.#vtable, 4);
    this.#vtableLength = reader.view.getUint16(this.#vtable, true);
    if (this.#vtableLength < 4) throw invalidIpc(`Cannot read IPC message: vtable at ${this.#vtable} is too short`);
    reader.bound(this.#vtable, this.#vtableLength);
    this.#length = reader.view.getUint16(this.#vtable + 2, true);
    if (this.#length < 4) throw invalidIpc(`Cannot read IPC message: table at ${position} is too short`);
    reader.bound(position, this.#length);
  }

  /** Position of field `slot` of `size` bytes, or 0 when it is absent. */
  #field(slot: number, size: number): number {
    const entry = 4 + 2 * slot;
    if (entry + 2 > this.#vtableLength) return 0;
    const offset = this.#reader.view.getUint16(this.#vtable + entry, true);
    if (offset === 0) return 0;
    if (offset < 4 || offset + size > this.#length) {
      throw invalidIpc(`Cannot read IPC message: field ${slot} of the table at ${this.#position} is outside the table`);
    }
    return this.#position + offset;
  }

  /** Boolean field. */
  bool(slot: number): boolean {
    return this.uint8(slot) !== 0;
  }

  /** Byte field. */
  uint8(slot: number): number {
    const at = this.#field(slot, 1);
    return at === 0 ? 0 : this.#reader.view.getUint8(at);
  }

  /** 16-bit field. */
  int16(slot: number, absent = 0): number {
    const at = this.#field(slot, 2);
    return at === 0 ? absent : this.#reader.view.getInt16(at, true);
  }

  /** 32-bit field. */
  int32(slot: number, absent = 0): number {
    const at = this.#field(slot, 4);
    return at === 0 ? absent : this.#reader.view.getInt32(at, true);
  }

  /** 64-bit field. */
  int64(slot: number): bigint {
    const at = this.#field(slot, 8);
    return at === 0 ? 0n : this.#reader.view.getBigInt64(at, true);
  }

  /** 64-bit field that counts something. @throws {IpcError} when it is negative or beyond 2^53. */
  count(slot: number): number {
    const at = this.#field(slot, 8);
    return at === 0 ? 0 : countAt(this.#reader.view, at);
  }

  /** String field. */
  string(slot: number): string | undefined {
    const at = this.#field(slot, 4);
    return at === 0 ? undefined : this.#reader.stringAt(this.#reader.follow(at));
  }

  /** Table field. */
  table(slot: number): FlatTable | undefined {
    const at = this.#field(slot, 4);
    return at === 0 ? undefined : new FlatTable(this.#reader, this.#reader.follow(at));
  }

  /** Vector field of elements `size` bytes wide. */
  vector(slot: number, size: number): FlatVector {
    const at = this.#field(slot, 4);
    if (at === 0) return NO_VECTOR;
    const position = this.#reader.follow(at);
    const count = this.#reader.view.getUint32(position, true);
    this.#reader.bound(position + 4, count * size);
    return { count, position: position + 4 };
  }

  /** Vector field of 32-bit integers. */
  int32s(slot: number): number[] {
    const { count, position } = this.vector(slot, 4);
    this.#reader.charge(4 * count);
    return Array.from({ length: count }, (_, i) => this.#reader.view.getInt32(position + 4 * i, true));
  }

  /** Vector field of tables. */
  *tables(slot: number): Generator<FlatTable, void, void> {
    const { count, position } = this.vector(slot, 4);
    for (let i = 0; i < count; i++) yield new FlatTable(this.#reader, this.#reader.follow(position + 4 * i));
  }
}

/** Non-negative 64-bit number at `position`. @throws {IpcError} when it is negative or beyond 2^53. */
export function countAt(view: DataView, position: number): number {
  const high = view.getInt32(position + 4, true);
  if (high < 0 || high > 0x1fffff) {
    throw invalidIpc(`Cannot read IPC message: ${view.getBigInt64(position, true)} is no length or offset`);
  }
  return high * 0x1_0000_0000 + view.getUint32(position, true);
}
