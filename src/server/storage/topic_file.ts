/**
 * The data file of a topic: an Arrow IPC stream, appended batch by batch as the batches came.
 *
 * @module
 */
import { MosaicoError } from "../../base/mod.ts";
import { BatchDecoder, type BodyCodec, decodeSchema, encapsulate } from "../../columnar/mod.ts";
import type { Chunk } from "../catalogue/mod.ts";
import { TopicIndexer } from "../indexing/mod.ts";
import { FileAppender } from "./file_appender.ts";
import type { OpenFiles } from "./open_files.ts";
import { areInOrder, boundsOf, timesOf, timestampColumn } from "./times.ts";

/** Bytes before the header of an encapsulated message. */
export const PREFIX_BYTES = 8;

/** What ends an IPC stream: a message of length 0. */
const END_OF_STREAM: Uint8Array = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0);

/** Bytes from the start of a chunk's message to the start of its body. */
export function bodyStart(chunk: Pick<Chunk, "headerLength">): number {
  return PREFIX_BYTES + padded(chunk.headerLength);
}

/** Bytes of a chunk in its file, prefix and padding included. */
export function chunkSpan(chunk: Chunk): number {
  return bodyStart(chunk) + padded(chunk.bodyLength);
}

/** Writes the data file of one upload and keeps the index of its chunks. */
export class TopicFileWriter {
  readonly #appender: FileAppender;
  readonly #decoder: BatchDecoder;
  readonly #timeColumn: number;
  /** What the chunks hold, column by column. */
  readonly index: TopicIndexer;
  readonly #chunks: Chunk[] = [];
  #chunksInOrder = 0;
  #inOrder = true;

  private constructor(appender: FileAppender, decoder: BatchDecoder, timeColumn: number, index: TopicIndexer) {
    this.#appender = appender;
    this.#decoder = decoder;
    this.#timeColumn = timeColumn;
    this.index = index;
  }

  /**
   * Creates the file at `path` for batches of the schema in `schemaHeader`.
   *
   * @throws {IpcError} when that is not a sound schema
   * @throws {MosaicoError} `schema.timestamp` when it has no record time
   */
  static async create(
    files: OpenFiles,
    path: string,
    schemaHeader: Uint8Array,
    codecs: readonly BodyCodec[],
  ): Promise<TopicFileWriter> {
    const schema = decodeSchema(schemaHeader);
    const timeColumn = timestampColumn(schema);
    const appender = await FileAppender.create(files, path);
    await appender.append([encapsulate(schemaHeader)]);
    return new TopicFileWriter(appender, new BatchDecoder(schema, codecs), timeColumn, new TopicIndexer(schema));
  }

  /** Chunks appended so far. */
  get chunks(): readonly Chunk[] {
    return this.#chunks;
  }

  /** Whether all rows so far came in the order of time. */
  get inOrder(): boolean {
    return this.#inOrder;
  }

  /** Number of the first chunks, before any disorder. */
  get chunksInOrder(): number {
    return this.#chunksInOrder;
  }

  /** Length of the file with all that was appended. */
  get fileLength(): number {
    return this.#appender.length;
  }

  /**
   * Verifies a batch and appends it; one without rows is left out. Borrows the bytes until `written` is called, if it
   * ever is. Answers `undefined` while there is room, else a promise of it.
   *
   * @throws {IpcError} when the message is not a sound batch of the schema
   * @throws {MosaicoError} `schema.timestamp` when a record has no time, `schema.dictionary` for a dictionary
   */
  append(header: Uint8Array, body: Uint8Array, written?: () => void): Promise<void> | undefined {
    const batch = this.#decoder.decode(header, body);
    if (batch === undefined) {
      throw new MosaicoError("schema.dictionary", "Cannot store batch: dictionaries are not kept; send plain columns");
    }
    if (batch.numRows === 0) return undefined;
    const times = timesOf(batch, this.#timeColumn);
    const ordered = areInOrder(times);
    const { startNs, endNs } = boundsOf(times, ordered);
    const chunk = {
      offset: this.#appender.length,
      headerLength: header.byteLength,
      bodyLength: body.byteLength,
      rowCount: batch.numRows,
      startNs,
      endNs,
    };
    const last = this.#chunks.at(-1);
    this.#inOrder &&= ordered && (last === undefined || startNs >= last.endNs);
    if (this.#inOrder) this.#chunksInOrder++;
    this.#chunks.push(chunk);
    this.index.add(batch);
    return this.#appender.append([encapsulate(header), body, new Uint8Array(-body.byteLength & 7)], written);
  }

  /** Hands all that was appended to the operating system: readers of the file see it. */
  async flush(): Promise<void> {
    await this.#appender.flush();
  }

  /** Brings all that was appended to the disk. */
  async sync(): Promise<void> {
    await this.#appender.sync();
  }

  /** Ends the stream and brings the file to the disk. */
  async end(): Promise<void> {
    await this.#appender.append([END_OF_STREAM]);
    await this.#appender.sync();
  }
}

function padded(length: number): number {
  return Math.ceil(length / 8) * 8;
}
