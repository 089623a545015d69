/**
 * HPACK, the header compression of HTTP/2.
 *
 * @module
 */
export { HpackDecoder } from "./decoder.ts";
export { HpackEncoder } from "./encoder.ts";
export type { HeaderField } from "./static_table.ts";
