/**
 * Which type stands behind a tag.
 *
 * @module
 */
import type { Field, Schema } from "../../columnar/mod.ts";
import { fingerprintText } from "./fingerprint.ts";
import type { OntologyType } from "./types.ts";

/** The types a client can read and write by name. Types that are not in it are read as unmodeled data. */
export class OntologyRegistry {
  readonly #types = new Map<string, OntologyType<unknown>>();

  /** A registry of `types`. */
  constructor(types: Iterable<OntologyType<unknown>> = []) {
    for (const type of types) this.register(type);
  }

  /** Adds a type. @throws {TypeError} when another type has its tag */
  register(type: OntologyType<unknown>): void {
    const known = this.#types.get(type.tag);
    if (known === type) return;
    if (known !== undefined) throw new TypeError(`Cannot register ${type.tag}: another type has that tag`);
    this.#types.set(type.tag, type);
  }

  /** The type of a tag; `undefined` when there is none. */
  get(tag: string): OntologyType<unknown> | undefined {
    return this.#types.get(tag);
  }

  /**
   * The type of `tag` when `schema`, as it came over the wire, has exactly its columns; `undefined` otherwise: another
   * version of the type, or a namesake, must not be read as this one.
   */
  resolve(tag: string, schema: Schema): OntologyType<unknown> | undefined {
    const type = this.#types.get(tag);
    if (type === undefined) return undefined;
    return fingerprintText(dataFields(schema)) === fingerprintText(type.fields) ? type : undefined;
  }

  /** All types, in the order they were registered. */
  [Symbol.iterator](): IterableIterator<OntologyType<unknown>> {
    return this.#types.values();
  }
}

/** Columns of a topic without the record time. */
export function dataFields(schema: Schema): readonly Field[] {
  return schema.fields.filter((field) => field.name !== "timestamp_ns");
}
