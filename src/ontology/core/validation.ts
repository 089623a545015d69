/**
 * What a value must obey beyond its Arrow types: properties that must be there although the wire allows null, sets of
 * texts, and rules of a type. Good values pass flat generated code; a bad one is walked again to say what is wrong.
 *
 * @module
 */
import { SchemaError } from "../../columnar/mod.ts";

/** What is wrong with a value. */
export interface Violation {
  /** Property, or path to it. */
  readonly field: string;
  /** What it holds. */
  readonly value: unknown;
  /** What it should be: completes "must …". */
  readonly rule: string;
}

/** A rule over the whole of a value. Called for every record: keep it to comparisons. */
export type Rule = (value: never) => Violation | undefined;

/** A property of a struct that has something to obey. */
export interface Member {
  /** Property name. */
  readonly key: string;
  /** Whether it must be there although the wire allows null. */
  readonly present: boolean;
  /** What its value must obey. */
  readonly shape: Shape | undefined;
}

/** What values must obey, in the order of their nesting. */
export type Shape =
  | {
    readonly kind: "struct";
    readonly members: readonly Member[];
    readonly rule: Rule | undefined;
    /** Whether batches obey it by their schema alone. */
    readonly ofRowsOnly?: boolean;
  }
  | { readonly kind: "list"; readonly item: Shape }
  | { readonly kind: "map"; readonly value: Shape }
  | { readonly kind: "choice"; readonly values: ReadonlySet<unknown> };

/** A function that throws a {@linkcode SchemaError} when a value of the type `tag` breaks its shape. */
export function compileValidator(tag: string, shape: Shape): (value: unknown) => void {
  const obeys = compileCheck(shape);
  return (value) => {
    if (obeys(value)) return;
    const found = findViolation(shape, value, "");
    if (found === undefined) return;
    const { field, value: bad, rule } = found;
    throw new SchemaError(
      "schema.invalid_value",
      `Cannot accept a value of ${tag}: ${field} is ${printed(bad)}, must ${rule}`,
      { type: tag, field, value: printed(bad), rule: `must ${rule}` },
    );
  };
}

/** What a value of several parts must be before its parts can be looked at. */
const EXPECTED: Readonly<Record<"struct" | "list" | "map", { rule: string; holds: (value: object) => boolean }>> = {
  struct: { rule: "be an object", holds: (value) => !Array.isArray(value) },
  list: { rule: "be an array or typed array", holds: (value) => Array.isArray(value) || ArrayBuffer.isView(value) },
  map: { rule: "be a Map", holds: (value) => value instanceof Map },
};

/** The first violation in `value`, in the order of its columns. Null and absent parts are skipped. */
export function findViolation(shape: Shape, value: unknown, path: string): Violation | undefined {
  if (value === null || value === undefined) return undefined;
  if (shape.kind === "choice") {
    if (shape.values.has(value)) return undefined;
    return { field: path, value, rule: `be one of ${[...shape.values].join(", ")}` };
  }
  const expected = EXPECTED[shape.kind];
  if (typeof value !== "object" || !expected.holds(value)) return { field: path || "it", value, rule: expected.rule };
  if (shape.kind === "list") {
    return first(Array.from(value as Iterable<unknown>), (item, i) => findViolation(shape.item, item, `${path}[${i}]`));
  }
  if (shape.kind === "map") {
    const entries = Array.from(value as Iterable<[unknown, unknown]>);
    return first(entries, ([key, item]) => findViolation(shape.value, item, `${path}[${printed(key)}]`));
  }
  const inner = first(shape.members, (member) => {
    const field = path === "" ? member.key : `${path}.${member.key}`;
    const part = (value as Record<string, unknown>)[member.key];
    if (member.present && (part === null || part === undefined)) return { field, value: part, rule: "be present" };
    return member.shape && findViolation(member.shape, part, field);
  });
  if (inner !== undefined) return inner;
  const broken = shape.rule?.(value as never);
  return broken && { ...broken, field: path === "" ? broken.field : `${path}.${broken.field}` };
}

/** Flat code for the good case; where generating code is forbidden, a function that sends every value to the walk. */
function compileCheck(shape: Shape): (value: unknown) => boolean {
  const captured: unknown[] = [];
  const capture = (thing: unknown): string => `captured[${captured.push(thing) - 1}]`;
  let names = 0;

  function code(shape: Shape, value: string): string {
    if (shape.kind === "choice") return `if (!${capture(shape.values)}.has(${value})) return false;`;
    const item = `v${names++}`;
    const isObject = `if (typeof ${value} !== "object") return false;`;
    const iterable = `${isObject}if (typeof ${value}[Symbol.iterator] !== "function") return false;`;
    if (shape.kind === "list") {
      return `${iterable}for (const ${item} of ${value}) if (${item} != null) {${code(shape.item, item)}}`;
    }
    if (shape.kind === "map") {
      return `${iterable}for (const [, ${item}] of ${value}) if (${item} != null) {${code(shape.value, item)}}`;
    }
    const members = shape.members.map(({ key, present, shape }) => {
      const part = `v${names++}`;
      return `const ${part} = ${value}[${JSON.stringify(key)}];` +
        (present ? `if (${part} == null) return false;` : "") +
        (shape ? `if (${part} != null) {${code(shape, part)}}` : "");
    });
    const rule = shape.rule ? `if (${capture(shape.rule)}(${value}) !== undefined) return false;` : "";
    return isObject + members.join("") + rule;
  }

  try {
    const text = `"use strict"; return (value) => {${code(shape, "value")} return true;}`;
    return new Function("captured", text)(captured) as (value: unknown) => boolean;
  } catch (error) {
    if (error instanceof EvalError) return () => false;
    throw error;
  }
}

function first<T>(items: readonly T[], find: (item: T, index: number) => Violation | undefined): Violation | undefined {
  for (let i = 0; i < items.length; i++) {
    const found = find(items[i]!, i);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A short text of any value. */
export function printed(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value.slice(0, 80)) : String(value);
}
