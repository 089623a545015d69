/**
 * `compression: "auto"`: what is fastest for a topic, found by measuring.
 *
 * @module
 */
import { type Batch, type BodyCodec, encodeBatch, type IpcMessage, sizeOfBatch } from "../../columnar/mod.ts";

/** Encodes the batches of one upload. */
export interface BodyEncoder {
  /** The message of a batch, which is *taken*. */
  encode(batch: Batch): IpcMessage;
  /** A message of so many bytes waits for the connection, until `room` settles. */
  waits?(byteLength: number, room: Promise<void>): void;
}

/** One codec, or none, for all columns of all batches. */
export function fixedEncoder(codec: BodyCodec | undefined): BodyEncoder {
  return { encode: (batch) => encodeBatch(batch, codec) };
}

/** Time after which everything is measured anew, milliseconds. */
const PERIOD_MS = 30_000;
/** The connection's rate is known once batches of so many bytes waited for it, for so long, milliseconds. */
const MIN_WAIT_BYTES = 1 << 20;
const MIN_WAIT_MS = 100;
/** Batches each codec is tried on; the fastest counts, for the first one warms up. */
const TRIALS = 2;
/** A codec must save this share of the time without it. */
const MIN_GAIN = 0.1;

/** What trying a codec showed. */
interface Trial {
  readonly codec: BodyCodec;
  batches: number;
  /** Milliseconds to compress a byte. */
  msPerByte: number;
  /** Bytes that are left of one. */
  ratio: number;
}

/**
 * Compares, per byte of columns, the time to compress and to send it. Nothing is tried as long as the connection takes
 * every batch at once: then sending is no bottleneck, and compressing would only cost.
 */
export class AutoEncoder implements BodyEncoder {
  readonly #codecs: readonly BodyCodec[];
  readonly #plain: BodyEncoder;
  readonly #now: () => number;
  /** Bytes that are left of one without a codec. */
  #plainRatio = 1;
  #trials: readonly Trial[];
  #periodStart: number;
  #choice: BodyCodec | undefined;
  /** Bytes the connection takes in a millisecond; `undefined` = more than are sent. */
  #bytesPerMs: number | undefined;
  #link = { ms: 0, bytes: 0 };
  #pending = { count: 0, bytes: 0, since: 0 };

  /** Chooses among `plain`, which costs nothing, and `codecs`. `now` is a clock, in milliseconds. */
  constructor(plain: BodyEncoder, codecs: readonly BodyCodec[], now: () => number = () => performance.now()) {
    this.#plain = plain;
    this.#codecs = codecs;
    this.#now = now;
    this.#trials = this.#newTrials();
    this.#periodStart = now();
  }

  /** See {@linkcode BodyEncoder.encode}. */
  encode(batch: Batch): IpcMessage {
    const start = this.#now();
    if (start - this.#periodStart >= PERIOD_MS) this.#startPeriod(start);
    this.#bytesPerMs ??= this.#rate();
    const trial = this.#bytesPerMs === undefined ? undefined : this.#nextTrial();
    const size = sizeOfBatch(batch);
    if (trial === undefined || size === 0) {
      if (this.#choice !== undefined) return encodeBatch(batch, this.#choice);
      const message = this.#plain.encode(batch);
      if (size > 0) this.#plainRatio = message.bodyLength / size;
      return message;
    }
    const message = encodeBatch(batch, trial.codec);
    trial.batches++;
    trial.msPerByte = Math.min(trial.msPerByte, (this.#now() - start) / size);
    trial.ratio = message.bodyLength / size;
    this.#choice = this.#fastest();
    return message;
  }

  /** See {@linkcode BodyEncoder.waits}. */
  waits(byteLength: number, room: Promise<void>): void {
    const pending = this.#pending;
    if (pending.count++ === 0) pending.since = this.#now();
    pending.bytes += byteLength;
    const settled = () => {
      if (--pending.count > 0) return;
      this.#link.ms += this.#now() - pending.since;
      this.#link.bytes += pending.bytes;
      pending.bytes = 0;
    };
    room.then(settled, () => {});
  }

  /** What is known of the connection is what the last period showed; of the codecs, nothing. */
  #startPeriod(now: number): void {
    this.#periodStart = now;
    this.#bytesPerMs = this.#rate();
    this.#link = { ms: 0, bytes: 0 };
    this.#trials = this.#newTrials();
    if (this.#bytesPerMs === undefined) this.#choice = undefined;
  }

  #newTrials(): Trial[] {
    return this.#codecs.map((codec) => ({ codec, batches: 0, msPerByte: Infinity, ratio: 1 }));
  }

  #rate(): number | undefined {
    const { ms, bytes } = this.#link;
    return ms >= MIN_WAIT_MS && bytes >= MIN_WAIT_BYTES ? bytes / ms : undefined;
  }

  /** Codecs take turns until each has had its batches. */
  #nextTrial(): Trial | undefined {
    const fewest = this.#trials.reduce((best, trial) => trial.batches < best.batches ? trial : best);
    return fewest.batches < TRIALS ? fewest : undefined;
  }

  #fastest(): BodyCodec | undefined {
    const msToSend = 1 / this.#bytesPerMs!;
    let codec: BodyCodec | undefined;
    let least = this.#plainRatio * msToSend * (1 - MIN_GAIN);
    for (const trial of this.#trials) {
      const ms = trial.msPerByte + trial.ratio * msToSend;
      if (ms < least) [codec, least] = [trial.codec, ms];
    }
    return codec;
  }
}
