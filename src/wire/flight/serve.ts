/**
 * Serves a {@linkcode FlightService} over gRPC. As for a client, what that takes is loaded when needed.
 *
 * @module
 */
import { GrpcServer, type GrpcServerOptions } from "../grpc/mod.ts";
import { type Network, systemNetwork, type TlsServerOptions } from "../net/mod.ts";
import type { FlightService } from "./types.ts";

/** Where and how to serve. */
export interface ServeFlightOptions extends GrpcServerOptions {
  /** Address to bind. @default 127.0.0.1 */
  readonly host?: string;
  /** Port; 0 picks a free one. */
  readonly port: number;
  /** TLS; absent = cleartext. */
  readonly tls?: TlsServerOptions;
  /** How to listen. @default the system's sockets */
  readonly network?: Network;
}

/** A running server. */
export interface FlightServer extends AsyncDisposable {
  /** The bound address. */
  readonly host: string;
  /** The bound port. */
  readonly port: number;
  /** Takes no new connections, lets calls under way end for `drainMs`, then ends all. Idempotent. @default 2000 */
  close(drainMs?: number): Promise<void>;
}

/** Serves `service`. @throws {ConnectionError} when the address cannot be bound */
export async function serveFlight(service: FlightService, options: ServeFlightOptions): Promise<FlightServer> {
  const { host = "127.0.0.1", port, tls, network = systemNetwork(), ...grpc } = options;
  const { methodsOf } = await import("./server.ts");
  const server = new GrpcServer(methodsOf(service), grpc);
  const listener = await network.listen({ host, port, ...(tls ? { tls } : {}) }, (socket) => server.serve(socket));
  const close = async (drainMs?: number) => {
    await listener.close();
    await server.close(drainMs);
  };
  return { host: listener.host, port: listener.port, close, [Symbol.asyncDispose]: () => close() };
}
