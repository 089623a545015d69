/**
 * The error of queries.
 *
 * @module
 */
import { type ErrorFacts, MosaicoError } from "../base/mod.ts";

/**
 * A query that can't be asked, or can't be answered. Codes:
 * `query.malformed` (not of the form of a query), `query.unsupported_operator`, `query.invalid_operand`,
 * `query.empty_in`, `query.reversed_range`, `query.invalid_pattern`, `query.pattern_too_long`, `query.invalid_path`,
 * `query.several_lists` (opens two lists on a path), `query.not_a_list` (opens what is no list), `query.duplicate_key`,
 * `query.duplicate_part`, `query.no_condition`, `query.empty_response`, `query.detached` (a response without a client),
 * `query.unsupported_by_server` (an extension it does not have), `query.unsupported_aggregate` (a figure its column has not); and of texts, with the `column` in the facts:
 * `query.syntax`, `query.unknown_tag`, `query.unknown_field`.
 */
export class QueryError extends MosaicoError {
  /** Class name. */
  override readonly name = "QueryError";

  /** Creates the error. */
  constructor(code: `query.${string}`, message: string, facts: ErrorFacts = {}, options?: ErrorOptions) {
    super(code, message, facts, options);
  }
}
