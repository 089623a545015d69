/**
 * The columns of a schema that the index knows: those whose values have an order, wherever they are nested.
 *
 * @module
 */
import { type DataType, type Field, isNumeric, type Schema } from "../../columnar/mod.ts";

/** Leaves beyond these are not indexed: no schema makes the index larger than that. */
const MAX_LEAVES = 1024;

/** Name of the column of record times. Chunks know its bounds themselves. */
const TIMESTAMP = "timestamp_ns";

/** How the values of a leaf are compared. */
export type LeafKind = "number" | "text";

/** A column the index knows. */
export interface Leaf {
  /** Number, by which the catalogue knows it. */
  readonly number: number;
  /** How its values are compared. */
  readonly kind: LeafKind;
  /** Type of its values. */
  readonly type: DataType;
  /** Whether a list is on the way to it: then it has no value a row, but items. */
  readonly inList: boolean;
}

/** A field of a schema, as the index sees it. */
export interface LeafTree {
  /** Itself, if it is indexed. */
  readonly leaf: Leaf | undefined;
  /** Its fields, for a struct; its item, for a list. */
  readonly children: readonly LeafTree[];
}

/** The fields of `schema` with their leaves, numbered depth first: the numbers follow from the schema alone. */
export function leafTree(schema: Schema): readonly LeafTree[] {
  let count = 0;
  const visit = ({ type }: Field, inList: boolean): LeafTree => {
    if (type.kind === "struct") return { leaf: undefined, children: type.fields.map((field) => visit(field, inList)) };
    const item = itemOf(type);
    if (item !== undefined) return { leaf: undefined, children: [visit(item, true)] };
    const kind = leafKind(type);
    const leaf = kind === undefined || count === MAX_LEAVES ? undefined : { number: count++, kind, type, inList };
    return { leaf, children: [] };
  };
  return schema.fields.map((field) =>
    field.name === TIMESTAMP ? { leaf: undefined, children: [] } : visit(field, false)
  );
}

/** Field of the items of a list; `undefined` for what is no list. */
function itemOf(type: DataType): Field | undefined {
  return type.kind === "list" || type.kind === "largeList" || type.kind === "fixedSizeList" ? type.item : undefined;
}

function leafKind(type: DataType): LeafKind | undefined {
  if (isNumeric(type) || type.kind === "bool") return "number";
  return type.kind === "utf8" || type.kind === "largeUtf8" ? "text" : undefined;
}
