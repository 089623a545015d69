/**
 * The client of a command: of a server somewhere, or of a folder served in this very process.
 *
 * @module
 */
import { type ConnectOptions, MosaicoClient } from "../client/mod.ts";
import { MosaicoServer } from "../server/mod.ts";
import { memoryNetwork } from "../wire/net/mod.ts";
import { type CommonOptions, portOf, UsageError } from "./arguments.ts";

const DEFAULT_HOST = "127.0.0.1";
const DEFAULT_PORT = 6726;

/**
 * Runs `use` with a connected client, and closes everything after it.
 *
 * @param connecting How to connect. Without Workers where it is not said: a small job ends before they have started.
 */
export async function withClient<T>(
  options: CommonOptions,
  use: (client: MosaicoClient) => Promise<T>,
  connecting: ConnectOptions = { workers: 0 },
): Promise<T> {
  checkPlace(options);
  if (options.directory === undefined) {
    const port = portOf(options.port, DEFAULT_PORT);
    await using client = await MosaicoClient.fromEnv(options.host ?? DEFAULT_HOST, port, connecting);
    return await use(client);
  }
  const network = memoryNetwork();
  await using server = await MosaicoServer.start({ directory: options.directory, port: 0, network });
  await using client = await MosaicoClient.connect(server.host, server.port, { ...connecting, network });
  return await use(client);
}

/** Checks that the data is in one place. @throws {UsageError} */
export function checkPlace({ directory, host, port }: CommonOptions): void {
  if (directory !== undefined && (host !== undefined || port !== undefined)) {
    throw new UsageError("--directory and --host/--port exclude each other");
  }
}
