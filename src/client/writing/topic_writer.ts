/**
 * The writer of one topic: a {@linkcode RowBatcher} makes batches of its rows, a {@linkcode BatchSender} takes them to
 * its lane.
 *
 * @module
 */
import { abortable, messageOf, MosaicoError } from "../../base/mod.ts";
import { type Batch, batchFromColumns, fromArrow, sameLayout } from "../../columnar/mod.ts";
import type { ColumnsOf, Message, OntologyType } from "../../ontology/mod.ts";
import { ownsBuffers } from "../lanes/mod.ts";
import { BatchSender } from "./batch_sender.ts";
import { RowBatcher } from "./row_batcher.ts";
import type { ParticularRows, TopicWriterParts, TopicWriterStatus, WaitOptions } from "./types.ts";

/** Throws where a value is not as it should be. */
type Check = (data: unknown) => void;

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
  readonly #batcher: RowBatcher;
  readonly #sender: BatchSender;
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
  #finishing: Promise<void> | undefined;

  /** Made by `topicCreate` of a sequence writer. */
  constructor(parts: TopicWriterParts<T>) {
    this.#parts = parts;
    this.#batcher = new RowBatcher(parts.type, {
      ...parts,
      onLate: () => {
        if (this.isActive && this.#sender.waiting === undefined) this.#sendBuilt();
      },
    });
    this.#sender = new BatchSender({
      ...parts,
      sendsRowsWhole: parts.rows !== undefined,
      onRoom: () => {
        if (this.#batcher.isFull && this.isActive) this.#sendBuilt();
      },
      onDropped: (records, error) => this.#dropped(records, error),
      onFailure: (reason) => this.#fail(reason),
    });
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
    if (!this.#isOpen || this.#sender.waiting !== undefined || this.#finishing !== undefined) this.#assertRoom();
    try {
      if (data !== null && data !== undefined) this.#validate?.(data); // the builder refuses these two itself
      const batch = this.#take?.(timestampNs, data);
      if (batch !== undefined) return this.#pushBatch(batch, true);
      this.#batcher.append(timestampNs, data as object);
    } catch (error) {
      throw this.#raised(error);
    }
    this.#rows++;
    if (this.#status !== "active") this.#recovered();
    if (!this.#batcher.isFull) return this.#sender.waiting;
    if (this.#sender.waiting === undefined) this.#sendBuilt();
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
    this.#batcher.stopTimer();
    try {
      if (this.#failure !== undefined) throw this.#failure.reason;
      await this.#sender.waiting;
      this.#sendBuilt();
      await this.#room();
      await this.#sender.finish();
    } catch (error) {
      this.#fail(error);
      throw this.#failure!.reason;
    }
    this.#isOpen = false;
    this.#status = "finalized";
  }

  async #discard(reason: unknown, signal?: AbortSignal): Promise<void> {
    const lost = this.#batcher.numRows + this.#sender.waitingRows;
    this.#batcher.take();
    this.#lastError ??= reason;
    this.#sender.stop(reason);
    const isWell = this.#isOpen;
    if (isWell) this.#status = "finalized_with_error";
    this.#isOpen = false;
    const note = lost === 0 ? "" : ` (${lost} buffered records discarded)`;
    await this.#parts.notify(`${messageOf(reason)}${note}`);
    if (!isWell) return;
    const failure = await this.#sender.finishSoon(this.#parts.timeoutMs, signal);
    if (failure !== undefined) this.#lastError = failure.error;
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
    if (batch.numRows === 0) return this.#sender.waiting;
    this.#sendBuilt();
    this.#rows += batch.numRows;
    if (this.#status !== "active") this.#recovered();
    this.#sender.send(batch, owned);
    return this.#room();
  }

  #sendBuilt(): void {
    if (this.#batcher.numRows > 0) this.#sender.send(this.#batcher.take(), true);
  }

  /** What a push answers. */
  #room(): Promise<void> | undefined {
    return this.#failure === undefined ? this.#sender.waiting : Promise.reject(this.#failure.reason);
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

  /** The upload has failed, or is given up. */
  #fail(reason: unknown): void {
    if (!this.#isOpen) return;
    this.#batcher.stopTimer();
    this.#isOpen = false;
    this.#failure = { reason };
    this.#status = "raised_exception";
    this.#lastError = reason;
    this.#sender.cancel(reason);
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
    const waitingBytes = this.#sender.waitingBytes + this.#batcher.byteLength;
    if (this.#sender.waiting === undefined || waitingBytes < this.#parts.topicBytesInFlight) return;
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
