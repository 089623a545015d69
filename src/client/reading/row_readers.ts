/**
 * Compiled readers of rows, kept for the next stream.
 *
 * @module
 */
import { equalSchemas, type RowReader, rowReader, type Schema } from "../../columnar/mod.ts";
import { type OntologyRegistry, type OntologyType, readingSchema } from "../../ontology/mod.ts";

interface KnownReader {
  readonly type: OntologyType<unknown> | undefined;
  readonly schema: Schema;
  readonly reader: RowReader;
}

/**
 * Readers by type of rows: one for each tag, the last that was asked for. A stream forks it, so that neither a merge of many
 * topics, nor one stream after the other, starts with cold code.
 */
export class RowReaders {
  readonly #known = new Map<string, KnownReader>();

  /**
   * A reader of rows of `schema`, for one stream. They have the property names of the type when they are exactly the type's
   * that `registry` has at `tag`, wire names otherwise.
   */
  get(registry: OntologyRegistry, tag: string, schema: Schema): RowReader {
    const type = registry.resolve(tag, schema);
    let known = this.#known.get(tag);
    if (known === undefined || known.type !== type || !equalSchemas(known.schema, schema)) {
      const named = type === undefined ? schema : readingSchema(type, schema);
      known = { type, schema, reader: rowReader(named, { emptyStructs: "absent" }) };
      this.#known.set(tag, known);
    }
    return known.reader.fork();
  }
}
