/**
 * Messages on a stream: five bytes (compressed flag, length) in front of each.
 *
 * @module
 */
import { concat, totalLength } from "../../base/mod.ts";
import { RpcError } from "./errors.ts";
import type { MessageMemory } from "./message_memory.ts";
import { GrpcStatus } from "./status.ts";

/** What this file uses of `node:zlib`. */
interface Zlib {
  gzipSync(bytes: Uint8Array, options: { level: number }): Uint8Array;
  gunzipSync(bytes: Uint8Array, options: { maxOutputLength: number }): Uint8Array;
}

/** Loaded when the first message is compressed, which few are: it takes longer than to load all of gRPC. */
function zlib(): Zlib {
  const { process } = globalThis as unknown as { process: { getBuiltinModule(name: "node:zlib"): Zlib } };
  return process.getBuiltinModule("node:zlib");
}

/** Compression of whole messages. */
export type MessageEncoding = "identity" | "gzip";

const PREFIX_BYTES = 5;
/** Fast: what is sent is mostly numbers, which higher levels hardly make smaller. */
const GZIP_LEVEL = 1;

/** The slices of one message on the wire. Nothing is copied, except by compression. */
export function frameMessage(slices: readonly Uint8Array[], encoding: MessageEncoding): Uint8Array[] {
  const parts = encoding === "gzip" ? [zlib().gzipSync(concat(slices), { level: GZIP_LEVEL })] : slices;
  const size = totalLength(parts);
  const prefix = new Uint8Array(PREFIX_BYTES);
  prefix[0] = encoding === "gzip" ? 1 : 0;
  new DataView(prefix.buffer).setUint32(1, size);
  return size === 0 ? [prefix] : [prefix, ...parts];
}

/**
 * Puts messages together from pieces of any size. Every byte is copied once, or read in place, into a buffer of the
 * message's own size, which is checked before it is allocated.
 */
export class MessageAssembler {
  /** How the peer said it compresses; applies to messages with the flag set. */
  encoding: string = "identity";
  readonly #maxBytes: number;
  readonly #memory: MessageMemory;
  readonly #onMessage: (message: Uint8Array) => void;
  readonly #prefix = new Uint8Array(PREFIX_BYTES);
  #prefixFilled = 0;
  #message: Uint8Array | undefined;
  #messageFilled = 0;

  /**
   * Messages over `maxBytes`, compressed or not, are refused; the others, in memory of `memory`, go to `onMessage`,
   * which owns them.
   */
  constructor(maxBytes: number, memory: MessageMemory, onMessage: (message: Uint8Array) => void) {
    this.#maxBytes = maxBytes;
    this.#memory = memory;
    this.#onMessage = onMessage;
  }

  /** Whether a message has begun and not ended. */
  get isInsideMessage(): boolean {
    return this.#prefixFilled > 0;
  }

  /** Memory for at most `maxBytes` more of the message under way; bytes that are there already are not copied by `push`. */
  target(maxBytes: number): Uint8Array | undefined {
    return this.#message?.subarray(this.#messageFilled, this.#messageFilled + maxBytes);
  }

  /** Takes body bytes. @throws {RpcError} RESOURCE_EXHAUSTED, INTERNAL or UNIMPLEMENTED */
  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#message === undefined) {
        const size = Math.min(PREFIX_BYTES - this.#prefixFilled, chunk.length - at);
        this.#prefix.set(chunk.subarray(at, at + size), this.#prefixFilled);
        this.#prefixFilled += size;
        at += size;
        if (this.#prefixFilled < PREFIX_BYTES) return;
        this.#message = this.#allocate();
        this.#messageFilled = 0;
      }
      const message = this.#message;
      const size = Math.min(message.length - this.#messageFilled, chunk.length - at);
      if (size > 0) {
        const isInPlace = chunk.buffer === message.buffer; // it is nobody else's
        if (!isInPlace) message.set(size === chunk.length ? chunk : chunk.subarray(at, at + size), this.#messageFilled);
        this.#messageFilled += size;
        at += size;
      }
      if (this.#messageFilled === message.length) this.#complete(message);
    }
  }

  #allocate(): Uint8Array {
    const size = new DataView(this.#prefix.buffer).getUint32(1);
    if (size > this.#maxBytes) throw tooLarge(size, this.#maxBytes);
    return this.#memory.allocate(size);
  }

  #complete(message: Uint8Array): void {
    const flag = this.#prefix[0]!;
    this.#message = undefined;
    this.#prefixFilled = 0;
    this.#onMessage(flag === 0 ? message : this.#decompress(flag, message));
  }

  #decompress(flag: number, message: Uint8Array): Uint8Array {
    if (flag !== 1) throw new RpcError(GrpcStatus.INTERNAL, `Cannot read a message: its compressed flag is ${flag}`);
    if (this.encoding !== "gzip") {
      throw new RpcError(
        GrpcStatus.UNIMPLEMENTED,
        `Cannot read a message: it is compressed with "${this.encoding}", and only gzip is known`,
      );
    }
    let plain: Uint8Array;
    try {
      plain = zlib().gunzipSync(message, { maxOutputLength: this.#maxBytes });
    } catch (cause) {
      if ((cause as { code?: string }).code === "ERR_BUFFER_TOO_LARGE") {
        throw tooLarge(this.#maxBytes + 1, this.#maxBytes);
      }
      throw new RpcError(GrpcStatus.INTERNAL, "Cannot read a message: its gzip data is damaged", { cause });
    }
    this.#memory.release(message);
    const aligned = this.#memory.allocate(plain.length);
    aligned.set(plain);
    return aligned;
  }
}

function tooLarge(sizeBytes: number, maxBytes: number): RpcError {
  const text = `Cannot read a message: ${sizeBytes} bytes or more exceed the maximum of ${maxBytes}`;
  return new RpcError(GrpcStatus.RESOURCE_EXHAUSTED, text, { facts: { sizeBytes, maxBytes } });
}
