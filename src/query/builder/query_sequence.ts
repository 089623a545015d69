/**
 * Queries for sequences.
 *
 * @module
 */
import { CatalogQuery } from "./catalog_query.ts";

/**
 * Conditions on sequences; all must hold.
 *
 * @example
 * ```ts
 * import { QuerySequence } from "@mosaico/client/query";
 *
 * const query = new QuerySequence().withNameMatch("drive-*").withUserMetadata("car.version", { geq: 7 });
 * ```
 */
export class QuerySequence extends CatalogQuery {
  /** Its key in a query. */
  readonly part = "sequence" as const;
}
