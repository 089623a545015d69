/**
 * Rows as peers in other languages get them: JSON under the names of the wire.
 *
 * @module
 */
import { type JsonValue, toHex } from "../../src/base/mod.ts";
import type { DataType } from "../../src/columnar/mod.ts";

/**
 * A value of `type` as JSON: wire names, null for what is absent, bytes as `{ $hex }`, floats that JSON lacks as `{ $float }`,
 * maps as their entries.
 */
export function asJson(type: DataType, value: unknown): JsonValue {
  if (value === undefined || value === null) return null;
  switch (type.kind) {
    case "dictionary":
      return asJson(type.values.type, value);
    case "float":
      if (Object.is(value, -0)) return { $float: "-0" };
      return Number.isFinite(value)
        ? value as number
        : { $float: String(value).replace("Infinity", "inf").toLowerCase() };
    case "binary":
    case "largeBinary":
      return { $hex: toHex(value as Uint8Array) };
    case "list":
    case "largeList":
    case "fixedSizeList":
      return Array.from(value as Iterable<unknown>, (item) => asJson(type.item.type, item));
    case "map": {
      const [key, held] = (type.entries.type as Extract<DataType, { kind: "struct" }>).fields;
      return Array.from(value as Map<unknown, unknown>, (entry) => [
        asJson(key!.type, entry[0]),
        asJson(held!.type, entry[1]),
      ]);
    }
    case "struct":
      return Object.fromEntries(
        type.fields.map((field) => [
          field.name,
          asJson(field.type, (value as Record<string, unknown>)[field.key ?? field.name]),
        ]),
      );
    default:
      return value as JsonValue;
  }
}
