/**
 * Queries for topics.
 *
 * @module
 */
import { CatalogQuery, text } from "./catalog_query.ts";

/**
 * Conditions on topics; all must hold. Names of topics begin with a slash: `/sensors/imu`.
 *
 * @example
 * ```ts
 * import { QueryTopic } from "@mosaico/client/query";
 *
 * const query = new QueryTopic().withNameMatch("/camera/#").withOntologyTag("CompressedImage");
 * ```
 */
export class QueryTopic extends CatalogQuery {
  /** Its key in a query. */
  readonly part = "topic" as const;

  /** Its type has this tag. @throws {QueryError} `query.duplicate_key` when there is a condition on the tag */
  withOntologyTag(tag: string): this {
    this.add("ontology_tag", { $eq: text("tag", tag) });
    return this;
  }
}
