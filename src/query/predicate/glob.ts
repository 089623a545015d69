/**
 * Globs: `*` any run of characters, `?` one character, `#` one digit, `[abc]` and `[a-z]` one of a set. Case counts, and the
 * whole text has to fit.
 *
 * @module
 */
import { QueryError } from "../errors.ts";

/** Longest pattern, in characters. */
export const MAX_PATTERN_LENGTH = 256;

type Token =
  | { readonly kind: "literal"; readonly code: number }
  | { readonly kind: "one" | "digit" | "run" }
  | { readonly kind: "set"; readonly ranges: readonly (readonly [first: number, last: number])[] };

/**
 * Compiles a pattern. The function takes time in proportion to text times pattern at worst, whatever they are.
 *
 * @throws {QueryError} `query.invalid_pattern`, `query.pattern_too_long`
 */
export function compileGlob(pattern: string): (text: string) => boolean {
  const tokens = parseGlob(pattern);
  if (tokens.every(({ kind }) => kind === "literal")) return (text) => text === pattern;
  return (text) => matches(tokens, text);
}

/** Whether the whole of `text` fits `pattern`. @throws {QueryError} as {@linkcode compileGlob} */
export function globMatches(pattern: string, text: string): boolean {
  return compileGlob(pattern)(text);
}

function parseGlob(pattern: string): readonly Token[] {
  const codes = Array.from(pattern, (character) => character.codePointAt(0)!);
  if (codes.length === 0) throw new QueryError("query.invalid_pattern", "Cannot match: the pattern is empty");
  if (codes.length > MAX_PATTERN_LENGTH) {
    const text = `Cannot match: the pattern has ${codes.length} characters, ${MAX_PATTERN_LENGTH} are allowed`;
    throw new QueryError("query.pattern_too_long", text, { length: codes.length });
  }
  const tokens: Token[] = [];
  for (let i = 0; i < codes.length; i++) {
    const character = String.fromCodePoint(codes[i]!);
    if (character === "*") tokens.push({ kind: "run" });
    else if (character === "?") tokens.push({ kind: "one" });
    else if (character === "#") tokens.push({ kind: "digit" });
    else if (character === "[") {
      const end = codes.indexOf(0x5d, i + 1);
      if (end <= i + 1) {
        const why = end < 0 ? "is not closed" : "is empty";
        throw new QueryError("query.invalid_pattern", `Cannot match "${pattern}": the set at ${i} ${why}`, { pattern });
      }
      tokens.push({ kind: "set", ranges: rangesOf(codes.slice(i + 1, end)) });
      i = end;
    } else tokens.push({ kind: "literal", code: codes[i]! });
  }
  return tokens;
}

function rangesOf(codes: readonly number[]): (readonly [number, number])[] {
  const ranges: (readonly [number, number])[] = [];
  for (let i = 0; i < codes.length; i++) {
    const isRange = codes[i + 1] === 0x2d && i + 2 < codes.length;
    ranges.push([codes[i]!, isRange ? codes[i + 2]! : codes[i]!]);
    if (isRange) i += 2;
  }
  return ranges;
}

/** On a mismatch only the last `*` is tried again, one character further: earlier ones could gain nothing by it. */
function matches(tokens: readonly Token[], text: string): boolean {
  let at = 0, token = 0;
  let runToken = -1, runAt = 0;
  while (at < text.length) {
    const current = tokens[token];
    if (current?.kind === "run") {
      [runToken, runAt] = [token, at];
      token++;
      continue;
    }
    const code = text.codePointAt(at)!;
    if (current !== undefined && fits(current, code)) {
      at += code > 0xffff ? 2 : 1;
      token++;
      continue;
    }
    if (runToken < 0) return false;
    runAt += text.codePointAt(runAt)! > 0xffff ? 2 : 1;
    [token, at] = [runToken + 1, runAt];
  }
  while (tokens[token]?.kind === "run") token++;
  return token === tokens.length;
}

function fits(token: Token, code: number): boolean {
  switch (token.kind) {
    case "literal":
      return token.code === code;
    case "digit":
      return code >= 0x30 && code <= 0x39;
    case "set":
      return token.ranges.some(([first, last]) => code >= first && code <= last);
    default:
      return true;
  }
}
