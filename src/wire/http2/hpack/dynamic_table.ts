/**
 * The dynamic table both sides of a connection keep alike (RFC 7541 sections 2.3.2 and 4).
 *
 * @module
 */
import type { HeaderField } from "./static_table.ts";

/** Size of a table before anything was said about it. */
export const DEFAULT_TABLE_BYTES = 4096;

/** Size of an entry by RFC 7541 section 4.1. */
export function fieldBytes(name: string, value: string): number {
  return name.length + value.length + 32;
}

/** Entries, newest first in their indices, bounded by their size. */
export class DynamicTable {
  /** Oldest first: adding is a push, evicting a shift. */
  readonly #entries: HeaderField[] = [];
  #bytes = 0;
  #maxBytes = DEFAULT_TABLE_BYTES;

  /** Number of entries. */
  get length(): number {
    return this.#entries.length;
  }

  /** Bound of the size. */
  get maxBytes(): number {
    return this.#maxBytes;
  }

  /** Entry `index`, 0 = newest. */
  at(index: number): HeaderField | undefined {
    return this.#entries[this.#entries.length - 1 - index];
  }

  /** Adds an entry and evicts the oldest ones as needed; one larger than the whole table empties it. */
  add(field: HeaderField): void {
    const bytes = fieldBytes(field[0], field[1]);
    this.#evict(this.#maxBytes - bytes);
    if (bytes > this.#maxBytes) return;
    this.#entries.push(field);
    this.#bytes += bytes;
  }

  /** Changes the bound. */
  resize(maxBytes: number): void {
    this.#maxBytes = maxBytes;
    this.#evict(maxBytes);
  }

  /** Index (0 = newest) of an entry equal to `name` and `value`. -1 if there is none. */
  indexOf(name: string, value: string): number {
    for (let at = this.#entries.length - 1; at >= 0; at--) {
      const entry = this.#entries[at]!;
      if (entry[1] === value && entry[0] === name) return this.#entries.length - 1 - at;
    }
    return -1;
  }

  /** Index (0 = newest) of an entry of that name. -1 if there is none. */
  indexOfName(name: string): number {
    for (let at = this.#entries.length - 1; at >= 0; at--) {
      if (this.#entries[at]![0] === name) return this.#entries.length - 1 - at;
    }
    return -1;
  }

  #evict(bound: number): void {
    while (this.#bytes > bound && this.#entries.length > 0) {
      const [name, value] = this.#entries.shift()!;
      this.#bytes -= fieldBytes(name, value);
    }
  }
}
