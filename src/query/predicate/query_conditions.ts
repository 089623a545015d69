/**
 * A query as a server reads it.
 *
 * @module
 */
import type { JsonObject, JsonValue } from "../../base/mod.ts";
import type { Operator } from "../../ontology/mod.ts";
import { QueryError } from "../errors.ts";
import { type Condition, parseCondition } from "./condition.ts";
import { checkMetadataPath } from "./metadata_path.ts";
import { parseOntologyPath, type PathStep } from "./ontology_path.ts";

/** Fields of sequences and topics that hold text. */
export type TextField = "name" | "ontology_tag" | "serialization_format";

/** A condition on a sequence or a topic. */
export type CatalogCondition =
  | { readonly field: TextField; readonly condition: Condition }
  /** Time of creation, nanoseconds. */
  | { readonly field: "created_at_ns"; readonly condition: Condition }
  /** A path into the user metadata, for `compileMetadataCondition`. */
  | { readonly field: "user_metadata"; readonly path: string; readonly condition: Condition };

/** A condition on records. */
export interface RecordCondition {
  /** As it stood in the query. */
  readonly key: string;
  /** Type the records have. */
  readonly tag: string;
  /** Way to the column. */
  readonly steps: readonly PathStep[];
  /** What must hold there. */
  readonly condition: Condition;
}

/** All conditions of a query; every one must hold. */
export interface QueryConditions {
  /** On sequences. */
  readonly sequence: readonly CatalogCondition[];
  /** On topics. */
  readonly topic: readonly CatalogCondition[];
  /** On records, by tag: those of one tag must hold for one and the same record. */
  readonly ontology: ReadonlyMap<string, readonly RecordCondition[]>;
  /** Whether an SDK up to 0.5 asks for the span of the matching records of each topic. */
  readonly includeTimestampRange: boolean;
}

const TEXT_OPERATORS: readonly Operator[] = ["$eq", "$neq", "$in", "$match", "$ex", "$nex"];
const ORDER_OPERATORS: readonly Operator[] = ["$lt", "$leq", "$gt", "$geq", "$between", "$outside"];
const TIME_OPERATORS: readonly Operator[] = ["$eq", "$neq", "$in", "$ex", "$nex", ...ORDER_OPERATORS];
const ALL_OPERATORS: readonly Operator[] = [...TEXT_OPERATORS, ...ORDER_OPERATORS];

/**
 * Reads a query. Nothing of it is trusted.
 *
 * @throws {QueryError} for what is no query (`query.malformed`, `query.invalid_path`, `query.several_lists`) and for the
 * conditions `parseCondition` refuses
 */
export function parseQuery(json: JsonObject): QueryConditions {
  for (const key of Object.keys(json)) {
    if (!["sequence", "topic", "ontology"].includes(key)) {
      throw malformed(`it has a part "${key}", expected sequence, topic or ontology`);
    }
  }
  const { include_timestamp_range: range = false, ...ontology } = part(json, "ontology");
  if (typeof range !== "boolean") throw malformed("ontology.include_timestamp_range is no boolean");
  return {
    sequence: parseCatalog("sequence", part(json, "sequence"), ["name"]),
    topic: parseCatalog("topic", part(json, "topic"), ["name", "ontology_tag", "serialization_format"]),
    ontology: parseOntology(ontology),
    includeTimestampRange: range,
  };
}

/** Reads conditions on records, as `ontology` of a query and requests for clusters have them. @throws {QueryError} as {@linkcode parseQuery} */
export function parseOntology(json: JsonObject): ReadonlyMap<string, readonly RecordCondition[]> {
  const byTag = new Map<string, RecordCondition[]>();
  for (const [key, value] of Object.entries(json)) {
    const { tag, steps } = parseOntologyPath(key);
    const condition = parseCondition(key, value, ALL_OPERATORS);
    const conditions = byTag.get(tag) ?? [];
    conditions.push({ key, tag, steps, condition });
    byTag.set(tag, conditions);
  }
  return byTag;
}

function parseCatalog(name: string, json: JsonObject, fields: readonly TextField[]): CatalogCondition[] {
  return Object.entries(json).flatMap(([key, value]): CatalogCondition[] => {
    const label = `${name}.${key}`;
    if (key === "user_metadata") {
      return Object.entries(part(json, key)).map(([path, value]) => {
        checkMetadataPath(path);
        return { field: key, path, condition: parseCondition(`${label}.${path}`, value, ALL_OPERATORS) };
      });
    }
    if (key === "created_at_ns") {
      return [{ field: key, condition: operandsOf(label, parseCondition(label, value, TIME_OPERATORS), isNumber) }];
    }
    if (key === "locator") return [{ field: "name", condition: oldName(label, value) }];
    if (!(fields as readonly string[]).includes(key)) throw malformed(`${name} has no field "${key}"`);
    const condition = operandsOf(label, parseCondition(label, value, TEXT_OPERATORS), isText);
    return [{ field: key as TextField, condition }];
  });
}

/** SDKs up to 0.5 say `locator` for the name; their `$match` finds a text anywhere, `%` standing for any run. */
function oldName(label: string, json: JsonValue): Condition {
  const condition = operandsOf(label, parseCondition(label, json, TEXT_OPERATORS), isText);
  if (condition.operator !== "$match") return condition;
  const anywhere = `*${condition.operand.replaceAll("%", "*")}*`.replace(/\*+/g, "*");
  return parseCondition(label, { $match: anywhere }, TEXT_OPERATORS);
}

function operandsOf(label: string, condition: Condition, fits: (operand: unknown) => boolean): Condition {
  if (!("operand" in condition) || [condition.operand].flat().every(fits)) return condition;
  const text = `Cannot query ${label}: ${condition.operator} has an operand of the wrong type`;
  throw new QueryError("query.invalid_operand", text, { key: label });
}

function isText(operand: unknown): boolean {
  return typeof operand === "string";
}

function isNumber(operand: unknown): boolean {
  return typeof operand === "number" || typeof operand === "bigint";
}

function part(json: JsonObject, key: string): JsonObject {
  const value = Object.hasOwn(json, key) ? json[key] : undefined;
  if (value === undefined || value === null) return {};
  if (typeof value === "object" && !Array.isArray(value)) return value;
  throw malformed(`"${key}" is no object`);
}

function malformed(why: string): QueryError {
  return new QueryError("query.malformed", `Cannot read the query: ${why}`);
}
