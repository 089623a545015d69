/**
 * Sockets of Deno.
 *
 * @module
 */
import { giveWay } from "../../base/mod.ts";
import { withSignal } from "./deadline.ts";
import { formatAddress, listenError, lostError } from "./errors.ts";
import { Gatherer } from "./gather.ts";
import { SocketBase } from "./socket_base.ts";
import {
  type DialOptions,
  type Listener,
  type ListenOptions,
  type Network,
  type Socket,
  TLS_HANDSHAKE_MS,
} from "./types.ts";

/** What this file uses of a connection of Deno. */
interface DenoConn {
  readonly remoteAddr: { readonly hostname: string; readonly port: number };
  read(into: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
  closeWrite(): Promise<void>;
  close(): void;
  setNoDelay?(on: boolean): void;
  /** Of a TLS connection. */
  handshake?(): Promise<{ readonly alpnProtocol: string | null }>;
}

interface DenoListener {
  readonly addr: { readonly hostname: string; readonly port: number };
  accept(): Promise<DenoConn>;
  close(): void;
}

/** What this file uses of Deno. */
interface DenoApi {
  connect(options: { hostname: string; port: number; signal?: AbortSignal }): Promise<DenoConn>;
  startTls(
    conn: DenoConn,
    options: { hostname: string; caCerts?: string[]; alpnProtocols: string[] },
  ): Promise<DenoConn>;
  listen(options: { hostname: string; port: number }): DenoListener;
  listenTls(
    options: { hostname: string; port: number; cert: string; key: string; alpnProtocols: string[] },
  ): DenoListener;
}

const ALPN = ["h2"];
const FIRST_READ_BYTES = 64 << 10;
/** On a busy machine, where much waits by the time it is our turn, calls of 512 KiB cost a fifth less than of 64 KiB. */
const MAX_READ_BYTES = 512 << 10;
/**
 * Longest time, milliseconds, that callers who send without a pause keep the others of a server waiting. The first call of
 * another took 140 to 200 ms at 8 ms, 40 to 50 ms at 2, at the same rates.
 */
const LONGEST_MS = 2;
/** After a failed accept (no file descriptors left, say), so that the loop does not spin. */
const ACCEPT_PAUSE_MS = 50;

/** The network as Deno reaches it. */
export function denoNetwork(): Network {
  const deno = (globalThis as unknown as { Deno: DenoApi }).Deno;
  return {
    dial: (host, port, options = {}) => dial(deno, host, port, options),
    // deno-lint-ignore require-await -- a failure is a rejection
    listen: async (options, accept) => listen(deno, options, accept),
  };
}

async function dial(deno: DenoApi, host: string, port: number, options: DialOptions): Promise<Socket> {
  const { tls, signal } = options;
  const remote = formatAddress(host, port);
  const connected = connect(deno, host, port, signal);
  let conn = await withSignal(host, port, connected, signal, closeQuietly);
  conn.setNoDelay?.(true);
  if (tls === undefined) return new DenoSocket(conn, remote, undefined);
  const { caCertificates } = tls;
  const started = deno.startTls(conn, {
    hostname: host,
    alpnProtocols: ALPN,
    ...(caCertificates === undefined ? {} : { caCerts: [caCertificates] }),
  });
  conn = await withSignal(host, port, started, signal, closeQuietly);
  try {
    const { alpnProtocol } = await withSignal(host, port, conn.handshake!(), signal, () => {});
    return new DenoSocket(conn, remote, alpnProtocol ?? undefined);
  } catch (error) {
    closeQuietly(conn);
    throw error;
  }
}

/** As `Deno.connect`, but what it throws at once is a rejection too. */
async function connect(deno: DenoApi, hostname: string, port: number, signal?: AbortSignal): Promise<DenoConn> {
  return await deno.connect({ hostname, port, ...(signal === undefined ? {} : { signal }) });
}

function listen(deno: DenoApi, options: ListenOptions, accept: (socket: Socket) => void): Listener {
  const { host: hostname, port, tls } = options;
  let listener: DenoListener;
  try {
    listener = tls === undefined
      ? deno.listen({ hostname, port })
      : deno.listenTls({ hostname, port, cert: tls.certificate, key: tls.privateKey, alpnProtocols: ALPN });
  } catch (error) {
    throw listenError(hostname, port, error);
  }
  let isClosed = false;
  const acceptAll = async () => {
    while (!isClosed) {
      try {
        const conn = await listener.accept();
        greet(conn, accept).catch(() => closeQuietly(conn));
      } catch {
        if (!isClosed) await new Promise((resolve) => setTimeout(resolve, ACCEPT_PAUSE_MS));
      }
    }
  };
  const accepting = acceptAll();
  return {
    host: listener.addr.hostname,
    port: listener.addr.port,
    close: () => {
      if (!isClosed) listener.close();
      isClosed = true;
      return accepting; // until then, the kernel still takes callers in
    },
  };
}

/** Hands an accepted connection on, after its handshake. */
async function greet(conn: DenoConn, accept: (socket: Socket) => void): Promise<void> {
  const { hostname, port } = conn.remoteAddr;
  conn.setNoDelay?.(true);
  let alpn: string | undefined;
  if (conn.handshake !== undefined) {
    const timer = setTimeout(() => closeQuietly(conn), TLS_HANDSHAKE_MS);
    try {
      alpn = (await conn.handshake()).alpnProtocol ?? undefined;
    } finally {
      clearTimeout(timer);
    }
  }
  accept(new DenoSocket(conn, formatAddress(hostname, port), alpn, true));
}

/** Deno closes a connection only once, and throws the second time. */
function closeQuietly(conn: DenoConn): void {
  try {
    conn.close();
  } catch {
    // It is closed, which is what we wanted.
  }
}

class DenoSocket extends SocketBase {
  readonly #conn: DenoConn;
  readonly #gatherer = new Gatherer();
  /** Whether others wait for the same thread. */
  readonly #isAccepted: boolean;
  #writing: Promise<void> | undefined;

  constructor(conn: DenoConn, remote: string, alpn: string | undefined, isAccepted = false) {
    super(remote);
    this.#conn = conn;
    this.#isAccepted = isAccepted;
    this.alpn = alpn;
  }

  write(slices: readonly Uint8Array[]): Promise<void> | undefined {
    if (this.isDone) return undefined;
    this.#gatherer.begin(slices);
    this.#writing = this.#writeAll();
    return this.#writing;
  }

  async end(): Promise<void> {
    await this.#writing;
    if (this.isDone) return;
    try {
      await this.#conn.closeWrite();
    } catch (error) {
      this.finish(lostError(this.remote, error));
    }
  }

  protected override startReading(): void {
    this.#readAll();
  }

  protected override release(): void {
    closeQuietly(this.#conn);
  }

  async #writeAll(): Promise<void> {
    try {
      for (let piece = this.#gatherer.next(); piece !== undefined; piece = this.#gatherer.next()) {
        let at = await this.#conn.write(piece);
        while (at < piece.byteLength) at += await this.#conn.write(piece.subarray(at));
      }
    } catch (error) {
      this.finish(lostError(this.remote, error));
    }
  }

  /** Reads to where the handler wants it, or into one buffer over and over, which grows while the peer fills it. */
  async #readAll(): Promise<void> {
    const handler = this.handler!;
    let buffer = new Uint8Array(FIRST_READ_BYTES);
    try {
      for (;;) {
        const target = handler.target?.() ?? buffer;
        const count = await this.#conn.read(target);
        if (count === null) break;
        if (this.#isAccepted) await giveWay(count, LONGEST_MS);
        if (this.isDone) return;
        handler.data(target.subarray(0, count));
        if (this.isDone) return;
        if (count === buffer.byteLength && count < MAX_READ_BYTES) buffer = new Uint8Array(2 * count);
      }
      this.finish(undefined);
    } catch (error) {
      this.finish(lostError(this.remote, error));
    }
  }
}
