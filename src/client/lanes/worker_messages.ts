/**
 * What a lane's two sides say to each other when one of them is a Worker. Plain data throughout.
 *
 * A batch is answered by `sent` when the connection has room for the next, in order. `ended` is the last word on a
 * transfer.
 *
 * @module
 */
import type { CodecStatus, NativeOptions } from "../../codecs/mod.ts";
import type { Schema } from "../../columnar/mod.ts";
import type { FlightAddress } from "../../wire/flight/mod.ts";
import type { PostedError } from "./error_data.ts";
import type { PackedBatch } from "./packed_batch.ts";
import type { UploadStart } from "./types.ts";

/** What a lane needs to know to connect. */
export interface LaneSettings {
  /** The server; a network of the caller's own cannot follow into a Worker. */
  readonly address: Omit<FlightAddress, "network">;
  /** Longest time to connect, milliseconds. */
  readonly timeoutMs: number;
  /** Whether native codecs are tried, or where they are. @default true */
  readonly nativeCodecs?: boolean | NativeOptions;
}

/** From the caller's side. `id` tells transfers apart. */
export type ToWorker =
  | { readonly type: "connect"; readonly settings: LaneSettings; readonly lz4: WebAssembly.Module }
  | { readonly type: "upload"; readonly id: number; readonly start: UploadStart }
  | { readonly type: "batch"; readonly id: number; readonly batch: PackedBatch }
  | { readonly type: "finish"; readonly id: number }
  | {
    readonly type: "download";
    readonly id: number;
    readonly ticket: Uint8Array;
    readonly readAheadBytes: number | undefined;
  }
  /** The reader has a batch of so many bytes in hand. */
  | { readonly type: "taken"; readonly id: number; readonly byteLength: number }
  | { readonly type: "cancel"; readonly id: number }
  | { readonly type: "close" };

/** From the Worker. */
export type FromWorker =
  | { readonly type: "started" }
  | { readonly type: "connected"; readonly codecs: readonly CodecStatus[] }
  | { readonly type: "refused"; readonly error: PostedError }
  /** With an error when records were left out; the upload goes on. */
  | { readonly type: "sent"; readonly id: number; readonly error?: PostedError }
  /** Raw pictures were encoded; their memory comes back. */
  | { readonly type: "pixels"; readonly id: number; readonly pixels: ArrayBufferLike }
  | { readonly type: "schema"; readonly id: number; readonly schema: Schema }
  | { readonly type: "batch"; readonly id: number; readonly batch: PackedBatch; readonly byteLength: number }
  | { readonly type: "ended"; readonly id: number; readonly error?: PostedError }
  | { readonly type: "closed" };
