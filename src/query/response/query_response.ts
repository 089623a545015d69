/**
 * The answer to a query.
 *
 * @module
 */
import type { JsonObject } from "../../base/mod.ts";
import type { QueryItem, QueryStatistics } from "../../protocol/mod.ts";
import { QuerySequence, QueryTopic } from "../builder/mod.ts";
import { QueryError } from "../errors.ts";
import type { QueryCalls } from "./query_calls.ts";
import { QueryResponseItem } from "./query_response_item.ts";

/** Settings of a {@linkcode QueryResponse}. */
export interface QueryResponseOptions {
  /** The query on the wire; its conditions on records are asked again for clusters. */
  readonly query?: JsonObject;
  /** The client's calls. */
  readonly calls?: QueryCalls;
  /** How the server found it. */
  readonly statistics?: QueryStatistics;
}

/** Sequences and topics that fulfil a query. */
export class QueryResponse {
  /** The sequences, in the order of the server. */
  readonly items: readonly QueryResponseItem[];
  /** How the server found them, where that was asked for. */
  readonly statistics: QueryStatistics | undefined;
  readonly #answer: readonly QueryItem[];
  readonly #options: QueryResponseOptions;

  /** An answer as the server sent it. */
  constructor(items: readonly QueryItem[], options: QueryResponseOptions = {}) {
    const { query, calls } = options;
    const context = { ontology: (query?.["ontology"] ?? {}) as JsonObject, ...calls !== undefined && { calls } };
    this.#answer = items;
    this.#options = options;
    this.statistics = options.statistics;
    this.items = items.map((item) => new QueryResponseItem(item, context));
  }

  /** How many sequences there are. */
  get length(): number {
    return this.items.length;
  }

  /** Whether nothing was found. */
  get isEmpty(): boolean {
    return this.items.length === 0;
  }

  /** The item at `index`; negative indices count from the end. */
  at(index: number): QueryResponseItem | undefined {
    return this.items.at(index);
  }

  /** The items from `start` up to but not including `end`, as a response of its own; negative indices count from the end. */
  slice(start?: number, end?: number): QueryResponse {
    return new QueryResponse(this.#answer.slice(start, end), this.#options);
  }

  /** The items in order. */
  [Symbol.iterator](): IterableIterator<QueryResponseItem> {
    return this.items[Symbol.iterator]();
  }

  /** A query for the sequences found, to be narrowed further. @throws {QueryError} `query.empty_response` when nothing was found */
  toQuerySequence(): QuerySequence {
    return new QuerySequence().withNameIn(this.#names("sequences", this.items.map((item) => item.sequence.name)));
  }

  /** A query for topics of the names found, to be narrowed further. @throws {QueryError} `query.empty_response` when nothing was found */
  toQueryTopic(): QueryTopic {
    const names = this.items.flatMap((item) => item.topics.map((topic) => topic.name));
    return new QueryTopic().withNameIn(this.#names("topics", names));
  }

  #names(what: string, names: readonly string[]): readonly string[] {
    if (names.length > 0) return names;
    throw new QueryError("query.empty_response", `Cannot query on: the response has no ${what}`);
  }
}
