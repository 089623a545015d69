/**
 * What a bag holds, in its order, damage included: what can be read is read, what cannot is told.
 *
 * @module
 */
import Bunzip from "seek-bzip";
import { equalBytes, messageOf, MosaicoError, utf8 } from "../../base/mod.ts";
import { lz4Codec } from "../../codecs/mod.ts";
import { dataViewOf } from "../../columnar/mod.ts";
import { ByteQueue, type RecordingItem, type RecordingReader } from "../recording/mod.ts";
import { BagFields, type BagRecord, bagRecords, Op } from "./bag_record.ts";

const MAGIC = utf8("#ROSBAG V2.0\n");
/** Longest header of a record: there are a handful of short fields in it. */
const MAX_HEADER_BYTES = 1 << 16;

/**
 * Push/pull reader. Trusts no claim of the file: nothing longer than `maxRecordBytes` is gathered or unpacked. Indexes are
 * not needed, and passed over.
 *
 * Damage in a record costs that record (of a chunk: its rest); damage in the lengths that lead from one record to the next
 * costs the rest of the file. A file that ends too early gives everything before its end.
 */
export class BagReader implements RecordingReader {
  /** Bags have none. */
  readonly attachments = 0;
  /** Bags have none. */
  readonly metadataRecords = 0;
  readonly #maxRecordBytes: number;
  readonly #queue = new ByteQueue();
  readonly #lz4 = lz4Codec();
  readonly #connections = new Set<number>();
  /** Numbers of schemas, by name and definition: a topic has a connection for each of its publishers. */
  readonly #schemas = new Map<string, number>();
  /** Where the next record begins. */
  #offset = 0;
  #state: "opening" | "records" | "lost" = "opening";
  /** Chunks by the header of a file that was closed. */
  #declaredChunks: number | undefined;
  #chunksInIndex = 0;
  #isComplete = false;
  #declaredMessages: bigint | undefined;

  /** A reader at the beginning of a file. */
  constructor(options: { readonly maxRecordBytes: number }) {
    this.#maxRecordBytes = options.maxRecordBytes;
  }

  /** Whether the file was closed by its writer, and there to its end. */
  get complete(): boolean {
    return this.#isComplete;
  }

  /** Messages by the index of a file that was closed. */
  get declaredMessages(): bigint | undefined {
    return this.#declaredMessages;
  }

  /** See {@linkcode RecordingReader.push}. */
  push(bytes: Uint8Array): void {
    if (this.#state !== "lost") this.#queue.push(bytes);
  }

  /** See {@linkcode RecordingReader.read}. @throws {MosaicoError} `codec.bag_magic` when this is no bag of ROS 1 */
  *read(): Generator<RecordingItem, void, void> {
    if (this.#state === "opening" && this.#queue.available >= MAGIC.length) this.#open();
    while (this.#state === "records") {
      const offset = this.#offset;
      let record: BagRecord | "more" | undefined;
      try {
        record = this.#next();
      } catch (error) {
        yield damage(offset, error);
        continue;
      }
      if (record === "more") return;
      if (record !== undefined) yield* this.#items(record, offset, false);
    }
  }

  /** See {@linkcode RecordingReader.end}. @throws {MosaicoError} `codec.bag_magic` when this is no bag of ROS 1 */
  *end(): Generator<RecordingItem, void, void> {
    if (this.#state === "opening") throw notABag(this.#queue.take(this.#queue.available));
    if (this.#state === "lost") return;
    const { available, skip } = this.#queue;
    if (available > 0 || skip > 0) {
      const reason = skip > 0 ? `${skip} bytes of it are missing` : `only ${available} bytes of it are there`;
      yield damage(this.#offset, `the file ends inside a record: ${reason}`);
    } else if (this.#declaredChunks === undefined) {
      yield damage(this.#offset, "the file was not closed by its writer: it has no index");
    } else if (this.#declaredChunks > this.#chunksInIndex) {
      yield damage(this.#offset, `the index ends after ${this.#chunksInIndex} of ${this.#declaredChunks} chunks`);
    } else this.#isComplete = true;
  }

  #open(): void {
    const magic = this.#queue.take(MAGIC.length);
    if (!equalBytes(magic, MAGIC)) throw notABag(magic);
    this.#offset = MAGIC.length;
    this.#state = "records";
  }

  /** The next record, `undefined` for one that was passed over. @throws {Error} what is wrong with it */
  #next(): BagRecord | "more" | undefined {
    const queue = this.#queue;
    if (queue.available < 4) return "more";
    const headerBytes = uint32(queue.peek(4), 0);
    if (headerBytes > MAX_HEADER_BYTES) {
      this.#state = "lost";
      throw new Error(`a record claims a header of ${headerBytes} bytes: what follows cannot be found`);
    }
    const start = 4 + headerBytes + 4;
    if (queue.available < start) return "more";
    const head = queue.peek(start);
    const dataBytes = uint32(head, 4 + headerBytes);
    const isTooLong = dataBytes > this.#maxRecordBytes;
    if (!isTooLong && queue.available < start + dataBytes) return "more";
    this.#offset += start + dataBytes;
    if (isTooLong) {
      queue.pass(start + dataBytes);
      throw new Error(`a record claims ${dataBytes} bytes, at most ${this.#maxRecordBytes} are read`);
    }
    const bytes = queue.take(start + dataBytes);
    const fields = new BagFields(bytes.subarray(4, 4 + headerBytes));
    return { fields, data: bytes.subarray(start) };
  }

  *#items(record: BagRecord, offset: number, inChunk: boolean): Generator<RecordingItem, void, void> {
    try {
      const { fields, data } = record;
      const op = fields.uint8("op");
      if (op === Op.MESSAGE) yield this.#message(record);
      else if (op === Op.CONNECTION) yield* this.#connection(record);
      else if (op === Op.CHUNK && inChunk) throw new Error("a chunk lies in a chunk");
      else if (op === Op.CHUNK) {
        for (const inner of bagRecords(this.#unpack(record))) yield* this.#items(inner, offset, true);
      } else if (op === Op.BAG && fields.uint64("index_pos") > 0n) this.#declaredChunks = fields.uint32("chunk_count");
      else if (op === Op.CHUNK_INFO) this.#declare(data);
    } catch (error) {
      yield damage(offset, error);
    }
  }

  #message({ fields, data }: BagRecord): RecordingItem {
    const channelId = fields.uint32("conn");
    if (!this.#connections.has(channelId)) {
      throw new Error(`a message belongs to connection ${channelId}, which the file has not told of`);
    }
    return { type: "Message", channelId, logTime: fields.time("time"), data };
  }

  /** Each connection is told of twice: where its first message is, and in the index. */
  *#connection({ fields, data }: BagRecord): Generator<RecordingItem, void, void> {
    const id = fields.uint32("conn");
    if (this.#connections.has(id)) return;
    const topic = fields.text("topic");
    const connection = new BagFields(data);
    const name = connection.text("type");
    const definition = `${name} ${connection.text("message_definition")}`;
    this.#connections.add(id);
    let schemaId = this.#schemas.get(definition);
    if (schemaId === undefined) {
      this.#schemas.set(definition, schemaId = this.#schemas.size + 1);
      yield { type: "Schema", id: schemaId, name, encoding: "ros1msg", data: connection.bytes("message_definition") };
    }
    yield { type: "Channel", id, schemaId, topic, messageEncoding: "ros1" };
  }

  #unpack({ fields, data }: BagRecord): Uint8Array {
    const compression = fields.text("compression");
    const size = fields.uint32("size");
    if (size > this.#maxRecordBytes) {
      throw new Error(`a chunk claims ${size} bytes unpacked, at most ${this.#maxRecordBytes} are read`);
    }
    const bytes = this.#decompress(compression, data, size);
    if (bytes.length !== size) throw new Error(`a chunk has ${bytes.length} bytes where it claims ${size}`);
    return bytes;
  }

  #decompress(compression: string, data: Uint8Array, size: number): Uint8Array {
    switch (compression) {
      case "none":
        return data;
      case "lz4":
        return this.#lz4.decompress(data, size);
      case "bz2":
        try {
          return Bunzip.decode(data, size);
        } catch (cause) {
          throw new Error(`bzip2: ${messageOf(cause)}`, { cause });
        }
      default:
        throw new Error(`a chunk is compressed as "${compression}", expected none, lz4 or bz2`);
    }
  }

  /** Counts of the index: pairs of a connection and its messages. */
  #declare(data: Uint8Array): void {
    this.#chunksInIndex++;
    let messages = this.#declaredMessages ?? 0n;
    for (let at = 4; at + 4 <= data.length; at += 8) messages += BigInt(uint32(data, at));
    this.#declaredMessages = messages;
  }
}

function uint32(bytes: Uint8Array, at: number): number {
  return dataViewOf(bytes).getUint32(at, true);
}

function damage(offset: number, reason: unknown): RecordingItem {
  return { type: "Damage", offset, reason: typeof reason === "string" ? reason : messageOf(reason) };
}

function notABag(start: Uint8Array): MosaicoError {
  const found = new TextDecoder("latin1").decode(start);
  const reason = found === ""
    ? "it is empty"
    : found.startsWith("#ROSBAG V")
    ? `it is of version ${JSON.stringify(found.slice(9).trim())}, expected "2.0"`
    : `it begins with ${JSON.stringify(found)}`;
  return new MosaicoError("codec.bag_magic", `Cannot read the file as a bag of ROS 1: ${reason}`, { found });
}
