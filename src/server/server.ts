/**
 * The embedded server.
 *
 * @module
 */
import { lz4Codec, zstdCodec } from "../codecs/mod.ts";
import { ZeroFrameCodec } from "../columnar/mod.ts";
import { jsonCodec, loadBinaryCodec, type ServerInfo, warmUpValidation } from "../protocol/mod.ts";
import { serveFlight } from "../wire/flight/mod.ts";
import type { Network, TlsServerOptions } from "../wire/net/mod.ts";
import { ContentEngine } from "./engine/mod.ts";
import { type ApiKey, Authorizer, MosaicoService } from "./service/mod.ts";
import { recoverUploads, ServerDirectory, Uploads } from "./storage/mod.ts";

/** Version of the protocol that is spoken. */
const VERSION = { version: "0.7.0", semver: { major: 0, minor: 7, patch: 0 } } as const;

/** Sizes and times a {@linkcode MosaicoServer} keeps to. */
export interface ServerLimits {
  /** Largest message of an upload, bytes; clients learn it and cut their batches to it. @default 50 MiB */
  readonly maxMessageBytes?: number;
  /** Bytes of a running upload that may be lost when the process dies. @default 64 MiB */
  readonly checkpointBytes?: number;
  /** Age of what may be lost when the process dies, milliseconds. @default 5000 */
  readonly checkpointMs?: number;
}

/** Options of {@linkcode MosaicoServer.start}. */
export interface MosaicoServerOptions {
  /** Folder of catalogue and data; created where it is missing. One server at a time has it. */
  readonly directory: string;
  /** Address to listen on. @default "127.0.0.1" */
  readonly host?: string;
  /** Port to listen on; 0 picks a free one. @default 6726 */
  readonly port?: number;
  /** Certificate and key; without them the server speaks in clear. */
  readonly tls?: TlsServerOptions;
  /** Keys of which every call has to show one. @default calls need none */
  readonly apiKeys?: readonly ApiKey[];
  /** Where to listen. @default the network of the runtime */
  readonly network?: Network;
  /** Form of the messages: `"json"` for SDKs up to 0.7, `"binary"` for those after. @default "json" */
  readonly form?: "json" | "binary";
  /** Sizes and times. */
  readonly limits?: ServerLimits;
}

/**
 * A Mosaico server in this process, over a folder: catalogue in SQLite, one Arrow IPC file a topic. Speaks to this
 * package's client and to the official SDKs 0.5, 0.6 and 0.7.
 *
 * Topics whose upload ended well survive any end of the process; of one that ran, all is kept up to the last checkpoint.
 *
 * @example
 * ```ts
 * import { MosaicoServer } from "@mosaico/client/server";
 *
 * const directory = await Deno.makeTempDir();
 * await using server = await MosaicoServer.start({ directory, port: 0 });
 * console.log(`listening on ${server.host}:${server.port}`);
 * ```
 */
export class MosaicoServer implements AsyncDisposable {
  /** Address it listens on. */
  readonly host: string;
  /** Port it listens on. */
  readonly port: number;
  /** Its folder. */
  readonly directory: string;
  readonly #resources: AsyncDisposableStack;
  #closing: Promise<void> | undefined;

  private constructor(
    address: { readonly host: string; readonly port: number },
    directory: string,
    resources: AsyncDisposableStack,
  ) {
    this.host = address.host;
    this.port = address.port;
    this.directory = directory;
    this.#resources = resources;
  }

  /**
   * Opens the folder and listens.
   *
   * @throws {DirectoryLockedError} `session.directory_locked` when another server has the folder
   * @throws {StorageError} `session.directory_read_only`, `session.disk_full`, `session.storage`
   * @throws {ConnectionError} `connection.address_in_use`, `connection.denied`
   */
  static async start(options: MosaicoServerOptions): Promise<MosaicoServer> {
    const { directory: path, host = "127.0.0.1", port = 6726, limits = {} } = options;
    const { maxMessageBytes = 50 << 20, ...checkpoints } = limits;
    await using resources = new AsyncDisposableStack();
    const directory = resources.use(
      await ServerDirectory.open(path, {
        codecs: [lz4Codec(), zstdCodec()].map((codec) => new ZeroFrameCodec(codec, { shared: true })),
        ...checkpoints,
      }),
    );
    await recoverUploads(directory);
    const uploads = resources.use(new Uploads(directory));
    const codec = options.form === "binary" ? await loadBinaryCodec() : jsonCodec;
    const info = { ...VERSION, config: configOf(maxMessageBytes) };
    const engine = resources.use(new ContentEngine(directory, uploads));
    const service = new MosaicoService({ directory, uploads, engine, codec, info }, new Authorizer(options.apiKeys));
    const listening = await serveFlight(service, {
      host,
      port,
      ...(options.tls === undefined ? {} : { tls: options.tls }),
      ...(options.network === undefined ? {} : { network: options.network }),
      maxMessageBytes,
    });
    resources.defer(() => listening.close());
    void warmUpValidation().catch(() => {}); // the first request meets the same failure
    return new MosaicoServer(listening, path, resources.move());
  }

  /** Ends every call and closes the folder. Idempotent. */
  close(): Promise<void> {
    return this.#closing ??= this.#resources.disposeAsync();
  }

  /** As {@linkcode close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** What clients are told: larger messages come back than may be sent, for what was taken is sent as it is. */
function configOf(maxMessageBytes: number): ServerInfo["config"] {
  return {
    maxDecodeMessageBytes: maxMessageBytes,
    maxEncodeMessageBytes: 512 << 20,
    targetEncodeMessageBytes: 25 << 20,
  };
}
