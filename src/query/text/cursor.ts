/**
 * Where reading stands in a text.
 *
 * @module
 */
import { isMosaicoError } from "../../base/mod.ts";
import type { QueryError } from "../errors.ts";
import { errorAt } from "./errors.ts";
import { type Token, tokenize } from "./tokens.ts";

/** The words of a text, taken one by one. Words of the language are taken in any case. */
export class Cursor {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  /** At the beginning. @throws {QueryError} `query.syntax` */
  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokenize(text);
  }

  /** The word that comes next. */
  get peek(): Token {
    return this.#tokens[this.#at]!;
  }

  /** Takes the next word; the end stays. */
  next(): Token {
    const token = this.peek;
    if (token.kind !== "end") this.#at++;
    return token;
  }

  /** Whether `word` of the language comes next, which then is taken. */
  takeWord(word: string): boolean {
    const { kind, text } = this.peek;
    if (kind !== "word" || text.toLowerCase() !== word) return false;
    this.#at++;
    return true;
  }

  /** Whether `symbol` comes next, which then is taken. */
  takeSymbol(symbol: string): boolean {
    const { kind, text } = this.peek;
    if (kind !== "symbol" || text !== symbol) return false;
    this.#at++;
    return true;
  }

  /** Takes a name, quoted or not. */
  name(what: string): Token {
    const token = this.peek;
    if (token.kind !== "word" && token.kind !== "text") throw this.expected(what);
    if (token.text === "") throw this.error(token.index, "query.invalid_path", "a name is not empty");
    return this.next();
  }

  /** The error of something else standing where `what` should. */
  expected(what: string): QueryError {
    const { kind, text, index } = this.peek;
    const found = kind === "end" ? "the end" : JSON.stringify(text.slice(0, 40));
    return this.error(index, "query.syntax", `expected ${what}, not ${found}`);
  }

  /** What is wrong at `index`. */
  error(index: number, code: `query.${string}`, why: string, options?: ErrorOptions): QueryError {
    return errorAt(this.#text, index, code, why, options);
  }

  /** Throws the error of a builder as one at `index`. */
  refuse(index: number, error: unknown): never {
    if (!(error instanceof TypeError || error instanceof RangeError || isMosaicoError(error))) throw error;
    const code = isMosaicoError(error) ? error.code as `query.${string}` : "query.invalid_operand";
    throw this.error(index, code, error.message.replace(/^Cannot [^:]*: /, ""), { cause: error });
  }
}
