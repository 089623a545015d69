/**
 * Conditions on text as spans of it: what indexes compare with.
 *
 * @module
 */
import { utf8 } from "../../base/mod.ts";
import type { Condition, Scalar } from "./condition.ts";

/** Texts between two, both inclusive, as UTF-8. */
export interface TextSpan {
  /** First; `undefined` = no bound. */
  readonly first: Uint8Array | undefined;
  /** Last, and all that begin with it when `open`; `undefined` = no bound. */
  readonly last: Uint8Array | undefined;
  /** Whether texts that begin with `last` belong to the span. */
  readonly open: boolean;
}

/** Spans outside of which no text fulfils `condition`; `undefined` when it may be any. */
export function textSpans(condition: Condition): readonly TextSpan[] | undefined {
  const from = (first: Scalar): readonly TextSpan[] =>
    typeof first === "string" ? [{ first: utf8(first), last: undefined, open: false }] : [];
  const to = (last: Scalar): readonly TextSpan[] =>
    typeof last === "string" ? [{ first: undefined, last: utf8(last), open: false }] : [];
  switch (condition.operator) {
    case "$eq":
      return typeof condition.operand === "string" ? [point(condition.operand)] : [];
    case "$neq":
      return typeof condition.operand === "string" ? undefined : [];
    case "$lt":
    case "$leq":
      return to(condition.operand);
    case "$gt":
    case "$geq":
      return from(condition.operand);
    case "$between": {
      const [first, last] = condition.operand;
      if (typeof first !== "string" || typeof last !== "string") return [];
      return [{ first: utf8(first), last: utf8(last), open: false }];
    }
    case "$outside":
      return condition.operand.every((end) => typeof end === "string") ? undefined : [];
    case "$in":
      return condition.operand.flatMap((item) => typeof item === "string" ? [point(item)] : []);
    case "$match": {
      const head = utf8(/^[^*?#[]*/.exec(condition.operand)![0]);
      return head.byteLength === 0 ? undefined : [{ first: head, last: head, open: true }];
    }
    default:
      return undefined;
  }
}

function point(text: string): TextSpan {
  const bytes = utf8(text);
  return { first: bytes, last: bytes, open: false };
}
