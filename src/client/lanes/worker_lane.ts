/**
 * A lane whose connection, encoding and decoding are in a Worker: the caller's side.
 *
 * @module
 */
import { missingWorkerPermission } from "../../base/mod.ts";
import { type CodecStatus, lz4Module } from "../../codecs/mod.ts";
import { ConnectionError } from "../../wire/net/mod.ts";
import { unpackError } from "./error_data.ts";
import type { Lane, LaneDownload, LaneUpload, UploadStart } from "./types.ts";
import type { FromWorker, LaneSettings, ToWorker } from "./worker_messages.ts";
import { WorkerDownload, WorkerUpload } from "./worker_transfers.ts";

/** How a {@linkcode WorkerLane} is opened. */
export interface WorkerLaneOptions {
  /** Gives up opening when aborted. */
  readonly signal?: AbortSignal;
  /** Starts the Worker. @default the package's own */
  readonly start?: () => Worker;
}

/** A Worker could not be started: none are allowed here, or there is no such thing. The text says why. */
export class WorkerUnavailableError extends ConnectionError {
  /** Creates the error. */
  constructor(reason: string, options?: ErrorOptions) {
    super("connection.no_worker", `Cannot start a lane's Worker: ${reason}`, {}, options);
  }
}

/** Longest time a Worker has to close its connection before it is ended anyway, milliseconds. */
const CLOSE_MS = 2_000;

/** A {@linkcode Lane} in a Worker. */
export class WorkerLane implements Lane {
  /** See {@linkcode Lane.inWorker}. */
  readonly inWorker = true;
  /** See {@linkcode Lane.reason}. */
  readonly reason = "lanes run in Workers where these can be started";
  readonly #worker: Worker;
  readonly #transfers = new Map<number, WorkerUpload | WorkerDownload>();
  readonly #started = Promise.withResolvers<void>();
  readonly #connected = Promise.withResolvers<void>();
  #codecs: readonly CodecStatus[] = [];
  readonly #closed = Promise.withResolvers<void>();
  #nextId = 0;
  #isStarted = false;
  /** Why it takes nothing new. */
  #over: Error | undefined;
  #closing: Promise<void> | undefined;

  private constructor(worker: Worker) {
    this.#worker = worker;
    for (const { promise } of [this.#started, this.#connected]) promise.catch(() => {});
    worker.onmessage = (event: MessageEvent<FromWorker>) => this.#receive(event.data);
    worker.onerror = (event) => {
      event.preventDefault(); // it is told to those whom it concerns
      this.#lose(event.message || "its Worker failed");
    };
    worker.onmessageerror = () => this.#lose("a message of its Worker cannot be read");
    // Only some runtimes tell of a Worker that ends without an error.
    worker.addEventListener("close", () => this.#lose("its Worker ended"));
  }

  /**
   * Starts a Worker and connects its lane.
   *
   * @throws {WorkerUnavailableError} when there can be no Worker
   * @throws {ConnectionError} when the server cannot be reached
   */
  static async open(settings: LaneSettings, options: WorkerLaneOptions = {}): Promise<WorkerLane> {
    const { signal, start = startWorker } = options;
    signal?.throwIfAborted();
    let worker: Worker;
    try {
      worker = start();
    } catch (cause) {
      throw new WorkerUnavailableError(cause instanceof Error ? cause.message : String(cause), { cause });
    }
    const lane = new WorkerLane(worker);
    const abort = () => lane.#end(signal!.reason);
    signal?.addEventListener("abort", abort, { once: true });
    const late = () => lane.#end(new WorkerUnavailableError("it does not start"));
    const timer = setTimeout(late, settings.timeoutMs);
    try {
      lane.#post({ type: "connect", settings, lz4: lz4Module() });
      await lane.#started.promise;
      clearTimeout(timer);
      await lane.#connected.promise;
      return lane;
    } catch (error) {
      lane.#end(error);
      throw error;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
  }

  /** See {@linkcode Lane.active}. */
  get active(): number {
    return this.#transfers.size;
  }

  /** See {@linkcode Lane.isLost}. */
  get isLost(): boolean {
    return this.#over !== undefined;
  }

  /** See {@linkcode Lane.codecs}. */
  get codecs(): readonly CodecStatus[] {
    return this.#codecs;
  }

  /** See {@linkcode Lane.upload}. */
  upload(start: UploadStart): LaneUpload {
    const upload = new WorkerUpload(this.#line());
    this.#open(upload, { type: "upload", id: upload.id, start });
    return upload;
  }

  /** See {@linkcode Lane.download}. */
  download(ticket: Uint8Array, readAheadBytes?: number): LaneDownload {
    const download = new WorkerDownload(this.#line());
    this.#open(download, { type: "download", id: download.id, ticket, readAheadBytes });
    return download;
  }

  /** See {@linkcode Lane.close}. */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    if (this.#over !== undefined) return;
    const timer = setTimeout(() => this.#closed.resolve(), CLOSE_MS);
    this.#post({ type: "close" });
    await this.#closed.promise;
    clearTimeout(timer);
    this.#end(new ConnectionError("connection.closed", "The lane is closed"));
  }

  /** What a new transfer speaks through. */
  #line(): { id: number; post: (message: ToWorker, transfer?: Transferable[]) => void; done: () => void } {
    const id = this.#nextId++;
    return {
      id,
      post: (message, transfer) => this.#post(message, transfer),
      done: () => void this.#transfers.delete(id),
    };
  }

  #open(transfer: WorkerUpload | WorkerDownload, message: ToWorker): void {
    if (this.#over !== undefined) return transfer.end(this.#over);
    this.#transfers.set(transfer.id, transfer);
    this.#post(message);
  }

  #post(message: ToWorker, transfer: Transferable[] = []): void {
    if (this.#over === undefined) this.#worker.postMessage(message, transfer);
  }

  #receive(message: FromWorker): void {
    switch (message.type) {
      case "started":
        this.#isStarted = true;
        return this.#started.resolve();
      case "connected":
        this.#codecs = message.codecs;
        return this.#connected.resolve();
      case "refused":
        return this.#end(unpackError(message.error));
      case "closed":
        return this.#closed.resolve();
      default:
        this.#transfers.get(message.id)?.receive(message);
    }
  }

  #lose(reason: string): void {
    if (!this.#isStarted) return this.#end(new WorkerUnavailableError(reason));
    this.#end(new ConnectionError("connection.lane_lost", `Lost a lane: ${reason}`));
  }

  /** Ends the Worker and everything under way. Idempotent. */
  #end(reason: unknown): void {
    if (this.#over !== undefined) return;
    const error = this.#over = reason instanceof Error ? reason : new Error(String(reason));
    this.#worker.terminate();
    this.#started.reject(error);
    this.#connected.reject(error);
    this.#closed.resolve();
    for (const transfer of [...this.#transfers.values()]) transfer.end(error);
  }
}

function startWorker(): Worker {
  if (typeof Worker === "undefined") throw new TypeError("this runtime has none");
  const url = new URL("./worker.ts", import.meta.url);
  const missing = missingWorkerPermission(url);
  if (missing !== undefined) throw new TypeError(`it needs ${missing}`);
  // Written out, so that bundlers see it.
  return new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
}
