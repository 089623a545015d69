/**
 * The dictionaries a stream has sent so far.
 *
 * @module
 */
import { concatColumns } from "../concat.ts";
import { invalidIpc, IpcError } from "../errors.ts";
import { equalTypes } from "../equal.ts";
import { childFields } from "../layout.ts";
import { MAX_DICTIONARY_BYTES, MAX_ROWS } from "./limits.ts";
import { columnByteLength } from "../slice.ts";
import type { Column, Field, Schema } from "../types.ts";

/** A dictionary as it came. */
interface Entry {
  /** What it was set to, then its deltas; joined when a batch first needs them. */
  readonly pieces: Column[];
  /** Bytes of the pieces. */
  readonly bytes: number;
}

/** Values by dictionary id: replaced as a whole, or grown by deltas. Keeps what the batches' columns refer to. */
export class Dictionaries {
  readonly #fields = new Map<bigint, Field>();
  readonly #entries = new Map<bigint, Entry>();
  #bytes = 0;

  /** For the dictionary fields of `schema`, at any depth. @throws {IpcError} when two of one id differ in type. */
  constructor(schema: Schema) {
    schema.fields.forEach((field) => this.#register(field));
  }

  #register(field: Field): void {
    const { type } = field;
    if (type.kind === "dictionary") {
      const known = this.#fields.get(type.id);
      if (known === undefined) this.#fields.set(type.id, type.values);
      else if (!equalTypes(known.type, type.values.type)) {
        throw invalidIpc(`Cannot read schema: fields of different types share the dictionary ${type.id}`);
      }
      childFields(type.values.type).forEach((child) => this.#register(child));
    }
    childFields(type).forEach((child) => this.#register(child));
  }

  /** Field of the values of dictionary `id`. @throws {IpcError} when the schema has none. */
  field(id: bigint): Field {
    const field = this.#fields.get(id);
    if (field === undefined) throw invalidIpc(`Cannot read batch: the schema has no dictionary ${id}`);
    return field;
  }

  /** Values the dictionary column of `field` refers to; `undefined` when none came. */
  get(field: Field): Column | undefined {
    if (field.type.kind !== "dictionary") return undefined;
    const pieces = this.#entries.get(field.type.id)?.pieces;
    if (pieces === undefined) return undefined;
    if (pieces.length > 1) pieces.splice(0, pieces.length, concatColumns(pieces));
    return pieces[0];
  }

  /** Sets the values of dictionary `id`, or adds to them. @throws {IpcError} when that grows beyond the limit. */
  set(id: bigint, values: Column, isDelta: boolean): void {
    const before = this.#entries.get(id) ?? { pieces: [], bytes: 0 };
    const pieces = isDelta ? [...before.pieces, values] : [values];
    const bytes = columnByteLength(values) + (isDelta ? before.bytes : 0);
    const rows = pieces.reduce((sum, piece) => sum + piece.length, 0);
    this.#bytes += bytes - before.bytes;
    if (this.#bytes > MAX_DICTIONARY_BYTES || rows > MAX_ROWS) {
      throw new IpcError(
        "codec.ipc_limit",
        `Cannot read batch: the dictionaries hold ${this.#bytes} bytes, expected at most ${MAX_DICTIONARY_BYTES}`,
      );
    }
    this.#entries.set(id, { pieces, bytes });
  }
}
