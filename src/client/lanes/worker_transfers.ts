/**
 * Uploads and downloads of a lane in a Worker: the caller's side.
 *
 * @module
 */
import { giveWay, Queue } from "../../base/mod.ts";
import type { Batch, Schema } from "../../columnar/mod.ts";
import { GrpcStatus, RpcError } from "../../wire/flight/mod.ts";
import { unpackError } from "./error_data.ts";
import { BatchPacker, BatchUnpacker, movedBuffers } from "./packed_batch.ts";
import type { LaneDownload, LaneUpload } from "./types.ts";
import type { FromWorker, ToWorker } from "./worker_messages.ts";

/** A transfer's way to its Worker. */
export interface TransferLine {
  /** Number of the transfer. */
  readonly id: number;
  /** Posts; what is listed moves. */
  readonly post: (message: ToWorker, transfer?: Transferable[]) => void;
  /** The transfer is over. */
  readonly done: () => void;
}

/** What the Worker says about one transfer. */
export type TransferMessage = Extract<FromWorker, { readonly id: number }>;

/** A {@linkcode LaneUpload} in a Worker. */
export class WorkerUpload implements LaneUpload {
  /** See {@linkcode TransferLine.id}. */
  readonly id: number;
  /** See {@linkcode LaneUpload.onPixelsFree}. */
  onPixelsFree: LaneUpload["onPixelsFree"];
  /** See {@linkcode LaneUpload.failed}. */
  readonly failed: Promise<unknown>;
  readonly #line: TransferLine;
  readonly #packer = new BatchPacker();
  readonly #status = Promise.withResolvers<void>();
  /** Those who wait for room, in the order of their batches. */
  readonly #rooms: PromiseWithResolvers<void>[] = [];
  #over: { readonly error: Error | undefined } | undefined;

  /** Opened by a lane. */
  constructor(line: TransferLine) {
    this.id = line.id;
    this.#line = line;
    this.failed = new Promise((resolve) => this.#status.promise.catch(resolve));
  }

  /** See {@linkcode LaneUpload.send}. */
  send(batch: Batch, owned: boolean): Promise<void> | undefined {
    if (this.#over !== undefined) {
      return this.#over.error === undefined ? undefined : Promise.reject(this.#over.error);
    }
    const packed = this.#packer.pack(batch, owned);
    this.#line.post({ type: "batch", id: this.id, batch: packed }, movedBuffers(packed));
    const room = Promise.withResolvers<void>();
    this.#rooms.push(room);
    return room.promise;
  }

  /** See {@linkcode LaneUpload.finish}. */
  finish(): Promise<void> {
    this.#line.post({ type: "finish", id: this.id });
    return this.#status.promise;
  }

  /** See {@linkcode LaneUpload.cancel}. */
  cancel(): void {
    this.#line.post({ type: "cancel", id: this.id });
  }

  /** Hears the Worker. */
  receive(message: TransferMessage): void {
    if (message.type === "sent") {
      const room = this.#rooms.shift();
      if (message.error === undefined) room?.resolve();
      else room?.reject(unpackError(message.error));
    } else if (message.type === "pixels") this.onPixelsFree?.(message.pixels);
    else if (message.type === "ended") this.end(message.error && unpackError(message.error));
  }

  /** Nothing more will come. */
  end(error: Error | undefined): void {
    if (this.#over !== undefined) return;
    this.#over = { error };
    this.#line.done();
    if (error === undefined) this.#status.resolve();
    else this.#status.reject(error);
    for (const room of this.#rooms.splice(0)) {
      if (error === undefined) room.resolve();
      else room.reject(error);
    }
  }
}

type BatchMessage = Extract<FromWorker, { readonly type: "batch" }>;

/** A {@linkcode LaneDownload} in a Worker. */
export class WorkerDownload implements LaneDownload {
  /** See {@linkcode TransferLine.id}. */
  readonly id: number;
  readonly #line: TransferLine;
  readonly #schema = Promise.withResolvers<Schema>();
  /** Bounded by the Worker, which waits for `taken`. */
  readonly #batches = new Queue<BatchMessage>({ capacity: Infinity });
  #unpacker: BatchUnpacker | undefined;
  #isOver = false;

  /** Opened by a lane. */
  constructor(line: TransferLine) {
    this.id = line.id;
    this.#line = line;
    this.#schema.promise.catch(() => {});
  }

  /** See {@linkcode LaneDownload.schema}. */
  get schema(): Promise<Schema> {
    return this.#schema.promise;
  }

  /** See {@linkcode LaneDownload.take}. */
  async take(): Promise<Batch | undefined> {
    const message = this.#batches.tryTake() ?? await this.#batches.take();
    if (message === undefined) return undefined;
    await giveWay(message.byteLength);
    this.#line.post({ type: "taken", id: this.id, byteLength: message.byteLength });
    return this.#unpacker!.unpack(message.batch);
  }

  /** See {@linkcode LaneDownload.cancel}. */
  cancel(): void {
    if (!this.#isOver) this.#line.post({ type: "cancel", id: this.id });
    this.end(new RpcError(GrpcStatus.CANCELLED, "Call failed: cancelled by the caller"));
    while (this.#batches.tryTake() !== undefined);
  }

  /** Hears the Worker. */
  receive(message: TransferMessage): void {
    if (message.type === "schema") {
      this.#unpacker = new BatchUnpacker(message.schema, { writable: true });
      this.#schema.resolve(message.schema);
    } else if (message.type === "batch") {
      this.#batches.push(message);
    } else if (message.type === "ended") {
      this.end(message.error && unpackError(message.error));
    }
  }

  /** Nothing more will come. */
  end(error: Error | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#line.done();
    if (error === undefined) return this.#batches.close();
    this.#schema.reject(error);
    this.#batches.fail(error);
  }
}
