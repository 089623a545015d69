/**
 * Sockets of Bun.
 *
 * @module
 */
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

/** What this file uses of a socket of Bun. */
interface RawSocket {
  data: BunSocket | undefined;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly alpnProtocol: string | false | null;
  getAuthorizationError(): Error | null;
  setNoDelay(on: boolean): boolean;
  write(bytes: Uint8Array, offset: number, length: number): number;
  flush(): void;
  /** Closes both ways; bytes of the peer that are unread then reset its connection. */
  end(): void;
  /** Ends what is sent; what comes is still read. */
  shutdown(): void;
  terminate(): void;
}

interface RawHandler {
  readonly binaryType: "uint8array";
  open(socket: RawSocket): void;
  handshake(socket: RawSocket, success: boolean, error: Error | null): void;
  data(socket: RawSocket, chunk: Uint8Array): void;
  drain(socket: RawSocket): void;
  end(socket: RawSocket): void;
  close(socket: RawSocket, error?: Error): void;
  error(socket: RawSocket, error: Error): void;
  connectError?(socket: RawSocket, error: Error): void;
}

interface RawListener {
  readonly hostname: string;
  readonly port: number;
  stop(closeActive: boolean): void;
}

/** What this file uses of Bun. */
interface BunApi {
  connect(
    options: {
      hostname: string;
      port: number;
      socket: RawHandler;
      tls?: { ca?: string; serverName: string; ALPNProtocols: ArrayBuffer; rejectUnauthorized: true };
    },
  ): Promise<RawSocket>;
  listen(
    options: {
      hostname: string;
      port: number;
      socket: RawHandler;
      tls?: { cert: string; key: string; ALPNProtocols: ArrayBuffer };
    },
  ): RawListener;
}

/** The list of one name, as TLS writes it. */
const ALPN = new Uint8Array([2, 0x68, 0x32]).buffer;

/** The network as Bun reaches it. */
export function bunNetwork(): Network {
  const bun = (globalThis as unknown as { Bun: BunApi }).Bun;
  return {
    dial: (host, port, options = {}) => dial(bun, host, port, options),
    // deno-lint-ignore require-await -- a failure is a rejection
    listen: async (options, accept) => listen(bun, options, accept),
  };
}

/** A dial that is given up is over for us; Bun itself cannot cancel it, and goes on until the system gives up. */
async function dial(bun: BunApi, host: string, port: number, options: DialOptions): Promise<Socket> {
  const { tls, signal } = options;
  const { promise: secured, resolve, reject } = Promise.withResolvers<void>();
  secured.catch(() => {});
  const handler = handlerOf({
    open(socket) {
      socket.data = new BunSocket(socket, formatAddress(host, port));
      if (tls === undefined) resolve();
    },
    handshake(socket, success, error) {
      const failure = socket.getAuthorizationError() ?? error;
      if (success && failure === null) return resolve();
      reject(failure ?? new Error("the TLS handshake failed"));
      socket.terminate();
    },
    // Only the first settling counts: this is for a peer that leaves in the middle of the handshake.
    lost: (error) => reject(error ?? new Error("the peer closed the connection during the TLS handshake")),
  });
  const connect = async (): Promise<BunSocket> => {
    const raw = await bun.connect({
      hostname: host,
      port,
      socket: { ...handler, connectError() {} }, // `connect` rejects too
      ...(tls === undefined ? {} : { tls: { ...tlsOptions(host, tls.caCertificates), ALPNProtocols: ALPN } }),
    });
    const socket = raw.data!;
    try {
      await withSignal(host, port, secured, signal, () => {});
    } catch (error) {
      socket.destroy();
      throw error;
    }
    socket.alpn = raw.alpnProtocol || undefined;
    return socket;
  };
  return await withSignal(host, port, connect(), signal, (late) => late.destroy());
}

function tlsOptions(
  serverName: string,
  ca: string | undefined,
): { ca?: string; serverName: string; rejectUnauthorized: true } {
  return { serverName, rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) };
}

function listen(bun: BunApi, options: ListenOptions, accept: (socket: Socket) => void): Listener {
  const { host, port, tls } = options;
  const handshakes = new Map<RawSocket, ReturnType<typeof setTimeout>>();
  const settle = (socket: RawSocket) => {
    clearTimeout(handshakes.get(socket));
    handshakes.delete(socket);
  };
  const handler = handlerOf({
    open(socket) {
      socket.data = new BunSocket(socket, formatAddress(socket.remoteAddress, socket.remotePort));
      if (tls === undefined) accept(socket.data);
      else handshakes.set(socket, setTimeout(() => socket.terminate(), TLS_HANDSHAKE_MS));
    },
    handshake(socket, success) {
      settle(socket);
      if (!success) return socket.end(); // with the alert that says why
      socket.data!.alpn = socket.alpnProtocol || undefined;
      accept(socket.data!);
    },
    lost: (_error, socket) => settle(socket),
  });
  let listener: RawListener;
  try {
    listener = bun.listen({
      hostname: host,
      port,
      socket: handler,
      ...(tls === undefined ? {} : { tls: { cert: tls.certificate, key: tls.privateKey, ALPNProtocols: ALPN } }),
    });
  } catch (error) {
    throw listenError(host, port, error);
  }
  return {
    host: listener.hostname,
    port: listener.port,
    close: () => {
      listener.stop(false);
      return Promise.resolve();
    },
  };
}

/** What a dial and a listener do differently. */
interface Opening {
  open(socket: RawSocket): void;
  handshake(socket: RawSocket, success: boolean, error: Error | null): void;
  lost(error: Error | undefined, socket: RawSocket): void;
}

function handlerOf(opening: Opening): RawHandler {
  return {
    binaryType: "uint8array",
    open(socket) {
      socket.setNoDelay(true);
      opening.open(socket);
    },
    handshake: (socket, success, error) => opening.handshake(socket, success, error),
    data: (socket, chunk) => socket.data!.receive(chunk),
    drain: (socket) => socket.data?.drained(),
    end: (socket) => socket.data?.finish(undefined),
    close(socket, error) {
      opening.lost(error, socket);
      socket.data?.finish(error && lostError(socket.data.remote, error));
    },
    error(socket, error) {
      opening.lost(error, socket);
      socket.data?.finish(lostError(socket.data.remote, error));
    },
  };
}

class BunSocket extends SocketBase {
  readonly #raw: RawSocket;
  readonly #gatherer = new Gatherer();
  /** What came before `start`. */
  #early: Uint8Array[] = [];
  /** The piece that the kernel had no room for, and how much of it is out. */
  #piece: Uint8Array | undefined;
  #offset = 0;
  #written: PromiseWithResolvers<void> | undefined;
  /** Whether `end` waits for the write under way. */
  #isEnding = false;

  constructor(raw: RawSocket, remote: string) {
    super(remote);
    this.#raw = raw;
  }

  write(slices: readonly Uint8Array[]): Promise<void> | undefined {
    if (this.isDone) return undefined;
    this.#gatherer.begin(slices);
    this.#piece = this.#gatherer.next();
    if (this.#pump()) return undefined;
    this.#written = Promise.withResolvers<void>();
    return this.#written.promise;
  }

  end(): void {
    if (this.#written !== undefined) this.#isEnding = true;
    else if (!this.isDone) this.#raw.shutdown();
  }

  /** The kernel has room again. */
  drained(): void {
    if (this.#written === undefined || !this.#pump()) return;
    this.#written.resolve();
    this.#written = undefined;
    if (this.#isEnding) this.end();
  }

  /** Bytes came. */
  receive(chunk: Uint8Array): void {
    if (this.isDone) return;
    if (this.handler === undefined) return void this.#early.push(chunk);
    this.handler.data(chunk);
    // Bun makes a buffer for each chunk. Given back at once, its memory is used again while it is warm; left to the
    // collector, it costs a quarter more CPU time for a download, and a hundred megabytes.
    const { buffer } = chunk;
    if (buffer.byteLength === chunk.byteLength && buffer instanceof ArrayBuffer) buffer.transfer(0);
  }

  protected override startReading(): void {
    for (const chunk of this.#early.splice(0)) this.receive(chunk);
  }

  protected override release(error: Error | undefined): void {
    if (error === undefined) this.#raw.end();
    else this.#raw.terminate(); // resets the peer's connection
    this.#written?.resolve();
  }

  /** Writes as much as the kernel takes. Answers whether that was all. */
  #pump(): boolean {
    while (this.#piece !== undefined) {
      const left = this.#piece.byteLength - this.#offset;
      const count = this.#raw.write(this.#piece, this.#offset, left);
      if (count < 0) { // it is closed, as `close` will tell
        this.#piece = undefined;
        this.#offset = 0;
        return true;
      }
      this.#offset += count;
      if (count < left) return false;
      this.#piece = this.#gatherer.next();
      this.#offset = 0;
    }
    return true;
  }
}
