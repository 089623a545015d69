/**
 * The error family of the package: a literal `code` to narrow on, plain `facts`, and `cause` always kept.
 *
 * @module
 */

/** What an error knows beside its text: plain values only, so that it survives the way out of a Worker. */
export type ErrorFacts = Readonly<Record<string, string | number | bigint | boolean>>;

const BRAND = Symbol.for("@mosaico/client/error");

/**
 * Base of every error this package throws on purpose; misuse of an argument throws `TypeError` or `RangeError` instead.
 *
 * Narrow with {@linkcode isMosaicoError}: it also recognises errors of another copy of the package.
 *
 * @example
 * ```ts
 * import { isMosaicoError, MosaicoError } from "@mosaico/client";
 *
 * const error: unknown = new MosaicoError("session.closed", "Cannot push: the writer is finalized");
 * if (isMosaicoError(error, "session.closed")) console.log(error.message);
 * ```
 */
export class MosaicoError extends Error {
  /** Class name; subclasses set their own. */
  override readonly name: string = "MosaicoError";
  /** Family and case, such as `connection.refused`. Stable: callers branch on it. */
  readonly code: string;
  /** The values behind the text. */
  readonly facts: ErrorFacts;

  /** Creates the error; `message` says what failed, then after a colon with which value. */
  constructor(code: string, message: string, facts: ErrorFacts = {}, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.facts = facts;
    Object.defineProperty(this, BRAND, { value: true });
  }
}

/**
 * Whether `error` is a {@linkcode MosaicoError}, of one of `codes` when any is given.
 * A code that ends in a dot names its whole family: `"connection."`.
 */
export function isMosaicoError(error: unknown, ...codes: readonly string[]): error is MosaicoError {
  if (typeof error !== "object" || error === null || !(BRAND in error)) return false;
  const code = String((error as { code?: unknown }).code);
  return codes.length === 0 || codes.some((wanted) => wanted.endsWith(".") ? code.startsWith(wanted) : code === wanted);
}

/** An error as plain data, to cross a Worker boundary. */
export interface ErrorData {
  /** As {@linkcode MosaicoError.code}. */
  readonly code: string;
  /** Class name. */
  readonly name: string;
  /** The text. */
  readonly message: string;
  /** As {@linkcode MosaicoError.facts}. */
  readonly facts: ErrorFacts;
}

/** Makes plain data of any thrown value. */
export function errorToData(error: unknown): ErrorData {
  if (isMosaicoError(error)) return { code: error.code, name: error.name, message: error.message, facts: error.facts };
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return { code: "internal", name, message, facts: {} };
}

/** Text of any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
