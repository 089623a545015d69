/**
 * Keys of conditions on data: `Tag.path.to.column`, which may open one list by `[?]`, `[!]` or `[3]`.
 *
 * @module
 */
import { QueryError } from "../errors.ts";

/** Which items of a list a condition is about. */
export type ListSpecifier = "any" | "all" | number;

/** One step to a column. */
export type PathStep =
  | { readonly kind: "field"; readonly name: string }
  | { readonly kind: "list"; readonly specifier: ListSpecifier };

/** A key taken apart. */
export interface OntologyPath {
  /** Tag of the type. */
  readonly tag: string;
  /** From the columns of the type inwards. */
  readonly steps: readonly PathStep[];
}

/** Takes a key apart. @throws {QueryError} `query.invalid_path`, `query.several_lists` */
export function parseOntologyPath(key: string): OntologyPath {
  const [tag, ...segments] = key.split(".");
  if (!tag || segments.length === 0) throw invalid(key, "it is not Tag.path.to.column");
  const steps = segments.flatMap((segment) => stepsOf(key, segment));
  if (steps.filter((step) => step.kind === "list").length > 1) {
    throw new QueryError("query.several_lists", `Cannot query "${key}": a path can open one list only`, { key });
  }
  return { tag, steps };
}

function stepsOf(key: string, segment: string): PathStep[] {
  const parts = /^([^[\]]+)((?:\[[^[\]]*\])*)$/.exec(segment);
  if (parts === null) throw invalid(key, `"${segment}" is no column`);
  const steps: PathStep[] = [{ kind: "field", name: parts[1]! }];
  for (const [, inner] of parts[2]!.matchAll(/\[([^\]]*)\]/g)) {
    steps.push({ kind: "list", specifier: specifierOf(key, inner!) });
  }
  return steps;
}

function specifierOf(key: string, text: string): ListSpecifier {
  if (text === "?") return "any";
  if (text === "!") return "all";
  const index = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(index)) return index;
  throw invalid(key, `"[${text}]" opens no list; [?], [!] and [0] do`);
}

function invalid(key: string, why: string): QueryError {
  return new QueryError("query.invalid_path", `Cannot query "${key}": ${why}`, { key });
}
