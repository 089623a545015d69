/**
 * A network whose connections a test can cut, hold, make deaf and watch.
 *
 * @module
 */
import type { DialOptions, Listener, ListenOptions, Network, Socket, SocketHandler } from "../../src/wire/net/mod.ts";

/** A connection as one side sees it. */
export class WatchedSocket implements Socket {
  readonly #socket: Socket;
  #handler: SocketHandler | undefined;
  #held: PromiseWithResolvers<void> | undefined;
  /** What came while deaf. */
  #unheard: Uint8Array[] | undefined;
  /** Bytes that arrived. */
  bytesIn = 0;
  /** Bytes that were written. */
  bytesOut = 0;
  /** Cut the connection once so many bytes have arrived. */
  cutAfterBytesIn: number = Infinity;

  /** Wraps a socket. */
  constructor(socket: Socket) {
    this.#socket = socket;
  }

  get remote(): string {
    return this.#socket.remote;
  }

  get alpn(): string | undefined {
    return this.#socket.alpn;
  }

  start(handler: SocketHandler): void {
    this.#handler = handler;
    this.#socket.start({
      data: (chunk) => {
        if (this.#unheard === undefined) this.#hear(chunk);
        else this.#unheard.push(chunk.slice());
      },
      closed: (error) => handler.closed(error),
    });
  }

  write(slices: readonly Uint8Array[]): Promise<void> | undefined {
    for (const slice of slices) this.bytesOut += slice.byteLength;
    if (this.#held === undefined) return this.#socket.write(slices);
    const copies = slices.map((slice) => slice.slice());
    return this.#held.promise.then(() => this.#socket.write(copies));
  }

  end(): void {
    this.#socket.end();
  }

  destroy(error?: Error): void {
    this.#socket.destroy(error);
  }

  /** Ends the connection as a machine in between would: no farewell of HTTP/2, an orderly end of the bytes. */
  cut(): void {
    this.#socket.end();
  }

  /** Lets no byte out until {@linkcode release}. */
  hold(): void {
    this.#held ??= Promise.withResolvers();
  }

  /** Lets the held bytes go. */
  release(): void {
    this.#held?.resolve();
    this.#held = undefined;
  }

  /** Hears nothing until {@linkcode listen}. */
  stopListening(): void {
    this.#unheard ??= [];
  }

  /** Hears what came meanwhile, and what comes. */
  listen(): void {
    const unheard = this.#unheard ?? [];
    this.#unheard = undefined;
    for (const chunk of unheard) this.#hear(chunk);
  }

  #hear(chunk: Uint8Array): void {
    this.bytesIn += chunk.byteLength;
    const over = this.bytesIn - this.cutAfterBytesIn;
    if (over < 0) return this.#handler!.data(chunk);
    if (over < chunk.byteLength) this.#handler!.data(chunk.subarray(0, chunk.byteLength - over));
    this.#socket.end();
  }
}

/** A network over another; its connections are kept for the test. */
export class FaultyNetwork implements Network {
  readonly #network: Network;
  /** Connections in the order of dialling: the control connection comes first, then those of the data. */
  readonly dialled: WatchedSocket[] = [];
  /** Connections in the order they came: of a client, the control connection first. */
  readonly accepted: WatchedSocket[] = [];

  /** Wraps a network. */
  constructor(network: Network) {
    this.#network = network;
  }

  async dial(host: string, port: number, options?: DialOptions): Promise<Socket> {
    const socket = new WatchedSocket(await this.#network.dial(host, port, options));
    this.dialled.push(socket);
    return socket;
  }

  listen(options: ListenOptions, accept: (socket: Socket) => void): Promise<Listener> {
    return this.#network.listen(options, (raw) => {
      const socket = new WatchedSocket(raw);
      this.accepted.push(socket);
      accept(socket);
    });
  }
}
