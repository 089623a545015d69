/**
 * The writer of one topic: rows become columns here, columns become batches, batches go to the topic's lane.
 *
 * @module
 */
import { isMosaicoError, messageOf, MosaicoError, Semaphore } from "../../base/mod.ts";
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

/** Where a topic writer stands. */
export type TopicWriterStatus = "active" | "finalized" | "failed" | "record_too_large" | "discarded";

/** Throws where a value is not as it should be. */
type Check = (data: unknown) => void;

/** Rows that are more than columns to be sent. */
export interface ParticularRows {
  /** Refuses a row that its type accepts. @throws {SchemaError} */
  check(data: unknown): void;
  /** As `check`, for rows that come as a batch. */
  checkBatch(batch: Batch): void;
  /** Makes a batch of a row without copying it; answers `undefined` for one that has to be copied. */
  readonly take: ((timestampNs: bigint, data: unknown) => Batch | undefined) | undefined;
}

/** What a topic writer is made of. */
export interface TopicWriterParts<T> {
  /** Name as given to `topicCreate`. */
  readonly name: string;
  /** `sequence/topic/path`. */
  readonly locator: string;
  /** Type of the rows. */
  readonly type: OntologyType<T>;
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
  readonly #take: ParticularRows["take"];
  #status: TopicWriterStatus = "active";
  #lastError: unknown;
  #droppedRecords = 0;
  #rows = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The last of the batches that wait for credit, when any does. */
  #waiting: Promise<void> | undefined;
  #waitingBytes = 0;
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
    return this.#status === "active" || this.#status === "record_too_large";
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
    if (this.#status !== "active" || this.#waiting !== undefined) this.#assertRoom();
    if (data !== null && data !== undefined) this.#validate?.(data); // the builder refuses these two itself
    if (this.#take !== undefined) {
      const batch = this.#take(timestampNs, data);
      if (batch !== undefined) return this.#pushBatch(batch, true);
    }
    const builder = this.#builder;
    builder.append(timestampNs, data as object);
    this.#rows++;
    const { numRows } = builder;
    if (numRows === 1) this.#armTimer();
    if (builder.byteLength < this.#parts.batchBytes && numRows < this.#parts.batchRows) return this.#waiting;
    return this.#waiting ?? this.#sendBuilt();
  }

  /** Adds many rows, waiting whenever there is no room. */
  async pushMany(messages: Iterable<Message<T>> | AsyncIterable<Message<T>>): Promise<void> {
    if (Symbol.asyncIterator in messages) {
      for await (const { timestampNs, data } of messages) await this.push(timestampNs, data);
      return;
    }
    for (const { timestampNs, data } of messages) {
      const room = this.push(timestampNs, data);
      if (room !== undefined) await room;
    }
  }

  /**
   * Adds rows given as columns: typed arrays are *taken* as they are, without a copy.
   *
   * @throws {SchemaError} when a column is missing, of another type, or of another length.
   */
  pushColumns(columns: ColumnsOf<T>): Promise<void> | undefined {
    this.#assertRoom();
    const batch = batchFromColumns(this.#parts.type.schema, columns);
    this.#parts.rows?.checkBatch(batch);
    return this.#pushBatch(batch, ownsBuffers(batch));
  }

  /**
   * Adds the rows of an apache-arrow `RecordBatch` (of any copy or version of that library); its buffers are *taken*.
   *
   * @throws {SchemaError} when its schema is not the topic's.
   */
  pushBatch(recordBatch: unknown): Promise<void> | undefined {
    this.#assertRoom();
    const { schema, tag } = this.#parts.type;
    const batch = sameLayout(schema, fromArrow(recordBatch), tag);
    this.#parts.rows?.checkBatch(batch);
    return this.#pushBatch(batch, false); // batches of one table share buffers
  }

  /** Sends what is buffered and waits until it is on its way. */
  async flush(): Promise<void> {
    this.#assertOpen();
    await this.#sendBuilt();
    await this.#waiting;
  }

  /** Sends what is buffered, ends the upload and waits for the server's word. Idempotent. */
  finalize(): Promise<void> {
    return this.#finishing ??= this.#finalize();
  }

  /** Drops what is buffered and ends the upload; what was sent stays. Used by the error policy. Never throws. */
  discard(reason: unknown): Promise<void> {
    return this.#finishing ??= this.#discard(reason);
  }

  async #finalize(): Promise<void> {
    if (this.#status === "failed") throw this.#lastError;
    clearTimeout(this.#timer);
    try {
      await this.#waiting;
      await this.#sendBuilt();
      await this.#waiting;
      await this.#parts.upload.finish();
      this.#status = "finalized";
    } catch (error) {
      this.#fail(error);
      throw error;
    }
  }

  async #discard(reason: unknown): Promise<void> {
    clearTimeout(this.#timer);
    const lost = this.#builder.numRows;
    this.#builder.finish();
    const wasWell = this.isActive;
    if (wasWell) this.#status = "discarded";
    this.#lastError ??= reason;
    this.#stop.abort(reason);
    const note = lost === 0 ? "" : ` (${lost} buffered records discarded)`;
    await this.#parts.notify(`${messageOf(reason)}${note}`);
    if (wasWell) await this.#parts.upload.finish().catch((error) => this.#lastError = error);
  }

  #pushBatch(batch: Batch, owned: boolean): Promise<void> | undefined {
    if (batch.numRows === 0) return this.#waiting;
    this.#sendBuilt();
    this.#rows += batch.numRows;
    this.#send(batch, owned);
    return this.#waiting;
  }

  #sendBuilt(): Promise<void> | undefined {
    clearTimeout(this.#timer);
    if (this.#builder.numRows > 0) this.#send(this.#builder.finish(), true);
    return this.#waiting;
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
      if (clientCredit.tryAcquire(size)) return this.#dispatch(upload, batch, owned, size);
      this.#credit.release(size);
    }
    const waiting = this.#sendLater(this.#waiting, batch, owned, size);
    this.#waiting = waiting;
    this.#waitingBytes += size;
    const done = () => {
      this.#waitingBytes -= size;
      if (this.#waiting !== waiting) return;
      this.#waiting = undefined;
      if (this.#builder.byteLength >= this.#parts.batchBytes && this.isActive) this.#sendBuilt();
    };
    waiting.then(done, done);
  }

  async #sendLater(before: Promise<void> | undefined, batch: Batch, owned: boolean, size: number): Promise<void> {
    await before;
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
    if (this.isActive) this.#status = "record_too_large";
    this.#lastError = error;
    for (let record = 0; record < records; record++) this.#parts.notify(text);
  }

  #armTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.isActive && this.#waiting === undefined) this.#sendBuilt();
    }, this.#parts.flushIntervalMs);
  }

  #fail(reason: unknown): void {
    if (this.#status === "finalized" || this.#status === "discarded" || this.#status === "failed") return;
    clearTimeout(this.#timer);
    this.#status = "failed";
    this.#lastError = reason;
    this.#stop.abort(reason);
    this.#parts.upload.cancel();
  }

  #assertOpen(): void {
    if (this.#status === "failed") throw this.#lastError;
    if (!this.isActive || this.#finishing !== undefined) {
      throw new MosaicoError("session.closed", `Cannot push to topic "${this.name}": the writer is ${this.#status}`);
    }
  }

  /**
   * Before a push, which also forgets that a record was dropped.
   *
   * @throws `session.overrun` when a caller does not await and as much waits for credit as may be in flight.
   */
  #assertRoom(): void {
    this.#assertOpen();
    if (this.#status === "record_too_large") {
      this.#status = "active";
      this.#lastError = undefined;
    }
    const waitingBytes = this.#waitingBytes + this.#builder.byteLength;
    if (this.#waiting === undefined || waitingBytes < this.#parts.topicBytesInFlight) return;
    throw new MosaicoError(
      "session.overrun",
      `Cannot push to topic "${this.name}": ${waitingBytes} bytes wait for the connection; await each push`,
      { waitingBytes },
    );
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
