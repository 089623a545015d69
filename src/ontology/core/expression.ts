/**
 * One condition of a query, and the operators that make one.
 *
 * @module
 */
import type { JsonValue } from "../../base/mod.ts";

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

/** Conditions on the boolean `key`, such as `Door.open`, when the type is not at hand. */
export function queryableBoolean(key: string): BooleanPath {
  checkKey(key);
  return { eq: (value) => ({ key, operator: "$eq", operand: checkBoolean(key, value) }) };
}

/** Conditions on the number `key`, such as `Wheel.speeds[?]`, when the type is not at hand. */
export function queryableNumeric(key: string): NumericPath {
  const check = (value: number | bigint) => checkNumber(key, value);
  return { ...ordered(key, check), neq: (value) => ({ key, operator: "$neq", operand: check(value) }) };
}

/** Conditions on the text `key`, such as `Log.level`, when the type is not at hand. */
export function queryableString(key: string): StringPath {
  const check = (value: string) => checkString(key, value);
  return {
    ...ordered(key, check),
    match: (pattern) => {
      if (pattern === "") throw new RangeError(`Cannot query ${key}: the pattern is empty`);
      return { key, operator: "$match", operand: check(pattern) };
    },
  };
}

function ordered<V extends number | bigint | string>(key: string, check: (value: V) => V): OrderedPath<V> {
  checkKey(key);
  const one = (operator: Operator) => (value: V): QueryExpression => ({ key, operator, operand: check(value) });
  const two = (operator: Operator) => (first: V, last: V): QueryExpression => {
    if (check(first) > check(last)) throw new RangeError(`Cannot query ${key}: ${first} lies after ${last}`);
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
