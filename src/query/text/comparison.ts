/**
 * What a condition of a text says of its subject: an operator and its values.
 *
 * @module
 */
import { compareText, type JsonValue } from "../../base/mod.ts";
import type { Operator } from "../../ontology/mod.ts";
import { parseDatetime } from "../../protocol/mod.ts";
import { MAX_LIST_LENGTH } from "../predicate/mod.ts";
import type { Cursor } from "./cursor.ts";
import { ALLOWED, OPERATORS, type SubjectKind, symbolOf } from "./operators.ts";
import type { Token } from "./tokens.ts";

/** A value of the text; times are nanoseconds. */
export type Value = string | number | bigint | boolean;

/** An operator with values that fit it. */
export interface Comparison {
  /** On the wire. */
  readonly operator: Operator;
  /** One, or as many as there are. */
  readonly values: readonly Value[];
  /** Where the values begin. */
  readonly index: number;
}

interface Operand {
  readonly value: Value;
  readonly index: number;
}

/** Reads a test of a subject. @throws {QueryError} */
export function readComparison(cursor: Cursor, kind: SubjectKind): Comparison {
  const token = cursor.peek;
  const operator = readOperator(cursor);
  const { index } = cursor.peek;
  if (kind !== "untyped") checkOperator(cursor, token, operator, kind);
  const operands = readOperands(cursor, operator);
  const values = check(cursor, kind, operator, operands);
  if (kind === "untyped") checkOperator(cursor, token, operator, typeOf(values[0]!)); // of what the values say it holds
  return { operator, values, index };
}

/** What stands beside the operator on the wire. */
export function operandOf(operator: Operator, values: readonly Value[]): JsonValue {
  return operator === "$in" || operator === "$between" || operator === "$outside" ? [...values] : values[0]!;
}

function readOperator(cursor: Cursor): Operator {
  const { kind, text } = cursor.peek;
  const symbol = text.toLowerCase();
  if (kind !== "word" && kind !== "symbol" || !Object.hasOwn(OPERATORS, symbol)) {
    throw cursor.expected(`an operator: ${Object.keys(OPERATORS).join(" ")}`);
  }
  cursor.next();
  return OPERATORS[symbol]!;
}

function checkOperator(cursor: Cursor, token: Token, operator: Operator, kind: Exclude<SubjectKind, "untyped">): void {
  const { name, operators } = ALLOWED[kind];
  if (operators.includes(operator)) return;
  const why = `${name} is not asked for by "${token.text}", only by ${operators.map(symbolOf).join(" ")}`;
  throw cursor.error(token.index, "query.unsupported_operator", why);
}

function readOperands(cursor: Cursor, operator: Operator): readonly Operand[] {
  switch (operator) {
    case "$ex":
    case "$nex":
      return [];
    case "$between":
    case "$outside": {
      const first = readOperand(cursor);
      if (!cursor.takeWord("and")) throw cursor.expected('"and" and the other end');
      return [first, readOperand(cursor)];
    }
    case "$in": {
      if (!cursor.takeSymbol("(")) throw cursor.expected("values in brackets: in (1, 2)");
      const { kind, text, index } = cursor.peek;
      if (kind === "symbol" && text === ")") {
        throw cursor.error(index, "query.empty_in", "expected at least one value");
      }
      const operands: Operand[] = [];
      do {
        operands.push(readOperand(cursor));
        if (operands.length > MAX_LIST_LENGTH) {
          throw cursor.error(operands.at(-1)!.index, "query.syntax", `there are more than ${MAX_LIST_LENGTH} values`);
        }
      } while (cursor.takeSymbol(","));
      if (!cursor.takeSymbol(")")) throw cursor.expected('"," or ")"');
      return operands;
    }
    default:
      return [readOperand(cursor)];
  }
}

function readOperand(cursor: Cursor): Operand {
  const token = cursor.peek;
  const { index } = token;
  if (cursor.takeWord("true")) return { value: true, index };
  if (cursor.takeWord("false")) return { value: false, index };
  if (token.kind === "word") throw cursor.expected("a value; text stands in quotes");
  if (token.kind !== "text" && token.kind !== "number") throw cursor.expected("a value");
  cursor.next();
  return { value: token.kind === "number" ? token.value : token.text, index };
}

/** Values that fit subject and operator; dates as nanoseconds. */
function check(cursor: Cursor, kind: SubjectKind, operator: Operator, operands: readonly Operand[]): readonly Value[] {
  const values = operands.map(({ value, index }) => {
    if (kind === "time" || kind === "created") return timeOf(cursor, value, index);
    if (kind === "untyped" || kind === "metadata") return value;
    const expected = kind === "number" || kind === "boolean" ? kind : "text";
    const found = typeOf(value);
    if (found === expected) return value;
    const why = `${ALLOWED[kind].name} is compared with ${article(expected)}, not with ${article(found)}`;
    throw cursor.error(index, "query.invalid_operand", why);
  });
  const types = values.map(typeOf);
  const odd = types.findIndex((type) => type !== types[0]);
  if (odd > 0) {
    const why = `expected ${article(types[0]!)} like the first, not ${article(types[odd]!)}`;
    throw cursor.error(operands[odd]!.index, "query.invalid_operand", why);
  }
  if (kind === "metadata" && types[0] === "boolean" && operator !== "$eq" && operator !== "$neq") {
    throw cursor.error(operands[0]!.index, "query.invalid_operand", "true and false are asked for by = and !=");
  }
  if (operator === "$match" && types[0] !== "text") {
    throw cursor.error(operands[0]!.index, "query.invalid_operand", "a pattern stands in quotes");
  }
  const [first, last] = values;
  const isRange = operator === "$between" || operator === "$outside";
  if (isRange && (types[0] === "text" ? compareText(first as string, last as string) > 0 : first! > last!)) {
    throw cursor.error(operands[1]!.index, "query.reversed_range", `${last} lies before ${first}`);
  }
  return values;
}

function timeOf(cursor: Cursor, value: Value, index: number): bigint {
  if (typeof value === "bigint" || Number.isSafeInteger(value)) return BigInt(value);
  const time = typeof value !== "string"
    ? undefined
    : parseDatetime(/^\d{4}-\d\d-\d\d$/.test(value) ? `${value}T00:00Z` : value);
  if (time !== undefined) return time;
  const why = 'a time is compared with whole nanoseconds or a date such as "2026-11-22T10:00:00Z"';
  throw cursor.error(index, "query.invalid_operand", why);
}

function typeOf(value: Value): "text" | "number" | "boolean" {
  return typeof value === "string" ? "text" : typeof value === "boolean" ? "boolean" : "number";
}

function article(type: string): string {
  return type === "text" ? "text" : `a ${type}`;
}
