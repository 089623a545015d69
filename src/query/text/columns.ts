/**
 * Columns of known types, as texts name them.
 *
 * @module
 */
import type { DataType, Field } from "../../columnar/mod.ts";
import type { ListSpecifier } from "../predicate/mod.ts";

/** What texts need to know of a type; every ontology type has it. */
export interface KnownType {
  /** Its tag. */
  readonly tag: string;
  /** Its columns. */
  readonly fields: readonly Field[];
}

/** Types by their tags; an `OntologyRegistry` is that. */
export interface KnownTypes extends Iterable<KnownType> {
  /** The type of a tag; `undefined` when there is none. */
  get(tag: string): KnownType | undefined;
}

/** What a condition compares: decides which operators there are. */
export type ValueKind = "number" | "text" | "boolean" | "time";

/** One name on the way to a column, and which items of the list it names. */
export interface ColumnStep {
  /** Name on the wire, or of the property. */
  readonly name: string;
  /** Given when the column is a list that is opened. */
  readonly list?: ListSpecifier;
}

/** A column that was found: names of the wire, and what it holds. */
export type FoundColumn = { readonly steps: readonly ColumnStep[]; readonly kind: ValueKind };

/** A column that was not: which step fails, and why. */
export interface MissingColumn {
  /** Place among the steps. */
  readonly at: number;
  /** Code of the error. */
  readonly code: `query.${string}`;
  /** In words. */
  readonly why: string;
}

/** Follows `steps` into `type`. */
export function findColumn(type: KnownType, steps: readonly ColumnStep[]): FoundColumn | MissingColumn {
  if (steps.length === 1 && isTime(steps[0]!.name) && steps[0]!.list === undefined) {
    return { steps: [{ name: "timestamp_ns" }], kind: "time" };
  }
  const found: ColumnStep[] = [];
  let fields: readonly Field[] = type.fields;
  let owner = type.tag;
  for (const [at, { name, list }] of steps.entries()) {
    const missing = (code: MissingColumn["code"], why: string): MissingColumn => ({ at, code, why });
    const field = fields.find((it) => it.name === name) ?? fields.find((it) => it.key === name);
    if (field === undefined) {
      const names = fields.map((it) => it.name).join(", ");
      return missing(
        "query.unknown_field",
        `${owner} has no column "${name}", ${names === "" ? "nor any" : `only ${names}`}`,
      );
    }
    owner = `${owner}.${field.name}`;
    const item = itemOf(field.type);
    if (list !== undefined && item === undefined) return missing("query.not_a_list", `${owner} is no list`);
    if (list !== undefined && found.some((it) => it.list !== undefined)) {
      return missing("query.several_lists", "a condition opens one list only");
    }
    found.push(list === undefined ? { name: field.name } : { name: field.name, list });
    if (list === undefined && item !== undefined) {
      return missing("query.invalid_path", `${owner} is a list: open it by [any], [all] or an index such as [0]`);
    }
    const value = item ?? field.type;
    if (value.kind === "struct") {
      fields = value.fields;
      if (at < steps.length - 1) continue;
      return missing(
        "query.invalid_path",
        `${owner} has columns of its own: ${fields.map((it) => it.name).join(", ")}`,
      );
    }
    if (at < steps.length - 1) return { ...missing("query.unknown_field", `${owner} has no columns`), at: at + 1 };
    const kind = kindOf(value);
    return kind === undefined
      ? missing("query.invalid_path", `there are no conditions on ${owner}, whose type is ${value.kind}`)
      : { steps: found, kind };
  }
  return { at: 0, code: "query.invalid_path", why: `${type.tag} is a type: name one of its columns` };
}

function isTime(name: string): boolean {
  return name === "timestamp_ns" || name === "timestampNs";
}

function itemOf(type: DataType): DataType | undefined {
  return type.kind === "list" || type.kind === "largeList" || type.kind === "fixedSizeList"
    ? type.item.type
    : undefined;
}

function kindOf({ kind }: DataType): ValueKind | undefined {
  if (kind === "int" || kind === "float") return "number";
  if (kind === "utf8" || kind === "largeUtf8") return "text";
  return kind === "bool" ? "boolean" : undefined;
}
