/**
 * A connection that lasts: dials when needed, again after a loss, and notices when the peer is gone.
 *
 * @module
 */
import { anySignal, delay } from "../../base/mod.ts";
import { type HeaderList, type Http2Options, Http2Session } from "../http2/mod.ts";
import { ConnectionError, type Network, systemNetwork, type TlsClientOptions } from "../net/mod.ts";
import { Call } from "./client_call.ts";
import { RpcError } from "./errors.ts";
import type { MessageEncoding } from "./framing.ts";
import { writeMetadata } from "./metadata.ts";
import { GrpcStatus } from "./status.ts";
import type { CallOptions, ClientCall } from "./types.ts";

/** Where a server is. */
export interface ServerAddress {
  /** Name or address. */
  readonly host: string;
  /** TCP port. */
  readonly port: number;
  /** TLS; absent = cleartext. */
  readonly tls?: TlsClientOptions;
}

/** Options of a {@linkcode GrpcChannel}. */
export interface ChannelOptions {
  /** How to reach the server. @default the system's sockets */
  readonly network?: Network;
  /** Sent with every call, such as an API key; appears in no error. */
  readonly metadata?: Readonly<Record<string, string | Uint8Array>>;
  /** Compression of what is sent. @default "identity" */
  readonly encoding?: MessageEncoding;
  /** Largest message taken, compressed or not. @default 512 MiB */
  readonly maxMessageBytes?: number;
  /** Longest time to connect, milliseconds. @default 20000 */
  readonly connectTimeoutMs?: number;
  /** While calls are open, the peer is asked this often whether it is there, milliseconds. @default 30000 */
  readonly keepaliveMs?: number;
  /** How long it may take to answer that, milliseconds. @default 10000 */
  readonly keepaliveTimeoutMs?: number;
  /** Windows and limits of HTTP/2. */
  readonly http2?: Http2Options;
}

/** Where a channel stands. */
export type ChannelState = "idle" | "connecting" | "ready" | "closed";

const USER_AGENT = "mosaico-client-ts/0.1.0";
const BACKOFF_MIN_MS = 100;
const BACKOFF_MAX_MS = 10_000;
/** A connection unused for this long is asked whether it still stands, before it is used again. */
const VERIFY_AFTER_MS = 60_000;

/** Calls to one server over one connection at a time. */
export class GrpcChannel {
  /** The server. */
  readonly address: ServerAddress;
  readonly #options: ChannelOptions;
  readonly #headers: HeaderList;
  readonly #stop = new AbortController();
  #session: Http2Session | undefined;
  #connecting: Promise<Http2Session> | undefined;
  #failures = 0;
  #retryAt = 0;
  #lastUsed = 0;
  #keepalive: ReturnType<typeof setInterval> | undefined;

  /** Creates a channel; dials nothing. @throws {TypeError} for metadata that cannot be sent */
  constructor(address: ServerAddress, options: ChannelOptions = {}) {
    this.address = address;
    this.#options = options;
    const { host, port, tls } = address;
    this.#headers = [
      [":scheme", tls === undefined ? "http" : "https"],
      [":authority", `${host.includes(":") ? `[${host}]` : host}:${port}`],
      ["te", "trailers"],
      ["content-type", "application/grpc"],
      ["user-agent", USER_AGENT],
      ["grpc-accept-encoding", "identity,gzip"],
      ...writeMetadata(options.metadata ?? {}),
    ];
  }

  /** Where it stands. */
  get state(): ChannelState {
    if (this.#stop.signal.aborted) return "closed";
    if (this.#usable() !== undefined) return "ready";
    return this.#connecting === undefined ? "idle" : "connecting";
  }

  /** Connects now. @throws {ConnectionError} naming host and port */
  async connect(signal?: AbortSignal): Promise<void> {
    await this.#ready(signal);
  }

  /** Starts a call. Its failures, a missing connection among them, show when it is read. */
  call(path: string, options: CallOptions = {}): ClientCall {
    const { encoding = "identity", maxMessageBytes = 512 << 20 } = this.#options;
    const call = new Call({ path, headers: this.#headers, encoding, maxMessageBytes }, options);
    const session = this.#usable();
    if (session !== undefined && performance.now() - this.#lastUsed < VERIFY_AFTER_MS) this.#start(call, session);
    else this.#startLater(call);
    return call;
  }

  /** A call of one message and one answer. */
  async unary(path: string, request: readonly Uint8Array[], options: CallOptions = {}): Promise<Uint8Array> {
    const call = this.call(path, options);
    call.send(request)?.catch(() => {});
    call.closeSend();
    const answer = await call.take();
    if (answer === undefined) {
      throw new RpcError(GrpcStatus.INTERNAL, `Call of ${path} failed: the answer holds no message`);
    }
    if (await call.take() !== undefined) {
      call.cancel();
      throw new RpcError(GrpcStatus.INTERNAL, `Call of ${path} failed: the answer holds more than one message`);
    }
    return answer;
  }

  /** Refuses new calls, cancels those under way, and closes the connection. Idempotent. */
  async close(): Promise<void> {
    this.#stop.abort(new ConnectionError("connection.closed", "The connection was closed by this side"));
    clearInterval(this.#keepalive);
    const session = this.#session;
    this.#session = undefined;
    if (session === undefined) return;
    session.destroy(this.#stop.signal.reason);
    await session.closed;
  }

  #usable(): Http2Session | undefined {
    return this.#session?.isDraining === false ? this.#session : undefined;
  }

  #start(call: Call, session: Http2Session): void {
    this.#lastUsed = performance.now();
    call.start(session);
  }

  async #startLater(call: Call): Promise<void> {
    try {
      await this.#verifyIdle();
      const session = await this.#ready();
      this.#start(call, session);
    } catch (error) {
      call.fail(error);
    }
  }

  /** A connection nobody used for long may be gone without a word. */
  async #verifyIdle(): Promise<void> {
    const session = this.#usable();
    if (session === undefined || session.openStreams > 0 || performance.now() - this.#lastUsed < VERIFY_AFTER_MS) {
      return;
    }
    await this.#probe(session);
  }

  async #probe(session: Http2Session): Promise<void> {
    const timeoutMs = this.#options.keepaliveTimeoutMs ?? 10_000;
    try {
      await session.ping(AbortSignal.timeout(timeoutMs));
    } catch {
      const text = `Connection to ${session.remote} is lost: the peer did not answer within ${timeoutMs} ms`;
      session.destroy(new ConnectionError("connection.lost", text));
    }
  }

  #ready(signal?: AbortSignal): Promise<Http2Session> {
    const session = this.#usable();
    if (session !== undefined) return Promise.resolve(session);
    if (this.#stop.signal.aborted) return Promise.reject(this.#stop.signal.reason);
    this.#connecting ??= this.#dial(signal).finally(() => this.#connecting = undefined);
    return this.#connecting;
  }

  async #dial(signal?: AbortSignal): Promise<Http2Session> {
    const { network, connectTimeoutMs = 20_000, http2 } = this.#options;
    const { host, port, tls } = this.address;
    const stop = signal === undefined ? this.#stop.signal : AbortSignal.any([signal, this.#stop.signal]);
    const wait = this.#retryAt - performance.now();
    if (wait > 0) await delay(wait, stop);
    try {
      const limit = anySignal(stop, connectTimeoutMs)!;
      const socket = await (network ?? systemNetwork()).dial(host, port, {
        signal: limit,
        ...(tls ? { tls } : {}),
      });
      stop.throwIfAborted();
      const session = Http2Session.client(socket, http2);
      // A peer that is not HTTP/2 shows itself only when it answers.
      try {
        await session.ping(limit);
      } catch (error) {
        session.destroy();
        throw await Promise.race([session.closed, Promise.resolve(undefined)]) ?? this.#silence(error, limit);
      }
      this.#failures = 0;
      this.#retryAt = 0;
      this.#adopt(session);
      return session;
    } catch (error) {
      const backoff = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** this.#failures++);
      this.#retryAt = performance.now() + backoff * (0.5 + Math.random() / 2);
      throw error;
    }
  }

  /** The error of a peer that took the connection and then said nothing. */
  #silence(error: unknown, limit: AbortSignal): unknown {
    if (!limit.aborted) return error;
    const { host, port } = this.address;
    const text = `Cannot connect to ${host}:${port}: something listens there, but did not answer in HTTP/2 in time`;
    return new ConnectionError("connection.timeout", text, { host, port }, { cause: error });
  }

  #adopt(session: Http2Session): void {
    this.#session = session;
    this.#lastUsed = performance.now();
    clearInterval(this.#keepalive);
    this.#keepalive = setInterval(() => {
      if (session.openStreams > 0) this.#probe(session);
    }, this.#options.keepaliveMs ?? 30_000);
    session.closed.then(() => {
      if (this.#session !== session) return;
      this.#session = undefined;
      clearInterval(this.#keepalive);
    });
  }
}
