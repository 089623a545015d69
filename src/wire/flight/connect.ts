/**
 * Connecting to a Flight server. What it takes to speak with one, protobuf above all, is loaded meanwhile: that takes
 * longer than to load all else.
 *
 * @module
 */
import { type ChannelOptions, GrpcChannel, type ServerAddress } from "../grpc/mod.ts";
import type { FlightClient } from "./types.ts";

/** A client with a connection of its own. */
export interface FlightConnection extends FlightClient, AsyncDisposable {
  /** Cancels what is under way and closes the connection. Idempotent. */
  close(): Promise<void>;
}

/** Where to connect, and with what. */
export interface FlightAddress extends ServerAddress, Omit<ChannelOptions, "connectTimeoutMs"> {}

/** Options of {@linkcode connectFlight}. */
export interface ConnectFlightOptions {
  /** Longest time to connect, milliseconds. @default 20000 */
  readonly timeoutMs?: number;
  /** Gives up connecting when aborted. */
  readonly signal?: AbortSignal;
}

/**
 * Connects to a Flight server, so that a wrong address shows here and not at the first call. Later losses of the
 * connection are repaired by the next call.
 *
 * @throws {ConnectionError} naming host and port
 */
export async function connectFlight(
  address: FlightAddress,
  options: ConnectFlightOptions = {},
): Promise<FlightConnection> {
  const { host, port, tls, ...channelOptions } = address;
  const { timeoutMs } = options;
  const channel = new GrpcChannel({ host, port, ...(tls ? { tls } : {}) }, {
    ...channelOptions,
    ...(timeoutMs === undefined ? {} : { connectTimeoutMs: timeoutMs }),
  });
  try {
    const [{ FlightCalls }] = await Promise.all([import("./client.ts"), channel.connect(options.signal)]);
    return new FlightCalls(channel);
  } catch (error) {
    await channel.close();
    throw error;
  }
}
