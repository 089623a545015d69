/**
 * What handlers share.
 *
 * @module
 */
import type { TimestampRange } from "../../protocol/mod.ts";
import type { CallLimits, ControlConnection } from "../control/mod.ts";
import type { LanePool } from "../lanes/mod.ts";
import type { TopicStreamerParts } from "../reading/mod.ts";

/** What the client lends its handlers. */
export interface HandlerParts extends TopicStreamerParts {
  /** The control connection. */
  readonly control: ControlConnection;
  /** The data connections. */
  readonly lanes: LanePool;
}

/** How to get a handler. */
export interface HandlerOptions extends CallLimits {
  /** A handler of the caller's own, with the state of now: its streams and the ones of the usual handler leave each other alone. @default false */
  readonly forceNewInstance?: boolean;
}

/** A part of the record time: `startNs` inclusive, `endNs` exclusive; absent = unbounded. */
export interface StreamWindow extends TimestampRange {
  /** Ends the download when aborted, at any time: the read that waits, and every later one, rejects with its reason. */
  readonly signal?: AbortSignal;
}
