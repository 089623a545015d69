/**
 * Runs of matching records, and the way from them to the records.
 *
 * @module
 */
import type { RecordBatch } from "apache-arrow";
import { type OpeningStream, openingStream } from "../../base/mod.ts";
import type { OntologyType } from "../../ontology/mod.ts";
import type {
  ClusterAnswer,
  ClusterRange,
  DownloadWindow,
  MergedStream,
  QueryCalls,
  RecordStream,
} from "./query_calls.ts";

/** Settings of a download. */
export interface ClusterStreamOptions {
  /** Ends the download. */
  readonly signal?: AbortSignal;
}

/**
 * A run of matching records of one topic.
 *
 * @example
 * ```ts
 * import { IMU, type MosaicoClient, QueryOntologyCatalog } from "@mosaico/client";
 *
 * async function hardBraking(client: MosaicoClient): Promise<void> {
 *   for (const { topics } of await client.query(new QueryOntologyCatalog(IMU.Q.acceleration.x.lt(-5)))) {
 *     for (const cluster of await topics[0]!.clusterize({ clusteringDtNs: 500_000_000n })) {
 *       for await (const { timestampNs, data } of cluster.stream(IMU)) console.log(timestampNs, data.acceleration.x);
 *     }
 *   }
 * }
 * ```
 */
export class TopicCluster {
  /** Number within its answer, from 0. */
  readonly id: bigint;
  /** First and last matching record, both inclusive. */
  readonly range: ClusterRange;
  readonly #locator: string;
  readonly #calls: QueryCalls;

  /** Made by a response. */
  constructor({ id, range }: ClusterAnswer, locator: string, calls: QueryCalls) {
    this.id = id;
    this.range = range;
    this.#locator = locator;
    this.#calls = calls;
  }

  /**
   * All records of the topic from the first to the last of the run, matching or not, as values of `type`.
   *
   * Rejects with a SchemaError, `schema.mismatch`, when the topic holds another type, or another version of it.
   */
  stream<T>(type: OntologyType<T>, options?: ClusterStreamOptions): OpeningStream<RecordStream<T>>;
  /** All records of the topic from the first to the last of the run, matching or not. */
  stream(options?: ClusterStreamOptions): OpeningStream<RecordStream<unknown>>;
  stream(
    typeOrOptions: OntologyType<unknown> | ClusterStreamOptions = {},
    more: ClusterStreamOptions = {},
  ): OpeningStream<RecordStream<unknown>> {
    const [type, options] = "tag" in typeOrOptions ? [typeOrOptions, more] : [undefined, typeOrOptions];
    return openingStream(this.#calls.streamTopic(this.#locator, type, windowOf(this.range, options)));
  }

  /** The same records as apache-arrow `RecordBatch`es. */
  async *batches(options: ClusterStreamOptions = {}): AsyncGenerator<RecordBatch, void, void> {
    await using stream = await this.stream(options);
    yield* stream.batches();
  }
}

/** A span in which several topics of a sequence have matching records. */
export class SequenceCluster {
  /** Number within its answer, from 0. */
  readonly id: bigint;
  /** Both ends inclusive. */
  readonly range: ClusterRange;
  /** Its sequence. */
  readonly sequence: string;
  /** Names of the topics, with a leading slash. */
  readonly topics: readonly string[];
  readonly #calls: QueryCalls;

  /** Made by a response. */
  constructor({ id, range }: ClusterAnswer, sequence: string, topics: readonly string[], calls: QueryCalls) {
    this.id = id;
    this.range = range;
    this.sequence = sequence;
    this.topics = topics;
    this.#calls = calls;
  }

  /** All records of its topics within the span, matching or not, merged in time. */
  stream(options: ClusterStreamOptions = {}): OpeningStream<MergedStream> {
    return openingStream(this.#calls.streamTopics(this.sequence, this.topics, windowOf(this.range, options)));
  }
}

const LAST_NS = 2n ** 63n - 1n;

/** A window ends before its end, a cluster with it. */
function windowOf({ startNs, endNs }: ClusterRange, { signal }: ClusterStreamOptions): DownloadWindow {
  return {
    startNs,
    ...(endNs < LAST_NS ? { endNs: endNs + 1n } : {}),
    ...(signal === undefined ? {} : { signal }),
  };
}
