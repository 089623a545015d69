/**
 * gRPC over HTTP/2, both sides.
 *
 * @module
 */
export { type ChannelOptions, type ChannelState, GrpcChannel, type ServerAddress } from "./channel.ts";
export { RpcError, type RpcErrorCode } from "./errors.ts";
export type { MessageEncoding } from "./framing.ts";
export { GrpcServer, type GrpcServerOptions } from "./server.ts";
export { GrpcStatus, type GrpcStatusName, statusName } from "./status.ts";
export type { CallOptions, ClientCall, Metadata, MethodHandler, ServerCall } from "./types.ts";
