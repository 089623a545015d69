/**
 * One condition, checked; and what it says of a value.
 *
 * @module
 */
import { compareText, type JsonValue } from "../../base/mod.ts";
import type { Operator } from "../../ontology/mod.ts";
import { QueryError } from "../errors.ts";
import { compileGlob } from "./glob.ts";

/** A value conditions compare with. */
export type Scalar = string | number | bigint | boolean;
/** A scalar that has an order. */
export type Ordered = string | number | bigint;

/** A condition whose operand is known to fit its operator. */
export type Condition =
  | { readonly operator: "$eq" | "$neq"; readonly operand: Scalar | readonly Scalar[] }
  | { readonly operator: "$lt" | "$leq" | "$gt" | "$geq"; readonly operand: Ordered }
  | { readonly operator: "$between" | "$outside"; readonly operand: readonly [first: Ordered, last: Ordered] }
  | { readonly operator: "$in"; readonly operand: readonly Scalar[] }
  | { readonly operator: "$match"; readonly operand: string }
  | { readonly operator: "$ex" | "$nex" };

/** Longest list a value is compared with as a whole. */
export const MAX_LIST_LENGTH = 1024;

/**
 * Checks a condition as it came over the wire: `{ "$op": operand }`, or a bare `"$ex"` or `"$nex"`.
 *
 * @param key Names the condition in errors.
 * @param allowed The operators the key takes.
 * @throws {QueryError} `query.malformed`, `query.unsupported_operator`, `query.invalid_operand`, `query.empty_in`,
 * `query.reversed_range`, `query.invalid_pattern`, `query.pattern_too_long`
 */
export function parseCondition(key: string, json: JsonValue, allowed: readonly Operator[]): Condition {
  const [operator, operand] = operatorOf(key, json);
  if (!allowed.includes(operator as Operator)) {
    const text = `Cannot query ${key}: the operator ${operator} is not supported, only ${allowed.join(" ")}`;
    throw new QueryError("query.unsupported_operator", text, { key, operator });
  }
  switch (operator as Operator) {
    case "$ex":
    case "$nex":
      return { operator: operator as "$ex" };
    case "$eq":
    case "$neq":
      return {
        operator: operator as "$eq",
        operand: Array.isArray(operand) ? list(key, operand) : scalar(key, operand),
      };
    case "$in": {
      if (!Array.isArray(operand)) throw invalid(key, operand, "a list");
      if (operand.length === 0) {
        throw new QueryError("query.empty_in", `Cannot query ${key}: $in has no value`, { key });
      }
      return { operator: "$in", operand: operand.map((value) => scalar(key, value)) };
    }
    case "$match": {
      if (typeof operand !== "string") throw invalid(key, operand, "a pattern");
      compileGlob(operand);
      return { operator: "$match", operand };
    }
    case "$between":
    case "$outside":
      return { operator: operator as "$between", operand: range(key, operand) };
    default:
      return { operator: operator as "$lt", operand: ordered(key, operand) };
  }
}

function operatorOf(key: string, json: JsonValue): [string, JsonValue] {
  if (json === "$ex" || json === "$nex") return [json, null];
  if (typeof json === "object" && json !== null && !Array.isArray(json)) {
    const entries = Object.entries(json);
    if (entries.length === 1) return entries[0]!;
  }
  throw new QueryError("query.malformed", `Cannot query ${key}: expected an object of one operator`, { key });
}

function list(key: string, values: JsonValue[]): readonly Scalar[] {
  if (values.length > MAX_LIST_LENGTH) throw invalid(key, values, `a list of at most ${MAX_LIST_LENGTH}`);
  return values.map((value) => scalar(key, value));
}

function range(key: string, json: JsonValue): readonly [Ordered, Ordered] {
  if (!Array.isArray(json) || json.length !== 2) throw invalid(key, json, "a list of two ends");
  const first = ordered(key, json[0]!), last = ordered(key, json[1]!);
  const order = compare(first, last);
  if (order === undefined) throw invalid(key, json, "two ends of one type");
  if (order > 0) {
    throw new QueryError("query.reversed_range", `Cannot query ${key}: ${first} lies after ${last}`, { key });
  }
  return [first, last];
}

function scalar(key: string, value: JsonValue): Scalar {
  return typeof value === "boolean" ? value : ordered(key, value);
}

function ordered(key: string, value: JsonValue): Ordered {
  if (typeof value === "string" || typeof value === "number" || typeof value === "bigint") return value;
  throw invalid(key, value, "text or a number");
}

function invalid(key: string, value: JsonValue, expected: string): QueryError {
  const kind = Array.isArray(value) ? `a list of ${value.length}` : value === null ? "null" : typeof value;
  return new QueryError("query.invalid_operand", `Cannot query ${key}: ${kind} is given, expected ${expected}`, {
    key,
  });
}

/**
 * What `condition` says of a value that is there, as a function. Values of another type than the operand never fit, whatever
 * the operator; `$ex` fits every value, `$nex` none.
 */
export function compileCondition(condition: Condition): (value: JsonValue) => boolean {
  switch (condition.operator) {
    case "$ex":
      return () => true;
    case "$nex":
      return () => false;
    case "$match": {
      const fits = compileGlob(condition.operand);
      return (value) => typeof value === "string" && fits(value);
    }
    case "$eq": {
      const { operand } = condition;
      return (value) => equal(value, operand) === true;
    }
    case "$neq": {
      const { operand } = condition;
      return (value) => equal(value, operand) === false;
    }
    case "$in": {
      const { operand } = condition;
      return (value) => operand.some((item) => equal(value, item) === true);
    }
    case "$between": {
      const [first, last] = condition.operand;
      return (value) => compare(value, first)! >= 0 && compare(value, last)! <= 0;
    }
    case "$outside": {
      const [first, last] = condition.operand;
      return (value) => compare(value, first)! < 0 || compare(value, last)! > 0;
    }
    default: {
      const { operator, operand } = condition;
      if (operator === "$lt") return (value) => compare(value, operand)! < 0;
      if (operator === "$leq") return (value) => compare(value, operand)! <= 0;
      if (operator === "$gt") return (value) => compare(value, operand)! > 0;
      return (value) => compare(value, operand)! >= 0;
    }
  }
}

/** Whether `value` fulfils `condition`; for many values, compile it once. */
export function matchesValue(condition: Condition, value: JsonValue): boolean {
  return compileCondition(condition)(value);
}

/** Whether both are equal; `undefined` when they are of different types. Numbers compare by value, lists item by item. */
function equal(value: JsonValue, operand: Scalar | readonly Scalar[]): boolean | undefined {
  if (typeof operand === "object") {
    if (!Array.isArray(value)) return undefined;
    return value.length === operand.length && operand.every((item, i) => equal(value[i]!, item) === true);
  }
  if (typeof operand === "boolean") return typeof value === "boolean" ? value === operand : undefined;
  if (isNumber(value) && isNumber(operand)) return value == operand; // NaN too: it differs from every number
  const order = compare(value, operand);
  return order === undefined ? undefined : order === 0;
}

function isNumber(value: JsonValue): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

/** Below, at or above zero; `undefined` when the two have no order. NaN stands below and above nothing. */
function compare(value: JsonValue, operand: Ordered): number | undefined {
  if (typeof operand === "string") return typeof value === "string" ? compareText(value, operand) : undefined;
  if (typeof value !== "number" && typeof value !== "bigint") return undefined;
  return value < operand ? -1 : value > operand ? 1 : value == operand ? 0 : undefined;
}
