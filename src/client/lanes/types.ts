/**
 * A lane: one data connection and whoever encodes for it. The same interface stands for a lane on the caller's thread and
 * for one in a Worker, so what crosses it is plain data: schemas, batches of typed arrays, bytes.
 *
 * @module
 */
import type { CodecStatus, JpegEncodeOptions } from "../../codecs/mod.ts";
import type { Batch, Schema } from "../../columnar/mod.ts";

/**
 * Compression of record batch bodies.
 *
 * `sparse` compresses only the columns in which no row has a value, as most optional ones of most sensors: with LZ4, to next to
 * nothing, and without work. `none` sends their zeros too.
 *
 * `auto` is `sparse` while the connection takes every batch at once. Where it does not, LZ4 and Zstandard are tried on the
 * next batches, and whatever takes the least time to compress and to send is used from then on; found anew every 30
 * seconds. Each topic finds out for itself.
 */
export type Compression = "none" | "sparse" | "lz4" | "zstd" | "auto";

/** What makes an upload of raw pictures one of JPEGs, encoded in the lane. */
export interface JpegEncoding extends JpegEncodeOptions {
  /** Columns as the server gets them: as those of the batches, but for `data` and `format`. */
  readonly schema: Schema;
  /** Bytes of a JPEG above which the server would refuse it. */
  readonly maxBytes: number;
  /** The codec in WASM, compiled by another thread. @default compiled in the lane, where there is no native one */
  readonly module?: WebAssembly.Module;
}

/** What an upload needs at its start. */
export interface UploadStart {
  /** Command of the put: which topic. */
  readonly command: Uint8Array;
  /** Columns of every batch that follows. */
  readonly schema: Schema;
  /** Compression of the bodies. */
  readonly compression: Compression;
  /** Set when the batches are raw pictures, rows of the type `Image`, that the server gets as JPEGs. */
  readonly jpeg?: JpegEncoding;
}

/** One topic on its way up. Batches keep their order. */
export interface LaneUpload {
  /**
   * Gets the memory of raw pictures that were encoded, if their batch was owned and it held nothing else. Set by whoever can use
   * it again.
   */
  onPixelsFree?: ((pixels: ArrayBufferLike) => void) | undefined;
  /** Settles when the upload has failed, with the reason; never settles while it is well. */
  readonly failed: Promise<unknown>;
  /**
   * Encodes and queues a batch, which is *taken*. Resolves when the connection has room again for more; rejects when the
   * batch cannot be encoded, or the upload has failed. Rejects with `message.too_large` when records were left out of it
   * because the server would refuse them; the upload goes on.
   *
   * @param owned Nothing else refers to the buffers of its columns, not even to a part: they may move to another thread.
   */
  send(batch: Batch, owned: boolean): Promise<void> | undefined;
  /** Half-closes and waits for the server's word. @throws {RpcError} its status, when it is not OK */
  finish(): Promise<void>;
  /** Ends the call at once; what was not sent is lost. Idempotent. */
  cancel(): void;
}

/** One topic on its way down. */
export interface LaneDownload {
  /** Columns, as the server sent them. */
  readonly schema: Promise<Schema>;
  /** The next batch, verified; `undefined` at the end. @throws {RpcError} when the call ends with any status but OK */
  take(): Promise<Batch | undefined>;
  /** Ends the call at once. Idempotent. */
  cancel(): void;
}

/** A lane. */
export interface Lane {
  /** Uploads and downloads under way. */
  readonly active: number;
  /** Whether it runs in a Worker, not on the caller's thread. */
  readonly inWorker: boolean;
  /** Why it runs there. */
  readonly reason: string;
  /** What its codecs run on, and why. */
  readonly codecs: readonly CodecStatus[];
  /** Whether it has come to its end: what was under way failed, and it takes nothing new. */
  readonly isLost: boolean;
  /**
   * Opens an upload. Nothing is awaited of the server: a refusal shows in `failed` and `finish`.
   *
   * @throws {SchemaError} or ends in it, when the schema cannot be encoded
   */
  upload(start: UploadStart): LaneUpload;
  /**
   * Opens a download.
   *
   * @param readAheadBytes What may come before it is taken: so much on the connection (and a quarter more), and so much of
   * a Worker's; beside it one batch at each place, however large. @default 16 MiB on the connection, 8 MiB of a Worker's
   */
  download(ticket: Uint8Array, readAheadBytes?: number): LaneDownload;
  /** Closes the connection; what is under way fails. Idempotent. */
  close(): Promise<void>;
}
