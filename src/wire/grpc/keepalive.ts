/**
 * Noticing that a peer is gone without a word: a pulled cable, a robot out of reach.
 *
 * @module
 */
import type { Http2Session } from "../http2/mod.ts";
import { ConnectionError, type Socket, type SocketHandler } from "../net/mod.ts";

/** A socket that knows when it last heard of its peer. */
export class WatchedSocket implements Socket {
  /** See {@linkcode Socket.remote}. */
  readonly remote: string;
  /** See {@linkcode Socket.alpn}. */
  readonly alpn: string | undefined;
  readonly #socket: Socket;
  #heardAt = performance.now();

  /** Wraps `socket`, which is *taken*. */
  constructor(socket: Socket) {
    this.#socket = socket;
    this.remote = socket.remote;
    this.alpn = socket.alpn;
  }

  /** Milliseconds since bytes came. */
  get silentMs(): number {
    return performance.now() - this.#heardAt;
  }

  /** See {@linkcode Socket.start}. */
  start(handler: SocketHandler): void {
    this.#socket.start({
      data: (chunk) => {
        this.#heardAt = performance.now();
        handler.data(chunk);
      },
      target: () => handler.target?.(),
      closed: (error) => handler.closed(error),
    });
  }

  /** See {@linkcode Socket.write}. */
  write(slices: readonly Uint8Array[]): Promise<void> | undefined {
    return this.#socket.write(slices);
  }

  /** See {@linkcode Socket.end}. */
  end(): void {
    this.#socket.end();
  }

  /** See {@linkcode Socket.destroy}. */
  destroy(error?: Error): void {
    this.#socket.destroy(error);
  }
}

/**
 * Asks the peer for a sign of life with a PING; any bytes are one, for the answer may stand in line behind data.
 * Without one, destroys the session. Answers whether the session stands.
 */
export async function probe(session: Http2Session, socket: WatchedSocket, timeoutMs: number): Promise<boolean> {
  const before = performance.now();
  try {
    await session.ping(AbortSignal.timeout(timeoutMs));
    return true;
  } catch {
    if (session.isDraining) return false; // it ended while we waited
    if (socket.silentMs < performance.now() - before) return true;
    const text = `Lost the connection with ${session.remote}: no sign of life within ${timeoutMs} ms`;
    session.destroy(new ConnectionError("connection.lost", text, { remote: session.remote }));
    return false;
  }
}

/** Probes the peer whenever streams are open and nothing came for `intervalMs`, until the session ends. */
export function keepAlive(session: Http2Session, socket: WatchedSocket, intervalMs: number, timeoutMs: number): void {
  let isProbing = false;
  const timer = setInterval(async () => {
    if (isProbing || session.openStreams === 0 || socket.silentMs < intervalMs) return;
    isProbing = true;
    await probe(session, socket, timeoutMs);
    isProbing = false;
  }, Math.max(1, intervalMs / 2));
  session.closed.then(() => clearInterval(timer));
}
