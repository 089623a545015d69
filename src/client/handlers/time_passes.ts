/**
 * A sequence downloaded in passes that follow one another in time, so that many topics do not fill the memory.
 *
 * @module
 */
import type { TimestampRange } from "../../protocol/mod.ts";
import type { TopicEndpoint } from "../control/mod.ts";
import type { SequenceDownload, SequenceStreamInfo, TopicStreamer, TopicStreamInfo } from "../reading/mod.ts";
import { streamInfoOf } from "./open_topic.ts";

/** What {@linkcode TimePasses} is made of. */
export interface TimePassesOptions {
  /** Topics with rows in `window`, and their tickets. */
  readonly endpoints: readonly TopicEndpoint[];
  /** The part of the record time that was asked for. */
  readonly window: TimestampRange;
  /** Bytes that may be on this side of the wire at once, as they are stored. */
  readonly maxBufferedBytes: number;
  /** The topics with rows in another window, with tickets for it. */
  readonly endpointsIn: (window: TimestampRange) => Promise<readonly TopicEndpoint[]>;
  /** Starts downloads, each of which may read so much ahead: see `Lane.download`. */
  readonly open: (endpoints: readonly TopicEndpoint[], readAheadBytes: number) => Promise<TopicStreamer<unknown>[]>;
}

/** Bounds of what one download may read ahead: with less it would wait for the wire at each batch. */
const LEAST_READ_AHEAD = 256 << 10;
const MOST_READ_AHEAD = 16 << 20;
/** What a download that may read ahead so much has on this side at most: a quarter more on the wire, and that of a Worker. */
const READ_AHEAD_PLACES = 2.25;
/** Chunks of a download that may be here beside it: being received, being handed over, being read. */
const CHUNKS_AT_ONCE = 3;
/** A pass that holds so many times more than it should is made shorter. */
const TOLERANCE = 1.5;
/** A pass is at most so many times longer than the one before. */
const GROWTH = 4;

type Streamers = readonly TopicStreamer<unknown>[];

/**
 * Downloads of a merge. Where all topics, read at once, cannot have more than `maxBufferedBytes` here, there is one pass.
 * Otherwise the time is cut into passes of half that at most; while one is read, the next is on its way. So memory grows
 * neither with the number of topics, nor with the chunks the server keeps them in; the price is that servers cut chunks.
 */
export class TimePasses implements SequenceDownload {
  /** See {@linkcode SequenceDownload.info}. */
  readonly info: SequenceStreamInfo;
  readonly #options: TimePassesOptions;
  readonly #passBytes: number;
  readonly #readAheadBytes: number;
  /** Behind the last row. */
  readonly #endNs: bigint;
  /** Where the next pass begins. */
  #startNs: bigint;
  /** How long the next pass is meant to be. */
  #spanNs: bigint;
  #coming: Promise<Streamers | undefined> | undefined;
  #isOver = false;

  /** Starts nothing yet. */
  constructor(options: TimePassesOptions) {
    const { endpoints, window, maxBufferedBytes } = options;
    const info = this.info = sum(endpoints.map(streamInfoOf));
    this.#options = options;
    this.#passBytes = maxBufferedBytes / 2;
    this.#startNs = info.startNs ?? 0n;
    this.#endNs = (info.endNs ?? 0n) + 1n;
    this.#spanNs = this.#endNs - this.#startNs;
    const chunks = total(
      endpoints,
      (endpoint) => Math.min(bytesIn(endpoint, window), CHUNKS_AT_ONCE * chunkBytes(endpoint)),
    );
    const share = (maxBufferedBytes - chunks) / Math.max(1, endpoints.length) / READ_AHEAD_PLACES;
    this.#readAheadBytes = Math.floor(Math.min(Math.max(share, LEAST_READ_AHEAD), MOST_READ_AHEAD));
    const bytes = bytesOf(endpoints, window);
    const isSmall = bytes <= maxBufferedBytes;
    if (!isSmall && share < LEAST_READ_AHEAD) this.#spanNs = this.#spanHolding(bytes);
  }

  /** See {@linkcode SequenceDownload.next}. */
  async next(): Promise<Streamers | undefined> {
    const streamers = await (this.#coming ?? this.#start());
    this.#coming = streamers && this.#start();
    this.#coming?.catch(() => {}); // the next call hears of it
    return streamers;
  }

  /** See {@linkcode SequenceDownload.close}. */
  close(): void {
    this.#isOver = true;
    this.#coming?.then((streamers) => streamers?.forEach((streamer) => streamer.close()), () => {});
  }

  /** Starts the next pass; `undefined` after the last. */
  async #start(): Promise<Streamers | undefined> {
    if (this.#isOver || this.info.topics.length === 0) return undefined;
    if (this.#startNs === this.info.startNs && this.#spanNs === this.#endNs - this.#startNs) {
      this.#isOver = true;
      return await this.#options.open(this.#options.endpoints, this.#readAheadBytes);
    }
    while (!this.#isOver) {
      const startNs = this.#startNs;
      const spanNs = this.#spanNs;
      const isLast = startNs + spanNs >= this.#endNs;
      const endNs = isLast ? this.#options.window.endNs : startNs + spanNs;
      const window = { startNs, ...(endNs === undefined ? {} : { endNs }) };
      const endpoints = await this.#options.endpointsIn(window);
      const bytes = bytesOf(endpoints, window);
      this.#spanNs = this.#spanHolding(bytes);
      if (bytes > TOLERANCE * this.#passBytes && this.#spanNs < spanNs) continue;
      this.#startNs += spanNs;
      if (isLast) this.#isOver = true;
      if (endpoints.length > 0) return await this.#options.open(endpoints, this.#readAheadBytes);
    }
    return undefined;
  }

  /** How long a pass should be, when one of `#spanNs` holds `bytes`. */
  #spanHolding(bytes: number): bigint {
    const share = bytes === 0 ? GROWTH : Math.min(this.#passBytes / bytes, GROWTH);
    const spanNs = this.#spanNs * BigInt(Math.ceil(share * 1e6)) / 1_000_000n;
    return spanNs < 1n ? 1n : spanNs;
  }
}

function sum(topics: readonly TopicStreamInfo[]): SequenceStreamInfo {
  let messageCount: bigint | undefined = 0n;
  let startNs: bigint | undefined;
  let endNs: bigint | undefined;
  for (const topic of topics) {
    if (topic.messageCount === undefined) messageCount = undefined;
    else if (messageCount !== undefined) messageCount += topic.messageCount;
    if (topic.startNs !== undefined && !(startNs! <= topic.startNs)) startNs = topic.startNs;
    if (topic.endNs !== undefined && !(endNs! >= topic.endNs)) endNs = topic.endNs;
  }
  return { messageCount, startNs, endNs, topics };
}

function total(endpoints: readonly TopicEndpoint[], bytes: (endpoint: TopicEndpoint) => number): number {
  return endpoints.reduce((sum, endpoint) => sum + bytes(endpoint), 0);
}

function bytesOf(endpoints: readonly TopicEndpoint[], window: TimestampRange): number {
  return total(endpoints, (endpoint) => bytesIn(endpoint, window));
}

/** Bytes of a topic within `window`, as they are stored: by its rows, or, where the server does not count them, by its time. */
function bytesIn(
  { metadata: { dataInfo, timeWindowInfo } }: TopicEndpoint,
  { startNs, endNs }: TimestampRange,
): number {
  const { interval, totalBytes, totalRowCount } = dataInfo;
  if (interval === undefined) return 0;
  if (timeWindowInfo !== undefined && totalRowCount !== undefined && totalRowCount > 0n) {
    return Number(totalBytes) * Number(timeWindowInfo.rowCount) / Number(totalRowCount);
  }
  const from = startNs !== undefined && startNs > interval.startNs ? startNs : interval.startNs;
  const to = endNs !== undefined && endNs <= interval.endNs ? endNs : interval.endNs + 1n;
  return Number(totalBytes) * Math.max(0, Number(to - from)) / Number(interval.endNs - interval.startNs + 1n);
}

function chunkBytes({ metadata: { dataInfo } }: TopicEndpoint): number {
  return Number(dataInfo.totalBytes) / Math.max(1, Number(dataInfo.totalChunksCount));
}
