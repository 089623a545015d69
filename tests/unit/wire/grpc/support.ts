/**
 * Servers and faults for the tests of calls.
 *
 * @module
 */
import type { ChannelOptions, GrpcServerOptions, MethodHandler } from "../../../../src/wire/grpc/mod.ts";
import { GrpcChannel, GrpcServer } from "../../../../src/wire/grpc/mod.ts";
import {
  type Http2Options,
  Http2Session,
  type Http2Stream,
  type StreamHandler,
  type StreamSink,
} from "../../../../src/wire/http2/mod.ts";
import { type Listener, memoryNetwork, memoryPair, type Network, type Socket } from "../../../../src/wire/net/mod.ts";

/** A server and a channel to it. */
export interface Fixture extends AsyncDisposable {
  readonly channel: GrpcChannel;
  readonly server: GrpcServer;
  readonly listener: Listener;
  /** Sockets the server accepted. */
  readonly sockets: Socket[];
}

/** Options of {@linkcode serve}. */
export interface ServeOptions {
  readonly network?: Network;
  readonly channel?: ChannelOptions;
  readonly server?: GrpcServerOptions;
}

/** Serves `methods` (by their last name) under `/test.Test/`. */
export async function serve(
  methods: Readonly<Record<string, MethodHandler>>,
  options: ServeOptions = {},
): Promise<Fixture> {
  const { network = memoryNetwork() } = options;
  const byPath = new Map(Object.entries(methods).map(([name, handler]) => [`/test.Test/${name}`, handler]));
  const server = new GrpcServer(byPath, options.server);
  const sockets: Socket[] = [];
  const listener = await network.listen({ host: "127.0.0.1", port: 0 }, (socket) => {
    sockets.push(socket);
    server.serve(socket);
  });
  const channel = new GrpcChannel({ host: listener.host, port: listener.port }, { network, ...options.channel });
  const close = async () => {
    await channel.close();
    await listener.close();
    await server.close(0);
  };
  return { channel, server, listener, sockets, [Symbol.asyncDispose]: close };
}

/** A channel to an HTTP/2 server that answers with whatever `onStream` does. */
export async function serveRaw(
  onStream: StreamHandler,
  http2?: Http2Options,
): Promise<{ channel: GrpcChannel; sockets: Socket[] } & AsyncDisposable> {
  const network = memoryNetwork();
  const sockets: Socket[] = [];
  const sessions: Http2Session[] = [];
  const listener = await network.listen({ host: "raw", port: 0 }, (socket) => {
    sockets.push(socket);
    sessions.push(Http2Session.server(socket, onStream, http2));
  });
  const channel = new GrpcChannel({ host: listener.host, port: listener.port }, { network });
  const close = async () => {
    await channel.close();
    for (const session of sessions) session.destroy();
    await listener.close();
  };
  return { channel, sockets, [Symbol.asyncDispose]: close };
}

/** Sends a request to `server` as it is, and answers the first header block of the answer. */
export function requestRaw(
  server: GrpcServer,
  path: string,
  fields: readonly (readonly [string, string])[] = [],
  contentType = "application/grpc+proto",
): { stream: Http2Stream; answer: Promise<ReadonlyMap<string, string>>; close(): void } {
  const [near, far] = memoryPair();
  server.serve(far);
  const session = Http2Session.client(near);
  const { promise: answer, resolve, reject } = Promise.withResolvers<ReadonlyMap<string, string>>();
  const stream = session.request([
    [":method", "POST"],
    [":scheme", "http"],
    [":authority", "test"],
    [":path", path],
    ["content-type", contentType],
    ["te", "trailers"],
    ...fields,
  ], { ...DEAF, headers: (headers) => resolve(new Map(headers)), failed: reject });
  return { stream, answer, close: () => session.destroy() };
}

/** A sink that ignores the request. */
export const DEAF: StreamSink = { headers() {}, data() {}, trailers() {}, failed() {} };

/** Head of a gRPC answer. */
export const HEAD: [string, string][] = [[":status", "200"], ["content-type", "application/grpc"]];

/** A message on the wire. */
export function framed(text: string): Uint8Array {
  const body = new TextEncoder().encode(text);
  const out = new Uint8Array(5 + body.length);
  new DataView(out.buffer).setUint32(1, body.length);
  out.set(body, 5);
  return out;
}

/** The network of `inner`, whose connections can be made to go silent: nothing more arrives, not even their end. */
export function silenceable(inner: Network): { network: Network; silence(): void } {
  let isSilent = false;
  const wrap = (socket: Socket): Socket => ({
    remote: socket.remote,
    alpn: socket.alpn,
    start: (handler) =>
      socket.start({
        data: (chunk) => isSilent ? undefined : handler.data(chunk),
        closed: (error) => isSilent ? undefined : handler.closed(error),
      }),
    write: (slices) => socket.write(slices),
    end: () => socket.end(),
    destroy: (error) => socket.destroy(error),
  });
  return {
    network: {
      dial: async (...args) => {
        isSilent = false;
        return wrap(await inner.dial(...args));
      },
      listen: (...args) => inner.listen(...args),
    },
    silence: () => isSilent = true,
  };
}
