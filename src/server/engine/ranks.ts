/**
 * Doubles by rank, without holding all of them: they are counted by their leading bits until few are left.
 *
 * @module
 */
import { concatNumbers } from "../../base/mod.ts";

/** Bins of one count: 16 bits of a value. */
const RANK_BINS = 1 << 16;

/** Digits of a value. */
const DIGITS = 4;

/** What a pass over all values does with those that begin with `prefix`. */
export interface RankTask {
  /** Leading digits, of 16 bits each; none = all values. */
  readonly prefix: readonly number[];
  /** Whether they are kept, or counted by their next digit. */
  readonly kind: "collect" | "count";
}

/** What a pass found. */
export interface RankPass {
  /** For `collect`. */
  readonly collected: Float64Array | undefined;
  /** For `count`. */
  readonly bins: Float64Array | undefined;
}

/** Values that are kept to find some among; where there are more, they are counted first. */
const MAX_COLLECTED = 1 << 22;

/** Looks at values for one pass. */
export class RankFold {
  readonly #task: RankTask;
  readonly #bins: Float64Array | undefined;
  readonly #parts: Float64Array[] = [];

  /** For one pass. */
  constructor(task: RankTask) {
    this.#task = task;
    this.#bins = task.kind === "count" ? new Float64Array(RANK_BINS) : undefined;
  }

  /** Adds values; NaN is none. Borrows them. */
  add(values: Float64Array): void {
    const { prefix, kind } = this.#task;
    if (prefix.length === 0 && kind === "collect") {
      this.#parts.push(values.filter((value) => value === value));
      return;
    }
    const words = new Uint32Array(values.buffer, values.byteOffset, 2 * values.length);
    const chosen = kind === "collect" ? new Float64Array(values.length) : undefined;
    let count = 0;
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (value !== value) continue;
      const isNegative = words[2 * i + 1]! >>> 31 === 1;
      const high = isNegative ? ~words[2 * i + 1]! : words[2 * i + 1]! ^ 0x8000_0000;
      const low = isNegative ? ~words[2 * i]! : words[2 * i]!;
      let fits = true;
      for (let digit = 0; digit < prefix.length && fits; digit++) fits = digitOf(high, low, digit) === prefix[digit];
      if (!fits) continue;
      if (chosen === undefined) this.#bins![digitOf(high, low, prefix.length)]!++;
      else chosen[count++] = value;
    }
    if (chosen !== undefined) this.#parts.push(chosen.slice(0, count));
  }

  /** What was found. */
  finish(): RankPass {
    return { bins: this.#bins, collected: this.#bins === undefined ? concatNumbers(this.#parts) : undefined };
  }
}

/** Digits rise with the value: the sign is turned over, and all of a negative one. */
function digitOf(high: number, low: number, digit: number): number {
  const word = digit < 2 ? high : low;
  return (digit & 1) === 0 ? word >>> 16 : word & 0xffff;
}

function valueOf([a, b, c, d]: readonly number[]): number {
  const high = (a! << 16 | b!) >>> 0, low = (c! << 16 | d!) >>> 0;
  const isNegative = high >>> 31 === 0;
  const words = Uint32Array.of(isNegative ? ~low : low, isNegative ? ~high : high ^ 0x8000_0000);
  return new Float64Array(words.buffer)[0]!;
}

/** Joins what passes over parts found. Takes them. */
export function joinPasses(passes: readonly RankPass[]): RankPass {
  const [first, ...others] = passes;
  const bins = first?.bins;
  for (const other of others) {
    if (bins !== undefined) {
      for (let i = 0; i < RANK_BINS; i++) bins[i]! += other.bins![i]!;
    }
  }
  return { bins, collected: concatNumbers(passes.flatMap(({ collected }) => collected ?? [])) };
}

/** The values of these ranks among `count`, by rank. `pass` looks at all values once; at most `limit` are held. */
export async function valuesAt(
  ranks: readonly number[],
  count: number,
  pass: (task: RankTask) => Promise<RankPass>,
  limit: number = MAX_COLLECTED,
): Promise<ReadonlyMap<number, number>> {
  const found = new Map<number, number>();
  const narrow = async (prefix: readonly number[], before: number, count: number, ranks: readonly number[]) => {
    if (prefix.length === DIGITS) {
      for (const rank of ranks) found.set(rank, valueOf(prefix));
      return;
    }
    if (count <= limit) {
      const sorted = (await pass({ prefix, kind: "collect" })).collected!.sort();
      for (const rank of ranks) found.set(rank, sorted[rank - before]!);
      return;
    }
    const { bins } = await pass({ prefix, kind: "count" });
    let below = before;
    for (let digit = 0; digit < RANK_BINS; digit++) {
      const inside = bins![digit]!;
      const own = ranks.filter((rank) => rank >= below && rank < below + inside);
      if (own.length > 0) await narrow([...prefix, digit], below, inside, own);
      below += inside;
    }
  };
  await narrow([], 0, count, ranks);
  return found;
}
