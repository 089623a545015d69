/**
 * What a client can be told, and what it assumes.
 *
 * @module
 */
import type { NativeOptions } from "../codecs/mod.ts";
import type { OntologyRegistry } from "../ontology/mod.ts";
import type { Network } from "../wire/net/mod.ts";
import type { BatchingOptions } from "./writing/mod.ts";

/** TLS of a connection: one-way, the server shows its certificate. */
export interface TlsOptions {
  /** PEM text of the roots to trust. @default the roots of the system */
  readonly caCertificates?: string;
}

/** Options of `MosaicoClient.connect`. */
export interface ConnectOptions extends BatchingOptions {
  /** Longest time to reach the server, milliseconds. @default 5000 */
  readonly timeoutMs?: number;
  /** TLS: `true` trusts the roots of the system. @default false */
  readonly tls?: boolean | TlsOptions;
  /** Sent with every call; appears in no error and no log. */
  readonly apiKey?: string;
  /** Data connections, opened when first needed. @default 2 */
  readonly lanes?: number;
  /**
   * How many lanes run in a Web Worker each, started when first needed: they encode, compress and decode beside the
   * caller's thread. 0 = none. Where no Worker can be started, and with a `network`, lanes run on the caller's thread.
   *
   * @default as many as lanes
   */
  readonly workers?: number;
  /**
   * Whether liblz4 and libturbojpeg are used in place of WASM where they are installed and may be called already: under
   * Deno only with `--allow-ffi`, which is never asked for. An object says where they are.
   *
   * @default true
   */
  readonly nativeCodecs?: boolean | NativeOptions;
  /** Bytes of batches that may be on their way up at once, over all topics. @default 64 MiB */
  readonly maxBytesInFlight?: number;
  /** Types to read rows as. @default all types of the ontology */
  readonly registry?: OntologyRegistry;
  /**
   * Time without a word of the server, while calls are under way, after which it is asked for a sign of life, milliseconds.
   *
   * @default 60000
   */
  readonly keepaliveMs?: number;
  /** Time it then has before its connection counts as lost, milliseconds. @default 20000 */
  readonly keepaliveTimeoutMs?: number;
  /** How to reach the server; an embedded server in the same process has one of its own. @default the system's sockets */
  readonly network?: Network;
  /** Gives up connecting when aborted. */
  readonly signal?: AbortSignal;
}

/** Defaults, in one place. */
export const DEFAULTS = {
  port: 6726,
  timeoutMs: 5_000,
  lanes: 2,
  maxBytesInFlight: 67_108_864,
  topicBytesInFlight: 16_777_216,
  compression: "sparse",
  batchBytes: 2_097_152,
  flushIntervalMs: 1_000,
} as const;
