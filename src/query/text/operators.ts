/**
 * Operators as texts say them, and what they can be said of.
 *
 * @module
 */
import type { Operator } from "../../ontology/mod.ts";
import type { ValueKind } from "./columns.ts";

/** What a condition is about: decides the operators. */
export type SubjectKind = ValueKind | "name" | "created" | "type" | "metadata" | "untyped";

/** Words and symbols of the operators. */
export const OPERATORS: Readonly<Record<string, Operator>> = {
  "=": "$eq",
  "==": "$eq",
  "!=": "$neq",
  "<": "$lt",
  "<=": "$leq",
  ">": "$gt",
  ">=": "$geq",
  "~": "$match",
  "in": "$in",
  "between": "$between",
  "outside": "$outside",
  "exists": "$ex",
  "missing": "$nex",
};

/** How an operator is printed. */
export function symbolOf(operator: Operator): string {
  return Object.keys(OPERATORS).find((symbol) => OPERATORS[symbol] === operator)!;
}

const ORDER: readonly Operator[] = ["$lt", "$leq", "$gt", "$geq"];
const RANGES: readonly Operator[] = ["$between", "$outside"];

/** Operators of each kind of subject, and how errors name it. An untyped column is of the kind of the values it is compared with. */
export const ALLOWED: Readonly<
  Record<Exclude<SubjectKind, "untyped">, { readonly name: string; readonly operators: readonly Operator[] }>
> = {
  number: { name: "a number", operators: ["$eq", "$neq", ...ORDER, "$in", ...RANGES] },
  time: { name: "a time", operators: ["$eq", "$neq", ...ORDER, "$in", ...RANGES] },
  text: { name: "text", operators: ["$eq", ...ORDER, "$in", ...RANGES, "$match"] },
  boolean: { name: "a boolean", operators: ["$eq"] },
  name: { name: "a name", operators: ["$eq", "$in", "$match"] },
  type: { name: "the type of a topic", operators: ["$eq"] },
  created: { name: "the time of creation", operators: ["$eq", ...ORDER, "$between"] },
  metadata: { name: "metadata", operators: ["$eq", "$neq", ...ORDER, "$in", ...RANGES, "$match", "$ex", "$nex"] },
};
