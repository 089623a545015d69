/**
 * Sockets of all runtimes behind one interface.
 *
 * @module
 */
import { bunNetwork } from "./bun.ts";
import { denoNetwork } from "./deno.ts";
import type { Network } from "./types.ts";

export { ConnectionError, dialAborted, formatAddress } from "./errors.ts";
export { memoryNetwork, memoryPair } from "./memory.ts";
export type {
  DialOptions,
  Listener,
  ListenOptions,
  Network,
  Socket,
  SocketHandler,
  TlsClientOptions,
  TlsServerOptions,
} from "./types.ts";
export { unclearedBuffer } from "./uncleared.ts";

/** The network of the machine, as this runtime reaches it. */
export function systemNetwork(): Network {
  if ("Deno" in globalThis) return denoNetwork();
  if ("Bun" in globalThis) return bunNetwork();
  // Loaded when needed: Deno and Bun would pay for it at every start.
  const node = () => import("./node.ts").then(({ nodeNetwork }) => nodeNetwork());
  return {
    dial: async (...args) => await (await node()).dial(...args),
    listen: async (...args) => await (await node()).listen(...args),
  };
}
