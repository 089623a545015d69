/**
 * Arrow Flight, both sides: the ten verbs of a client, and a service to implement. Bodies stay bytes.
 *
 * @module
 */
export {
  type CallOptions,
  GrpcStatus,
  type Metadata,
  RpcError,
  type RpcErrorCode,
  type ServerAddress,
} from "../grpc/mod.ts";
export { connectFlight, type ConnectFlightOptions, type FlightAddress, type FlightConnection } from "./client.ts";
export { actionOf, commandDescriptor, pathDescriptor, ticketOf } from "./messages.ts";
export { type FlightServer, serveFlight, type ServeFlightOptions } from "./server.ts";
export type {
  FlightCallContext,
  FlightClient,
  FlightData,
  FlightService,
  FlightSink,
  FlightStream,
  FlightUpload,
  OutgoingFlightData,
} from "./types.ts";
