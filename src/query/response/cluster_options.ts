/**
 * Runs of matching records: what is asked for them, and who answers.
 *
 * @module
 */
import type { ClusterizeRequest, TimestampRange, TopicCluster } from "../../protocol/mod.ts";

/** What `topic_filter_intersect` takes. */
export interface IntersectRequest {
  /** The topics, all of one sequence. */
  readonly topics: readonly ClusterizeRequest[];
  /** Gap that still counts as an overlap, nanoseconds. */
  readonly intersectDtNs: bigint;
}

/** The calls a response makes; a client stands behind it. */
export interface ClusterCalls {
  /** Runs of records of one topic. */
  clusterize(request: ClusterizeRequest, options: { readonly signal?: AbortSignal }): Promise<readonly TopicCluster[]>;
  /** Overlaps of the runs of several topics. */
  intersect(request: IntersectRequest, options: { readonly signal?: AbortSignal }): Promise<readonly TopicCluster[]>;
}

/** Settings of a search for clusters in one topic. */
export interface ClusterizeOptions {
  /** Largest gap inside a cluster, nanoseconds; 0 = any, which makes one cluster of all. @default 0n */
  readonly clusteringDtNs?: bigint;
  /** Only records of this window; its end is exclusive. */
  readonly range?: TimestampRange;
  /** Ends the call. */
  readonly signal?: AbortSignal;
}

/** Largest gap inside a cluster where several topics are searched. */
export interface GapOptions {
  /** Gap for topics whose type has the tag. */
  readonly clusteringDtNsByTag?: Readonly<Record<string, bigint>>;
  /** Gap for all others. @default 0n */
  readonly clusteringDtNs?: bigint;
}

/** Settings of a search in all topics of a sequence. */
export interface ClusterizeAllOptions extends GapOptions {
  /** Only records of this window; its end is exclusive. */
  readonly range?: TimestampRange;
  /** Ends the calls. */
  readonly signal?: AbortSignal;
}

/** Settings of a search for overlaps. */
export interface IntersectOptions extends GapOptions {
  /** Gap between clusters that still count as overlapping, nanoseconds. @default 0n */
  readonly intersectDtNs?: bigint;
  /** Ends the call. */
  readonly signal?: AbortSignal;
}
