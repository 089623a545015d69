/**
 * Questions about the records of topics: by schema and index first, then by looking at what is left.
 *
 * @module
 */
import { abortable } from "../../base/mod.ts";
import type { TopicRecord } from "../catalogue/mod.ts";
import { type Bounds, INDEX_VERSION, type Leaf, leafTree } from "../indexing/mod.ts";
import { pooledSource, type ServerDirectory, timestampColumn, type Uploads } from "../storage/mod.ts";
import { boundsOf, planChunks, type PlannedChunk, type TopicChunks } from "./chunk_plan.ts";
import { indexChunks } from "./index_chunks.ts";
import { compilePruners, Verdict } from "./pruning.ts";
import type { AnswerOptions, TopicQuestion } from "./question.ts";
import { joinRuns, RunFold } from "./run_fold.ts";
import { ScanPool } from "./scan_pool.ts";
import { Scanner } from "./scanner.ts";
import type { ScanChunk, ScanOutput, ScanSpec, ScanTask, TimeSpan } from "./types.ts";

/** Rows of a portion: what a Worker looks through before it is asked to go on, a few milliseconds. */
const PORTION_ROWS = 1 << 18;
/** Rows from which on Workers look through them: below, telling them takes longer than doing it. */
const WORKER_ROWS = 1 << 20;
/** Time for which others wait on this thread at most, milliseconds. */
const SLICE_MS = 8;

/** How a {@linkcode ContentEngine} works. */
export interface EngineOptions {
  /** Workers that look through data; 0 = all is done on this thread. @default processors, at most 4 */
  readonly workers?: number;
  /** Rows from which on they do. @default 1_048_576 */
  readonly workerRows?: number;
  /** Starts a Worker. @default the package's own */
  readonly startWorker?: () => Worker;
}

/** Answers questions about what topics hold, also while their uploads run. */
export class ContentEngine implements Disposable {
  readonly #directory: ServerDirectory;
  readonly #uploads: Uploads;
  readonly #pool: ScanPool;
  readonly #workerRows: number;
  /** Indexes that are being built, by topic. */
  readonly #indexing = new Map<bigint, Promise<void>>();

  /** For the topics of `directory`. */
  constructor(directory: ServerDirectory, uploads: Uploads, options: EngineOptions = {}) {
    const { workers = Math.min(4, navigator.hardwareConcurrency), workerRows = WORKER_ROWS } = options;
    this.#directory = directory;
    this.#uploads = uploads;
    this.#pool = new ScanPool(typeof Worker === "undefined" ? 0 : workers, options.startWorker);
    this.#workerRows = workerRows;
  }

  /** Whether a record fulfils all conditions. */
  async has(question: TopicQuestion, options: AnswerOptions): Promise<boolean> {
    const { topic, predicate } = question;
    const { signal, statistics } = options;
    statistics.topics++;
    if (predicate.scope !== "some" || topic.schemaHeader === undefined) {
      const holds = predicate.scope === "all" && topic.schemaHeader !== undefined;
      if (!holds) statistics.topicsPruned++;
      return holds;
    }
    const plan = await this.plan(question, options);
    let isPruned = true;
    for (const page of plan.pages()) {
      isPruned = false;
      signal.throwIfAborted();
      if (page.some(({ verdict }) => verdict >= Verdict.one)) {
        statistics.chunksByIndex++;
        return true;
      }
      for await (const { found } of this.scan(question, { kind: "any" }, [page], options)) if (found) return true;
    }
    if (isPruned) statistics.topicsPruned++;
    return false;
  }

  /** Runs of the records that fulfil all conditions, with no gap above `gapNs`; 0 = no bound. In order of time. */
  async *runs(question: TopicQuestion, gapNs: bigint, options: AnswerOptions): AsyncGenerator<TimeSpan, void, void> {
    const { topic, predicate } = question;
    options.statistics.topics++;
    if (predicate.scope === "none" || topic.schemaHeader === undefined) {
      options.statistics.topicsPruned++;
      return;
    }
    const plan = await this.plan(question, options);
    yield* joinRuns(this.#endsOf(question, plan.pages(), gapNs, options), gapNs);
  }

  /** Ends of runs, part by part: of chunks that are looked at, and of those of which first and last row are enough. */
  async *#endsOf(
    question: TopicQuestion,
    pages: Iterable<readonly PlannedChunk[]>,
    gapNs: bigint,
    options: AnswerOptions,
  ): AsyncGenerator<BigInt64Array, void, void> {
    const task: ScanTask = { kind: "runs", gapNs };
    if (gapNs !== 0n) {
      for await (const { runs } of this.scan(question, task, pages, options)) yield runs;
      return;
    }
    for (const page of pages) {
      for (const { isKnown, chunks } of partsOf(page)) {
        options.signal.throwIfAborted();
        if (!isKnown) {
          for await (const { runs } of this.scan(question, task, [chunks], options)) yield runs;
          continue;
        }
        const fold = new RunFold(gapNs);
        for (const { chunk } of chunks) fold.addRun(chunk.startNs, chunk.endNs);
        options.statistics.chunksByIndex += chunks.length;
        yield fold.finish();
      }
    }
  }

  /** The chunks a question is about. Their index is built where it is missing and conditions, or `needsIndex`, ask for it. */
  async plan(question: TopicQuestion, { statistics, signal }: AnswerOptions, needsIndex = false): Promise<Plan> {
    const { topic, schema, predicate, window } = question;
    const { catalogue } = this.#directory;
    const pruners = compilePruners(predicate.columns, leafTree(schema), timestampColumn(schema));
    const chunks = await this.#chunksOf(topic, needsIndex || pruners.columns.length > 0, signal);
    statistics.chunks += chunks.count;
    statistics.bytesStored += Number(topic.totals.byteCount);
    const damaged = () => catalogue.transaction(() => catalogue.indexes.delete(topic.id)); // the next question builds it anew
    return {
      indexed: chunks.indexed,
      pages: () => planChunks(catalogue, chunks, pruners, window, damaged),
      bounds: (leaf) => boundsOf(catalogue, topic.id, leaf),
    };
  }

  /** The chunks of a topic as they are now; where its index is wanted and missing, it is built. */
  async #chunksOf(topic: TopicRecord, needsIndex: boolean, signal: AbortSignal): Promise<TopicChunks> {
    const { indexes } = this.#directory.catalogue;
    const running = await this.#uploads.readableChunks(topic.id);
    const count = running?.length ?? Number(topic.totals.chunkCount);
    if (running === undefined && needsIndex && indexes.coverage(topic.id, INDEX_VERSION) < count) {
      await this.#buildIndex(topic, signal);
    }
    return { topic, running, count, indexed: Math.min(count, indexes.coverage(topic.id, INDEX_VERSION)) };
  }

  /** Builds an index once, however many wait for it. It is built to its end though one of them goes away. */
  async #buildIndex(topic: TopicRecord, signal: AbortSignal): Promise<void> {
    let building = this.#indexing.get(topic.id);
    if (building === undefined) {
      building = this.#index(topic).finally(() => this.#indexing.delete(topic.id));
      this.#indexing.set(topic.id, building);
    }
    await abortable(building, signal);
  }

  async #index(topic: TopicRecord): Promise<void> {
    const { catalogue, files, options } = this.#directory;
    const path = this.#directory.filePath(topic.file!);
    const chunks = catalogue.chunks.ofTopic(topic.id);
    const header = topic.schemaHeader!;
    const index = topic.totals.rowCount >= this.#workerRows && await this.#pool.prepare()
      ? await this.#pool.index(path, header, chunks)
      : await indexChunks(pooledSource(files, path), header, chunks, options.codecs, pauses());
    if (index !== undefined) catalogue.replaceIndex(topic.id, topic.file!, index);
  }

  /** What is found in the planned chunks, portion by portion. */
  async *scan(
    question: TopicQuestion,
    task: ScanTask,
    pages: Iterable<readonly PlannedChunk[]>,
    options: AnswerOptions,
  ): AsyncGenerator<ScanOutput, void, void> {
    const { signal, statistics } = options;
    const { topic, conditions, window } = question;
    const spec: ScanSpec = {
      path: this.#directory.filePath(topic.file!),
      schemaHeader: topic.schemaHeader!,
      conditions,
      window,
      task,
    };
    const portions = this.#portions(pages, options);
    // Where there is much of it, Workers look through it; that shows when the first portions are known.
    const first: (readonly ScanChunk[])[] = [];
    let rows = 0;
    while (this.#pool.isUsable && rows < this.#workerRows) {
      const { value: portion, done } = portions.next();
      if (done === true) break;
      first.push(portion);
      for (const { rowCount } of portion) rows += rowCount;
    }
    const all = chain(first, portions);
    const outputs = rows >= this.#workerRows && await this.#pool.prepare()
      ? this.#pool.scan(spec, all)
      : this.#here(spec, all, signal);
    for await (const output of outputs) {
      signal.throwIfAborted();
      statistics.bytesRead += output.bytesRead;
      statistics.rowsScanned += output.rowsScanned;
      yield output;
    }
  }

  /** Looks through portions on this thread. */
  async *#here(
    spec: ScanSpec,
    portions: Iterable<readonly ScanChunk[]>,
    signal: AbortSignal,
  ): AsyncGenerator<ScanOutput, void, void> {
    const { files, options } = this.#directory;
    const scanner = new Scanner(spec, pooledSource(files, spec.path), options.codecs);
    const pause = pauses(signal);
    for (const portion of portions) yield await scanner.scan(portion, pause);
  }

  *#portions(
    pages: Iterable<readonly PlannedChunk[]>,
    { signal, statistics }: AnswerOptions,
  ): Generator<readonly ScanChunk[], undefined, void> {
    for (const page of pages) {
      for (const portion of portionsOf(page)) {
        signal.throwIfAborted();
        statistics.chunksScanned += portion.length;
        yield portion;
      }
    }
  }

  /** Ends its Workers. */
  [Symbol.dispose](): void {
    this.#pool[Symbol.dispose]();
  }
}

/** What there is to look at for a question. */
export interface Plan {
  /** Chunks the index covers, from the first on. */
  readonly indexed: number;
  /** Those that may hold records that count, a page at a time. */
  pages(): Iterable<readonly PlannedChunk[]>;
  /** What the index knows of a column, chunk by chunk; `undefined` when it cannot be read. */
  bounds(leaf: Leaf): ((ordinal: number) => Bounds) | undefined;
}

/** Neighbours of a page whose rows all fulfil the conditions, or not. */
function* partsOf(
  page: readonly PlannedChunk[],
): Generator<{ readonly isKnown: boolean; readonly chunks: readonly PlannedChunk[] }> {
  for (let from = 0, to = 0; from < page.length; from = to) {
    const isKnown = page[from]!.verdict === Verdict.all;
    while (to < page.length && (page[to]!.verdict === Verdict.all) === isKnown) to++;
    yield { isKnown, chunks: page.slice(from, to) };
  }
}

function* portionsOf(page: readonly PlannedChunk[]): Generator<readonly ScanChunk[]> {
  let portion: ScanChunk[] = [];
  let rows = 0;
  for (const { chunk, verdict } of page) {
    portion.push({ ...chunk, allMatch: verdict === Verdict.all });
    rows += chunk.rowCount;
    if (rows < PORTION_ROWS) continue;
    yield portion;
    portion = [];
    rows = 0;
  }
  if (portion.length > 0) yield portion;
}

function* chain<T>(first: Iterable<T>, second: Iterable<T>): Generator<T> {
  yield* first;
  yield* second;
}

/** Lets others have the thread when it was held for a while; then asks whether anybody still waits. */
function pauses(signal?: AbortSignal): () => Promise<void> | undefined {
  let since = performance.now();
  return () => {
    if (performance.now() - since < SLICE_MS) return undefined;
    return new Promise<void>((resolve) => setTimeout(resolve, 0)).then(() => {
      signal?.throwIfAborted();
      since = performance.now();
    });
  };
}
