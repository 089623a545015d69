/**
 * Workers that scan.
 *
 * @module
 */
import { type ErrorData, missingWorkerPermission, MosaicoError } from "../../base/mod.ts";
import { IpcError } from "../../columnar/mod.ts";
import type { Chunk, IndexProgress } from "../catalogue/mod.ts";
import type { ScanChunk, ScanOutput, ScanSpec } from "./types.ts";
import type { FromWorker, ToWorker } from "./worker_messages.ts";

/** Time without work after which the Workers end, milliseconds. */
const IDLE_MS = 30_000;

/** Portions of one scan a Worker has at hand: one under way, one to go on with. */
const AHEAD = 2;

interface Pending {
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

/** One Worker. */
class ScanWorker {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #nextId = 0;
  /** Why it takes nothing any more. */
  failure: unknown;
  readonly #started = Promise.withResolvers<boolean>();
  /** Whether it came to run. */
  readonly started: Promise<boolean> = this.#started.promise;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#receive(data);
    worker.onerror = (event) => {
      event.preventDefault(); // it is told to those whom it concerns
      this.fail(new MosaicoError("session.worker_lost", `Lost a Worker: ${event.message || "it failed"}`));
    };
    worker.onmessageerror = () =>
      this.fail(new MosaicoError("session.worker_lost", "Lost a Worker: it cannot be read"));
    worker.addEventListener(
      "close",
      () => this.fail(new MosaicoError("session.worker_lost", "Lost a Worker: it ended")),
    );
  }

  get load(): number {
    return this.#pending.size;
  }

  tell(message: ToWorker): void {
    if (this.failure === undefined) this.#worker.postMessage(message);
  }

  ask<T>(request: (id: number) => ToWorker): Promise<T> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    const id = this.#nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#pending.set(id, { resolve: resolve as Pending["resolve"], reject });
    this.#worker.postMessage(request(id));
    return promise;
  }

  fail(reason: unknown): void {
    if (this.failure !== undefined) return;
    this.failure = reason;
    this.#started.resolve(false);
    this.#worker.terminate();
    for (const { reject } of this.#pending.values()) reject(reason);
    this.#pending.clear();
  }

  #receive(message: FromWorker): void {
    if (message.type === "started") return this.#started.resolve(true);
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if (message.type === "failed") pending?.reject(unpackError(message.error));
    else pending?.resolve((message.type === "output" ? message.output : message.index) as never);
  }
}

/** Starts Workers when there is work, and ends them when there is none for a while. */
export class ScanPool implements Disposable {
  #size: number;
  readonly #start: () => Worker;
  #workers: ScanWorker[] = [];
  #users = 0;
  #nextScan = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  /** At most `size` Workers; `start` makes one. */
  constructor(size: number, start: () => Worker = startWorker) {
    this.#size = size;
    this.#start = start;
  }

  /** Whether there can be Workers, as far as is known. */
  get isUsable(): boolean {
    return this.#size > 0 && !this.#isClosed;
  }

  /** Starts the Workers, and answers whether they run. Where they do not, because the runtime or its user allows none, it is not tried again. */
  async prepare(): Promise<boolean> {
    if (!this.isUsable) return false;
    using _use = this.#use();
    try {
      const started = await Promise.all(this.#ready().map((worker) => worker.started));
      if (started.includes(false)) this.#size = 0;
    } catch {
      this.#size = 0;
    }
    return this.isUsable;
  }

  /** What is found in each of `portions`, in their order. Those behind the one that is waited for are looked through already. */
  async *scan(spec: ScanSpec, portions: Iterator<readonly ScanChunk[]>): AsyncGenerator<ScanOutput, void, void> {
    using _use = this.#use();
    const workers = this.#ready();
    const scan = this.#nextScan++;
    for (const worker of workers) worker.tell({ type: "open", scan, spec });
    const ahead: Promise<ScanOutput>[] = [];
    try {
      for (let isOver = false; !isOver || ahead.length > 0;) {
        while (!isOver && ahead.length < AHEAD * workers.length) {
          const { value: chunks, done } = portions.next();
          isOver = done === true;
          if (isOver) break;
          const worker = workers.reduce((a, b) => b.load < a.load ? b : a);
          const output = worker.ask<ScanOutput>((id) => ({ type: "portion", scan, id, chunks }));
          output.catch(() => {}); // told when it is awaited, if it is
          ahead.push(output);
        }
        const next = ahead.shift();
        if (next !== undefined) yield await next;
      }
    } finally {
      for (const worker of workers) worker.tell({ type: "close", scan });
    }
  }

  /** The index of a topic that is stored in `chunks`. */
  async index(path: string, schemaHeader: Uint8Array, chunks: readonly Chunk[]): Promise<IndexProgress | undefined> {
    using _use = this.#use();
    const worker = this.#ready().reduce((a, b) => b.load < a.load ? b : a);
    return await worker.ask((id) => ({ type: "index", id, path, schemaHeader, chunks }));
  }

  /** Ends the Workers; what they do fails. */
  [Symbol.dispose](): void {
    this.#isClosed = true;
    this.#end();
  }

  #use(): Disposable {
    this.#users++;
    clearTimeout(this.#timer);
    return {
      [Symbol.dispose]: () => {
        if (--this.#users > 0 || this.#isClosed) return;
        this.#timer = setTimeout(() => this.#end(), IDLE_MS);
        // A server that has nothing else to do may end.
        if (typeof this.#timer === "object") (this.#timer as { unref?(): void }).unref?.();
        else if ("Deno" in globalThis) Deno.unrefTimer(this.#timer);
      },
    };
  }

  #ready(): readonly ScanWorker[] {
    if (this.#isClosed) throw new MosaicoError("session.closed", "Cannot scan: the server is closed");
    this.#workers = this.#workers.filter((worker) => worker.failure === undefined);
    while (this.#workers.length < this.#size) this.#workers.push(new ScanWorker(this.#start()));
    return this.#workers;
  }

  #end(): void {
    clearTimeout(this.#timer);
    for (const worker of this.#workers) {
      worker.fail(new MosaicoError("session.closed", "Cannot scan: the server is closed"));
    }
    this.#workers = [];
  }
}

function startWorker(): Worker {
  const url = new URL("./worker.ts", import.meta.url);
  const missing = missingWorkerPermission(url);
  if (missing !== undefined) throw new TypeError(`Cannot start a Worker: it needs ${missing}`);
  // Written out, so that bundlers see it.
  return new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
}

/** The error again, of the class it had, as far as callers tell them apart. */
function unpackError({ name, code, message, facts }: ErrorData): Error {
  if (name === "IpcError") return new IpcError(code as ConstructorParameters<typeof IpcError>[0], message, facts);
  return code === "internal" ? new Error(message) : new MosaicoError(code, message, facts);
}
