/**
 * Scans as a Worker runs them.
 *
 * @module
 */
import { errorToData } from "../../base/mod.ts";
import { lz4Codec, zstdCodec } from "../../codecs/mod.ts";
import type { BodyCodec } from "../../columnar/mod.ts";
import { blockingSource } from "../storage/mod.ts";
import { indexChunks } from "./index_chunks.ts";
import { Scanner } from "./scanner.ts";
import type { FromWorker, ToWorker } from "./worker_messages.ts";

interface OpenScan {
  readonly scanner: Scanner;
  readonly source: Disposable;
}

/** Answers the messages of a pool, one after the other. */
export class ScanService {
  readonly #reply: (message: FromWorker, transfer: Transferable[]) => void;
  readonly #codecs: readonly BodyCodec[] = [lz4Codec(), zstdCodec()];
  readonly #scans = new Map<number, OpenScan>();
  /** Why a scan could not be opened: what is asked of it is answered so. */
  readonly #failures = new Map<number, unknown>();
  #last: Promise<void> = Promise.resolve();

  /** Answers through `reply`. */
  constructor(reply: (message: FromWorker, transfer: Transferable[]) => void) {
    this.#reply = reply;
  }

  /** Takes a message. */
  receive(message: ToWorker): void {
    this.#last = this.#last.then(() => this.#handle(message));
  }

  async #handle(message: ToWorker): Promise<void> {
    switch (message.type) {
      case "open":
        return this.#open(message);
      case "close":
        this.#scans.get(message.scan)?.source[Symbol.dispose]();
        this.#scans.delete(message.scan);
        this.#failures.delete(message.scan);
        return;
      case "portion":
        return await this.#answer(message.id, async () => {
          const scan = this.#scans.get(message.scan);
          if (scan === undefined) throw this.#failures.get(message.scan);
          const output = await scan.scanner.scan(message.chunks, () => undefined);
          this.#reply({ type: "output", id: message.id, output }, [output.runs.buffer as ArrayBuffer]);
        });
      case "index":
        return await this.#answer(message.id, async () => {
          using source = blockingSource(message.path);
          const { schemaHeader, chunks } = message;
          const index = await indexChunks(source, schemaHeader, chunks, this.#codecs, () => undefined);
          this.#reply({ type: "indexed", id: message.id, index }, []);
        });
    }
  }

  #open({ scan, spec }: Extract<ToWorker, { type: "open" }>): void {
    try {
      const source = blockingSource(spec.path);
      this.#scans.set(scan, { scanner: new Scanner(spec, source, this.#codecs), source });
    } catch (error) {
      this.#failures.set(scan, error);
    }
  }

  async #answer(id: number, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#reply({ type: "failed", id, error: errorToData(error) }, []);
    }
  }
}
