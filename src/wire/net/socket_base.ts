/**
 * What the sockets of all runtimes have in common: their end.
 *
 * @module
 */
import { ConnectionError } from "./errors.ts";
import type { Socket, SocketHandler } from "./types.ts";

/** A socket that tells its handler of its end exactly once, after everything else. */
export abstract class SocketBase implements Socket {
  /** See {@linkcode Socket.remote}. */
  readonly remote: string;
  /** See {@linkcode Socket.alpn}. */
  alpn: string | undefined = undefined;
  #handler: SocketHandler | undefined;
  #isDone = false;
  #error: Error | undefined;

  /** Creates the socket of a peer. */
  constructor(remote: string) {
    this.remote = remote;
  }

  /** Whether it has ended. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** Who listens, once started. */
  protected get handler(): SocketHandler | undefined {
    return this.#handler;
  }

  /** See {@linkcode Socket.start}. @throws {TypeError} when called again */
  start(handler: SocketHandler): void {
    if (this.#handler !== undefined) throw new TypeError(`Cannot start the socket of ${this.remote}: it has started`);
    this.#handler = handler;
    if (this.#isDone) this.#tell();
    else this.startReading();
  }

  /** See {@linkcode Socket.destroy}. */
  destroy(error?: Error): void {
    const reason = error ??
      new ConnectionError("connection.closed", `Closed the connection with ${this.remote}`, { remote: this.remote });
    this.finish(reason);
  }

  /** Ends it, for the handler and for the system. Only the first call counts. */
  finish(error: Error | undefined): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#error = error;
    this.release(error);
    if (this.#handler !== undefined) this.#tell();
  }

  /** See {@linkcode Socket.write}. */
  abstract write(slices: readonly Uint8Array[]): Promise<void> | undefined;
  /** See {@linkcode Socket.end}. */
  abstract end(): void;
  /** Begins to read into the handler. */
  protected abstract startReading(): void;
  /** Gives the system's socket back, and settles a write under way. */
  protected abstract release(error: Error | undefined): void;

  /** Later, since it may end inside a call of the handler. */
  #tell(): void {
    queueMicrotask(() => this.#handler!.closed(this.#error));
  }
}
