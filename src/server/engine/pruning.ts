/**
 * What the bounds of a column say of a condition.
 *
 * @module
 */
import type { DataType } from "../../columnar/mod.ts";
import {
  type Condition,
  doubleSpans,
  matchesValue,
  type NumberSpans,
  type QueriedColumn,
  type TextSpan,
  textSpans,
  wideSpans,
} from "../../query/mod.ts";
import type { BlockBounds } from "../catalogue/mod.ts";
import { type Bounds, compareBytes, type Leaf, type LeafTree, TEXT_BYTES } from "../indexing/mod.ts";

/** What is known of the rows of a chunk, from none to all. */
export const Verdict = {
  /** No row fulfils the condition. */
  none: 0,
  /** It has to be looked at. */
  maybe: 1,
  /** At least one row does. */
  one: 2,
  /** Every row does. */
  all: 3,
} as const;

/** A value of {@linkcode Verdict}. */
export type Verdict = typeof Verdict[keyof typeof Verdict];

/** What the index can say of one condition. */
export interface ColumnPruner {
  /** The column. */
  readonly leaf: Leaf;
  /** Blocks outside of these hold no row; `undefined` when none does anywhere. */
  readonly blocks: BlockBounds | undefined;
  /** What `bounds` say of a chunk of `rowCount` rows. */
  verdict(bounds: Bounds, rowCount: number): Verdict;
}

/** Times of records: these bounds are exact, and with every chunk. */
export interface TimePruner {
  /** What first and last time say of a chunk. */
  verdict(startNs: bigint, endNs: bigint): Verdict;
  /** Chunks outside of these hold no row; `undefined` when none does anywhere. */
  readonly hull: { readonly startNs: bigint; readonly endNs: bigint } | undefined;
}

/** How the conditions on some columns are held against the index. */
export interface Pruners {
  /** Those on columns that are indexed. */
  readonly columns: readonly ColumnPruner[];
  /** Those on the record time. */
  readonly times: readonly TimePruner[];
  /** Whether there are others, of which only a look at the data can tell. */
  readonly hasOthers: boolean;
}

/** Prepares the conditions on `columns` of a schema with these leaves, whose record time is column `timeColumn`. */
export function compilePruners(
  columns: readonly QueriedColumn[],
  tree: readonly LeafTree[],
  timeColumn: number,
): Pruners {
  const pruners: ColumnPruner[] = [];
  const times: TimePruner[] = [];
  let hasOthers = false;
  for (const { path, specifier, condition } of columns) {
    if (path.length === 1 && path[0] === timeColumn) {
      times.push(timePruner(condition));
      continue;
    }
    const leaf = leafAt(tree, path);
    // All items fulfil everything where there are none, so bounds do not matter.
    if (leaf === undefined || specifier === "all") hasOthers = true;
    else pruners.push(leaf.kind === "text" ? textPruner(leaf, condition) : numberPruner(leaf, condition));
  }
  return { columns: pruners, times, hasOthers };
}

/** The leaf at a path; `undefined` for what is not indexed. */
export function leafAt(tree: readonly LeafTree[], path: readonly number[]): Leaf | undefined {
  let trees = tree;
  let found: LeafTree | undefined;
  for (const index of path) {
    found = trees[index];
    trees = found?.children ?? [];
  }
  return found?.leaf;
}

/** Whether values of `type` are 64 bits wide and no doubles. */
export function isWide(type: DataType): boolean {
  switch (type.kind) {
    case "int":
    case "time":
      return type.bits === 64;
    case "date":
      return type.unit === "millisecond";
    case "timestamp":
    case "duration":
      return true;
    default:
      return false;
  }
}

/** Whether a bound of a column of `type` is a value of it, not only near one. */
export function isExact(type: DataType, bound: number): boolean {
  return !isWide(type) || Math.abs(bound) <= Number.MAX_SAFE_INTEGER;
}

function numberPruner(leaf: Leaf, condition: Condition): ColumnPruner {
  const { type, inList } = leaf;
  const { spans, outside }: NumberSpans = type.kind === "bool"
    ? boolSpans(condition)
    : isWide(type)
    ? wideSpans(condition)
    : doubleSpans(condition);
  const first = spans[0]?.[0], last = spans.at(-1)?.[1];
  const blocks = outside
    ? { least: null, most: null }
    : first === undefined || last === undefined
    ? undefined
    : { least: outwards(Number(first), -1), most: outwards(Number(last), 1) };
  const holds = (value: number) => spans.some(([first, last]) => value >= first && value <= last) !== outside;
  return {
    leaf,
    blocks,
    verdict: (bounds, rowCount) => {
      const { least, most, values, nans } = bounds as Bounds<number>;
      const nansFit = outside && nans > 0;
      if (values === 0) {
        if (!nansFit) return Verdict.none;
        return inList ? Verdict.maybe : nans === rowCount ? Verdict.all : Verdict.one;
      }
      const covered = spans.some(([first, last]) => least >= first && most <= last);
      const touched = spans.some(([first, last]) => most >= first && least <= last);
      if (!nansFit && (outside ? covered : !touched)) return Verdict.none;
      if (inList) return Verdict.maybe;
      const allValues = outside ? !touched : covered;
      if (allValues && values + (outside ? nans : 0) === rowCount) return Verdict.all;
      if (nansFit || allValues) return Verdict.one;
      const hasOne = (isExact(type, least) && holds(least)) || (isExact(type, most) && holds(most));
      return hasOne ? Verdict.one : Verdict.maybe;
    },
  };
}

/** True is 1, false is 0. */
function boolSpans(condition: Condition): NumberSpans<number> {
  const spans = [false, true].filter((value) => matchesValue(condition, value)).map((value) =>
    [Number(value), Number(value)] as const
  );
  return { spans, outside: false };
}

function textPruner(leaf: Leaf, condition: Condition): ColumnPruner {
  const spans = textSpans(condition)?.map(prefixSpan);
  const firsts = spans?.map(({ first }) => first), lasts = spans?.map(({ last }) => last);
  const blocks = spans?.length === 0 ? undefined : {
    least: firsts?.reduce((a, b) => a === null || b === null ? null : compareBytes(a, b) <= 0 ? a : b) ?? null,
    most: lasts?.reduce((a, b) => a === null || b === null ? null : compareBytes(a, b) >= 0 ? a : b) ?? null,
  };
  return {
    leaf,
    blocks,
    verdict: (bounds) => {
      const { least, most, values } = bounds as Bounds<Uint8Array>;
      if (values === 0) return Verdict.none;
      const touched =
        spans?.some(({ first, last }) =>
          (first === null || compareBytes(most, first) >= 0) && (last === null || compareBytes(least, last) <= 0)
        ) ?? true;
      return touched ? Verdict.maybe : Verdict.none;
    },
  };
}

/** Ends of a span as the index has texts: their first bytes, filled up. */
function prefixSpan(
  { first, last, open }: TextSpan,
): { readonly first: Uint8Array | null; readonly last: Uint8Array | null } {
  return {
    first: first === undefined ? null : filled(first, 0),
    last: last === undefined ? null : filled(last, open ? 0xff : 0),
  };
}

function filled(text: Uint8Array, fill: number): Uint8Array {
  const bytes = new Uint8Array(TEXT_BYTES).fill(fill);
  bytes.set(text.subarray(0, TEXT_BYTES));
  return bytes;
}

function timePruner(condition: Condition): TimePruner {
  const { spans, outside } = wideSpans(condition);
  const first = spans[0]?.[0], last = spans.at(-1)?.[1];
  const all = { startNs: -(2n ** 63n), endNs: 2n ** 63n - 1n };
  const holds = (time: bigint) => spans.some(([first, last]) => time >= first && time <= last) !== outside;
  return {
    hull: outside
      ? all
      : first === undefined || last === undefined
      ? undefined
      : { startNs: first, endNs: clamped(last) },
    verdict: (startNs, endNs) => {
      const covered = spans.some(([first, last]) => startNs >= first && endNs <= last);
      const touched = spans.some(([first, last]) => endNs >= first && startNs <= last);
      if (outside ? covered : !touched) return Verdict.none;
      if (outside ? !touched : covered) return Verdict.all;
      return holds(startNs) || holds(endNs) ? Verdict.one : Verdict.maybe;
    },
  };
}

function clamped(time: bigint): bigint {
  return time < 2n ** 63n ? time : 2n ** 63n - 1n;
}

/** A double that surely does not lie inwards of what `value` was rounded from. */
function outwards(value: number, direction: 1 | -1): number {
  if (!Number.isFinite(value) || Math.abs(value) <= Number.MAX_SAFE_INTEGER) return value;
  const further = value + direction * Math.abs(value) * Number.EPSILON;
  return Number.isFinite(further) ? further : value;
}
