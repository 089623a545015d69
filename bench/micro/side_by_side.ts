/**
 * Implementations of one thing, measured in turns, so that a busy machine slows them all alike.
 *
 * @module
 */
import process from "node:process";
import { type Facts, report } from "../harness.ts";

/** One implementation. */
export interface Candidate<T> {
  /** Its name. */
  readonly name: string;
  /** What is reported with it: a ratio, say. */
  readonly facts?: Facts;
  /** The work. */
  readonly run: () => T;
  /** Throws when work was lost. Called once, unmeasured. */
  readonly verify: (result: T) => unknown;
}

/** What a run moves. */
export interface Work {
  /** How many. */
  readonly count: number;
  /** Bytes, points, …: what they are called. */
  readonly unit: string;
}

/** Rounds are at least this long, so that what the others left in the caches does not count. */
const ROUND_SECONDS = 0.025;
const WARM_UP_SECONDS = 0.15;

/**
 * Reports for each candidate the CPU seconds of a run in its best round (those of all threads, so also what is collected
 * and compiled meanwhile), and how much it moves in one. Returns these rates, in the candidates' order.
 */
export function sideBySide<T>(
  bench: string,
  params: Facts,
  work: Work,
  candidates: readonly Candidate<T>[],
  rounds: number,
): number[] {
  const turns = candidates.map(({ run, verify }) => {
    verify(run());
    const before = performance.now();
    let count = 0;
    for (; performance.now() - before < 1000 * WARM_UP_SECONDS; count++) run();
    return { run, repeat: Math.max(1, Math.ceil(count * ROUND_SECONDS / WARM_UP_SECONDS)), best: Infinity };
  });
  for (let round = 0; round < rounds; round++) {
    for (const turn of turns) {
      const before = process.cpuUsage();
      for (let i = 0; i < turn.repeat; i++) turn.run();
      const { user, system } = process.cpuUsage(before);
      turn.best = Math.min(turn.best, (user + system) / 1e6 / turn.repeat);
    }
  }
  return turns.map(({ best }, i) => {
    const { name, facts } = candidates[i]!;
    const rate = work.count / best;
    report(bench, { ...params, implementation: name, ...facts }, {
      cpuSeconds: best,
      [`${work.unit}PerSecond`]: rate,
    }, rounds);
    return rate;
  });
}

/** Prints rows under a heading, first column to the left, others to the right. */
export function printTable(heading: readonly string[], rows: readonly (readonly string[])[]): void {
  const all = [heading, ...rows];
  const widths = heading.map((_, i) => Math.max(...all.map((row) => row[i]!.length)));
  console.log();
  for (const row of all) {
    console.log(row.map((cell, i) => i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)).join("  "));
  }
  console.log();
}
