/**
 * What responses ask of a client.
 *
 * @module
 */
import type { RecordBatch } from "apache-arrow";
import type { Batch } from "../../columnar/mod.ts";
import type { Message, OntologyType } from "../../ontology/mod.ts";
import type { AggregateRequest, AggregateValue, ClusterizeRequest, TimestampRange } from "../../protocol/mod.ts";
import type { IntersectRequest } from "./cluster_options.ts";

/** First and last record of a run, both inclusive. */
export interface ClusterRange {
  /** First. */
  readonly startNs: bigint;
  /** Last. */
  readonly endNs: bigint;
}

/** A run of matching records as a server names it. */
export interface ClusterAnswer {
  /** Number within its answer, from 0. */
  readonly id: bigint;
  /** First and last matching record. */
  readonly range: ClusterRange;
}

/** A part of the record time to download: `startNs` inclusive, `endNs` exclusive. */
export interface DownloadWindow extends TimestampRange {
  /** Ends the download. */
  readonly signal?: AbortSignal;
}

/** Records of one topic as they come in, in order of time. Leaving a loop early, or disposing, cancels the download. */
export interface RecordStream<T> extends AsyncIterableIterator<Message<T>, undefined>, AsyncDisposable {
  /** Cancels the download. */
  close(): void;
  /** The rest as batches of columns. */
  columns(): AsyncGenerator<Batch, void, void>;
  /** The rest as apache-arrow `RecordBatch`es. */
  batches(): AsyncGenerator<RecordBatch, void, void>;
}

/** A record of one of several topics. */
export interface TopicRecord extends Message<unknown> {
  /** Name of its topic, with a leading slash. */
  readonly topic: string;
  /** Type of the topic. */
  readonly ontologyTag: string;
}

/** Records of several topics as they come in, merged in time. Leaving a loop early, or disposing, cancels the downloads. */
export interface MergedStream extends AsyncIterableIterator<TopicRecord, undefined>, AsyncDisposable {
  /** Cancels the downloads. */
  close(): void;
}

/** The calls a response makes; a client stands behind it. */
export interface QueryCalls {
  /** Runs of records of one topic. */
  clusterize(request: ClusterizeRequest, options: { readonly signal?: AbortSignal }): Promise<readonly ClusterAnswer[]>;
  /** Overlaps of the runs of several topics. */
  intersect(request: IntersectRequest, options: { readonly signal?: AbortSignal }): Promise<readonly ClusterAnswer[]>;
  /** Figures over the records of one topic. */
  aggregate(
    request: AggregateRequest,
    options: { readonly signal?: AbortSignal },
  ): Promise<readonly AggregateValue[]>;
  /** Records of one topic; of any type when `type` is left out. */
  streamTopic<T>(
    locator: string,
    type: OntologyType<T> | undefined,
    window: DownloadWindow,
  ): Promise<RecordStream<T>>;
  /** Records of topics of one sequence. */
  streamTopics(sequence: string, topics: readonly string[], window: DownloadWindow): Promise<MergedStream>;
}
