/**
 * Queries for data.
 *
 * @module
 */
import type { JsonObject } from "../../base/mod.ts";
import type { QueryExpression } from "../../ontology/mod.ts";
import { parseOntology } from "../predicate/mod.ts";
import { ConditionSet } from "./condition_set.ts";

/**
 * Conditions on the records of topics. Those on one type must hold for one and the same record.
 *
 * @example
 * ```ts
 * import { IMU } from "@mosaico/client/ontology";
 * import { QueryOntologyCatalog } from "@mosaico/client/query";
 *
 * const query = new QueryOntologyCatalog(IMU.Q.acceleration.x.gt(5), IMU.Q.header.frameId.match("base*"));
 * ```
 */
export class QueryOntologyCatalog {
  /** Its key in a query. */
  readonly part = "ontology" as const;
  readonly #conditions = new ConditionSet();

  /** A query of `expressions`. @throws {QueryError} as {@linkcode withExpression} */
  constructor(...expressions: readonly QueryExpression[]) {
    for (const expression of expressions) this.withExpression(expression);
  }

  /**
   * Adds a condition.
   *
   * @throws {QueryError} `query.duplicate_key` when there is one on its column; `query.invalid_path`, `query.several_lists`,
   * `query.unsupported_operator`, `query.invalid_operand`, `query.empty_in`, `query.reversed_range`, `query.invalid_pattern` or
   * `query.pattern_too_long` when it can't hold for any record
   */
  withExpression({ key, operator, operand }: QueryExpression): this {
    parseOntology({ [key]: { [operator]: operand } }); // for its errors
    this.#conditions.add(key, { [operator]: operand });
    return this;
  }

  /** The conditions on the wire. */
  toJson(): JsonObject {
    return this.#conditions.toJson();
  }
}
