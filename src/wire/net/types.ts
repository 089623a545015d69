/**
 * The seam between the wire and a runtime: sockets that push what they read and take slices to write.
 *
 * @module
 */

/** Who is told what a socket reads. Calls come in order and never overlap. */
export interface SocketHandler {
  /** Bytes arrived. `chunk` is *borrowed*: valid only during the call, the socket may reuse its memory. */
  data(chunk: Uint8Array): void;
  /**
   * Memory, *borrowed*, that the next bytes should be read into; `undefined` = any. Sockets that can read into given
   * memory ask before each read, read no more than fits, and give `data` a view of just that memory.
   */
  target?(): Uint8Array | undefined;
  /** The socket is done, for good: orderly end of the peer (`undefined`) or the failure. Called exactly once. */
  closed(error: Error | undefined): void;
}

/** A connected byte stream. */
export interface Socket {
  /** Peer as `host:port`, for texts. */
  readonly remote: string;
  /** Protocol chosen by ALPN; `undefined` without TLS. */
  readonly alpn: string | undefined;
  /** Starts reading into `handler`; called once. */
  start(handler: SocketHandler): void;
  /**
   * Sends `slices` in order, as they are: nothing is concatenated beyond small headers, and the slices are *borrowed*
   * until the call is through. Answers `undefined` when all was taken at once, else a promise of that.
   * Never called again before the promise has settled. A failure goes to `closed`, never to this promise.
   */
  write(slices: readonly Uint8Array[]): Promise<void> | undefined;
  /** Ends orderly after what was written. */
  end(): void;
  /** Ends now. Idempotent. */
  destroy(error?: Error): void;
}

/** How long a listener waits for the TLS handshake of a caller. */
export const TLS_HANDSHAKE_MS = 10_000;

/** TLS of a client: one-way, the server shows a certificate. */
export interface TlsClientOptions {
  /** PEM of the roots to trust. Deno trusts its own roots beside them. @default the roots of the runtime */
  readonly caCertificates?: string;
}

/** TLS of a server. */
export interface TlsServerOptions {
  /** PEM certificate chain. */
  readonly certificate: string;
  /** PEM private key. */
  readonly privateKey: string;
}

/** Options of {@linkcode Network.dial}. */
export interface DialOptions {
  /** TLS with ALPN `h2`; absent = cleartext. */
  readonly tls?: TlsClientOptions;
  /** Gives up when aborted (a deadline is a signal too). */
  readonly signal?: AbortSignal;
}

/** Options of {@linkcode Network.listen}. */
export interface ListenOptions {
  /** Address to bind. */
  readonly host: string;
  /** Port; 0 picks a free one. */
  readonly port: number;
  /** TLS with ALPN `h2`; absent = cleartext. */
  readonly tls?: TlsServerOptions;
}

/** An open listener. */
export interface Listener {
  /** The bound address. */
  readonly host: string;
  /** The bound port. */
  readonly port: number;
  /** Accepts no more; accepted sockets live on. Idempotent. */
  close(): Promise<void>;
}

/** How a runtime reaches the network; `memory.ts` has one without any. */
export interface Network {
  /**
   * Connects. @throws {ConnectionError} `connection.refused`, `.unknown_host`, `.timeout`, `.tls`, … with host and port in
   * the text; the reason of `signal` when that aborts for another cause than a timeout
   */
  dial(host: string, port: number, options?: DialOptions): Promise<Socket>;
  /** Listens; `accept` is called with each new socket, once its handshake is done. @throws {ConnectionError} `connection.address_in_use`, `.denied` */
  listen(options: ListenOptions, accept: (socket: Socket) => void): Promise<Listener>;
}
