/**
 * The index of a topic, as its batches come.
 *
 * @module
 */
import type { Batch, Column, Schema } from "../../columnar/mod.ts";
import type { IndexBlock, IndexProgress } from "../catalogue/mod.ts";
import { BLOCK_CHUNKS, ColumnBlock, compareBytes, INDEX_VERSION } from "./block.ts";
import { anyNumber, anyText, type Bounds, numberBounds, textBounds } from "./bounds.ts";
import { type Leaf, type LeafTree, leafTree } from "./leaves.ts";

/**
 * Lists longer than this, on the average of a chunk, are not looked into. The more items, the less their bounds tell
 * about any one of them; and the bounds of a point cloud cost as much as all else that is done to store it.
 */
const MAX_MEAN_ITEMS = 8;

/** A block of one column that is being filled. */
interface OpenBlock {
  readonly block: ColumnBlock;
  least: number | Uint8Array | undefined;
  most: number | Uint8Array | undefined;
}

/**
 * Gathers the bounds of every indexed column, chunk by chunk. Columns that are null throughout cost nothing, long lists
 * next to nothing: of their items the index says that they may be anything. Holds one block a column, and the finished ones until they are taken.
 */
export class TopicIndexer {
  readonly #tree: readonly LeafTree[];
  #open = new Map<number, OpenBlock>();
  #finished: IndexBlock[] = [];
  #chunkCount = 0;
  #savedCount = 0;

  /** For batches of `schema`. */
  constructor(schema: Schema) {
    this.#tree = leafTree(schema);
  }

  /** Adds the next chunk of the topic. Borrows it. */
  add(batch: Batch): void {
    if (this.#chunkCount > 0 && this.#chunkCount % BLOCK_CHUNKS === 0) this.#finishBlock();
    batch.columns.forEach((column, i) => visit(column, this.#tree[i]!, 0, batch.numRows, undefined, this.#note));
    this.#chunkCount++;
  }

  /** What has been added since the last call, to be noted in the catalogue; `undefined` when nothing has. */
  take(): IndexProgress | undefined {
    if (this.#chunkCount === this.#savedCount) return undefined;
    const blocks = [...this.#finished, ...this.#openBlocks()];
    this.#finished = [];
    this.#savedCount = this.#chunkCount;
    return { version: INDEX_VERSION, chunkCount: this.#chunkCount, blocks };
  }

  readonly #note = (leaf: Leaf, bounds: Bounds): void => {
    if (bounds.values + bounds.nans === 0) return;
    let open = this.#open.get(leaf.number);
    if (open === undefined) {
      open = { block: ColumnBlock.empty(leaf.kind), least: undefined, most: undefined };
      this.#open.set(leaf.number, open);
    }
    open.block.set(this.#chunkCount % BLOCK_CHUNKS, bounds);
    if (bounds.values === 0) return;
    if (open.least === undefined || isBelow(bounds.least, open.least)) open.least = bounds.least;
    if (open.most === undefined || isBelow(open.most, bounds.most)) open.most = bounds.most;
  };

  #finishBlock(): void {
    this.#finished.push(...this.#openBlocks());
    this.#open = new Map();
  }

  *#openBlocks(): Generator<IndexBlock> {
    if (this.#open.size === 0) return;
    const block = Math.ceil(this.#chunkCount / BLOCK_CHUNKS) - 1;
    const count = this.#chunkCount - block * BLOCK_CHUNKS;
    for (const [leaf, { block: bounds, least, most }] of this.#open) {
      yield { leaf, block, least, most, entries: bounds.pack(count) };
    }
  }
}

function isBelow(a: number | Uint8Array, b: number | Uint8Array): boolean {
  return typeof a === "number" ? a < (b as number) : compareBytes(a, b as Uint8Array) < 0;
}

/** Tells of the bounds of every leaf below a column, in its rows `[from, to)`. */
function visit(
  column: Column,
  tree: LeafTree,
  from: number,
  to: number,
  /** A bit for each row that no column around makes null. */
  above: Uint8Array | undefined,
  tell: (leaf: Leaf, bounds: Bounds) => void,
): void {
  if (from === to || column.nullCount === column.length) return;
  const { leaf, children } = tree;
  if (leaf !== undefined) {
    const validity = both(above, column.nullCount > 0 ? column.validity : undefined);
    const boundsOf = leaf.kind === "number" ? numberBounds : textBounds;
    tell(leaf, boundsOf(column, from, to, validity));
  } else if (column.field.type.kind === "struct") {
    const validity = both(above, column.nullCount > 0 ? column.validity : undefined);
    children.forEach((child, i) => visit(column.children[i]!, child, from, to, validity, tell));
  } else if (children.length > 0) {
    const [first, last] = itemsOf(column, from, to);
    if (last - first > MAX_MEAN_ITEMS * (to - from)) return tellAny(children[0]!, last - first, tell);
    // Items of rows that are null, if there are any, only widen the bounds.
    visit(column.children[0]!, children[0]!, first, last, undefined, tell);
  }
}

/** Tells that every leaf below a column, of `count` rows, may hold any value. */
function tellAny({ leaf, children }: LeafTree, count: number, tell: (leaf: Leaf, bounds: Bounds) => void): void {
  if (leaf !== undefined) tell(leaf, leaf.kind === "number" ? anyNumber(count) : anyText(count));
  for (const child of children) tellAny(child, count, tell);
}

function itemsOf({ field: { type }, offsets }: Column, from: number, to: number): [from: number, to: number] {
  if (type.kind === "fixedSizeList") return [from * type.size, to * type.size];
  return [Number(offsets![from]), Number(offsets![to])];
}

/** Bits set in both; `undefined` stands for all. */
function both(a: Uint8Array | undefined, b: Uint8Array | undefined): Uint8Array | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  const bits = new Uint8Array(Math.min(a.byteLength, b.byteLength));
  for (let i = 0; i < bits.byteLength; i++) bits[i] = a[i]! & b[i]!;
  return bits;
}
