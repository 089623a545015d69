/**
 * A whole query.
 *
 * @module
 */
import type { JsonObject } from "../../base/mod.ts";
import { QueryError } from "../errors.ts";
import type { QueryOntologyCatalog } from "./query_ontology_catalog.ts";
import type { QuerySequence } from "./query_sequence.ts";
import type { QueryTopic } from "./query_topic.ts";

/** What a query is put together from: each builds one part of it. */
export type QueryBuilder = QuerySequence | QueryTopic | QueryOntologyCatalog;

/** Parts that must hold together, one of each sort at most. */
export class Query {
  readonly #parts = new Map<QueryBuilder["part"], QueryBuilder>();

  /** A query of `parts`. @throws {QueryError} `query.duplicate_part` when two are of one sort */
  constructor(...parts: readonly QueryBuilder[]) {
    for (const part of parts) this.append(part);
  }

  /** Adds a part. @throws {QueryError} `query.duplicate_part` when there is one of its sort */
  append(part: QueryBuilder): this {
    if (this.#parts.has(part.part)) {
      const text = `Cannot add to the query: it has a part on "${part.part}" already; put all conditions into one`;
      throw new QueryError("query.duplicate_part", text, { part: part.part });
    }
    this.#parts.set(part.part, part);
    return this;
  }

  /** The query on the wire, its parts in the order they were given. @throws {QueryError} `query.no_condition` without any part */
  toJson(): JsonObject {
    if (this.#parts.size === 0) throw new QueryError("query.no_condition", "Cannot query: no part is given");
    return Object.fromEntries(Array.from(this.#parts.values(), (part) => [part.part, part.toJson()]));
  }
}
