/**
 * The records of an MCAP file in their order, damage included: what can be read is read, what cannot is told.
 *
 * @module
 */
import { McapConstants, McapRecordBuilder, McapStreamReader, type McapTypes } from "@mcap/core";
import { messageOf } from "../../base/mod.ts";
import { lz4Codec, zstdCodec } from "../../codecs/mod.ts";
import type { Damage, RecordingReader } from "../recording/mod.ts";
import { type RawRecord, RecordFraming } from "./record_framing.ts";

const { Opcode } = McapConstants;

/** What a reader gives: records with messages and what describes them, and damage. */
export type McapItem = McapTypes.TypedMcapRecords["Schema" | "Channel" | "Message"] | Damage;

/** Records that are read; the rest (indexes, attachments, …) is passed over. */
const WANTED: ReadonlySet<number> = new Set([
  Opcode.HEADER,
  Opcode.FOOTER,
  Opcode.SCHEMA,
  Opcode.CHANNEL,
  Opcode.MESSAGE,
  Opcode.CHUNK,
  Opcode.STATISTICS,
  Opcode.DATA_END,
]);

/** Records that are read behind the data too: channels without messages stand only there. */
const SUMMARY: ReadonlySet<number> = new Set([Opcode.SCHEMA, Opcode.CHANNEL, Opcode.STATISTICS]);

/**
 * Push/pull reader. Trusts no claim of the file: nothing longer than `maxRecordBytes` is gathered or unpacked.
 *
 * Damage in a record costs that record (of a chunk: its rest); reading goes on behind it. A file that ends too early
 * gives everything before its end.
 */
export class McapRecordReader implements RecordingReader {
  readonly #framing: RecordFraming;
  readonly #maxRecordBytes: number;
  readonly #codecs = { lz4: lz4Codec(), zstd: zstdCodec() };
  readonly #channels = new Map<number, McapTypes.Channel>();
  #records: McapStreamReader;
  #dataEnded = false;
  #declaredMessages: bigint | undefined;
  #attachments = 0;
  #metadataRecords = 0;

  /** A reader at the beginning of a file. */
  constructor(options: { readonly maxRecordBytes: number }) {
    this.#maxRecordBytes = options.maxRecordBytes;
    this.#framing = new RecordFraming({ wanted: WANTED, maxRecordBytes: options.maxRecordBytes });
    this.#records = this.#parser();
  }

  /** Whether the file was there to its closing magic. */
  get complete(): boolean {
    return this.#framing.complete;
  }

  /** Messages in the file by its own statistics, where it has them. */
  get declaredMessages(): bigint | undefined {
    return this.#declaredMessages;
  }

  /** Attachments seen, and passed over. */
  get attachments(): number {
    return this.#attachments;
  }

  /** Metadata records seen, and passed over. */
  get metadataRecords(): number {
    return this.#metadataRecords;
  }

  /** The next bytes of the file, *taken*; read what they hold with {@linkcode McapRecordReader.read}. */
  push(bytes: Uint8Array): void {
    this.#framing.push(bytes);
  }

  /**
   * What the bytes so far hold beyond what was read before.
   *
   * @throws {MosaicoError} `codec.mcap_magic` when this is no MCAP file
   */
  *read(): Generator<McapItem, void, void> {
    for (;;) {
      const raw = this.#framing.next();
      if (raw === undefined) return;
      yield* this.#open(raw);
    }
  }

  /**
   * What the end of the file has to say: messages of a chunk that was cut, and the damage.
   *
   * @throws {MosaicoError} `codec.mcap_magic` when this is no MCAP file
   */
  *end(): Generator<McapItem, void, void> {
    const offset = this.#framing.offset;
    const rest = this.#framing.end();
    if (this.complete) return;
    if (rest?.opcode === Opcode.CHUNK && !this.#dataEnded) yield* this.#cutChunk(rest.bytes, offset);
    yield { type: "Damage", offset, reason: this.#endReason(rest) };
  }

  #endReason(rest: ReturnType<RecordFraming["end"]>): string {
    const { trailingBytes, insideSkipped } = this.#framing;
    if (trailingBytes > 0) return `${trailingBytes} bytes follow where the file should end`;
    if (insideSkipped) return "the file ends inside a record";
    if (rest === undefined) return "the file ends without a footer and closing magic";
    if (rest.bytes.length < 9) return "the file ends inside the header of a record";
    return `the file ends inside a record of ${rest.contentBytes} bytes: ${rest.bytes.length - 9} of them are there`;
  }

  *#open(raw: RawRecord): Generator<McapItem, void, void> {
    if (raw.opcode === Opcode.ATTACHMENT) this.#attachments++;
    if (raw.opcode === Opcode.METADATA) this.#metadataRecords++;
    if (!WANTED.has(raw.opcode)) return;
    if (raw.bytes === undefined) {
      const reason = `a record claims ${raw.contentBytes} bytes, at most ${this.#maxRecordBytes} are read`;
      yield { type: "Damage", offset: raw.offset, reason };
      return;
    }
    if (raw.opcode === Opcode.DATA_END) this.#dataEnded = true;
    if (this.#dataEnded && !SUMMARY.has(raw.opcode)) return;
    yield* this.#parse(raw.bytes, raw.offset);
  }

  /** Gives whole records to the parser and passes on what comes out. */
  *#parse(bytes: Uint8Array, offset: number): Generator<McapItem, void, void> {
    if (this.#records.done()) this.#records = this.#parser();
    this.#records.append(bytes);
    for (;;) {
      let record: McapTypes.TypedMcapRecord | undefined;
      try {
        record = this.#records.nextRecord();
        if (record?.type === "Chunk") this.#checkChunk(record);
      } catch (error) {
        yield { type: "Damage", offset, reason: messageOf(error) };
        if (record !== undefined) this.#records = this.#parser();
        // Otherwise the parser has either passed over the bad record, or says that it is done.
        continue;
      }
      if (record === undefined) return;
      if (record.type === "Statistics") this.#declaredMessages = record.messageCount;
      if (record.type === "Channel" && !this.#channels.has(record.id)) this.#channels.set(record.id, record);
      if (record.type === "Schema" || record.type === "Channel" || record.type === "Message") yield record;
    }
  }

  #checkChunk({ compression, uncompressedSize, records }: McapTypes.Chunk): void {
    if (uncompressedSize > this.#maxRecordBytes) {
      throw new Error(
        `a chunk claims ${uncompressedSize} bytes uncompressed, at most ${this.#maxRecordBytes} are read`,
      );
    }
    if (compression === "" && uncompressedSize !== BigInt(records.length)) {
      throw new Error(`an uncompressed chunk of ${records.length} bytes claims ${uncompressedSize}`);
    }
  }

  /** The whole messages of a chunk that the end of the file cuts, where it is not compressed. */
  *#cutChunk(bytes: Uint8Array, offset: number): Generator<McapItem, void, void> {
    const compressionAt = 9 + 8 + 8 + 8 + 4;
    const recordsAt = compressionAt + 4 + 8;
    if (bytes.length < recordsAt) return;
    const compressionBytes = new DataView(bytes.buffer, bytes.byteOffset).getUint32(compressionAt, true);
    if (compressionBytes === 0) yield* this.#parse(bytes.subarray(recordsAt), offset);
  }

  /** A parser of single records that knows the channels so far: the one before may have given up over damage. */
  #parser(): McapStreamReader {
    const parser = new McapStreamReader({
      includeChunks: true,
      noMagicPrefix: true,
      decompressHandlers: {
        lz4: (bytes, size) => this.#codecs.lz4.decompress(bytes, Number(size)),
        zstd: (bytes, size) => this.#codecs.zstd.decompress(bytes, Number(size)),
      },
    });
    const builder = new McapRecordBuilder();
    for (const channel of this.#channels.values()) builder.writeChannel(channel);
    parser.append(builder.buffer);
    while (parser.nextRecord() !== undefined);
    return parser;
  }
}
