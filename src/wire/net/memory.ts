/**
 * Connections that never leave the process: for an embedded server beside its client, and for tests.
 *
 * @module
 */
import { delay } from "../../base/mod.ts";
import { dialAborted, dialError, formatAddress, listenError, lostError } from "./errors.ts";
import { SocketBase } from "./socket_base.ts";
import type { DialOptions, Listener, Network, Socket } from "./types.ts";

/** Both ends work in microtasks; so often they let timers and other work have a turn. */
const TURN_MS = 8;
const FIRST_FREE_PORT = 49_152;

/** Lets other work have a turn now and then. */
class Pacer {
  #lastTurn = performance.now();

  /** A promise to wait for, when it is time. */
  turn(): Promise<void> | undefined {
    if (performance.now() - this.#lastTurn < TURN_MS) return undefined;
    return delay(0).then(() => {
      this.#lastTurn = performance.now();
    });
  }
}

class MemorySocket extends SocketBase {
  readonly #pacer: Pacer;
  readonly #started = Promise.withResolvers<void>();
  #writing: Promise<void> | undefined;
  /** The other end. */
  peer: MemorySocket | undefined;

  constructor(remote: string, alpn: string | undefined, pacer: Pacer) {
    super(remote);
    this.alpn = alpn;
    this.#pacer = pacer;
  }

  write(slices: readonly Uint8Array[]): Promise<void> | undefined {
    if (this.isDone) return undefined;
    this.#writing = this.peer!.#receive(slices);
    return this.#writing;
  }

  async end(): Promise<void> {
    await this.#writing;
    this.peer!.finish(undefined);
    this.finish(undefined);
  }

  protected override startReading(): void {
    this.#started.resolve();
  }

  protected override release(): void {
    this.#started.resolve();
    queueMicrotask(() => this.peer!.finish(lostError(this.peer!.remote)));
  }

  async #receive(slices: readonly Uint8Array[]): Promise<void> {
    await this.#started.promise;
    const turn = this.#pacer.turn();
    if (turn !== undefined) await turn;
    for (const slice of slices) {
      if (this.isDone) return;
      if (slice.byteLength > 0) this.handler!.data(slice);
    }
  }
}

/** Two ends of one connection. */
export function memoryPair(remoteOfFirst = "memory:1", remoteOfSecond = "memory:2", alpn?: string): [Socket, Socket] {
  const pacer = new Pacer();
  const first = new MemorySocket(remoteOfFirst, alpn, pacer);
  const second = new MemorySocket(remoteOfSecond, alpn, pacer);
  first.peer = second;
  second.peer = first;
  return [first, second];
}

/**
 * A network of its own, whose hosts are whatever names are listened at. Both sides see the bytes that the other wrote,
 * without a copy. There is nothing to protect: options of TLS only set the protocol that ALPN would choose.
 */
export function memoryNetwork(): Network {
  const listeners = new Map<string, { readonly host: string; readonly accept: (socket: Socket) => void }>();
  let freePort = FIRST_FREE_PORT;
  return {
    // deno-lint-ignore require-await -- a failure is a rejection
    async dial(host: string, port: number, { tls, signal }: DialOptions = {}): Promise<Socket> {
      if (signal?.aborted) throw dialAborted(host, port, signal.reason);
      const listener = listeners.get(formatAddress(host, port));
      if (listener === undefined) {
        const isKnown = [...listeners.values()].some((other) => other.host === host);
        throw dialError(host, port, { code: isKnown ? "ECONNREFUSED" : "ENOTFOUND" });
      }
      const [near, far] = memoryPair(formatAddress(host, port), `memory:${freePort++}`, tls && "h2");
      queueMicrotask(() => listener.accept(far));
      return near;
    },
    // deno-lint-ignore require-await -- a failure is a rejection
    async listen({ host, port: wanted }, accept): Promise<Listener> {
      const port = wanted === 0 ? freePort++ : wanted;
      const key = formatAddress(host, port);
      if (listeners.has(key)) throw listenError(host, port, { code: "EADDRINUSE" });
      const entry = { host, accept };
      listeners.set(key, entry);
      return {
        host,
        port,
        close: () => {
          if (listeners.get(key) === entry) listeners.delete(key);
          return Promise.resolve();
        },
      };
    },
  };
}
