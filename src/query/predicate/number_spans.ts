/**
 * Conditions on numbers as spans of them: what scans and indexes compare with.
 *
 * @module
 */
import type { Condition, Ordered, Scalar } from "./condition.ts";

/** Numbers from `first` to `last`, both inclusive; empty when `first` lies above. */
export type Span<N extends number | bigint> = readonly [first: N, last: N];

/** Which numbers fulfil a condition. NaN lies in no span. */
export interface NumberSpans<N extends number | bigint = number | bigint> {
  /** Spans in ascending order. */
  readonly spans: readonly Span<N>[];
  /** Whether everything outside of them is meant, NaN too. */
  readonly outside: boolean;
}

const MIN_WIDE = -(2n ** 63n);
const MAX_WIDE = 2n ** 64n - 1n;

/** The doubles that fulfil `condition`. Of columns whose values are doubles, or integers of at most 32 bits. */
export function doubleSpans(condition: Condition): NumberSpans<number> {
  return spansOf(condition, { above: firstDouble, below: lastDouble, least: -Infinity, most: Infinity });
}

/** The 64-bit integers, with or without sign, that fulfil `condition`. */
export function wideSpans(condition: Condition): NumberSpans<bigint> {
  return spansOf(condition, { above: firstInteger, below: lastInteger, least: MIN_WIDE, most: MAX_WIDE });
}

/** How operands become ends of spans. */
interface Ends<N extends number | bigint> {
  /** Least number that is at least `bound`, or above it. */
  above(bound: number | bigint, inclusive: boolean): N | undefined;
  /** Largest number that is at most `bound`, or below it. */
  below(bound: number | bigint, inclusive: boolean): N | undefined;
  readonly least: N;
  readonly most: N;
}

function spansOf<N extends number | bigint>(condition: Condition, ends: Ends<N>): NumberSpans<N> {
  const span = (first: N | undefined, last: N | undefined): readonly Span<N>[] =>
    first === undefined || last === undefined || first > last ? [] : [[first, last]];
  const within = (first: Ordered, last: Ordered, inclusive = true): readonly Span<N>[] =>
    isNumber(first) && isNumber(last) ? span(ends.above(first, inclusive), ends.below(last, inclusive)) : [];
  const from = (bound: Ordered, inclusive: boolean) =>
    isNumber(bound) ? span(ends.above(bound, inclusive), ends.most) : [];
  const to = (bound: Ordered, inclusive: boolean) =>
    isNumber(bound) ? span(ends.least, ends.below(bound, inclusive)) : [];
  const inside = (spans: readonly Span<N>[]) => ({ spans, outside: false });
  switch (condition.operator) {
    case "$eq":
    case "$neq": {
      const { operand, operator } = condition;
      if (!isNumber(operand)) return inside([]);
      return { spans: within(operand, operand), outside: operator === "$neq" };
    }
    case "$lt":
      return inside(to(condition.operand, false));
    case "$leq":
      return inside(to(condition.operand, true));
    case "$gt":
      return inside(from(condition.operand, false));
    case "$geq":
      return inside(from(condition.operand, true));
    case "$between":
      return inside(within(...condition.operand));
    case "$outside": {
      const [first, last] = condition.operand;
      return inside(isNumber(first) && isNumber(last) ? [...to(first, false), ...from(last, false)] : []);
    }
    case "$in": {
      const spans = condition.operand.flatMap((item) => isNumber(item) ? within(item, item) : []);
      return inside(spans.sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0));
    }
    default:
      return inside([]);
  }
}

function isNumber(operand: Scalar | readonly Scalar[]): operand is number | bigint {
  return typeof operand === "number" || typeof operand === "bigint";
}

function firstDouble(bound: number | bigint, inclusive: boolean): number | undefined {
  const near = Number(bound);
  if (near > bound || (inclusive && near == bound)) return near;
  return near === Infinity ? undefined : nextUp(near);
}

function lastDouble(bound: number | bigint, inclusive: boolean): number | undefined {
  const least = firstDouble(-bound, inclusive);
  return least === undefined ? undefined : -least;
}

function firstInteger(bound: number | bigint, inclusive: boolean): bigint | undefined {
  if (bound === Infinity) return undefined;
  if (bound === -Infinity) return MIN_WIDE;
  const floor = BigInt(typeof bound === "bigint" ? bound : Math.floor(bound));
  const first = floor == bound && inclusive ? floor : floor + 1n;
  return first > MAX_WIDE ? undefined : first < MIN_WIDE ? MIN_WIDE : first;
}

function lastInteger(bound: number | bigint, inclusive: boolean): bigint | undefined {
  if (bound === -Infinity) return undefined;
  if (bound === Infinity) return MAX_WIDE;
  const ceiling = BigInt(typeof bound === "bigint" ? bound : Math.ceil(bound));
  const last = ceiling == bound && inclusive ? ceiling : ceiling - 1n;
  return last < MIN_WIDE ? undefined : last > MAX_WIDE ? MAX_WIDE : last;
}

const cell = new Float64Array(1);
const bits = new BigInt64Array(cell.buffer);

/** The double after `value`, which is not the last one. */
function nextUp(value: number): number {
  if (value === 0) return Number.MIN_VALUE;
  cell[0] = value;
  bits[0]! += value > 0 ? 1n : -1n;
  return cell[0];
}
