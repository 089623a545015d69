/**
 * What is said to the Workers of scans, and what they say.
 *
 * @module
 */
import type { ErrorData } from "../../base/mod.ts";
import type { IndexProgress } from "../catalogue/mod.ts";
import type { Chunk } from "../catalogue/mod.ts";
import type { ScanChunk, ScanOutput, ScanSpec } from "./types.ts";

/** To a Worker. */
export type ToWorker =
  /** A scan begins, of which portions follow. */
  | { readonly type: "open"; readonly scan: number; readonly spec: ScanSpec }
  /** Chunks of a scan. */
  | { readonly type: "portion"; readonly scan: number; readonly id: number; readonly chunks: readonly ScanChunk[] }
  /** A scan is over. */
  | { readonly type: "close"; readonly scan: number }
  /** The index of a whole topic is wanted. */
  | {
    readonly type: "index";
    readonly id: number;
    readonly path: string;
    readonly schemaHeader: Uint8Array;
    readonly chunks: readonly Chunk[];
  };

/** From a Worker. */
export type FromWorker =
  | { readonly type: "started" }
  | { readonly type: "output"; readonly id: number; readonly output: ScanOutput }
  | { readonly type: "indexed"; readonly id: number; readonly index: IndexProgress | undefined }
  | { readonly type: "failed"; readonly id: number; readonly error: ErrorData };
