/**
 * The receiving half of a call: body bytes become messages, messages wait for their reader, and the peer's window is given
 * back so that what waits stays bounded while a single large message always gets through.
 *
 * @module
 */
import { Queue } from "../../base/mod.ts";
import type { Http2Stream } from "../http2/mod.ts";
import { MessageAssembler } from "./framing.ts";
import type { MessageMemory } from "./message_memory.ts";

/** Bytes of whole messages that may wait for their reader before the peer is held back, as part of the window. */
const WAITING_PART = 1 / 4;

/** Messages of one stream, in order. */
export class Inbox {
  readonly #assembler: MessageAssembler;
  readonly #messages: Queue<Uint8Array>;
  readonly #maxWaitingBytes: number;
  #stream: Http2Stream | undefined;
  #waitingBytes = 0;
  /** Received and not given back to the peer. */
  #heldBytes = 0;
  #isOver = false;
  #discarded: { readonly reason: unknown } | undefined;

  /** Messages over `maxMessageBytes` are refused; the others get memory of `memory`. `windowBytes` is the window of its stream. */
  constructor(maxMessageBytes: number, memory: MessageMemory, windowBytes: number) {
    this.#maxWaitingBytes = WAITING_PART * windowBytes;
    this.#messages = new Queue<Uint8Array>({ capacity: Infinity, onTaken: (message) => this.#taken(message.length) });
    this.#assembler = new MessageAssembler(maxMessageBytes, memory, (message) => {
      this.#waitingBytes += message.length;
      this.#messages.push(message);
    });
  }

  /** How the peer said it compresses. */
  set encoding(encoding: string) {
    this.#assembler.encoding = encoding;
  }

  /** Whether bytes of a message have come, and not all of them. */
  get isInsideMessage(): boolean {
    return this.#assembler.isInsideMessage;
  }

  /** Takes body bytes of `stream`. @throws {RpcError} when they are no messages, or too large */
  receive(stream: Http2Stream, chunk: Uint8Array): void {
    if (this.#isOver) return stream.consume(chunk.length);
    this.#stream = stream;
    this.#heldBytes += chunk.length;
    this.#assembler.push(chunk);
    if (this.#waitingBytes < this.#maxWaitingBytes) this.#giveBack();
  }

  /** Memory of the message under way for at most `maxBytes` more; `undefined` = none. `receive` knows its own memory. */
  target(maxBytes: number): Uint8Array | undefined {
    return this.#isOver ? undefined : this.#assembler.target(maxBytes);
  }

  /**
   * The next message; `undefined` at the end.
   *
   * @throws what `fail` was given, after the messages before it; what `discard` was given, at once
   */
  take(): Promise<Uint8Array | undefined> {
    if (this.#discarded !== undefined) return Promise.reject(this.#discarded.reason);
    return this.#messages.take();
  }

  /** No more messages. */
  close(): void {
    this.#isOver = true;
    this.#messages.close();
  }

  /** No more messages, because of `error`. */
  fail(error: unknown): void {
    this.#isOver = true;
    this.#messages.fail(error);
  }

  /** Forgets what waits, and what may still come: nobody will read it. An end that has been read stays as it was. */
  discard(error: unknown): void {
    if (this.#isOver && this.#messages.isEmpty) return;
    this.#discarded ??= { reason: error };
    this.fail(error);
    while (this.#messages.tryTake() !== undefined);
    this.#giveBack();
  }

  #taken(bytes: number): void {
    this.#waitingBytes -= bytes;
    if (this.#waitingBytes < this.#maxWaitingBytes) this.#giveBack();
  }

  #giveBack(): void {
    if (this.#heldBytes === 0) return;
    this.#stream?.consume(this.#heldBytes);
    this.#heldBytes = 0;
  }
}
