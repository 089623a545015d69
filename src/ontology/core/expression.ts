/**
 * One condition of a query, and the operators that make one.
 *
 * @module
 */
import { compareText, type JsonValue } from "../../base/mod.ts";
import {
  type NumericAggregates,
  numericAggregates,
  type OrderedAggregates,
  orderedAggregates,
  type ValueAggregates,
  valueAggregates,
} from "./aggregate.ts";
import { guard } from "./guard.ts";

/** Operators on the wire. */
export type Operator =
  | "$eq"
  | "$neq"
  | "$lt"
  | "$leq"
  | "$gt"
  | "$geq"
  | "$between"
  | "$outside"
  | "$in"
  | "$match"
  | "$ex"
  | "$nex";

/** A condition on one column: `{ [key]: { [operator]: operand } }` on the wire. */
export interface QueryExpression {
  /** `Tag.path.to.column`, in the names of the wire. */
  readonly key: string;
  /** What is asked of it. */
  readonly operator: Operator;
  /** What it is compared with. */
  readonly operand: JsonValue;
}

/** Conditions on a boolean. */
export interface BooleanPath {
  /** The value is `value`. */
  eq(value: boolean): QueryExpression;
}

/** Conditions with an order: on numbers, or on text, which is compared code point by code point. */
export interface OrderedPath<V> {
  /** The value equals `value`. */
  eq(value: V): QueryExpression;
  /** The value is less than `value`. */
  lt(value: V): QueryExpression;
  /** The value is at most `value`. */
  leq(value: V): QueryExpression;
  /** The value is greater than `value`. */
  gt(value: V): QueryExpression;
  /** The value is at least `value`. */
  geq(value: V): QueryExpression;
  /** The value is any of `values`. @throws {RangeError} when there are none */
  in(values: readonly V[]): QueryExpression;
  /** `first` ≤ value ≤ `last`. @throws {RangeError} when `first` > `last` */
  between(first: V, last: V): QueryExpression;
  /** value < `first` or value > `last`. @throws {RangeError} when `first` > `last` */
  outside(first: V, last: V): QueryExpression;
}

/** Conditions on a number; 64-bit integers are `bigint`. */
export interface NumericPath extends OrderedPath<number | bigint> {
  /** The value differs from `value`. */
  neq(value: number | bigint): QueryExpression;
}

/** Conditions on text. */
export interface StringPath extends OrderedPath<string> {
  /**
   * The whole text fits the glob `pattern`: `*` any run, `?` one character, `#` one digit, `[abc]` or `[a-z]` one of a set.
   */
  match(pattern: string): QueryExpression;
}

/** The boolean `key`, such as `Door.open`, when the type is not at hand. @throws {RangeError} when `key` leads nowhere */
export function queryableBoolean(key: string): BooleanPath & ValueAggregates<boolean> {
  checkKey(key);
  const eq = (value: boolean): QueryExpression => ({ key, operator: "$eq", operand: checkBoolean(key, value) });
  return leaf(key, "booleans", { eq, ...valueAggregates(key, globalThis.Boolean) });
}

/** The number `key`, such as `Wheel.speeds[?]`, when the type is not at hand. @throws {RangeError} when `key` leads nowhere */
export function queryableNumeric(key: string): NumericPath & NumericAggregates<number | bigint> {
  return numericPath(key, (value: number | bigint) => value);
}

/** The text `key`, such as `Log.level`, when the type is not at hand. @throws {RangeError} when `key` leads nowhere */
export function queryableString(key: string): StringPath & OrderedAggregates<string> {
  const check = (value: string) => checkString(key, value);
  const match = (pattern: string): QueryExpression => {
    if (pattern === "") throw new RangeError(`Cannot query ${key}: the pattern is empty`);
    return { key, operator: "$match", operand: check(pattern) };
  };
  return leaf(key, "texts", { ...ordered(key, check), match, ...orderedAggregates(key, globalThis.String) });
}

/** The number `key`, whose values `read` converts. */
export function numericPath<V extends number | bigint>(
  key: string,
  read: (value: number | bigint) => V,
): NumericPath & NumericAggregates<V> {
  const check = (value: number | bigint) => checkNumber(key, value);
  const neq = (value: number | bigint): QueryExpression => ({ key, operator: "$neq", operand: check(value) });
  return leaf(key, "numbers", { ...ordered(key, check), neq, ...numericAggregates(key, read) });
}

function leaf<P extends object>(key: string, what: string, operators: P): P {
  const has = Object.keys(operators).join(", ");
  return guard(operators, (name) => `Cannot query ${key}: ${what} have no operator "${name}", only ${has}`);
}

function ordered<V extends number | bigint | string>(key: string, check: (value: V) => V): OrderedPath<V> {
  checkKey(key);
  const one = (operator: Operator) => (value: V): QueryExpression => ({ key, operator, operand: check(value) });
  const two = (operator: Operator) => (first: V, last: V): QueryExpression => {
    if (isAfter(check(first), check(last))) throw new RangeError(`Cannot query ${key}: ${first} lies after ${last}`);
    return { key, operator, operand: [first, last] };
  };
  return {
    eq: one("$eq"),
    lt: one("$lt"),
    leq: one("$leq"),
    gt: one("$gt"),
    geq: one("$geq"),
    between: two("$between"),
    outside: two("$outside"),
    in: (values) => {
      if (values.length === 0) throw new RangeError(`Cannot query ${key}: "in" needs at least one value`);
      return { key, operator: "$in", operand: values.map(check) };
    },
  };
}

function isAfter(first: number | bigint | string, last: number | bigint | string): boolean {
  return typeof first === "string" && typeof last === "string" ? compareText(first, last) > 0 : first > last;
}

function checkKey(key: string): void {
  if (!/^[^.]+(\.[^.]+)+$/.test(key)) throw new RangeError(`Cannot query "${key}": a key is Tag.path.to.column`);
  const specifiers = key.match(/\[/g)?.length ?? 0;
  if (specifiers > 1) throw new RangeError(`Cannot query "${key}": only one list can be opened on a path`);
}

function checkBoolean(key: string, value: boolean): boolean {
  if (typeof value !== "boolean") throw new TypeError(`Cannot query ${key}: ${value} is no boolean`);
  return value;
}

function checkNumber(key: string, value: number | bigint): number | bigint {
  if (typeof value === "bigint" || (typeof value === "number" && Number.isFinite(value))) return value;
  throw new TypeError(`Cannot query ${key}: ${value} is no finite number`);
}

function checkString(key: string, value: string): string {
  if (typeof value === "string") return value;
  throw new TypeError(`Cannot query ${key}: ${value} is no text`);
}
