/**
 * Queries as text.
 *
 * @module
 */
export type { KnownType, KnownTypes } from "./columns.ts";
export { queryFromText, type QueryTextOptions } from "./parser.ts";
export { queryToText } from "./printer.ts";
