/**
 * An embedded server and a client that is connected to it.
 *
 * @module
 */
import { type ConnectOptions, MosaicoClient } from "../../src/client/mod.ts";
import { MosaicoServer, type MosaicoServerOptions } from "../../src/server/mod.ts";
import { memoryNetwork, type Network } from "../../src/wire/net/mod.ts";
import { temporaryFolder } from "./folder.ts";

/** Options of {@linkcode startEmbedded}. */
export interface EmbeddedOptions {
  /** Whether bytes go through real sockets. @default false */
  readonly tcp?: boolean;
  /** Network of both sides, instead. */
  readonly network?: Network;
  /** Of the server; folder and port are the fixture's. */
  readonly server?: Partial<Omit<MosaicoServerOptions, "directory" | "port" | "network">>;
  /** Of the client. */
  readonly client?: ConnectOptions;
}

/** A server, a client, and how to reach the server with more clients. */
export interface Embedded extends AsyncDisposable {
  /** The server. */
  readonly server: MosaicoServer;
  /** A client of it; closed at the end of the scope. */
  readonly client: MosaicoClient;
  /** The server's folder. */
  readonly directory: string;
  /** Connects a further client, which the caller closes. */
  connect(options?: ConnectOptions): Promise<MosaicoClient>;
}

/** Starts both; the end of the scope stops both and removes the folder. */
export async function startEmbedded(options: EmbeddedOptions = {}): Promise<Embedded> {
  await using stack = new AsyncDisposableStack();
  const { path: directory } = stack.use(await temporaryFolder());
  const network = options.network ?? (options.tcp ? undefined : memoryNetwork());
  const reach = network === undefined ? {} : { network };
  const server = stack.use(await MosaicoServer.start({ ...options.server, directory, port: 0, ...reach }));
  const connect = (more: ConnectOptions = {}) =>
    MosaicoClient.connect(server.host, server.port, { ...options.client, ...reach, ...more });
  const client = stack.use(await connect());
  const resources = stack.move();
  return { server, client, directory, connect, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}
