/**
 * Batches of one topic on their way to its lane: cut where the server would refuse their size, in order, and no more at once
 * than there is credit for.
 *
 * @module
 */
import { delay, giveWay, isMosaicoError, MosaicoError, Semaphore } from "../../base/mod.ts";
import { type Batch, sizeOfBatch, sliceBatch } from "../../columnar/mod.ts";
import type { LaneUpload } from "../lanes/mod.ts";

/** What a {@linkcode BatchSender} is made of. */
export interface BatchSenderParts {
  /** The topic's upload, *taken*. */
  readonly upload: LaneUpload;
  /** Credit of the whole client. */
  readonly clientCredit: Semaphore;
  /** Bytes of this topic that may be on their way. */
  readonly topicBytesInFlight: number;
  /** Rows at which a batch is sent; twice as many are too many. */
  readonly batchRows: number;
  /** Bytes of a batch above which the server would refuse it. */
  readonly maxBatchBytes: number;
  /** Whether a batch of one row goes as it is, since only the lane knows how large it is when sent. */
  readonly sendsRowsWhole: boolean;
  /** Batches no longer wait for credit. */
  readonly onRoom: () => void;
  /** The server would refuse these records even alone; they are left out. */
  readonly onDropped: (records: number, error: MosaicoError) => void;
  /** A batch cannot be sent. */
  readonly onFailure: (reason: unknown) => void;
}

/** Sends the batches of one topic. */
export class BatchSender {
  readonly #parts: BatchSenderParts;
  readonly #credit: Semaphore;
  readonly #stop = new AbortController();
  #waiting: Promise<void> | undefined;
  #waitingBytes = 0;
  #waitingRows = 0;
  #batchesSent = 0;

  /** Sends nothing yet. */
  constructor(parts: BatchSenderParts) {
    this.#parts = parts;
    this.#credit = new Semaphore(parts.topicBytesInFlight);
  }

  /** The last of the batches that wait for credit, when any does. */
  get waiting(): Promise<void> | undefined {
    return this.#waiting;
  }

  /** Bytes that wait for credit. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Rows that wait for credit. */
  get waitingRows(): number {
    return this.#waitingRows;
  }

  /**
   * Sends a batch after those that wait.
   *
   * @param owned See {@linkcode LaneUpload.send}.
   */
  send(batch: Batch, owned: boolean): void {
    const size = sizeOfBatch(batch);
    const { clientCredit, maxBatchBytes, batchRows, sendsRowsWhole } = this.#parts;
    const isWhole = sendsRowsWhole && batch.numRows === 1;
    if ((size > maxBatchBytes && !isWhole) || batch.numRows > 2 * batchRows) return this.#sendHalves(batch, size);
    if (this.#waiting === undefined && this.#credit.tryAcquire(size)) {
      try {
        if (clientCredit.tryAcquire(size)) return this.#dispatch(batch, owned, size);
      } catch (error) { // the client is closed
        return this.#parts.onFailure(error);
      }
      this.#credit.release(size);
    }
    this.#wait(batch, owned, size);
  }

  /** Ends the upload and waits for the server's word. @throws what the upload ends with */
  async finish(): Promise<void> {
    await this.#parts.upload.finish();
  }

  /**
   * As {@linkcode BatchSender.finish}, but only as long as the connection takes some of what was sent in each `timeoutMs`;
   * then, or when aborted, the upload is cancelled. Answers what it failed with before that.
   */
  async finishSoon(
    timeoutMs: number,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly error: unknown } | undefined> {
    const answered = new AbortController();
    const over = signal === undefined ? answered.signal : AbortSignal.any([signal, answered.signal]);
    let isCancelled = false;
    let failure: { readonly error: unknown } | undefined;
    const finished = this.#parts.upload.finish()
      .catch((error) => {
        if (!isCancelled) failure = { error };
      })
      .then(() => answered.abort());
    for (let before = -1; before !== this.#batchesSent && !over.aborted;) {
      before = this.#batchesSent;
      await delay(timeoutMs, over).catch(() => {});
    }
    isCancelled = !answered.signal.aborted;
    if (isCancelled) this.#parts.upload.cancel();
    await finished;
    return failure;
  }

  /** Nothing that waits is sent any more. */
  stop(reason: unknown): void {
    this.#stop.abort(reason);
  }

  /** As {@linkcode BatchSender.stop}, and what is under way is lost. */
  cancel(reason: unknown): void {
    this.stop(reason);
    this.#parts.upload.cancel();
  }

  #wait(batch: Batch, owned: boolean, size: number): void {
    const { numRows } = batch;
    const waiting = this.#sendLater(this.#waiting, batch, owned, size);
    this.#waiting = waiting;
    this.#waitingBytes += size;
    this.#waitingRows += numRows;
    const done = () => {
      this.#waitingBytes -= size;
      this.#waitingRows -= numRows;
      if (this.#waiting !== waiting) return;
      this.#waiting = undefined;
      this.#parts.onRoom();
    };
    waiting.then(done, done);
  }

  async #sendLater(before: Promise<void> | undefined, batch: Batch, owned: boolean, size: number): Promise<void> {
    await before;
    await giveWay(size);
    const { signal } = this.#stop;
    await this.#credit.acquire(size, signal);
    try {
      await this.#parts.clientCredit.acquire(size, signal);
    } catch (error) {
      this.#credit.release(size);
      throw error;
    }
    this.#dispatch(batch, owned, size);
  }

  #dispatch(batch: Batch, owned: boolean, size: number): void {
    const release = () => {
      this.#batchesSent++;
      this.#credit.release(size);
      this.#parts.clientCredit.release(size);
    };
    const room = this.#parts.upload.send(batch, owned);
    if (room === undefined) return release();
    room.then(release, (error) => {
      release();
      if (!isMosaicoError(error, "message.too_large")) return this.#parts.onFailure(error);
      this.#parts.onDropped(Number(error.facts["records"] ?? 1), error);
    });
  }

  /** Sends a batch of `size` bytes in two; a single row is left out. */
  #sendHalves(batch: Batch, size: number): void {
    const rows = batch.numRows;
    if (rows > 1) {
      const half = rows >> 1;
      this.send(sliceBatch(batch, 0, half), false); // halves share buffers
      this.send(sliceBatch(batch, half, rows), false);
      return;
    }
    const maxBytes = this.#parts.maxBatchBytes;
    const text = `Cannot send: a record of ${size} bytes exceeds the maximum of ${maxBytes}`;
    this.#parts.onDropped(1, new MosaicoError("message.too_large", text, { sizeBytes: size, maxBytes }));
  }
}
