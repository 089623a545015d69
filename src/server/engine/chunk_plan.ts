/**
 * The chunks of a topic that have to be looked at, block by block.
 *
 * @module
 */
import type { Catalogue, Chunk, IndexBlock, TimeWindow, TopicRecord } from "../catalogue/mod.ts";
import { BLOCK_CHUNKS, type Bounds, ColumnBlock } from "../indexing/mod.ts";
import { type ColumnPruner, type Pruners, Verdict } from "./pruning.ts";

/** A chunk that may hold records that count. */
export interface PlannedChunk {
  /** Its number in the topic. */
  readonly ordinal: number;
  /** Where it lies. */
  readonly chunk: Chunk;
  /** What the index says of its rows inside the window; never `none`. */
  readonly verdict: Verdict;
}

/** Chunks of one topic, and its index as far as it goes. */
export interface TopicChunks {
  /** The topic. */
  readonly topic: TopicRecord;
  /** Chunks, while its upload runs; after, the catalogue has them. */
  readonly running: readonly Chunk[] | undefined;
  /** How many chunks there are. */
  readonly count: number;
  /** How many of them the index covers, from the first on. */
  readonly indexed: number;
}

/** Blocks of one column, opened when they are asked for. */
class ColumnBlocks {
  readonly #pruner: ColumnPruner;
  readonly #blocks: ReadonlyMap<number, IndexBlock>;
  readonly #damaged: () => void;

  constructor(catalogue: Catalogue, topicId: bigint, pruner: ColumnPruner, damaged: () => void) {
    const { leaf, blocks } = pruner;
    const found = blocks === undefined ? [] : catalogue.indexes.blocks(topicId, leaf.number, blocks);
    this.#pruner = pruner;
    this.#blocks = new Map(found.map((block) => [block.block, block]));
    this.#damaged = damaged;
  }

  /** Whether any chunk of a block may hold a record. */
  has(block: number): boolean {
    return this.#blocks.has(block);
  }

  /** What is known of the chunks of a block. */
  open(block: number): ((index: number, rowCount: number) => Verdict) | undefined {
    const { leaf } = this.#pruner;
    const opened = ColumnBlock.open(leaf.kind, this.#blocks.get(block)!.entries);
    if (opened === undefined) {
      this.#damaged();
      return undefined;
    }
    return (index, rowCount) => this.#pruner.verdict(opened.get(index), rowCount);
  }
}

/**
 * The chunks that may hold records inside `window` that fulfil all conditions, in order, a page of them at a time. `damaged`
 * is told when the index cannot be read; then nothing is left out on its word.
 */
export function* planChunks(
  catalogue: Catalogue,
  chunks: TopicChunks,
  pruners: Pruners,
  window: TimeWindow,
  damaged: () => void,
): Generator<readonly PlannedChunk[], void, void> {
  const { topic, running, count, indexed } = chunks;
  const hull = windowOf(window, pruners);
  if (hull === undefined) return;
  const columns = pruners.columns.map((pruner) => new ColumnBlocks(catalogue, topic.id, pruner, damaged));
  for (let first = 0; first < count; first += BLOCK_CHUNKS) {
    const block = first / BLOCK_CHUNKS;
    const end = Math.min(first + BLOCK_CHUNKS, count);
    const isIndexed = first < indexed;
    // A block that is covered only in part still holds chunks that nothing is known of.
    if (end <= indexed && columns.some((column) => !column.has(block))) continue;
    const opened = isIndexed
      ? columns.map((column) => column.has(block) ? column.open(block) : () => Verdict.none)
      : [];
    const page: PlannedChunk[] = [];
    for (const { ordinal, chunk } of chunksOf(catalogue, topic, running, first, end, hull)) {
      const verdicts: Verdict[] = pruners.times.map((time) => time.verdict(chunk.startNs, chunk.endNs));
      if (ordinal < indexed) {
        for (const open of opened) verdicts.push(open?.(ordinal - first, chunk.rowCount) ?? Verdict.maybe);
      }
      // Of what else is asked, nothing is known; nor of what a window cuts off.
      const isOpen = pruners.hasOthers || (ordinal >= indexed && columns.length > 0) || !holds(window, chunk);
      const verdict = joined(verdicts, isOpen);
      if (verdict !== Verdict.none) page.push({ ordinal, chunk, verdict });
    }
    if (page.length > 0) yield page;
  }
}

/** What is known of the rows that fulfil all conditions; `isOpen` when there are more than those with a verdict. */
function joined(verdicts: readonly Verdict[], isOpen: boolean): Verdict {
  if (verdicts.includes(Verdict.none)) return Verdict.none;
  if (isOpen || verdicts.includes(Verdict.maybe)) return Verdict.maybe;
  // One row for each of two conditions need not be the same one.
  const ones = verdicts.filter((verdict) => verdict === Verdict.one).length;
  return ones === 0 ? Verdict.all : ones === 1 ? Verdict.one : Verdict.maybe;
}

/** Bounds of the values of a column in the chunks `[from, to)`; `undefined` when they are not known. */
export function boundsOf(
  catalogue: Catalogue,
  topicId: bigint,
  leaf: ColumnPruner["leaf"],
): ((ordinal: number) => Bounds) | undefined {
  const blocks = new Map<number, ColumnBlock>();
  for (const { block, entries } of catalogue.indexes.blocks(topicId, leaf.number, { least: null, most: null })) {
    const opened = ColumnBlock.open(leaf.kind, entries);
    if (opened === undefined) return undefined;
    blocks.set(block, opened);
  }
  const none = ColumnBlock.empty(leaf.kind);
  return (ordinal) => (blocks.get(Math.floor(ordinal / BLOCK_CHUNKS)) ?? none).get(ordinal % BLOCK_CHUNKS);
}

function chunksOf(
  catalogue: Catalogue,
  topic: TopicRecord,
  running: readonly Chunk[] | undefined,
  from: number,
  to: number,
  window: TimeWindow,
): { ordinal: number; chunk: Chunk }[] {
  if (running === undefined) return catalogue.chunks.numbered(topic.id, from, to, window);
  return running.slice(from, to).map((chunk, i) => ({ ordinal: from + i, chunk }))
    .filter(({ chunk }) => reaches(chunk, window));
}

/** The window, and what conditions on the record time leave of it; `undefined` when that is nothing. */
function windowOf(window: TimeWindow, { times }: Pruners): TimeWindow | undefined {
  let { startNs, endNs } = window;
  for (const { hull } of times) {
    if (hull === undefined) return undefined;
    if (startNs === undefined || hull.startNs > startNs) startNs = hull.startNs;
    // The end of a window does not belong to it. The last time of all has none behind it.
    const end = hull.endNs === 2n ** 63n - 1n ? undefined : hull.endNs + 1n;
    if (end !== undefined && (endNs === undefined || end < endNs)) endNs = end;
  }
  return { ...(startNs === undefined ? {} : { startNs }), ...(endNs === undefined ? {} : { endNs }) };
}

function holds({ startNs, endNs }: TimeWindow, chunk: Chunk): boolean {
  return (startNs === undefined || chunk.startNs >= startNs) && (endNs === undefined || chunk.endNs < endNs);
}

function reaches({ startNs, endNs }: Chunk, window: TimeWindow): boolean {
  return (window.startNs === undefined || endNs >= window.startNs) &&
    (window.endNs === undefined || startNs < window.endNs);
}
