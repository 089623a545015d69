/**
 * Writes a flatbuffer from a description of its tables.
 *
 * @module
 */
import { utf8 } from "../../base/mod.ts";

/** A table: its fields by slot; `undefined` leaves one absent. */
export type TableSpec = readonly (FieldSpec | undefined)[];

/** A field of a table. */
export type FieldSpec =
  | { readonly kind: "int8" | "int16" | "int32"; readonly value: number }
  | { readonly kind: "int64"; readonly value: bigint }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "table"; readonly value: TableSpec }
  | { readonly kind: "tables"; readonly value: readonly TableSpec[] }
  | { readonly kind: "int32s"; readonly value: readonly number[] };

/** The bytes of `root`, padded to 8. */
export function writeFlatbuffer(root: TableSpec): Uint8Array {
  const writer = new Writer();
  const at = writer.reserve(4, 4);
  writer.link(at, writer.table(root));
  writer.reserve(0, 8);
  return writer.bytes.slice(0, writer.length);
}

const WIDTH = { int8: 1, int16: 2, int32: 4, int64: 8, string: 4, table: 4, tables: 4, int32s: 4 } as const;

/** Parents are written before what they point to, so that every offset leads forward. */
class Writer {
  bytes = new Uint8Array(1024);
  view = new DataView(this.bytes.buffer);
  length = 0;

  /** Position of `size` zero bytes, aligned. */
  reserve(size: number, alignment: number): number {
    const at = Math.ceil(this.length / alignment) * alignment;
    this.length = at + size;
    if (this.length > this.bytes.byteLength) {
      const grown = new Uint8Array(2 * this.length);
      grown.set(this.bytes);
      this.bytes = grown;
      this.view = new DataView(grown.buffer);
    }
    return at;
  }

  /** Points the offset at `from` to `to`. */
  link(from: number, to: number): void {
    this.view.setUint32(from, to - from, true);
  }

  table(fields: TableSpec): number {
    let count = fields.length;
    while (count > 0 && fields[count - 1] === undefined) count--;
    const vtable = this.reserve(4 + 2 * count, 2);
    const wide = fields.some((field) => field?.kind === "int64");
    const at = this.reserve(4, wide ? 8 : 4);
    this.view.setInt32(at, at - vtable, true);
    const positions = fields.map((field) => {
      if (field === undefined) return 0;
      return this.reserve(WIDTH[field.kind], WIDTH[field.kind]);
    });
    this.view.setUint16(vtable, 4 + 2 * count, true);
    this.view.setUint16(vtable + 2, this.length - at, true);
    positions.slice(0, count).forEach((position, slot) => {
      if (position !== 0) this.view.setUint16(vtable + 4 + 2 * slot, position - at, true);
    });
    positions.forEach((position, slot) => position !== 0 && this.#value(position, fields[slot]!));
    return at;
  }

  #value(at: number, field: FieldSpec): void {
    switch (field.kind) {
      case "int8":
        return this.view.setInt8(at, field.value);
      case "int16":
        return this.view.setInt16(at, field.value, true);
      case "int32":
        return this.view.setInt32(at, field.value, true);
      case "int64":
        return this.view.setBigInt64(at, field.value, true);
      case "string":
        return this.link(at, this.#string(field.value));
      case "table":
        return this.link(at, this.table(field.value));
      case "tables": {
        const vector = this.#vector(field.value.length);
        this.link(at, vector);
        return field.value.forEach((table, i) => {
          const target = this.table(table);
          this.link(vector + 4 + 4 * i, target);
        });
      }
      case "int32s": {
        const vector = this.#vector(field.value.length);
        this.link(at, vector);
        return field.value.forEach((value, i) => this.view.setInt32(vector + 4 + 4 * i, value, true));
      }
    }
  }

  #vector(count: number): number {
    const at = this.reserve(4 + 4 * count, 4);
    this.view.setUint32(at, count, true);
    return at;
  }

  #string(text: string): number {
    const encoded = utf8(text);
    const at = this.reserve(4 + encoded.byteLength + 1, 4);
    this.view.setUint32(at, encoded.byteLength, true);
    this.bytes.set(encoded, at + 4);
    return at;
  }
}
