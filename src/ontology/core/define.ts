/**
 * From a column table to an ontology type.
 *
 * @module
 */
import type { Batch, Field, Schema } from "../../columnar/mod.ts";
import { compileBatchValidator } from "./batch_validation.ts";
import type { Columns, ColumnTable, RowOf } from "./columns.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { buildPaths, type Paths } from "./paths.ts";
import type { OntologyType, SerializationFormat, ValueType } from "./types.ts";
import { compileValidator, type Member, type Rule, type Shape, type Violation } from "./validation.ts";

/** Settings of {@linkcode defineOntology}. */
export interface OntologyOptions<T> {
  /** How a server should store topics of the type. @default "default" */
  readonly serializationFormat?: SerializationFormat;
  /** What values must obey beyond their columns; asked for every record, so keep it to comparisons. */
  readonly rule?: (value: T) => Violation | undefined;
}

/**
 * Defines a type by its columns: what a value is in TypeScript follows from them, see {@linkcode ValueOf}.
 *
 * @example
 * ```ts
 * import { defineOntology, float64, oneOf, optional, required, type ValueOf } from "@mosaico/client/ontology";
 *
 * const Gripper = defineOntology("Gripper", {
 *   openingMetres: required("opening_m", float64, { description: "Distance of the fingers" }),
 *   state: required("state", oneOf("open", "closed")),
 *   force: optional("force", float64),
 * });
 * type Gripper = ValueOf<typeof Gripper>;
 * const gripper: Gripper = { openingMetres: 0.04, state: "open" };
 * ```
 *
 * @throws {TypeError} when tag or a column name is no identifier, is taken twice, or is `timestamp_ns`
 */
export function defineOntology<C extends ColumnTable>(
  tag: string,
  columns: C,
  options?: OntologyOptions<NoInfer<RowOf<C>>>,
): OntologyType<RowOf<C>>;
/**
 * Defines a type: `T` says what a value is in TypeScript, `columns` which property is which column on the wire. For packages
 * whose exports need written types, and for interfaces with a docstring for each property.
 *
 * @example
 * ```ts
 * import { defineOntology, float64, optional, type OntologyType, required, utf8 } from "@mosaico/client/ontology";
 *
 * interface WheelSpeed {
 *   metresPerSecond: number;
 *   wheel?: string | undefined;
 * }
 * const WheelSpeed: OntologyType<WheelSpeed> = defineOntology<WheelSpeed>("WheelSpeed", {
 *   metresPerSecond: required("metres_per_second", float64),
 *   wheel: optional("wheel", utf8),
 * });
 * ```
 *
 * @throws {TypeError} when tag or a column name is no identifier, is taken twice, or is `timestamp_ns`
 */
export function defineOntology<T>(tag: string, columns: Columns<T>, options?: OntologyOptions<T>): OntologyType<T>;
export function defineOntology(
  tag: string,
  columns: ColumnTable,
  options: OntologyOptions<never> = {},
): OntologyType<unknown> {
  checkName("tag", tag, tag);
  const { fields, shape } = structOf(tag, columns, options.rule);
  for (const { name, key } of fields) {
    if (name !== "timestamp_ns" && key !== "timestampNs") continue;
    throw new TypeError(`Cannot define ${tag}: column "${name}" has the name of the record time`);
  }
  return makeType(tag, fields, options.serializationFormat ?? "default", shape);
}

/**
 * An object inside of others, without a tag of its own. Types of `defineOntology` can stand inside of others just as well.
 *
 * @throws {TypeError} when a column name is no identifier, or is taken twice
 */
export function struct<C extends ColumnTable>(columns: C): ValueType<RowOf<C>>;
/** An object of the interface `T` inside of others. @throws {TypeError} when a column name is no identifier, or is taken twice */
export function struct<T>(columns: Columns<T>): ValueType<T>;
export function struct(columns: ColumnTable): ValueType<unknown> {
  const { fields, shape } = structOf("a struct", columns, undefined);
  return { type: { kind: "struct", fields }, shape };
}

/** Fields and shape of a column table. */
function structOf(
  tag: string,
  columns: ColumnTable,
  rule: Rule | undefined,
): { fields: readonly Field[]; shape: Shape | undefined } {
  const fields: Field[] = [];
  const members: Member[] = [];
  for (const [key, column] of Object.entries(columns)) {
    const { name, value, nullable, description } = column;
    if (value === undefined) {
      throw new TypeError(`Cannot define ${tag}: "${key}" is no column, but may be in one: required("${key}", …)`);
    }
    checkName("column", name, tag);
    if (fields.some((field) => field.name === name)) {
      throw new TypeError(`Cannot define ${tag}: column "${name}" is there twice`);
    }
    fields.push({
      name,
      type: value.type,
      nullable,
      ...(key !== name && { key }),
      ...(column.optional && column.default !== undefined && { default: column.default }),
      ...(description !== undefined && { metadata: new Map([["description", description]]) }),
    });
    const present = nullable && !column.optional;
    if (present || value.shape) members.push({ key, present, shape: value.shape });
  }
  return { fields, shape: members.length > 0 || rule ? { kind: "struct", members, rule } : undefined };
}

/** The type of a tag, fields and shape that were checked before. */
export function makeType<T>(
  tag: string,
  fields: readonly Field[],
  serializationFormat: SerializationFormat,
  shape: Shape | undefined,
): OntologyType<T> {
  return {
    tag,
    fields,
    schema: schemaOf(fields),
    serializationFormat,
    type: { kind: "struct", fields },
    shape,
    get fingerprint(): string {
      return remember(this, "fingerprint", fingerprintOf(fields));
    },
    get Q(): Paths<T> {
      return remember(this, "Q", buildPaths<T>(tag, fields));
    },
    get validate(): ((value: unknown) => void) | undefined {
      return remember(this, "validate", shape && compileValidator(tag, shape));
    },
    get validateBatch(): ((batch: Batch) => void) | undefined {
      return remember(this, "validateBatch", shape && compileBatchValidator(tag, fields, shape));
    },
  };
}

/** Puts a value worked out once in the place of its getter. */
function remember<V>(owner: object, property: string, value: V): V {
  Object.defineProperty(owner, property, { value, enumerable: true });
  return value;
}

function schemaOf(fields: readonly Field[]): Schema {
  const type = { kind: "int", bits: 64, signed: true } as const;
  return { fields: [{ name: "timestamp_ns", key: "timestampNs", type, nullable: false }, ...fields] };
}

function checkName(what: string, name: string, tag: string): void {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return;
  throw new TypeError(
    `Cannot define ${tag}: ${what} "${name}" must be letters, digits and _, not beginning with a digit`,
  );
}
