/**
 * What a condition of a text is about: a name, metadata, a column.
 *
 * @module
 */
import type { Operator } from "../../ontology/mod.ts";
import { type MetadataCondition, type QueryOntologyCatalog, type QuerySequence, QueryTopic } from "../builder/mod.ts";
import { checkMetadataKey } from "../builder/metadata_condition.ts";
import type { ListSpecifier } from "../predicate/mod.ts";
import { type ColumnStep, findColumn, type KnownTypes } from "./columns.ts";
import type { Cursor } from "./cursor.ts";
import type { SubjectKind } from "./operators.ts";
import { operandOf, type Value } from "./comparison.ts";

/** What a condition is about. */
export interface Subject {
  /** Decides operators and values. */
  readonly kind: SubjectKind;
  /** Hands the condition to its builder. */
  readonly add: (operator: Operator, values: readonly Value[]) => void;
}

/** The builder of each part, made when it is first asked for. */
export interface Builders {
  /** Of conditions on sequences. */
  sequence(): QuerySequence;
  /** Of conditions on topics. */
  topic(): QueryTopic;
  /** Of conditions on records. */
  ontology(): QueryOntologyCatalog;
}

/** Whether a word is no tag unless it is quoted. */
export function isReserved(word: string): boolean {
  return word === "sequence" || word === "topic" || ["and", "or", "not"].includes(word.toLowerCase());
}

/** Most names a path may have. */
const MAX_STEPS = 64;

/** Reads what a condition is about. @throws {QueryError} */
export function readSubject(cursor: Cursor, builders: Builders, registry: KnownTypes): Subject {
  const token = cursor.peek;
  if (cursor.takeWord("not")) {
    const why = 'there is no "not", servers find what meets every condition: say !=, outside or missing';
    throw cursor.error(token.index, "query.unsupported_operator", why);
  }
  if (token.kind === "word" && (token.text === "sequence" || token.text === "topic")) {
    cursor.next();
    return readCatalog(cursor, builders[token.text]());
  }
  if (token.kind === "text" || token.kind === "word" && !isReserved(token.text)) {
    return readColumn(cursor, builders, registry);
  }
  throw cursor.expected("sequence, topic or a column such as IMU.acceleration.x");
}

function readCatalog(cursor: Cursor, builder: QuerySequence | QueryTopic): Subject {
  const { part } = builder;
  const field = cursor.takeSymbol(".") ? cursor.name(`a field of the ${part}`) : undefined;
  switch (field?.text) {
    case undefined:
    case "name":
      return {
        kind: "name",
        add: (operator, values) => {
          const [name] = values as readonly string[];
          if (operator === "$match") builder.withNameMatch(name!);
          else if (operator === "$eq") builder.withName(name!);
          else builder.withNameIn(values as readonly string[]);
        },
      };
    case "created":
      return { kind: "created", add: (operator, values) => created(builder, operator, values as readonly bigint[]) };
    case "meta":
      return readMetadata(cursor, builder);
    case "type":
      if (builder instanceof QueryTopic) {
        return { kind: "type", add: (_, [tag]) => void builder.withOntologyTag(tag as string) };
      }
  }
  const fields = part === "topic" ? "name, type, created and meta" : "name, created and meta";
  throw cursor.error(field!.index, "query.unknown_field", `a ${part} has ${fields}, not "${field!.text}"`);
}

function readMetadata(cursor: Cursor, builder: QuerySequence | QueryTopic): Subject {
  const { index } = cursor.peek;
  const steps: string[] = [];
  while (cursor.takeSymbol(".")) {
    const { kind, text, index } = cursor.peek;
    let step: string;
    if (kind === "symbol" && (text === "*" || text === "**")) {
      step = text;
      cursor.next();
    } else step = cursor.name("a key of metadata").text;
    if (/[.[\]*]/.test(step) && kind !== "symbol") {
      throw cursor.error(index, "query.invalid_path", `a key of metadata has no "${/[.[\]*]/.exec(step)![0]}"`);
    }
    if (cursor.takeSymbol("[")) {
      if (!cursor.takeSymbol("*") || !cursor.takeSymbol("]")) throw cursor.expected("[*], any item of a list");
      step += "[*]";
    }
    steps.push(step);
    if (steps.length > MAX_STEPS) {
      throw cursor.error(index, "query.invalid_path", `there are more than ${MAX_STEPS} steps`);
    }
  }
  if (steps.length === 0) throw cursor.expected("a key: sequence.meta.car");
  const key = steps.join(".");
  try {
    checkMetadataKey(key);
  } catch (error) {
    cursor.refuse(index, error);
  }
  return {
    kind: "metadata",
    add: (operator, values) => void builder.withUserMetadata(key, metadataCondition(operator, values)),
  };
}

function readColumn(cursor: Cursor, builders: Builders, registry: KnownTypes): Subject {
  const tag = cursor.next();
  const starts: number[] = [];
  const steps: ColumnStep[] = [];
  while (cursor.takeSymbol(".")) {
    const { text, index } = cursor.name("a column");
    if (/[.[\]]/.test(text)) throw cursor.error(index, "query.invalid_path", 'a column has no "." "[" or "]"');
    const list = readList(cursor);
    steps.push(list === undefined ? { name: text } : { name: text, list });
    starts.push(index);
    if (steps.length > MAX_STEPS) {
      throw cursor.error(index, "query.invalid_path", `there are more than ${MAX_STEPS} steps`);
    }
  }
  if (steps.length === 0) throw cursor.expected(`a column: ${tag.text}.…`);
  const builder = builders.ontology();
  const subject = (steps: readonly ColumnStep[], kind: SubjectKind): Subject => {
    const key = [tag.text, ...steps.map(wireStep)].join(".");
    return {
      kind,
      add: (operator, values) => void builder.withExpression({ key, operator, operand: operandOf(operator, values) }),
    };
  };
  if (tag.kind === "text") {
    if (/[.[\]]/.test(tag.text) || tag.text === "") {
      throw cursor.error(tag.index, "query.invalid_path", "this is no tag");
    }
    return subject(steps, steps.length === 1 && steps[0]!.name === "timestamp_ns" ? "time" : "untyped");
  }
  const type = registry.get(tag.text);
  if (type === undefined) {
    const like = Array.from(registry, (it) => it.tag).find((it) => it.toLowerCase() === tag.text.toLowerCase());
    const hint = like === undefined
      ? `if servers have it, say "${tag.text}".${steps.map(({ name }) => name).join(".")} with quotes`
      : `did you mean ${like}?`;
    throw cursor.error(tag.index, "query.unknown_tag", `there is no type ${tag.text} here; ${hint}`);
  }
  const found = findColumn(type, steps);
  if ("why" in found) throw cursor.error(starts[found.at]!, found.code, found.why);
  return subject(found.steps, found.kind);
}

function readList(cursor: Cursor): ListSpecifier | undefined {
  if (!cursor.takeSymbol("[")) return undefined;
  const token = cursor.peek;
  let list: ListSpecifier | undefined;
  if (cursor.takeWord("any")) list = "any";
  else if (cursor.takeWord("all")) list = "all";
  else if (token.kind === "number" && /^\d+$/.test(token.text) && typeof token.value === "number") {
    list = token.value;
    cursor.next();
  }
  if (list === undefined) throw cursor.expected("any, all or an index");
  if (!cursor.takeSymbol("]")) throw cursor.expected('"]"');
  if (cursor.peek.text === "[" && cursor.peek.kind === "symbol") {
    throw cursor.error(cursor.peek.index, "query.several_lists", "a condition opens one list only");
  }
  return list;
}

/** A builder has both ends inclusive; times are whole, so that the others have a neighbour. */
function created(builder: QuerySequence | QueryTopic, operator: Operator, values: readonly bigint[]): void {
  const [first, last] = values as [bigint, bigint | undefined];
  switch (operator) {
    case "$gt":
      return void builder.withCreatedTimestamp({ startNs: first + 1n });
    case "$geq":
      return void builder.withCreatedTimestamp({ startNs: first });
    case "$lt":
      return void builder.withCreatedTimestamp({ endNs: first - 1n });
    case "$leq":
      return void builder.withCreatedTimestamp({ endNs: first });
    default:
      return void builder.withCreatedTimestamp({ startNs: first, endNs: last ?? first });
  }
}

function metadataCondition(operator: Operator, values: readonly Value[]): MetadataCondition {
  if (operator === "$ex" || operator === "$nex") return { ex: operator === "$ex" };
  const operand = operandOf(operator, values);
  return { [operator.slice(1)]: operand } as unknown as MetadataCondition;
}

function wireStep({ name, list }: ColumnStep): string {
  if (list === undefined) return name;
  return `${name}[${list === "any" ? "?" : list === "all" ? "!" : list}]`;
}
