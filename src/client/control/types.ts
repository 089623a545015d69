/**
 * What the control connection tells of the server and of what is on it.
 *
 * @module
 */
import type {
  NotificationItem,
  SequenceMetadata,
  ServerCapabilities,
  ServerEra,
  ServerInfo,
  TopicMetadata,
  WireCodec,
} from "../../protocol/mod.ts";

/** Options of any single call. */
export interface CallLimits {
  /** Cancels the call. */
  readonly signal?: AbortSignal;
  /** Deadline of the call, milliseconds. @default none */
  readonly timeoutMs?: number;
}

/** What client and server agreed on. */
export interface Negotiated {
  /** What the server is known by. */
  readonly era: ServerEra;
  /** Its version and limits. */
  readonly info: ServerInfo;
  /** The form of its messages. */
  readonly codec: WireCodec;
  /** What it can do. */
  readonly capabilities: ServerCapabilities;
}

/** A topic, with the ticket that downloads it. */
export interface TopicEndpoint {
  /** What the server knows of it. */
  readonly metadata: TopicMetadata;
  /** For DoGet; opaque. Holds the window that was asked for. */
  readonly ticket: Uint8Array;
}

/** A sequence and its topics. */
export interface SequenceInfo {
  /** Of the sequence itself. */
  readonly metadata: SequenceMetadata;
  /** Of its topics, in the server's order. */
  readonly endpoints: readonly TopicEndpoint[];
}

/** One topic. */
export interface TopicInfo {
  /** The topic. */
  readonly endpoint: TopicEndpoint;
  /** Its schema as an encapsulated IPC message; empty where the server leaves it out. */
  readonly schema: Uint8Array;
}

/** A note the server keeps about a sequence or topic. */
export interface Notification extends NotificationItem {
  /** Name of the sequence. */
  readonly sequence: string;
  /** Name of the topic with a leading slash; absent for notes about the sequence itself. */
  readonly topic?: string;
  /** Creation in nanoseconds since 1970, UTC; absent when the server's wording cannot be read. */
  readonly createdAtNs?: bigint;
}
