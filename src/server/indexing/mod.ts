/**
 * The index of data: which values each chunk of a topic can hold, column by column.
 *
 * @module
 */
export { BLOCK_CHUNKS, ColumnBlock, compareBytes, INDEX_VERSION } from "./block.ts";
export { type Bounds, TEXT_BYTES } from "./bounds.ts";
export { type Leaf, type LeafKind, type LeafTree, leafTree } from "./leaves.ts";
export { TopicIndexer } from "./topic_indexer.ts";
