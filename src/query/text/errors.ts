/**
 * Errors that say where in a text they lie.
 *
 * @module
 */
import { QueryError } from "../errors.ts";

/** What is wrong at `index` of `text`, in words that go on after "column 17: ". */
export function errorAt(
  text: string,
  index: number,
  code: `query.${string}`,
  why: string,
  options?: ErrorOptions,
): QueryError {
  const column = Array.from(text.slice(0, index)).length + 1;
  return new QueryError(code, `Cannot read the query: column ${column}: ${why}`, { column }, options);
}
