/**
 * The writer of one topic: rows become columns here, columns become batches, batches go to the topic's lane.
 *
 * @module
 */
import { abortable, delay, giveWay, isMosaicoError, messageOf, MosaicoError, Semaphore } from "../../base/mod.ts";
import {
  type Batch,
  BatchBuilder,
  batchFromColumns,
  fromArrow,
  sameLayout,
  sizeOfBatch,
  sliceBatch,
} from "../../columnar/mod.ts";
import type { ColumnsOf, Message, OntologyType } from "../../ontology/mod.ts";
import { type LaneUpload, ownsBuffers } from "../lanes/mod.ts";

/**
 * Where a topic writer stands. The next push that succeeds makes `raised_exception`, `ignored_last_error` and
 * `record_too_large` `active` again, unless the upload itself has failed.
 */
export type TopicWriterStatus =
  | "active"
  | "finalized"
  | "finalized_with_error"
  | "ignored_last_error"
  | "raised_exception"
  | "record_too_large";

/**
 * What becomes of an error in the work given to {@linkcode TopicWriter.attempt}: it is thrown on; or noted on the server, and
 * the topic goes on; or noted, and the topic ends with what was sent so far.
 */
export type TopicErrorPolicy = "raise" | "ignore" | "finalize";

/** How long to wait. */
export interface WaitOptions {
  /** Ends the waiting when aborted. */
  readonly signal?: AbortSignal;
}

/** Throws where a value is not as it should be. */
type Check = (data: unknown) => void;

/** Rows that are more than columns to be sent. */
export interface ParticularRows {
  /** Refuses a row that its type accepts. @throws {SchemaError} */
  check(data: unknown): void;
  /** As `check`, for rows that come as a batch. */
  checkBatch(batch: Batch): void;
  /** Makes a batch of a row that is worth one; answers `undefined` for others. */
  take(timestampNs: bigint, data: unknown): Batch | undefined;
}

/** What a topic writer is made of. */
export interface TopicWriterParts<T> {
  /** Name as given to `topicCreate`. */
  readonly name: string;
  /** `sequence/topic/path`. */
  readonly locator: string;
  /** Type of the rows. */
  readonly type: OntologyType<T>;
  /** What becomes of errors in `attempt`. */
  readonly onError: TopicErrorPolicy;
  /** What is particular about its rows. */
  readonly rows?: ParticularRows;
  /** The topic's upload, *taken*. */
  readonly upload: LaneUpload;
  /** Credit of the whole client. */
  readonly clientCredit: Semaphore;
  /** Bytes of this topic that may be on their way. */
  readonly topicBytesInFlight: number;
  /** Bytes of columns at which a batch is sent. */
  readonly batchBytes: number;
  /** Rows at which a batch is sent, for servers that bound them. */
  readonly batchRows: number;
  /** Bytes of a batch above which the server would refuse it. */
  readonly maxBatchBytes: number;
  /** Longest time a row waits in an unfinished batch. */
  readonly flushIntervalMs: number;
  /** Time without progress after which an upload that was given up is no longer waited for. */
  readonly timeoutMs: number;
  /** Leaves a note about the topic on the server; failures are the callee's. */
  readonly notify: (message: string) => Promise<void>;
}

/**
 * Writes one topic. Every push answers `undefined` while there is room and a promise of room otherwise, so awaiting it is
 * always right; a caller who never awaits is told by `session.overrun` before memory runs out.
 *
 * @example
 * ```ts
 * import { Floating64, MosaicoClient } from "@mosaico/client";
 * import { MosaicoServer } from "@mosaico/client/server";
 *
 * const directory = await Deno.makeTempDir();
 * await using server = await MosaicoServer.start({ directory, port: 0 });
 * await using client = await MosaicoClient.connect("127.0.0.1", server.port);
 * await using drive = await client.sequenceCreate("drive");
 * const speed = await drive.topicCreate("/speed", Floating64);
 * await speed.push(1_700_000_000_000_000_000n, { data: 13.9 });
 * await drive.finalize();
 * ```
 */
export class TopicWriter<T> {
  readonly #parts: TopicWriterParts<T>;
  readonly #builder: BatchBuilder;
  readonly #credit: Semaphore;
  readonly #stop = new AbortController();
  readonly #validate: Check | undefined;
  readonly #take: ParticularRows["take"] | undefined;
  #status: TopicWriterStatus = "active";
  /** Whether the upload is well and takes rows. */
  #isOpen = true;
  /** Why the upload has failed. */
  #failure: { readonly reason: unknown } | undefined;
  #lastError: unknown;
  #droppedRecords = 0;
  #rows = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The last of the batches that wait for credit, when any does. */
  #waiting: Promise<void> | undefined;
  #waitingBytes = 0;
  #waitingRows = 0;
  #batchesSent = 0;
  #finishing: Promise<void> | undefined;

  /** Made by `topicCreate` of a sequence writer. */
  constructor(parts: TopicWriterParts<T>) {
    this.#parts = parts;
    this.#builder = new BatchBuilder(parts.type.schema, { type: parts.type.tag });
    this.#credit = new Semaphore(parts.topicBytesInFlight);
    this.#validate = both(parts.type.validate, parts.rows?.check);
    this.#take = parts.rows?.take;
    parts.upload.failed.then((reason) => this.#fail(reason));
  }

  /** Name as given to `topicCreate`. */
  get name(): string {
    return this.#parts.name;
  }

  /** `sequence/topic/path`. */
  get locator(): string {
    return this.#parts.locator;
  }

  /** Type of the rows. */
  get ontology(): OntologyType<T> {
    return this.#parts.type;
  }

  /** Where the writer stands. */
  get status(): TopicWriterStatus {
    return this.#status;
  }

  /** Whether rows can be pushed. */
  get isActive(): boolean {
    return this.#isOpen && this.#finishing === undefined;
  }

  /** What went wrong last, if anything did. */
  get lastError(): unknown {
    return this.#lastError;
  }

  /** Records dropped because one alone was over the server's limit. Each also left a note on the server. */
  get droppedRecordCount(): number {
    return this.#droppedRecords;
  }

  /** Rows taken so far. */
  get rowCount(): number {
    return this.#rows;
  }

  /**
   * Adds a row.
   *
   * @param timestampNs Record time, nanoseconds; ascending within a topic.
   * @throws {SchemaError} naming type, field, value and rule; the row is not half-written.
   */
  push(timestampNs: bigint, data: T): Promise<void> | undefined {
    if (!this.#isOpen || this.#waiting !== undefined || this.#finishing !== undefined) this.#assertRoom();
    const builder = this.#builder;
    try {
      if (data !== null && data !== undefined) this.#validate?.(data); // the builder refuses these two itself
      const batch = this.#take?.(timestampNs, data);
      if (batch !== undefined) return this.#pushBatch(batch, true);
      builder.append(timestampNs, data as object);
    } catch (error) {
      throw this.#raised(error);
    }
    this.#rows++;
    if (this.#status !== "active") this.#recovered();
    const { numRows } = builder;
    if (numRows === 1) this.#armTimer();
    if (builder.byteLength < this.#parts.batchBytes && numRows < this.#parts.batchRows) return this.#waiting;
    if (this.#waiting === undefined) this.#sendBuilt();
    return this.#room();
  }

  /** Adds many rows, waiting whenever there is no room. Aborted, it stops between two rows: those before are in. */
  async pushMany(
    messages: Iterable<Message<T>> | AsyncIterable<Message<T>>,
    { signal }: WaitOptions = {},
  ): Promise<void> {
    const pushOne = ({ timestampNs, data }: Message<T>) => {
      signal?.throwIfAborted();
      const room = this.push(timestampNs, data);
      return room === undefined ? undefined : abortable(room, signal);
    };
    if (Symbol.asyncIterator in messages) {
      for await (const message of messages) await pushOne(message);
      return;
    }
    for (const message of messages) {
      const room = pushOne(message);
      if (room !== undefined) await room;
    }
  }

  /**
   * Adds rows given as columns: typed arrays are *taken* as they are, without a copy.
   *
   * @throws {SchemaError} when a column is missing, of another type, or of another length; naming row, field, value and rule
   * when a value breaks a rule of the type.
   */
  pushColumns(columns: ColumnsOf<T>): Promise<void> | undefined {
    const batch = this.#checked(() => batchFromColumns(this.#parts.type.schema, columns));
    return this.#pushBatch(batch, ownsBuffers(batch));
  }

  /**
   * Adds the rows of an apache-arrow `RecordBatch` (of any copy or version of that library); its buffers are *taken*.
   *
   * @throws {SchemaError} when its schema is not the topic's, or a value breaks a rule of the type.
   */
  pushBatch(recordBatch: unknown): Promise<void> | undefined {
    const { schema, tag } = this.#parts.type;
    const batch = this.#checked(() => sameLayout(schema, fromArrow(recordBatch), tag));
    return this.#pushBatch(batch, false); // batches of one table share buffers
  }

  /** Sends what is buffered and waits until it is on its way. */
  async flush({ signal }: WaitOptions = {}): Promise<void> {
    this.#assertOpen();
    signal?.throwIfAborted();
    this.#sendBuilt();
    const room = this.#room();
    if (room !== undefined) await abortable(room, signal);
  }

  /**
   * Runs work that pushes to this topic. What becomes of an error in it says `onError`, given to `topicCreate`:
   *
   * - `raise` (the default) throws it on,
   * - `ignore` leaves a note about it on the server; the topic goes on,
   * - `finalize` leaves a note, drops the rows not yet sent and ends the topic.
   *
   * Answers what `work` does, or `undefined` after an error that was not thrown on. {@linkcode TopicWriter.lastError} tells it.
   */
  async attempt<R>(work: () => R | Promise<R>): Promise<R | undefined> {
    try {
      return await work();
    } catch (error) {
      this.#lastError = error;
      if (this.#parts.onError === "raise") throw this.#raised(error);
      if (this.#parts.onError === "ignore") {
        if (this.isActive) this.#status = "ignored_last_error";
        await this.#parts.notify(messageOf(error));
      } else {
        await this.discard(error);
        this.#status = "finalized_with_error";
      }
      return undefined;
    }
  }

  /**
   * Sends what is buffered, ends the upload and waits for the server's word. Idempotent. Aborted, the upload is cancelled:
   * the topic fails with the reason of the signal.
   */
  finalize({ signal }: WaitOptions = {}): Promise<void> {
    if (signal?.aborted) this.#fail(signal.reason);
    const finishing = this.#finishing ??= this.#finalize();
    if (signal !== undefined) {
      const onAbort = () => this.#fail(signal.reason);
      const done = () => signal.removeEventListener("abort", onAbort);
      signal.addEventListener("abort", onAbort);
      finishing.then(done, done);
    }
    return finishing;
  }

  /**
   * Drops what is buffered and ends the upload; what was sent stays, unless the server takes nothing for half a minute, or
   * the signal is aborted. Used by the error policies. Never throws.
   */
  discard(reason: unknown, { signal }: WaitOptions = {}): Promise<void> {
    return this.#finishing ??= this.#discard(reason, signal);
  }

  async #finalize(): Promise<void> {
    clearTimeout(this.#timer);
    try {
      if (this.#failure !== undefined) throw this.#failure.reason;
      await this.#waiting;
      this.#sendBuilt();
      await this.#room();
      await this.#parts.upload.finish();
    } catch (error) {
      this.#fail(error);
      throw this.#failure!.reason;
    }
    this.#isOpen = false;
    this.#status = "finalized";
  }

  async #discard(reason: unknown, signal?: AbortSignal): Promise<void> {
    clearTimeout(this.#timer);
    const lost = this.#builder.numRows + this.#waitingRows;
    this.#builder.finish();
    this.#lastError ??= reason;
    this.#stop.abort(reason);
    const isWell = this.#isOpen;
    if (isWell) this.#status = "finalized_with_error";
    this.#isOpen = false;
    const note = lost === 0 ? "" : ` (${lost} buffered records discarded)`;
    await this.#parts.notify(`${messageOf(reason)}${note}`);
    if (isWell) await this.#finishSoon(signal);
  }

  /** Waits for the server's word on what was sent, as long as the connection still takes some of it. */
  async #finishSoon(signal: AbortSignal | undefined): Promise<void> {
    const { upload, timeoutMs } = this.#parts;
    const answered = new AbortController();
    const over = signal === undefined ? answered.signal : AbortSignal.any([signal, answered.signal]);
    let isCancelled = false;
    const finished = upload.finish()
      .catch((error) => isCancelled || (this.#lastError = error))
      .then(() => answered.abort());
    for (let before = -1; before !== this.#batchesSent && !over.aborted;) {
      before = this.#batchesSent;
      await delay(timeoutMs, over).catch(() => {});
    }
    isCancelled = !answered.signal.aborted;
    if (isCancelled) upload.cancel();
    await finished;
  }

  /** A batch of rows given together. */
  #checked(make: () => Batch): Batch {
    this.#assertRoom();
    try {
      const batch = make();
      this.#parts.type.validateBatch?.(batch);
      this.#parts.rows?.checkBatch(batch);
      return batch;
    } catch (error) {
      throw this.#raised(error);
    }
  }

  #pushBatch(batch: Batch, owned: boolean): Promise<void> | undefined {
    if (batch.numRows === 0) return this.#waiting;
    this.#sendBuilt();
    this.#rows += batch.numRows;
    if (this.#status !== "active") this.#recovered();
    this.#send(batch, owned);
    return this.#room();
  }

  #sendBuilt(): void {
    clearTimeout(this.#timer);
    if (this.#builder.numRows > 0) this.#send(this.#builder.finish(), true);
  }

  /** What a push answers. */
  #room(): Promise<void> | undefined {
    return this.#failure === undefined ? this.#waiting : Promise.reject(this.#failure.reason);
  }

  /** Sends a batch after those that wait; cuts it where the server would refuse its size. */
  #send(batch: Batch, owned: boolean): void {
    const size = sizeOfBatch(batch);
    const { maxBatchBytes, rows } = this.#parts;
    const isRowForItself = rows !== undefined && batch.numRows === 1; // how large it is when sent only the lane knows
    if ((size > maxBatchBytes && !isRowForItself) || batch.numRows > 2 * this.#parts.batchRows) {
      return this.#sendParts(batch);
    }
    const { clientCredit, upload } = this.#parts;
    if (this.#waiting === undefined && this.#credit.tryAcquire(size)) {
      try {
        if (clientCredit.tryAcquire(size)) return this.#dispatch(upload, batch, owned, size);
      } catch (error) { // the client is closed
        return this.#fail(error);
      }
      this.#credit.release(size);
    }
    const waiting = this.#sendLater(this.#waiting, batch, owned, size);
    const { numRows } = batch;
    this.#waiting = waiting;
    this.#waitingBytes += size;
    this.#waitingRows += numRows;
    const done = () => {
      this.#waitingBytes -= size;
      this.#waitingRows -= numRows;
      if (this.#waiting !== waiting) return;
      this.#waiting = undefined;
      if (this.#builder.byteLength >= this.#parts.batchBytes && this.isActive) this.#sendBuilt();
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
    this.#dispatch(this.#parts.upload, batch, owned, size);
  }

  #dispatch(upload: LaneUpload, batch: Batch, owned: boolean, size: number): void {
    const release = () => {
      this.#batchesSent++;
      this.#credit.release(size);
      this.#parts.clientCredit.release(size);
    };
    const room = upload.send(batch, owned);
    if (room === undefined) release();
    else {
      room.then(release, (error) => {
        release();
        if (isMosaicoError(error, "message.too_large")) this.#dropped(Number(error.facts["records"] ?? 1), error);
        else this.#fail(error);
      });
    }
  }

  #sendParts(batch: Batch): void {
    const rows = batch.numRows;
    if (rows > 1) {
      const half = rows >> 1;
      this.#send(sliceBatch(batch, 0, half), false); // halves share buffers
      this.#send(sliceBatch(batch, half, rows), false);
      return;
    }
    const sizeBytes = sizeOfBatch(batch);
    const maxBytes = this.#parts.maxBatchBytes;
    const text = `a record of ${sizeBytes} bytes exceeds the maximum of ${maxBytes}`;
    this.#dropped(1, new MosaicoError("message.too_large", `Cannot send: ${text}`, { sizeBytes, maxBytes }));
  }

  /** Records that the server would refuse alone are left out, which is no failure of the topic. */
  #dropped(records: number, error: MosaicoError): void {
    this.#droppedRecords += records;
    const { sizeBytes, maxBytes } = error.facts;
    const text =
      `Record dropped for topic '${this.name}': its size alone (${sizeBytes} bytes) exceeds the transport's ` +
      `message-size limit (${maxBytes} bytes) and it cannot be split further.`;
    if (this.#isOpen) this.#status = "record_too_large";
    this.#lastError = error;
    for (let record = 0; record < records; record++) this.#parts.notify(text);
  }

  #armTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.isActive && this.#waiting === undefined) this.#sendBuilt();
    }, this.#parts.flushIntervalMs);
  }

  /** The upload has failed, or is given up. */
  #fail(reason: unknown): void {
    if (!this.#isOpen) return;
    clearTimeout(this.#timer);
    this.#isOpen = false;
    this.#failure = { reason };
    this.#status = "raised_exception";
    this.#lastError = reason;
    this.#stop.abort(reason);
    this.#parts.upload.cancel();
  }

  /** Notes an error that is thrown to the caller. */
  #raised(error: unknown): unknown {
    if (this.isActive) this.#status = "raised_exception";
    this.#lastError = error;
    return error;
  }

  /** A push succeeded: what went wrong before is over. */
  #recovered(): void {
    this.#status = "active";
    this.#lastError = undefined;
  }

  #assertOpen(): void {
    if (this.#failure !== undefined) throw this.#failure.reason;
    if (this.isActive) return;
    const state = this.#isOpen ? "being finalized" : this.#status;
    throw new MosaicoError("session.closed", `Cannot push to topic "${this.name}": the writer is ${state}`);
  }

  /** @throws `session.overrun` when a caller does not await and as much waits for credit as may be in flight. */
  #assertRoom(): void {
    this.#assertOpen();
    const waitingBytes = this.#waitingBytes + this.#builder.byteLength;
    if (this.#waiting === undefined || waitingBytes < this.#parts.topicBytesInFlight) return;
    const text = `Cannot push to topic "${this.name}": ${waitingBytes} bytes wait for the connection; await each push`;
    throw this.#raised(new MosaicoError("session.overrun", text, { waitingBytes }));
  }
}

/** Calls both, or the one there is. */
function both(first: Check | undefined, second: Check | undefined): Check | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  return (data) => {
    first(data);
    second(data);
  };
}
