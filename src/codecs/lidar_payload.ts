/**
 * A payload as it grows.
 *
 * @module
 */
import { concat } from "../base/mod.ts";
import { GROUP_POINTS, maxSectionBytes, SECTION_HEADER_BYTES } from "./lidar_header.ts";

/** Holds any section. */
const CAPACITY = SECTION_HEADER_BYTES + maxSectionBytes(GROUP_POINTS, 8);

/** Gathers a payload in memory that is kept, so that those of usual size are allocated once, just as long as they are. */
export class PayloadWriter {
  readonly #bytes = new Uint8Array(CAPACITY);
  readonly #view = new DataView(this.#bytes.buffer);
  /** What had no room left. */
  #chunks: Uint8Array[] = [];
  #length = 0;

  /** Begins a payload with its header. */
  begin(header: Uint8Array): void {
    this.#chunks = [];
    this.#bytes.set(header);
    this.#length = header.byteLength;
  }

  /** Appends a section of `plain` bytes that is stored as `stored`, which is copied. */
  append(stored: Uint8Array, plain: number): void {
    if (this.#length + SECTION_HEADER_BYTES + stored.byteLength > CAPACITY) this.#flush();
    this.#view.setUint32(this.#length, stored.byteLength, true);
    this.#view.setUint32(this.#length + 4, plain, true);
    this.#bytes.set(stored, this.#length + SECTION_HEADER_BYTES);
    this.#length += SECTION_HEADER_BYTES + stored.byteLength;
  }

  /** The whole payload, as a copy. */
  finish(): Uint8Array {
    this.#flush();
    return concat(this.#chunks);
  }

  #flush(): void {
    this.#chunks.push(this.#bytes.slice(0, this.#length));
    this.#length = 0;
  }
}
