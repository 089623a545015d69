/**
 * A Mosaico server inside this process, over a folder: for laptops, robots and tests.
 *
 * @module
 */
export { type ErrorFacts, MosaicoError } from "../base/mod.ts";
export type {
  DialOptions,
  Listener,
  ListenOptions,
  Network,
  Socket,
  SocketHandler,
  TlsClientOptions,
  TlsServerOptions,
} from "../wire/net/mod.ts";
export { DirectoryLockedError, StorageError } from "./catalogue/mod.ts";
export { MosaicoServer, type MosaicoServerOptions, type ServerLimits } from "./server.ts";
export type { ApiKey, ApiKeyScope } from "./service/mod.ts";
