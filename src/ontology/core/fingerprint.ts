/**
 * Fingerprints: how two implementations agree that they mean the same columns.
 *
 * @module
 */
import { type DataType, type Field, schemaFingerprintText } from "../../columnar/mod.ts";
import { sha1Hex } from "./sha1.ts";

/** Wider and newer forms of text and bytes that count as the plain ones, on the top level only. */
const SAME_AS: Partial<Record<DataType["kind"], DataType>> = {
  largeUtf8: { kind: "utf8" },
  utf8View: { kind: "utf8" },
  largeBinary: { kind: "binary" },
  binaryView: { kind: "binary" },
};

/** Text form of the columns of a type (without `timestamp_ns`): equal text, equal type. */
export function fingerprintText(fields: readonly Field[]): string {
  return schemaFingerprintText(fields.map((field) => ({ ...field, type: SAME_AS[field.type.kind] ?? field.type })));
}

/** First ten hex digits of the SHA-1 of {@linkcode fingerprintText}. */
export function fingerprintOf(fields: readonly Field[]): string {
  return sha1Hex(fingerprintText(fields)).slice(0, 10);
}
