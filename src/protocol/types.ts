/**
 * Mosaico's messages as both sides hold them in memory, whatever their form on the wire.
 * Times are nanoseconds; a locator is `sequence`, `sequence/topic/path` or, for a session, `sequence:ULID`.
 *
 * @module
 */
import type { JsonObject } from "../base/mod.ts";
import type { SerializationFormat } from "../ontology/mod.ts";

export type { SerializationFormat };

/** Values of {@linkcode SerializationFormat}. */
export const SERIALIZATION_FORMATS: readonly ["default", "ragged", "image"] = ["default", "ragged", "image"];

/** A span of record time. Whether the end belongs to it is said where it is used. */
export interface TimestampRange {
  /** First nanosecond; absent = unbounded. */
  readonly startNs?: bigint;
  /** Last nanosecond, or the first after; absent = unbounded. */
  readonly endNs?: bigint;
}

/** A version as numbers. */
export interface SemVer {
  /** Incompatible changes. */
  readonly major: number;
  /** Additions. */
  readonly minor: number;
  /** Repairs. */
  readonly patch: number;
  /** Pre-release tag; absent for a release. */
  readonly pre?: string;
}

/** What `info` answers. */
export interface ServerInfo {
  /** Version as text. */
  readonly version: string;
  /** Version as numbers. */
  readonly semver: SemVer;
  /** Limits the server announces, in bytes. */
  readonly config: {
    /** Largest message the server takes. */
    readonly maxDecodeMessageBytes: number;
    /** Largest message the server sends. */
    readonly maxEncodeMessageBytes: number;
    /** Size of message the server aims at. */
    readonly targetEncodeMessageBytes: number;
  };
}

/** A note a server keeps about a sequence or topic. */
export interface NotificationItem {
  /** Locator it belongs to. */
  readonly locator: string;
  /** Kind; servers know only `error`. */
  readonly notificationType: string;
  /** Text. */
  readonly message: string;
  /** When, as the server words it: `YYYY-MM-DD HH:MM:SS[.ffffff] UTC`. */
  readonly createdDatetime: string;
}

/** A topic a query found. */
export interface QueryItemTopic {
  /** `sequence/topic/path`. */
  readonly locator: string;
  /** Type; empty where an old server does not say. */
  readonly ontologyTag: string;
}

/** A sequence a query found. */
export interface QueryItem {
  /** Its name. */
  readonly sequence: string;
  /** Its topics that match. */
  readonly topics: readonly QueryItemTopic[];
}

/** A run of matching records. */
export interface TopicCluster {
  /** Number within the answer, from 0. */
  readonly id: bigint;
  /** First and last matching record, both inclusive. */
  readonly range: { readonly startNs: bigint; readonly endNs: bigint };
}

/** What `topic_filter_clusterize` takes; {@linkcode Actions.topic_filter_intersect} takes several. */
export interface ClusterizeRequest {
  /** `sequence/topic/path`. */
  readonly locator: string;
  /** Largest gap inside a cluster; 0 = no bound. */
  readonly clusteringDtNs: bigint;
  /** Conditions, as in a query's `ontology`. */
  readonly ontology: JsonObject;
  /** Window; end exclusive. */
  readonly timestampRange?: TimestampRange;
}

/** What is computed over the values of a column; `count` and `rate` also over records as such. */
export type AggregateFunction =
  | "count"
  | "rate"
  | "min"
  | "max"
  | "mean"
  | "std"
  | "percentile"
  | "first"
  | "last";

/** Values of {@linkcode AggregateFunction}. */
export const AGGREGATE_FUNCTIONS: readonly AggregateFunction[] = [
  "count",
  "rate",
  "min",
  "max",
  "mean",
  "std",
  "percentile",
  "first",
  "last",
];

/** One figure over the records of a topic. */
export interface Aggregate {
  /** What is computed. Null and NaN are no values. `std` is the sample's; `rate` is in records per second. */
  readonly function: AggregateFunction;
  /** Column, as in a query: `Tag.path`, where `[n]` may open a list. Absent = the records: `count` and `rate` alone. */
  readonly key?: string;
  /** From 0 to 100, with `percentile` alone; between two values it is interpolated. */
  readonly percent?: number;
}

/** A figure; `undefined` where there are too few values for it. */
export type AggregateValue = string | number | bigint | boolean | undefined;

/** What `topic_aggregate` takes, an extension of the embedded server. */
export interface AggregateRequest {
  /** `sequence/topic/path`. */
  readonly locator: string;
  /** Conditions on records, as in a query's `ontology`; empty = every record. */
  readonly ontology: JsonObject;
  /** Window; end exclusive. */
  readonly timestampRange?: TimestampRange;
  /** Figures, at least one. */
  readonly aggregates: readonly Aggregate[];
}

/** How a query was answered. */
export interface QueryStatistics {
  /** Topics whose records were asked about. */
  readonly topics: number;
  /** Those of them that schema or index ruled out as a whole. */
  readonly topicsPruned: number;
  /** Chunks these topics are stored in. */
  readonly chunks: number;
  /** Those the index ruled out, or that did not matter any more. */
  readonly chunksPruned: number;
  /** Those the index alone had the answer for. */
  readonly chunksByIndex: number;
  /** Rows that were looked at. */
  readonly rowsScanned: number;
  /** Bytes of the chunks of these topics. */
  readonly bytesStored: number;
  /** Bytes read from files. */
  readonly bytesRead: number;
  /** Time it took. */
  readonly elapsedNs: bigint;
}

/** Nothing to say. */
export type Empty = Readonly<Record<never, never>>;

/** A request about one thing. */
export interface LocatorRequest {
  /** Sequence, topic or session. */
  readonly locator: string;
}

/** What creates a note about a sequence or topic. */
export interface NotificationCreateRequest extends LocatorRequest {
  /** Kind; servers know only `error`. */
  readonly notificationType: string;
  /** Text. */
  readonly message: string;
}

/** Request and answer of every action (P-31…P-45). Paged actions answer with one item a result. */
export interface Actions {
  /** Server version and limits. */
  info: { request: Empty; answer: ServerInfo };
  /** Server version, before 0.7. */
  version: { request: Empty; answer: { readonly version: string; readonly semver: SemVer } };
  /** New sequence. */
  sequence_create: { request: LocatorRequest & { readonly userMetadata: JsonObject }; answer: Empty };
  /** Sequence and all its data away. */
  sequence_delete: { request: LocatorRequest; answer: Empty };
  /** New upload session of a sequence. */
  session_create: { request: LocatorRequest; answer: { readonly uuid: string; readonly locator: string } };
  /** Locks a session. */
  session_finalize: { request: { readonly sessionUuid: string }; answer: Empty };
  /** Session and its topics away. */
  session_delete: { request: LocatorRequest; answer: Empty };
  /** New topic of a session. */
  topic_create: {
    request: LocatorRequest & {
      readonly sessionUuid: string;
      readonly serializationFormat: SerializationFormat;
      readonly ontologyTag: string;
      readonly userMetadata: JsonObject;
    };
    answer: { readonly uuid: string };
  };
  /** Topic away. */
  topic_delete: { request: LocatorRequest; answer: Empty };
  /** Note about a sequence. */
  sequence_notification_create: { request: NotificationCreateRequest; answer: Empty };
  /** Notes about a sequence and its topics. */
  sequence_notification_list: {
    request: LocatorRequest;
    answer: { readonly notifications: readonly NotificationItem[] };
  };
  /** Notes of a sequence away. */
  sequence_notification_purge: { request: LocatorRequest; answer: Empty };
  /** Note about a topic. */
  topic_notification_create: { request: NotificationCreateRequest; answer: Empty };
  /** Notes about a topic. */
  topic_notification_list: { request: LocatorRequest; answer: { readonly notifications: readonly NotificationItem[] } };
  /** Notes of a topic away. */
  topic_notification_purge: { request: LocatorRequest; answer: Empty };
  /** Topics by conditions (section 10 of the protocol); `query` is its JSON. */
  query: { request: { readonly query: JsonObject }; answer: { readonly items: readonly QueryItem[] } };
  /** Runs of records by conditions; paged. */
  topic_filter_clusterize: { request: ClusterizeRequest; answer: TopicCluster };
  /** Overlaps of runs of several topics; paged. */
  topic_filter_intersect: {
    request: { readonly topics: readonly ClusterizeRequest[]; readonly intersectDtNs: bigint };
    answer: TopicCluster;
  };
  /** Figures over the records of a topic, one an aggregate; an extension of the embedded server. */
  topic_aggregate: { request: AggregateRequest; answer: { readonly values: readonly AggregateValue[] } };
  /** As `query`, with how it was answered; an extension of the embedded server. */
  query_explain: {
    request: { readonly query: JsonObject };
    answer: { readonly items: readonly QueryItem[]; readonly statistics: QueryStatistics };
  };
}

/** Name of an action, as on the wire. */
export type ActionName = keyof Actions;

/** Command of GetFlightInfo. */
export interface FlightInfoCommand {
  /** Sequence or topic. */
  readonly locator: string;
  /** Window; start inclusive, end exclusive. */
  readonly window?: TimestampRange;
}

/** Command of the first message of DoPut. */
export interface PutCommand {
  /** Topic. */
  readonly locator: string;
  /** From `topic_create`. */
  readonly topicUuid: string;
}

/** A session, as `app_metadata` of a sequence lists it. */
export interface SessionMetadata {
  /** `sequence:ULID`. */
  readonly locator: string;
  /** Sent by servers that serve older SDKs too. */
  readonly uuid?: string;
  /** Creation, UTC. */
  readonly createdAtNs: bigint;
  /** Finalize, UTC; absent while open. */
  readonly completedAtNs?: bigint;
  /** Whether it is finalized. */
  readonly locked: boolean;
  /** Locators of its topics. */
  readonly topics: readonly string[];
}

/** `app_metadata` of a sequence's FlightInfo. */
export interface SequenceMetadata {
  /** Sequence name. */
  readonly locator: string;
  /** Creation, UTC. */
  readonly createdAtNs: bigint;
  /** The user's own. */
  readonly userMetadata: JsonObject;
  /** Sessions, oldest first. */
  readonly sessions: readonly SessionMetadata[];
}

/** `app_metadata` of a topic's FlightEndpoint. */
export interface TopicMetadata {
  /** `sequence/topic/path`. */
  readonly locator: string;
  /** Session it belongs to; absent before 0.8. */
  readonly sessionLocator?: string;
  /** Creation, UTC. */
  readonly createdAtNs: bigint;
  /** End of its upload, UTC. */
  readonly completedAtNs?: bigint;
  /** Whether its upload is complete. */
  readonly locked: boolean;
  /** Type. */
  readonly ontologyTag: string;
  /** Storage hint. */
  readonly serializationFormat: SerializationFormat;
  /** The user's own. */
  readonly userMetadata: JsonObject;
  /** All of its data. */
  readonly dataInfo: {
    /** First and last row, both inclusive; absent without rows. */
    readonly interval?: { readonly startNs: bigint; readonly endNs: bigint };
    /** Rows; absent where a server before 0.6 does not say. */
    readonly totalRowCount?: bigint;
    /** Size as stored. */
    readonly totalBytes: bigint;
    /** Pieces it is stored in. */
    readonly totalChunksCount: bigint;
  };
  /** The part inside the requested window; absent when none was asked. */
  readonly timeWindowInfo?: {
    readonly interval?: { readonly startNs: bigint; readonly endNs: bigint };
    readonly rowCount: bigint;
  };
}

/**
 * One form of the messages on the wire: JSON (servers 0.5–0.7) or protobuf (after). Encoders and decoders throw a
 * {@linkcode ProtocolError} that names message, field and value; decoders take any bytes.
 */
export interface WireCodec {
  /** Which form. */
  readonly form: "json" | "binary";
  /** Body of an action. */
  encodeRequest<A extends ActionName>(action: A, request: Actions[A]["request"]): Uint8Array;
  /** The same, read by a server. */
  decodeRequest<A extends ActionName>(action: A, body: Uint8Array): Actions[A]["request"];
  /** Body of one result. */
  encodeAnswer<A extends ActionName>(action: A, answer: Actions[A]["answer"]): Uint8Array;
  /** Answer of a unary action, of all its results (P-25). */
  decodeAnswer<A extends ActionName>(action: A, bodies: readonly Uint8Array[]): Actions[A]["answer"];
  /** `cmd` of GetFlightInfo. */
  encodeFlightInfoCommand(command: FlightInfoCommand): Uint8Array;
  /** The same, read by a server. */
  decodeFlightInfoCommand(cmd: Uint8Array): FlightInfoCommand;
  /** `cmd` of GetSchema. */
  encodeSchemaCommand(locator: string): Uint8Array;
  /** The same, read by a server: the locator. */
  decodeSchemaCommand(cmd: Uint8Array): string;
  /** `cmd` of DoPut. */
  encodePutCommand(command: PutCommand): Uint8Array;
  /** The same, read by a server. */
  decodePutCommand(cmd: Uint8Array): PutCommand;
  /** `app_metadata` of a sequence. */
  encodeSequenceMetadata(metadata: SequenceMetadata): Uint8Array;
  /** The same, read by a client. */
  decodeSequenceMetadata(bytes: Uint8Array): SequenceMetadata;
  /** `app_metadata` of a topic. */
  encodeTopicMetadata(metadata: TopicMetadata): Uint8Array;
  /** The same, read by a client. */
  decodeTopicMetadata(bytes: Uint8Array): TopicMetadata;
}
