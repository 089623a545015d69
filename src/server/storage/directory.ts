/**
 * The directory of a server: the catalogue, and one data file a topic.
 *
 * ```text
 * catalogue.sqlite      all names; held locked while a server runs
 * server.pid            process that runs it, for messages
 * reserve               room that deletes may use on a full disk
 * data/<uuid>.arrows    Arrow IPC streams; names of sequences and topics never become paths
 * ```
 *
 * @module
 */
import { appendFile, mkdir, open, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { isMosaicoError } from "../../base/mod.ts";
import type { BodyCodec } from "../../columnar/mod.ts";
import { Catalogue, DirectoryLockedError, isBusy, StorageError } from "../catalogue/mod.ts";
import { OpenFiles } from "./open_files.ts";

const EXTENSION = ".arrows";
const MAX_OPEN_FILES = 128;
const RESERVE_BYTES = 1 << 20;

/** How a {@linkcode ServerDirectory} works. */
export interface DirectoryOptions {
  /** Codecs of compressed batches. The first compresses the zeros of batches that are cut. */
  readonly codecs: readonly BodyCodec[];
  /** Bytes of a running upload that may be lost with the server. @default 64 MiB */
  readonly checkpointBytes?: number;
  /** Age of what may be lost, milliseconds. @default 5000 */
  readonly checkpointMs?: number;
}

/** An open server directory. One process at a time has it. */
export class ServerDirectory implements AsyncDisposable {
  /** Its path. */
  readonly path: string;
  /** What the server knows. */
  readonly catalogue: Catalogue;
  /** Handles of the data files. */
  readonly files: OpenFiles = new OpenFiles(MAX_OPEN_FILES);
  /** How it works. */
  readonly options: Required<DirectoryOptions>;
  #isReserveUsed = false;

  private constructor(path: string, catalogue: Catalogue, options: DirectoryOptions) {
    this.path = path;
    this.catalogue = catalogue;
    this.options = { checkpointBytes: 64 << 20, checkpointMs: 5_000, ...options };
  }

  /**
   * Opens `path`, creating it where it is missing, and removes data files that belong to no topic.
   *
   * @throws {DirectoryLockedError} when another server has it
   * @throws {StorageError} when it cannot be written to
   */
  static async open(path: string, options: DirectoryOptions): Promise<ServerDirectory> {
    let catalogue: Catalogue | undefined;
    try {
      await mkdir(join(path, "data"), { recursive: true });
      await appendFile(join(path, "server.pid"), ""); // says what is wrong, where SQLite speaks of an I/O error
      catalogue = new Catalogue(join(path, "catalogue.sqlite"));
      await writeFile(join(path, "server.pid"), `${process.pid}\n`);
      const directory = new ServerDirectory(path, catalogue, options);
      await directory.#sweep();
      await directory.#refillReserve();
      return directory;
    } catch (error) {
      catalogue?.[Symbol.dispose]();
      if (isBusy(error)) throw new DirectoryLockedError(path, await readPid(path), { cause: error });
      throw isMosaicoError(error) ? error : new StorageError(`open directory "${path}"`, error);
    }
  }

  /** A name for a new data file. */
  newFile(): string {
    return crypto.randomUUID();
  }

  /** Path of the data file `name`. */
  filePath(name: string): string {
    return join(this.path, "data", name + EXTENSION);
  }

  /** Brings the names of new data files to the disk. */
  async syncNames(): Promise<void> {
    // Windows opens no directories, and keeps names safe by itself.
    const handle = await open(join(this.path, "data"), "r").catch(() => undefined);
    if (handle === undefined) return;
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  /** Removes data files that no topic refers to any more. What cannot be removed now is swept at the next start. */
  async removeFiles(names: Iterable<string | undefined>): Promise<void> {
    for (const name of names) {
      if (name === undefined) continue;
      const path = this.filePath(name);
      await this.files.forget(path);
      await rm(path, { force: true }).catch(() => {});
    }
    if (this.#isReserveUsed) await this.#refillReserve();
  }

  /**
   * Makes a change of the catalogue that gives room back. A full disk would refuse it, for it has to be written down
   * first; then it gets the room of the reserve.
   *
   * @throws {StorageError}
   */
  async freeRoom(change: () => void): Promise<void> {
    try {
      change();
    } catch (error) {
      if (!isMosaicoError(error, "session.disk_full")) throw error;
      this.#isReserveUsed = true;
      await rm(join(this.path, "reserve"), { force: true });
      change();
    }
  }

  /** Closes files and catalogue and gives the directory free. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.files[Symbol.asyncDispose]();
    await rm(join(this.path, "server.pid"), { force: true }).catch(() => {});
    this.catalogue[Symbol.dispose]();
  }

  async #refillReserve(): Promise<void> {
    const path = join(this.path, "reserve");
    this.#isReserveUsed = false;
    if ((await stat(path).catch(() => undefined))?.size === RESERVE_BYTES) return;
    // Where there is no room for it, it has to wait for the next start.
    await writeFile(path, new Uint8Array(RESERVE_BYTES)).catch(() => rm(path, { force: true }));
  }

  async #sweep(): Promise<void> {
    const used = this.catalogue.topics.files();
    const names = (await readdir(join(this.path, "data"))).filter((name) => name.endsWith(EXTENSION))
      .map((name) => name.slice(0, -EXTENSION.length));
    await this.removeFiles(names.filter((name) => !used.has(name)));
  }
}

async function readPid(path: string): Promise<number | undefined> {
  const pid = Number(await readFile(join(path, "server.pid"), "utf8").catch(() => ""));
  return Number.isInteger(pid) && pid > 0 ? pid : undefined;
}
