/**
 * The error of a call, and how failures of the layers below become one.
 *
 * @module
 */
import { type ErrorFacts, isMosaicoError, messageOf, MosaicoError } from "../../base/mod.ts";
import { Http2Error, Http2ErrorCode } from "../http2/mod.ts";
import { ConnectionError } from "../net/mod.ts";
import { GrpcStatus, type GrpcStatusName, statusName } from "./status.ts";

/** Code of an {@linkcode RpcError}: `rpc.not_found`, `rpc.unavailable`, … */
export type RpcErrorCode = `rpc.${Lowercase<GrpcStatusName>}`;

/**
 * A call ended with a status other than OK. `code` is `rpc.` and the status in lower case, such as `rpc.not_found`;
 * the text is the peer's. `rpc.unavailable` carries the failure of the connection as `cause`.
 */
export class RpcError extends MosaicoError {
  /** Class name. */
  override readonly name = "RpcError";
  /** gRPC status code, 1 to 16. */
  readonly status: number;

  /** Creates the error of `status`. */
  constructor(status: number, message: string, options: ErrorOptions & { readonly facts?: ErrorFacts } = {}) {
    super(`rpc.${statusName(status).toLowerCase()}`, message, { status, ...options.facts }, options);
    this.status = status;
  }
}

/** What a reset of a stream means, by its HTTP/2 error code. */
const BY_RESET: Readonly<Record<number, number>> = {
  [Http2ErrorCode.REFUSED_STREAM]: GrpcStatus.UNAVAILABLE,
  [Http2ErrorCode.CANCEL]: GrpcStatus.CANCELLED,
  [Http2ErrorCode.ENHANCE_YOUR_CALM]: GrpcStatus.RESOURCE_EXHAUSTED,
  [Http2ErrorCode.INADEQUATE_SECURITY]: GrpcStatus.PERMISSION_DENIED,
};

/** The error of a call whose stream or connection failed. */
export function callError(cause: unknown): RpcError {
  if (cause instanceof RpcError) return cause;
  const status = statusOf(cause);
  return new RpcError(status, `Call failed: ${messageOf(cause)}`, { cause });
}

function statusOf(cause: unknown): number {
  if (cause instanceof Http2Error && cause.code === "rpc.reset") {
    return BY_RESET[cause.http2Code] ?? GrpcStatus.INTERNAL;
  }
  if (cause instanceof ConnectionError || isMosaicoError(cause, "connection.")) return GrpcStatus.UNAVAILABLE;
  return GrpcStatus.INTERNAL;
}

/** The error of an aborted signal: a passed deadline, or a cancellation. */
export function abortError(reason: unknown): RpcError {
  if (reason instanceof RpcError) return reason;
  const late = reason instanceof Error && reason.name === "TimeoutError";
  return late
    ? new RpcError(GrpcStatus.DEADLINE_EXCEEDED, "Call failed: its deadline passed", { cause: reason })
    : new RpcError(GrpcStatus.CANCELLED, "Call failed: cancelled by the caller", { cause: reason });
}

/** What a server answers for any thrown value: foreign errors are INTERNAL and keep their text to themselves. */
export function answerOf(error: unknown): RpcError {
  return error instanceof RpcError ? error : new RpcError(GrpcStatus.INTERNAL, "Internal error.", { cause: error });
}

/** A promise whose rejection nobody needs to handle. */
export function harmless<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
