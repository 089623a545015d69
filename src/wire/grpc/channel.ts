/**
 * A connection that lasts: dials when needed, again after a loss, and notices when the peer is gone.
 *
 * @module
 */
import { abortable, anySignal, delay } from "../../base/mod.ts";
import {
  DEFAULT_STREAM_WINDOW_BYTES,
  type HeaderList,
  Http2Error,
  Http2ErrorCode,
  type Http2Options,
  Http2Session,
} from "../http2/mod.ts";
import {
  ConnectionError,
  dialAborted,
  formatAddress,
  type Network,
  systemNetwork,
  type TlsClientOptions,
} from "../net/mod.ts";
import { Call } from "./client_call.ts";
import { harmless, RpcError } from "./errors.ts";
import type { MessageEncoding } from "./framing.ts";
import { keepAlive, probe, WatchedSocket } from "./keepalive.ts";
import { MessageMemory } from "./message_memory.ts";
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
  /**
   * Silence, with calls open, after which the peer is asked whether it is there, milliseconds. Doubled for a server that
   * complains of it: those of gRPC's C core allow 300000. @default 60000
   */
  readonly keepaliveMs?: number;
  /** How long it may take to answer that, milliseconds. @default 20000 */
  readonly keepaliveTimeoutMs?: number;
  /**
   * Silence, without calls, after which the connection is tried by a PING before it is used again, for a router between
   * may have forgotten it; milliseconds. @default 30000
   */
  readonly verifyAfterMs?: number;
  /** Windows and limits of HTTP/2. */
  readonly http2?: Http2Options;
}

/** Where a channel stands: `waiting` is for the time between a failed dial and the next. */
export type ChannelState = "idle" | "waiting" | "connecting" | "ready" | "closed";

const USER_AGENT = "mosaico-client-ts";
const BACKOFF_MIN_MS = 100;
const BACKOFF_MAX_MS = 10_000;
/** The answer to a PING on an idle connection has nothing to stand in line behind. */
const VERIFY_TIMEOUT_MS = 5_000;
/** How long the peer may take to hear that we close. */
const CLOSE_MS = 1_000;

interface Connection {
  readonly session: Http2Session;
  readonly socket: WatchedSocket;
}

/** Calls to one server over one connection at a time. */
export class GrpcChannel {
  /** The server. */
  readonly address: ServerAddress;
  readonly #options: ChannelOptions;
  readonly #headers: HeaderList;
  readonly #stop = new AbortController();
  readonly #calls = new Set<Call>();
  readonly #memory = new MessageMemory();
  /** All that live, those that only drain among them. */
  readonly #sessions = new Set<Http2Session>();
  #current: Connection | undefined;
  #connecting: Promise<Connection> | undefined;
  #keepaliveMs: number;
  #failures = 0;
  #retryAt = 0;

  /** Creates a channel; dials nothing. @throws {TypeError} for metadata that cannot be sent */
  constructor(address: ServerAddress, options: ChannelOptions = {}) {
    this.address = address;
    this.#options = options;
    this.#keepaliveMs = options.keepaliveMs ?? 60_000;
    const { host, port, tls } = address;
    this.#headers = [
      [":method", "POST"],
      [":scheme", tls === undefined ? "http" : "https"],
      [":authority", formatAddress(host, port)],
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
    if (this.#usable !== undefined) return "ready";
    if (this.#connecting === undefined) return "idle";
    return performance.now() < this.#retryAt ? "waiting" : "connecting";
  }

  /** Connects now. @throws {ConnectionError} naming host and port */
  async connect(signal?: AbortSignal): Promise<void> {
    try {
      await abortable(this.#ready(), signal);
    } catch (error) {
      throw error === signal?.reason ? dialAborted(this.address.host, this.address.port, error) : error;
    }
  }

  /**
   * Starts a call. Its failures, a missing connection among them, show when it is read.
   *
   * @throws {TypeError} or {RangeError} for options that cannot be sent
   */
  call(path: string, options: CallOptions = {}): ClientCall {
    const { encoding = "identity", maxMessageBytes = 512 << 20, http2 } = this.#options;
    const windowBytes = http2?.streamWindowBytes ?? DEFAULT_STREAM_WINDOW_BYTES;
    const onEnd = (ended: Call) => {
      if (this.#calls.delete(ended)) this.#memory.callEnds();
    };
    const parts = { path, headers: this.#headers, encoding, maxMessageBytes, windowBytes, memory: this.#memory, onEnd };
    const call = new Call(parts, options);
    if (call.isOver) return call;
    this.#calls.add(call);
    this.#memory.callBegins();
    const current = this.#usable;
    if (current !== undefined && !this.#isDoubtful(current)) call.start(current.session);
    else this.#startLater(call);
    return call;
  }

  /** A call of one message and one answer. */
  async unary(path: string, request: readonly Uint8Array[], options: CallOptions = {}): Promise<Uint8Array> {
    const call = this.call(path, options);
    call.send(request);
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

  /** Refuses new calls, cancels those under way, and closes the connection orderly. Idempotent. */
  async close(): Promise<void> {
    const { host, port } = this.address;
    const text = `The channel to ${formatAddress(host, port)} was closed by this side`;
    this.#stop.abort(new ConnectionError("connection.closed", text, { host, port }));
    for (const call of this.#calls) call.cancel(this.#stop.signal.reason);
    await Promise.all([...this.#sessions].map(closeSoon));
  }

  /** The connection that takes calls. */
  get #usable(): Connection | undefined {
    return this.#current?.session.isDraining === false ? this.#current : undefined;
  }

  /** Whether a connection may be gone without a word. */
  #isDoubtful({ session, socket }: Connection): boolean {
    return session.openStreams === 0 && socket.silentMs >= (this.#options.verifyAfterMs ?? 30_000);
  }

  async #startLater(call: Call): Promise<void> {
    try {
      const current = this.#usable;
      if (current !== undefined && this.#isDoubtful(current)) {
        const timeoutMs = Math.min(VERIFY_TIMEOUT_MS, this.#options.keepaliveTimeoutMs ?? VERIFY_TIMEOUT_MS);
        await probe(current.session, current.socket, timeoutMs);
      }
      const { session } = await this.#ready();
      call.start(session);
    } catch (error) {
      call.fail(error);
    }
  }

  #ready(): Promise<Connection> {
    const current = this.#usable;
    if (current !== undefined) return Promise.resolve(current);
    if (this.#stop.signal.aborted) return Promise.reject(this.#stop.signal.reason);
    // Harmless: those who asked may have gone away when it fails.
    this.#connecting ??= harmless(this.#connect().finally(() => this.#connecting = undefined));
    return this.#connecting;
  }

  /** Dials, not sooner after a failure than it should. Who asks meanwhile waits for the same dial. */
  async #connect(): Promise<Connection> {
    const wait = this.#retryAt - performance.now();
    if (wait > 0) await delay(wait, this.#stop.signal);
    try {
      const connection = await this.#dial();
      this.#failures = 0;
      this.#retryAt = 0;
      return connection;
    } catch (error) {
      const backoff = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** this.#failures++);
      this.#retryAt = performance.now() + backoff * (0.5 + Math.random() / 2);
      throw error;
    }
  }

  async #dial(): Promise<Connection> {
    const { network = systemNetwork(), connectTimeoutMs = 20_000, http2 } = this.#options;
    const { host, port, tls } = this.address;
    const signal = anySignal(this.#stop.signal, connectTimeoutMs)!;
    const socket = new WatchedSocket(await network.dial(host, port, { signal, ...(tls ? { tls } : {}) }));
    const session = Http2Session.client(socket, http2);
    try {
      await session.ping(signal); // a peer that is not HTTP/2 shows itself only when it answers
    } catch (error) {
      session.destroy();
      throw error === signal.reason ? dialAborted(host, port, error) : error;
    }
    const connection = { session, socket };
    this.#current = connection;
    this.#sessions.add(session);
    session.closed.then((error) => {
      this.#sessions.delete(session);
      const isComplaint = error instanceof Http2Error && error.http2Code === Http2ErrorCode.ENHANCE_YOUR_CALM;
      if (isComplaint) this.#keepaliveMs *= 2;
    });
    keepAlive(session, socket, this.#keepaliveMs, this.#options.keepaliveTimeoutMs ?? 20_000);
    return connection;
  }
}

/** Says goodbye, but does not wait long for a peer that does not listen. */
async function closeSoon(session: Http2Session): Promise<void> {
  const timer = setTimeout(() => session.destroy(), CLOSE_MS);
  await session.close();
  clearTimeout(timer);
}
