/**
 * Cuts the bytes of an MCAP file into records, without I/O: bytes are pushed in, records pulled out.
 *
 * `McapStreamReader` of `@mcap/core` does this too, but gathers whatever a length field claims, keeps what nobody reads
 * (attachments, indexes) and cannot say where it stands; so it is given single records, found here.
 *
 * @module
 */
import { McapConstants } from "@mcap/core";
import { equalBytes, MosaicoError, toHex } from "../../base/mod.ts";
import { ByteQueue } from "../recording/mod.ts";

const MAGIC = Uint8Array.from(McapConstants.MCAP_MAGIC);
const HEADER_BYTES = 9;

/** One record, or what is known of one that was passed over. */
export interface RawRecord {
  /** Kind of the record. */
  readonly opcode: number;
  /** Where it begins in the file. */
  readonly offset: number;
  /** Bytes of its content, as it claims. */
  readonly contentBytes: number;
  /** The whole record with its header; `undefined` when it was passed over. A view of what was pushed. */
  readonly bytes: Uint8Array | undefined;
}

/** Which records are wanted. */
export interface FramingOptions {
  /** Opcodes of the records to gather; others are passed over. */
  readonly wanted: ReadonlySet<number>;
  /** Longest content that is gathered; longer records are passed over. */
  readonly maxRecordBytes: number;
}

/** Push/pull parser of the outermost structure of an MCAP file. */
export class RecordFraming {
  readonly #options: FramingOptions;
  readonly #queue = new ByteQueue();
  #recordOffset = 0;
  #offset = 0;
  #state: "opening" | "records" | "closing" | "done" | "unclosed" = "opening";
  #trailing = 0;

  /** A parser at the beginning of a file. */
  constructor(options: FramingOptions) {
    this.#options = options;
  }

  /** Whether the file was complete: its closing magic was there, and nothing behind it. */
  get complete(): boolean {
    return this.#state === "done" && this.#trailing === 0;
  }

  /** Bytes behind the end of the file. */
  get trailingBytes(): number {
    return this.#trailing;
  }

  /** Where the record begins that the bytes so far end in, or end before. */
  get offset(): number {
    return this.#queue.skip > 0 ? this.#recordOffset : this.#offset;
  }

  /** The next bytes of the file, *taken*: records are views of them. */
  push(bytes: Uint8Array): void {
    this.#queue.push(bytes);
    this.#passTrailing();
  }

  /**
   * The next record; `undefined` when more bytes are needed.
   *
   * @throws {MosaicoError} `codec.mcap_magic` when the file does not begin as MCAP files do
   */
  next(): RawRecord | undefined {
    if (this.#state === "opening" && this.#queue.available >= MAGIC.length) this.#open();
    if (this.#state === "closing" && this.#queue.available >= MAGIC.length) this.#close();
    if (this.#state !== "records" || this.#queue.available < HEADER_BYTES) return undefined;
    const { opcode, contentBytes } = this.#header();
    const bytes = HEADER_BYTES + contentBytes;
    const gather = this.#options.wanted.has(opcode) && contentBytes <= this.#options.maxRecordBytes;
    if (gather && this.#queue.available < bytes) return undefined;
    const record = {
      opcode,
      offset: this.#offset,
      contentBytes,
      bytes: gather ? this.#queue.take(bytes) : undefined,
    };
    if (!gather) this.#queue.pass(bytes);
    this.#recordOffset = this.#offset;
    this.#offset += bytes;
    if (opcode === McapConstants.Opcode.FOOTER) this.#state = "closing";
    return record;
  }

  /**
   * What is left when the file ends: the record it ends in, with as much of it as there is, or nothing.
   *
   * @throws {MosaicoError} `codec.mcap_magic` when the file is too short to be an MCAP file
   */
  end(): { readonly opcode: number; readonly contentBytes: number; readonly bytes: Uint8Array } | undefined {
    if (this.#state === "opening") throw notMcap(this.#queue.take(this.#queue.available));
    if (this.#state !== "records" || this.#queue.available === 0) return undefined;
    const { opcode, contentBytes } = this.#queue.available < HEADER_BYTES
      ? { opcode: 0, contentBytes: 0 }
      : this.#header();
    return { opcode, contentBytes, bytes: this.#queue.take(this.#queue.available) };
  }

  /** Whether the file ended inside a record that was passed over. */
  get insideSkipped(): boolean {
    return this.#queue.skip > 0;
  }

  #open(): void {
    const magic = this.#queue.take(MAGIC.length);
    if (!equalBytes(magic, MAGIC)) throw notMcap(magic);
    this.#offset += MAGIC.length;
    this.#state = "records";
  }

  #close(): void {
    this.#state = equalBytes(this.#queue.peek(MAGIC.length), MAGIC) ? "done" : "unclosed";
    if (this.#state === "done") this.#offset += this.#queue.take(MAGIC.length).length;
    this.#passTrailing();
  }

  #passTrailing(): void {
    if (this.#state !== "done" && this.#state !== "unclosed") return;
    this.#trailing += this.#queue.available;
    this.#queue.pass(this.#queue.available);
  }

  #header(): { opcode: number; contentBytes: number } {
    const header = this.#queue.peek(HEADER_BYTES);
    const view = new DataView(header.buffer, header.byteOffset, HEADER_BYTES);
    // Claims beyond 2^53 lose digits here, and are passed over whatever they are.
    return { opcode: view.getUint8(0), contentBytes: Number(view.getBigUint64(1, true)) };
  }
}

const KNOWN_OTHERS: readonly (readonly [prefix: string, what: string])[] = [
  [toHex(MAGIC).slice(0, 12) + "0a", "its line endings were converted on the way, which destroys it"],
  ["23524f53424147", "it is a bag of ROS 1, which `importBag` reads"],
  ["53514c69746520", "it is an SQLite file; those of rosbag2 are read by `importRosbag2`"],
];

function notMcap(start: Uint8Array): MosaicoError {
  const hex = toHex(start);
  const version = hex.startsWith("894d434150") && hex.endsWith("0d0a") && hex.length === 16 && start[5] !== MAGIC[5];
  const reason = start.length === 0
    ? "it is empty"
    : version
    ? `it is of version "${String.fromCharCode(start[5]!)}", expected "0"`
    : KNOWN_OTHERS.find(([prefix]) => hex.startsWith(prefix))?.[1] ??
      `it has ${hex || "nothing"} where the magic belongs`;
  return new MosaicoError("codec.mcap_magic", `Cannot read the file as MCAP: ${reason}`, { found: hex });
}
