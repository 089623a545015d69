/**
 * Queries as text.
 *
 * @module
 */
import type { JsonObject, JsonValue } from "../../base/mod.ts";
import { type Operator, standardRegistry } from "../../ontology/mod.ts";
import type { Query } from "../builder/mod.ts";
import { QueryError } from "../errors.ts";
import { parseOntologyPath } from "../predicate/mod.ts";
import { type ColumnStep, findColumn, type KnownTypes } from "./columns.ts";
import { ALLOWED, symbolOf } from "./operators.ts";
import type { QueryTextOptions } from "./parser.ts";
import { isReserved } from "./subject.ts";
import { isWord } from "./tokens.ts";

/**
 * The text of a query, which `queryFromText` reads back as the same query. Types the registry does not know have their tag in
 * quotes.
 *
 * @throws {QueryError} `query.malformed` for a condition there are no words for, `query.no_condition` for none at all
 */
export function queryToText(query: Query, options: QueryTextOptions = {}): string {
  const registry = options.registry ?? standardRegistry();
  const conditions: string[] = [];
  for (const [part, entries] of Object.entries(query.toJson())) {
    for (const [key, condition] of Object.entries(entries as JsonObject)) {
      if (part === "ontology") conditions.push(columnText(registry, key, condition as JsonObject));
      else if (key === "user_metadata") {
        for (const [path, inner] of Object.entries(condition as JsonObject)) {
          conditions.push(`${part}.meta.${path.split(".").map(stepText).join(".")} ${testText(inner as JsonObject)}`);
        }
      } else conditions.push(`${catalogText(part, key)} ${testText(condition as JsonObject)}`);
    }
  }
  if (conditions.length > 0) return conditions.join(" and ");
  throw new QueryError("query.no_condition", "Cannot print the query: it has no condition");
}

function catalogText(part: string, key: string): string {
  switch (key) {
    case "name":
      return part;
    case "created_at_ns":
      return `${part}.created`;
    case "ontology_tag":
      return `${part}.type`;
    default:
      throw new QueryError("query.malformed", `Cannot print the query: there is no word for ${part}.${key}`);
  }
}

function columnText(registry: KnownTypes, key: string, condition: JsonObject): string {
  const path = parseOntologyPath(key);
  const steps: ColumnStep[] = [];
  for (const step of path.steps) {
    if (step.kind === "field") steps.push({ name: step.name });
    else steps.push({ ...steps.pop()!, list: step.specifier });
  }
  const names = steps.map(({ name, list }) => list === undefined ? nameText(name) : `${nameText(name)}[${list}]`);
  const tag = isKnown(registry, path.tag, steps, condition) ? path.tag : JSON.stringify(path.tag);
  return `${[tag, ...names].join(".")} ${testText(condition)}`;
}

/** Whether the parser would take the condition for this very column without quotes. */
function isKnown(
  registry: KnownTypes,
  tag: string,
  steps: readonly ColumnStep[],
  condition: JsonObject,
): boolean {
  const type = registry.get(tag);
  if (type === undefined || !isWord(tag) || isReserved(tag)) return false;
  const found = findColumn(type, steps);
  if ("why" in found || found.steps.some(({ name }, i) => name !== steps[i]!.name)) return false;
  const [operator, operand] = Object.entries(condition)[0] as [Operator, JsonValue];
  const expected = found.kind === "time" || found.kind === "number"
    ? ["number", "bigint"]
    : [found.kind === "text" ? "string" : "boolean"];
  const operands = Array.isArray(operand) ? operand : [operand];
  return ALLOWED[found.kind].operators.includes(operator) &&
    operands.every((value) =>
      expected.includes(typeof value) && (found.kind !== "time" || typeof value === "bigint" || Number.isInteger(value))
    );
}

function testText(condition: JsonObject): string {
  const [operator, operand] = Object.entries(condition)[0] as [Operator, JsonValue];
  const symbol = symbolOf(operator);
  switch (operator) {
    case "$ex":
    case "$nex":
      return symbol;
    case "$in":
      return `${symbol} (${(operand as JsonValue[]).map(valueText).join(", ")})`;
    case "$between":
    case "$outside":
      return `${symbol} ${(operand as JsonValue[]).map(valueText).join(" and ")}`;
    default:
      return `${symbol} ${valueText(operand)}`;
  }
}

function valueText(value: JsonValue): string {
  // Digits alone would be read back as an integer of 64 bits.
  if (typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value)) {
    return value.toExponential();
  }
  if (typeof value === "object") {
    throw new QueryError("query.malformed", "Cannot print the query: it compares with a list");
  }
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

function stepText(step: string): string {
  const name = step.endsWith("[*]") ? step.slice(0, -3) : step;
  return `${name === "*" || name === "**" ? name : nameText(name)}${step.slice(name.length)}`;
}

function nameText(name: string): string {
  return isWord(name) ? name : JSON.stringify(name);
}
