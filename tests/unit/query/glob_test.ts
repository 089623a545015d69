import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isMosaicoError } from "../../../src/base/mod.ts";
import { globMatches } from "../../../src/query/mod.ts";

const code = (code: string) => (error: unknown) => isMosaicoError(error, code);

test("wildcards", () => {
  const yes: [string, string][] = [
    ["drive*", "drive"],
    ["drive*", "drive-042"],
    ["*", ""],
    ["*/camera", "/front/left/camera"],
    ["/[a-z]/camera", "/b/camera"],
    ["v?", "v7"],
    ["v?", "v😀"],
    ["run_##", "run_42"],
    ["[aeiou]x", "ox"],
    ["[a-c-]", "-"],
    ["[-a]", "-"],
    ["a.c", "a.c"],
    ["**a**", "xay"],
    ["é*", "été"],
    ["a]b", "a]b"],
  ];
  const no: [string, string][] = [
    ["drive*", "Drive"],
    ["drive", "drives"],
    ["v?", "v"],
    ["v?", "v77"],
    ["run_##", "run_4x"],
    ["run_#", "run_٣"],
    ["[a-z]", "A"],
    ["[a-z]", ""],
    ["a.c", "abc"],
    ["*a", "ab"],
    ["?", ""],
    ["[z-a]", "m"],
  ];
  for (const [pattern, text] of yes) assert.ok(globMatches(pattern, text), `${pattern} fits ${text}`);
  for (const [pattern, text] of no) assert.ok(!globMatches(pattern, text), `${pattern} does not fit ${text}`);
});

test("patterns that mean nothing are refused", () => {
  assert.throws(() => globMatches("", "a"), code("query.invalid_pattern"));
  assert.throws(() => globMatches("a[bc", "a"), code("query.invalid_pattern"));
  assert.throws(() => globMatches("a[]", "a"), code("query.invalid_pattern"));
  assert.ok(globMatches("a".repeat(256), "a".repeat(256)));
  assert.ok(globMatches("😀".repeat(256), "😀".repeat(256)));
  assert.throws(() => globMatches("a".repeat(257), "a"), code("query.pattern_too_long"));
});

test("globs agree with regular expressions", () => {
  const token = fc.constantFrom("a", "b", "7", ".", "*", "?", "#", "[ab]", "[a-c]", "[0-9]");
  const text = fc.string({ unit: fc.constantFrom("a", "b", "c", "7", "0", "."), maxLength: 12 });
  fc.assert(fc.property(fc.array(token, { minLength: 1, maxLength: 8 }), text, (tokens, text) => {
    const meaning: Record<string, string> = { "*": "[^]*", "?": "[^]", "#": "[0-9]", ".": "\\." };
    const regex = tokens.map((token) => meaning[token] ?? token).join("");
    assert.equal(globMatches(tokens.join(""), text), new RegExp(`^${regex}$`, "u").test(text));
  }));
});

test("a hostile pattern takes time in proportion to text times pattern", () => {
  const started = performance.now();
  const text = "a".repeat(20_000);
  assert.ok(!globMatches("*a".repeat(127) + "b", text));
  assert.ok(!globMatches("*" + "a".repeat(254) + "b", text));
  assert.ok(!globMatches("*?".repeat(127) + "#", text));
  assert.ok(performance.now() - started < 2_000);
});
