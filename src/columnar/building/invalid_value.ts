import { SchemaError } from "../errors.ts";
import type { DataType, Field } from "../types.ts";

/** What a value of `type` must be. */
function ruleOf(type: DataType): string {
  switch (type.kind) {
    case "bool":
      return "a boolean";
    case "float":
      return `a number (float${type.bits})`;
    case "int": {
      const bits = BigInt(type.bits);
      const low = type.signed ? -(1n << (bits - 1n)) : 0n;
      const high = low + (1n << bits) - 1n;
      return `${type.bits === 64 ? "a bigint or safe integer" : "an integer"} from ${low} to ${high}`;
    }
    case "utf8":
      return "a string without lone surrogates";
    case "binary":
      return "a Uint8Array";
    case "list":
      return "an array or typed array";
    case "fixedSizeList":
      return `an array or typed array of length ${type.size}`;
    case "map":
      return "a Map";
    case "struct":
      return "an object";
    default:
      return type.kind;
  }
}

/** Where a value is in a row: names, and the indices of the list items it lies in. */
export type Place = readonly (string | number)[];

/** A path whose `undefined` parts stand for `indices`, in order. */
export function placeOf(path: readonly (string | undefined)[], indices: readonly number[]): Place {
  let at = 0;
  return path.map((part) => part ?? indices[at++]!);
}

/** Text of a place: `poses[3].position`. */
function pathOf(place: Place): string {
  return place.map((part, i) => typeof part === "number" ? `[${part}]` : i === 0 ? part : `.${part}`).join("");
}

/** The error for a `value` that the column at `place` cannot take, by default because of its type. */
export function invalidValue(
  place: Place,
  field: Field,
  value: unknown,
  rule: string = ruleOf(field.type),
): SchemaError {
  const path = pathOf(place);
  const missing = value === undefined || value === null;
  const shown = printed(value);
  return new SchemaError(
    "schema.invalid_value",
    `Cannot write ${path}: it is ${missing ? "missing" : shown}, expected ${rule}`,
    { field: path, value: shown, rule: missing ? `required: ${rule}` : rule },
  );
}

/** `error` with the name of the rows' type in its text and facts; what is no {@linkcode SchemaError} as it is. */
export function ofType(type: string, error: unknown): unknown {
  if (!(error instanceof SchemaError)) return error;
  const message = error.message
    .replace(/^Cannot write /, () => `Cannot write ${type}.`)
    .replace(/^Cannot append row:/, () => `Cannot append a row of ${type}:`);
  return new SchemaError(error.code as `schema.${string}`, message, { type, ...error.facts });
}

/** A short text of any value. */
export function printed(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? value.slice(0, 60) + "…" : value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return String(value);
  const { constructor, length } = value as { constructor?: { name?: unknown }; length?: unknown };
  const name = String(constructor?.name ?? "an object of no class");
  return typeof length === "number" ? `${name} of length ${length}` : name;
}
