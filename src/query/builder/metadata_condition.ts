/**
 * Conditions on user metadata.
 *
 * @module
 */
import { compareText, type JsonObject, type JsonValue } from "../../base/mod.ts";
import { QueryError } from "../errors.ts";
import { compileGlob } from "../predicate/mod.ts";

/** A value of user metadata that can be compared with. */
export type MetadataScalar = string | number | bigint | boolean;
/** A value of user metadata that has an order. */
export type MetadataOrdered = string | number | bigint;

/** One condition on a value of user metadata, such as `{ gt: 5 }`. */
export type MetadataCondition =
  | { readonly eq: MetadataScalar }
  | { readonly neq: MetadataScalar }
  | { readonly lt: MetadataOrdered }
  | { readonly leq: MetadataOrdered }
  | { readonly gt: MetadataOrdered }
  | { readonly geq: MetadataOrdered }
  | { readonly between: readonly [first: MetadataOrdered, last: MetadataOrdered] }
  | { readonly outside: readonly [first: MetadataOrdered, last: MetadataOrdered] }
  | { readonly in: readonly MetadataOrdered[] }
  | { readonly match: string }
  /** Whether the path exists: `true` = it must, `false` = it must not. */
  | { readonly ex: boolean };

/** Most steps a key may have. */
const MAX_STEPS = 64;

/** Checks that servers can hold metadata under `key`. @throws {QueryError} `query.invalid_path` */
export function checkMetadataKey(key: string): void {
  const steps = key.split(".");
  const bad = steps.find((step) => !/^(\*{1,2}|[\p{L}\p{N}_ -]+)(\[\*\])?$/u.test(step));
  if (bad !== undefined) {
    const text =
      `Cannot query metadata ${JSON.stringify(key)}: ${JSON.stringify(bad)} is no name of letters, digits, "-", ` +
      `"_" and blanks`;
    throw new QueryError("query.invalid_path", text, { key });
  }
  if (steps.length > MAX_STEPS) {
    throw new QueryError("query.invalid_path", `Cannot query metadata: the key has more than ${MAX_STEPS} steps`);
  }
}

/** The condition on the wire. @throws {TypeError} unless it is exactly one. @throws {RangeError} for values that contradict it. @throws {QueryError} for patterns */
export function metadataCondition(key: string, condition: MetadataCondition): JsonObject {
  const entries = Object.entries(condition);
  if (entries.length !== 1) {
    throw new TypeError(`Cannot query metadata ${key}: exactly one operator is needed, not ${entries.length}`);
  }
  const [operator, operand] = entries[0] as [string, unknown];
  switch (operator) {
    case "eq":
    case "neq":
      return { [`$${operator}`]: scalar(key, operand) };
    case "lt":
    case "leq":
    case "gt":
    case "geq":
      return { [`$${operator}`]: ordered(key, operand) };
    case "between":
    case "outside":
      return { [`$${operator}`]: range(key, operand) };
    case "in":
      return { $in: anyOf(key, operand) };
    case "match":
      if (typeof operand !== "string") throw new TypeError(`Cannot query metadata ${key}: ${operand} is no pattern`);
      compileGlob(operand);
      return { $match: operand };
    case "ex":
      if (typeof operand !== "boolean") throw new TypeError(`Cannot query metadata ${key}: ${operand} is no boolean`);
      return operand ? { $ex: null } : { $nex: null };
    default:
      throw new TypeError(`Cannot query metadata ${key}: there is no operator "${operator}"`);
  }
}

function scalar(key: string, value: unknown): JsonValue {
  return typeof value === "boolean" ? value : ordered(key, value);
}

function ordered(key: string, value: unknown): string | number | bigint {
  if (typeof value === "string" || typeof value === "bigint") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new TypeError(`Cannot query metadata ${key}: ${value} can't be compared with`);
}

function range(key: string, values: unknown): JsonValue {
  const pair = sameType(key, values);
  const [first, last] = pair;
  if (pair.length !== 2 || first === undefined || last === undefined) {
    throw new RangeError(`Cannot query metadata ${key}: a range has two ends, not ${pair.length}`);
  }
  const isAfter = typeof first === "string" && typeof last === "string" ? compareText(first, last) > 0 : first > last;
  if (isAfter) throw new RangeError(`Cannot query metadata ${key}: ${first} lies after ${last}`);
  return pair;
}

function anyOf(key: string, values: unknown): JsonValue {
  const items = sameType(key, values);
  if (items.length === 0) throw new RangeError(`Cannot query metadata ${key}: "in" needs at least one value`);
  return items;
}

function sameType(key: string, values: unknown): (string | number | bigint)[] {
  if (!Array.isArray(values)) throw new TypeError(`Cannot query metadata ${key}: ${values} is no list`);
  const items = values.map((value) => ordered(key, value));
  if (new Set(items.map((item) => typeof item === "string")).size > 1) {
    throw new TypeError(`Cannot query metadata ${key}: text and numbers in one list`);
  }
  return items;
}
