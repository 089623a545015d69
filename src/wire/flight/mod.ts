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
export { connectFlight, type ConnectFlightOptions, type FlightAddress, type FlightConnection } from "./connect.ts";
export { actionOf, commandDescriptor, pathDescriptor, ticketOf } from "./messages.ts";
export { type FlightServer, serveFlight, type ServeFlightOptions } from "./serve.ts";
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
export type {
  Action,
  ActionType,
  Criteria,
  FlightDescriptor,
  FlightDescriptor_DescriptorType,
  FlightEndpoint,
  FlightInfo,
  Location,
  PollInfo,
  Ticket,
} from "../../../proto/gen/flight_pb.ts";
export type { Message, UnknownEnum, UnknownField } from "@bufbuild/protobuf";
export type { Timestamp } from "@bufbuild/protobuf/wkt";
export type { WireType } from "@bufbuild/protobuf/wire";
export type { ChannelOptions, GrpcServerOptions, GrpcStatusName, MessageEncoding } from "../grpc/mod.ts";
export type { Http2Options } from "../http2/mod.ts";
export type {
  DialOptions,
  Listener,
  ListenOptions,
  Network,
  Socket,
  SocketHandler,
  TlsClientOptions,
  TlsServerOptions,
} from "../net/mod.ts";
export { type ErrorFacts, MosaicoError } from "../../base/mod.ts";
