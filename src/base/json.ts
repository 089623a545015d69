/**
 * JSON that keeps every 64-bit integer exact: integers outside the safe range become `bigint` on reading, and `bigint`
 * is written as its digits.
 *
 * @module
 */

/** A JSON value whose integers may be `bigint`. */
export type JsonValue = null | boolean | number | bigint | string | JsonValue[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  /** Any name. */
  [key: string]: JsonValue;
}

/** The third argument of a reviver (ECMAScript "JSON.parse source text access"). */
interface ReviverContext {
  source?: string;
}

const parse = JSON.parse as (text: string, reviver: (k: string, v: unknown, c: ReviverContext) => unknown) => unknown;
const rawJson = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON;

/** Parses `text`. Integers beyond ±2^53 arrive as `bigint`, all others as `number`. @throws {SyntaxError} */
export function parseJson(text: string): JsonValue {
  return parse(text, (_key, value, context) => {
    if (typeof value !== "number" || Number.isSafeInteger(value) || !Number.isInteger(value)) return value;
    const source = context.source ?? "";
    return /^-?\d+$/.test(source) ? BigInt(source) : value;
  }) as JsonValue;
}

/** Prints `value` compactly. @throws {TypeError} for NaN and infinities, which JSON has no words for. */
export function stringifyJson(value: unknown): string {
  const text = JSON.stringify(value, (key, entry) => {
    if (typeof entry === "bigint") return rawJson(entry.toString());
    if (typeof entry === "number" && !Number.isFinite(entry)) {
      throw new TypeError(`Cannot write "${key}" as JSON: ${entry} is not a finite number`);
    }
    return entry;
  });
  if (text === undefined) throw new TypeError(`Cannot write a ${typeof value} as JSON`);
  return text;
}
