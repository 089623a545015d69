/**
 * Sockets of `node:net`, for every other runtime.
 *
 * @module
 */
import {
  connect as connectTcp,
  createServer as createTcpServer,
  type Server,
  type Socket as NodeSocket,
} from "node:net";
import { connect as connectTls, createServer as createTlsServer, type TLSSocket } from "node:tls";
import { withSignal } from "./deadline.ts";
import { formatAddress, listenError, lostError } from "./errors.ts";
import { SocketBase } from "./socket_base.ts";
import {
  type DialOptions,
  type Listener,
  type ListenOptions,
  type Network,
  type Socket,
  TLS_HANDSHAKE_MS,
} from "./types.ts";

const ALPN = ["h2"];

/** The network as `node:net` reaches it. */
export function nodeNetwork(): Network {
  return { dial, listen };
}

async function dial(host: string, port: number, options: DialOptions = {}): Promise<Socket> {
  const { tls, signal } = options;
  const raw = tls === undefined ? connectTcp({ host, port, noDelay: true }) : connectTls({
    host,
    port,
    ALPNProtocols: ALPN,
    ...(isAddress(host) ? {} : { servername: host }),
    ...(tls.caCertificates === undefined ? {} : { ca: tls.caCertificates }),
  });
  const connected = new Promise<void>((resolve, reject) => {
    raw.once(tls === undefined ? "connect" : "secureConnect", resolve);
    raw.once("error", reject);
    raw.once("close", () => reject(new Error("the peer closed the connection during the handshake")));
  });
  try {
    await withSignal(host, port, connected, signal, () => {});
  } catch (error) {
    raw.destroy();
    throw error;
  }
  raw.setNoDelay(true);
  return new StreamSocket(raw, formatAddress(host, port), tls === undefined ? false : (raw as TLSSocket).alpnProtocol);
}

/** TLS names no address as the server. */
function isAddress(host: string): boolean {
  return host.includes(":") || /^[\d.]+$/.test(host);
}

async function listen(options: ListenOptions, accept: (socket: Socket) => void): Promise<Listener> {
  const { host, port, tls } = options;
  const onSocket = (raw: NodeSocket, alpn: string | false | null) =>
    accept(new StreamSocket(raw, formatAddress(raw.remoteAddress ?? "?", raw.remotePort ?? 0), alpn));
  const server: Server = tls === undefined
    ? createTcpServer({ noDelay: true }, (raw) => onSocket(raw, false))
    : createTlsServer({
      cert: tls.certificate,
      key: tls.privateKey,
      ALPNProtocols: ALPN,
      noDelay: true,
      handshakeTimeout: TLS_HANDSHAKE_MS,
    }, (raw) => onSocket(raw, raw.alpnProtocol));
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host, port }, resolve);
    });
  } catch (error) {
    throw listenError(host, port, error);
  }
  server.on("error", () => {}); // of single callers, who are gone
  const address = server.address() as { address: string; port: number };
  return {
    host: address.address,
    port: address.port,
    close: () => {
      server.close();
      return Promise.resolve();
    },
  };
}

class StreamSocket extends SocketBase {
  readonly #raw: NodeSocket;
  #written: PromiseWithResolvers<void> | undefined;

  constructor(raw: NodeSocket, remote: string, alpn: string | false | null) {
    super(remote);
    this.#raw = raw;
    this.alpn = alpn || undefined;
    raw.on("error", (error) => this.finish(lostError(remote, error)));
    raw.on("close", () => this.finish(undefined));
  }

  write(slices: readonly Uint8Array[]): Promise<void> | undefined {
    if (this.isDone || slices.length === 0) return undefined;
    const written = this.#written = Promise.withResolvers<void>();
    this.#raw.cork();
    for (const slice of slices.slice(0, -1)) this.#raw.write(slice);
    this.#raw.write(slices.at(-1)!, () => written.resolve());
    this.#raw.uncork();
    return written.promise;
  }

  end(): void {
    if (!this.isDone) this.#raw.end();
  }

  protected override startReading(): void {
    this.#raw.on("data", (chunk: Uint8Array) => {
      if (!this.isDone) this.handler!.data(chunk);
    });
    this.#raw.on("end", () => this.finish(undefined));
  }

  protected override release(): void {
    this.#raw.destroy();
    this.#written?.resolve();
  }
}
