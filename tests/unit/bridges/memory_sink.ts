/**
 * A sink that keeps what a bridge writes.
 *
 * @module
 */
import type { JsonObject } from "../../../src/base/mod.ts";
import type { RowSink, TopicSink } from "../../../src/bridges/types.ts";
import { type Batch, BatchBuilder, rowReader } from "../../../src/columnar/mod.ts";
import type { OntologyType } from "../../../src/ontology/mod.ts";

/** One topic of a {@linkcode MemorySink}. Rows go through columns, so a value that no batch can hold is found. */
export class MemoryTopic implements TopicSink<unknown> {
  readonly timestamps: bigint[] = [];
  readonly type: OntologyType<unknown>;
  readonly metadata: JsonObject;
  readonly #builder: BatchBuilder;

  constructor(type: OntologyType<unknown>, metadata: JsonObject) {
    this.type = type;
    this.metadata = metadata;
    this.#builder = new BatchBuilder(type.schema);
  }

  push(timestampNs: bigint, data: unknown): undefined {
    this.type.validate?.(data);
    this.#builder.append(timestampNs, data as object);
    this.timestamps.push(timestampNs);
  }

  /** The rows so far, read back from their columns. */
  rows<T = Record<string, unknown>>(): T[] {
    const batch: Batch = this.#builder.finish();
    const reader = rowReader(batch.schema);
    return Array.from({ length: batch.numRows }, (_, i) => reader.row(batch, i) as T);
  }
}

/** Keeps what a bridge writes. */
export class MemorySink implements RowSink {
  readonly topics: Map<string, MemoryTopic> = new Map();

  topicCreate<T>(name: string, type: OntologyType<T>, options: { metadata?: JsonObject } = {}): Promise<TopicSink<T>> {
    if (this.topics.has(name)) throw new Error(`topic ${name} is there twice`);
    const topic = new MemoryTopic(type as OntologyType<unknown>, options.metadata ?? {});
    this.topics.set(name, topic);
    return Promise.resolve(topic as TopicSink<T>);
  }
}
