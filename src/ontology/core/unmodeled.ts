/**
 * Data of a type this side doesn't know: read and written under the names of the wire.
 *
 * @module
 */
import type { Field, Schema } from "../../columnar/mod.ts";
import { makeType, type OntologyOptions } from "./define.ts";
import { dataFields } from "./registry.ts";
import type { OntologyType } from "./types.ts";
import type { Violation } from "./validation.ts";

/** A record of an unmodeled type: wire names and their values. */
export type UnmodeledData = Record<string, unknown>;

/**
 * The type of `tag` with the columns of `schema`, as it came over the wire or was put together by a bridge. Its rows may lack what
 * may be null, but have nothing that is no column, on any level.
 */
export function unmodeledType(
  tag: string,
  schema: Schema,
  options: Pick<OntologyOptions<unknown>, "serializationFormat"> = {},
): OntologyType<UnmodeledData> {
  const fields = dataFields(schema);
  const names = namesOf(fields);
  const rule = (value: UnmodeledData) => findUnknown(tag, names, value, "");
  const shape = { kind: "struct", members: [], rule, ofRowsOnly: true } as const;
  return makeType<UnmodeledData>(tag, fields, options.serializationFormat ?? "default", shape);
}

/** Names of columns, and those in them where they are structs. */
type Names = ReadonlyMap<string, Names | undefined>;

function namesOf(fields: readonly Field[]): Names {
  return new Map(fields.map(({ name, type }) => [name, type.kind === "struct" ? namesOf(type.fields) : undefined]));
}

/** The first property of `value`, and of the objects in it, that is no column. */
function findUnknown(tag: string, names: Names, value: object, path: string): Violation | undefined {
  for (const name in value) {
    const part = (value as UnmodeledData)[name];
    const inner = names.get(name);
    if (inner === undefined) {
      if (!names.has(name)) return { field: path + name, value: part, rule: `be a column of ${tag}` };
      continue;
    }
    if (typeof part !== "object" || part === null || Array.isArray(part)) continue;
    const found = findUnknown(tag, inner, part, `${path}${name}.`);
    if (found !== undefined) return found;
  }
  return undefined;
}
