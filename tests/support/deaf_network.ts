/**
 * A network whose accepted connections can be made to hear nothing more.
 *
 * @module
 */
import type { Listener, ListenOptions, Network, Socket, SocketHandler } from "../../src/wire/net/mod.ts";
import { systemNetwork } from "../../src/wire/net/mod.ts";

/** A connection as the side that accepted it sees it. */
export class DeafSocket implements Socket {
  readonly #socket: Socket;
  readonly #kept: Uint8Array[] = [];
  #handler: SocketHandler | undefined;
  #isDeaf = false;

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
      data: (chunk) => void (this.#isDeaf ? this.#kept.push(chunk.slice()) : handler.data(chunk)),
      closed: (error) => handler.closed(error),
    });
  }

  write(slices: readonly Uint8Array[]): Promise<void> | undefined {
    return this.#socket.write(slices);
  }

  end(): void {
    this.#socket.end();
  }

  destroy(error?: Error): void {
    this.#socket.destroy(error);
  }

  /** Hears nothing until {@linkcode listen}. */
  stopListening(): void {
    this.#isDeaf = true;
  }

  /** Hears what came meanwhile, and what comes. */
  listen(): void {
    this.#isDeaf = false;
    for (const chunk of this.#kept.splice(0)) this.#handler?.data(chunk);
  }
}

/** The system's sockets; those accepted are kept for the test. */
export class DeafNetwork implements Network {
  readonly #network = systemNetwork();
  /** Connections in the order they came: of a client, the control connection first. */
  readonly accepted: DeafSocket[] = [];

  dial(...args: Parameters<Network["dial"]>): Promise<Socket> {
    return this.#network.dial(...args);
  }

  listen(options: ListenOptions, accept: (socket: Socket) => void): Promise<Listener> {
    return this.#network.listen(options, (socket) => {
      const own = new DeafSocket(socket);
      this.accepted.push(own);
      accept(own);
    });
  }
}
