/**
 * Data of a type this side doesn't know: read and written under the names of the wire.
 *
 * @module
 */
import type { Schema } from "../../columnar/mod.ts";
import { makeType } from "./define.ts";
import { dataFields } from "./registry.ts";
import type { OntologyType } from "./types.ts";

/** A record of an unmodeled type: wire names and their values. */
export type UnmodeledData = Record<string, unknown>;

/** The type of `tag` with the columns of `schema`, as it came over the wire or was put together by a bridge. */
export function unmodeledType(tag: string, schema: Schema): OntologyType<UnmodeledData> {
  const fields = dataFields(schema);
  const names = new Set(fields.map((field) => field.name));
  return makeType<UnmodeledData>(tag, fields, "default", {
    kind: "struct",
    members: [],
    rule: (value: UnmodeledData) => {
      for (const field in value) {
        if (!names.has(field)) return { field, value: value[field], rule: `be a column of ${tag}` };
      }
      return undefined;
    },
  });
}
