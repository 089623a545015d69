/**
 * The seam between the wire and a runtime: sockets that push what they read and take slices to write.
 *
 * @module
 */

/** Who is told what a socket reads. Calls come in order and never overlap. */
export interface SocketHandler {
  /** Bytes arrived. `chunk` is *borrowed*: valid only during the call, the socket may reuse its memory. */
  data(chunk: Uint8Array): void;
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

/** TLS of a client: one-way, the server shows a certificate. */
export interface TlsClientOptions {
  /** PEM of the roots to trust. @default the roots of the system */
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
  /** Connects. @throws {ConnectionError} `connection.refused`, `.unknown_host`, `.timeout`, `.tls`, with host and port in the text. */
  dial(host: string, port: number, options?: DialOptions): Promise<Socket>;
  /** Listens; `accept` is called with each new socket. @throws {ConnectionError} `connection.address_in_use`, `.denied` */
  listen(options: ListenOptions, accept: (socket: Socket) => void): Promise<Listener>;
}
