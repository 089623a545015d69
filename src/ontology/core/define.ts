/**
 * From a column table to an ontology type.
 *
 * @module
 */
import type { Field, Schema } from "../../columnar/mod.ts";
import type { AnyColumn, Columns } from "./columns.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { buildPaths, type Paths } from "./paths.ts";
import type { OntologyType, SerializationFormat } from "./types.ts";
import { compileValidator, type Member, type Shape, type Violation } from "./validation.ts";

/** Settings of {@linkcode defineOntology}. */
export interface OntologyOptions<T> {
  /** How a server should store topics of the type. @default "default" */
  readonly serializationFormat?: SerializationFormat;
  /** What values must obey beyond their columns; asked for every record, so keep it to comparisons. */
  readonly rule?: (value: T) => Violation | undefined;
}

/**
 * Defines a type: `T` says what a value is in TypeScript, `columns` which property is which column on the wire.
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
export function defineOntology<T>(tag: string, columns: Columns<T>, options: OntologyOptions<T> = {}): OntologyType<T> {
  checkName("tag", tag, tag);
  const fields: Field[] = [];
  const members: Member[] = [];
  for (const [key, column] of Object.entries<AnyColumn>(columns)) {
    const { name, value, nullable } = column;
    checkName("column", name, tag);
    if (name === "timestamp_ns" || key === "timestampNs") {
      throw new TypeError(`Cannot define ${tag}: column "${name}" has the name of the record time`);
    }
    if (fields.some((field) => field.name === name)) {
      throw new TypeError(`Cannot define ${tag}: column "${name}" is there twice`);
    }
    fields.push(key === name ? { name, type: value.type, nullable } : { name, key, type: value.type, nullable });
    const present = nullable && !column.optional;
    if (present || value.shape) members.push({ key, present, shape: value.shape });
  }
  const shape: Shape | undefined = members.length > 0 || options.rule
    ? { kind: "struct", members, rule: options.rule }
    : undefined;
  return makeType(tag, fields, options.serializationFormat ?? "default", shape);
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
