/**
 * The words of a query's text.
 *
 * @module
 */
import { errorAt } from "./errors.ts";

/** A word of the text. */
export type Token =
  /** `IMU`, `and`, `frame_id`. */
  | { readonly kind: "word"; readonly text: string; readonly index: number }
  /** `"drive*"`, without its quotes. */
  | { readonly kind: "text"; readonly text: string; readonly index: number }
  /** `-5`, `9.81`, `1e-3`: integers beyond 2^53 as `bigint`. */
  | { readonly kind: "number"; readonly text: string; readonly value: number | bigint; readonly index: number }
  /** `<=`, `(`, `.`. */
  | { readonly kind: "symbol"; readonly text: string; readonly index: number }
  | { readonly kind: "end"; readonly text: ""; readonly index: number };

/** Longest text, in UTF-16 units. */
const MAX_TEXT_LENGTH = 1 << 16;

const BLANK = /\s+/uy;
const WORD = /[\p{L}_][\p{L}\p{N}_-]*/uy;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/y;
const SYMBOL = /\*\*|[<>=!]=|<(?!>)|[.,()[\]*=>~]/y;
/** What other languages say, and what is said here. */
const FOREIGN: readonly (readonly [symbol: string, instead: string])[] = [
  ["&&", 'say "and"'],
  ["||", 'there is no "or"'],
  ["<>", 'say "!="'],
  ["!", 'there is no "not"'],
];
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f", "/": "/" };

/** Whether a name can stand in the text without quotes. */
export function isWord(name: string): boolean {
  WORD.lastIndex = 0;
  return WORD.exec(name)?.[0] === name;
}

/** The words of `text` in order, an `end` behind the last. @throws {QueryError} `query.syntax` */
export function tokenize(text: string): readonly Token[] {
  if (text.length > MAX_TEXT_LENGTH) {
    const why = `the text has ${text.length} characters, ${MAX_TEXT_LENGTH} are allowed`;
    throw errorAt(text, MAX_TEXT_LENGTH, "query.syntax", why);
  }
  const tokens: Token[] = [];
  let index = 0;
  const take = (form: RegExp): string | undefined => {
    form.lastIndex = index;
    return form.exec(text)?.[0];
  };
  for (;;) {
    index += take(BLANK)?.length ?? 0;
    if (index >= text.length) return [...tokens, { kind: "end", text: "", index }];
    const character = text[index]!;
    let found: string | undefined;
    if (character === '"' || character === "'") {
      const { value, end } = quoted(text, index);
      tokens.push({ kind: "text", text: value, index });
      index = end;
    } else if ((found = take(WORD)) !== undefined) {
      tokens.push({ kind: "word", text: found, index });
      index += found.length;
    } else if ((found = take(NUMBER)) !== undefined) {
      tokens.push({ kind: "number", text: found, value: numberOf(text, index, found), index });
      index += found.length;
      if (take(WORD) !== undefined) {
        throw errorAt(
          text,
          index,
          "query.syntax",
          `expected a blank behind ${found}; names that begin with a digit are quoted`,
        );
      }
    } else if ((found = take(SYMBOL)) !== undefined) {
      tokens.push({ kind: "symbol", text: found, index });
      index += found.length;
    } else {
      const foreign = FOREIGN.find(([symbol]) => text.startsWith(symbol, index));
      const shown = foreign?.[0] ?? String.fromCodePoint(text.codePointAt(index)!);
      const why = `"${shown}" has no meaning here${foreign === undefined ? "" : `: ${foreign[1]}`}`;
      throw errorAt(text, index, "query.syntax", why);
    }
  }
}

function numberOf(text: string, index: number, digits: string): number | bigint {
  const value = Number(digits);
  if (/^-?\d+$/.test(digits)) {
    if (Number.isSafeInteger(value)) return value + 0; // -0 is 0
    // Digits are counted before they are read: reading very many takes long.
    const integer = digits.length > 40 ? 2n ** 64n : BigInt(digits);
    if (integer >= -(2n ** 63n) && integer < 2n ** 64n) return integer;
    throw errorAt(text, index, "query.syntax", "the integer has more than 64 bits; write it as 1e20");
  }
  if (Number.isFinite(value)) return value;
  throw errorAt(text, index, "query.syntax", `${digits} is too large`);
}

function quoted(text: string, start: number): { readonly value: string; readonly end: number } {
  const quote = text[start]!;
  let value = "";
  for (let index = start + 1; index < text.length; index++) {
    const character = text[index]!;
    if (character === quote) return { value, end: index + 1 };
    if (character !== "\\") {
      value += character;
      continue;
    }
    const next = text[++index] ?? "";
    const code = /^u[0-9a-fA-F]{4}$/.exec(text.slice(index, index + 5));
    if (code !== null) {
      value += String.fromCharCode(Number.parseInt(text.slice(index + 1, index + 5), 16));
      index += 4;
    } else if (next === '"' || next === "'" || next === "\\") value += next;
    else if (Object.hasOwn(ESCAPES, next)) value += ESCAPES[next];
    else {
      const why = `"\\${next}" means nothing; a backslash is written as \\\\`;
      throw errorAt(text, index - 1, "query.syntax", why);
    }
  }
  throw errorAt(text, start, "query.syntax", `the quote ${quote} is never closed`);
}
