/**
 * What servers of different versions can do, and how they are told apart.
 *
 * @module
 */
import { isMosaicoError, type JsonObject } from "../base/mod.ts";
import type { SemVer, ServerInfo, WireCodec } from "./types.ts";

/**
 * What a server is known by: `version`, the only action of servers before 0.7 that says so; `info` with a JSON answer, 0.7;
 * `info` with a protobuf answer, `binary`, after 0.7.
 */
export type ServerEra = "version" | "info" | "binary";

/** What depends on the server's version. */
export interface ServerCapabilities {
  /** GetSchema works; without, the schema of a topic is in its FlightInfo. */
  readonly getSchema: boolean;
  /**
   * `app_metadata` says all there is to know of sequences and topics; without, type, storage format and the user's own
   * metadata are in the metadata of the schema.
   */
  readonly fullMetadata: boolean;
  /** `topic_filter_clusterize` and `topic_filter_intersect` exist. */
  readonly topicFilters: boolean;
  /** Key of a query that holds the name of sequence or topic. */
  readonly queryNameKey: "name" | "locator";
  /** Limits of an upload. */
  readonly limits: {
    /** Largest message the server takes, bytes. */
    readonly maxMessageBytes: number;
    /** Most rows of a batch. */
    readonly maxBatchRows: number;
  };
}

/** Limits of the servers that do not say theirs. */
const OLD_LIMITS = { maxMessageBytes: 10 << 20, maxBatchRows: 5_000 } as const;

/** Capabilities of a server. */
export function capabilitiesOf(era: ServerEra, info: ServerInfo): ServerCapabilities {
  if (era !== "version") {
    return {
      getSchema: true,
      fullMetadata: true,
      topicFilters: true,
      queryNameKey: "name",
      limits: { maxMessageBytes: info.config.maxDecodeMessageBytes, maxBatchRows: Number.MAX_SAFE_INTEGER },
    };
  }
  const since06 = info.semver.major > 0 || info.semver.minor >= 6;
  return {
    getSchema: false,
    fullMetadata: false,
    topicFilters: since06,
    queryNameKey: since06 ? "name" : "locator",
    limits: OLD_LIMITS,
  };
}

/** What `info` would say of a server that has only `version`. */
export function infoOfOldServer(version: string, semver: SemVer): ServerInfo {
  const bytes = OLD_LIMITS.maxMessageBytes;
  return {
    version,
    semver,
    config: { maxDecodeMessageBytes: bytes, maxEncodeMessageBytes: bytes, targetEncodeMessageBytes: bytes },
  };
}

/** Form of the answer of `info`: JSON begins with a brace, and the version that a message begins with never does. */
export function formOf(answer: Uint8Array): WireCodec["form"] {
  const first = answer.find((byte) => byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d);
  return first === 0x7b ? "json" : "binary";
}

/** Whether a call failed because the server has no action of that name. All servers word it alike. */
export function isUnknownAction(error: unknown): boolean {
  return isMosaicoError(error, "rpc.invalid_argument", "rpc.internal") && error.message.includes("no available action");
}

/** A query in the words of the server: before 0.6 names were called locators. */
export function adaptQuery(query: JsonObject, { queryNameKey }: ServerCapabilities): JsonObject {
  if (queryNameKey === "name") return query;
  return Object.fromEntries(
    Object.entries(query).map(([part, conditions]) => {
      if (part === "ontology" || typeof conditions !== "object" || conditions === null) return [part, conditions];
      const renamed = Object.entries(conditions).map(([key, value]) => [key === "name" ? queryNameKey : key, value]);
      return [part, Object.fromEntries(renamed)];
    }),
  );
}

/** Numbers of a version as text; what is no number counts as 0. */
export function parseVersion(version: string): SemVer {
  const [, major = "0", minor = "0", patch = "0", pre] =
    /^v?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?(?:-([\w.-]+))?/.exec(
      version,
    ) ?? [];
  return {
    major: Number(major),
    minor: Number(minor),
    patch: Number(patch),
    ...(pre === undefined ? {} : { pre }),
  };
}
