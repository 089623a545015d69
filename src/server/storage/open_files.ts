/**
 * Open files, few of them, whatever the number of topics in use.
 *
 * @module
 */
import { MosaicoError, Semaphore } from "../../base/mod.ts";
import { DataFile } from "./data_file.ts";

interface OpenFile {
  readonly handle: Promise<DataFile>;
  users: number;
  /** Whether it is closed when its last user is done. */
  forgotten: boolean;
}

/**
 * A pool of file handles. Handles are lent for one operation at a time and kept for the next, the least recently used
 * closed first; so a thousand uploads in parallel need no thousand handles, and none waits for another's end.
 */
export class OpenFiles implements AsyncDisposable {
  readonly #capacity: number;
  readonly #permits: Semaphore;
  /** In order of their last use. */
  readonly #files = new Map<string, OpenFile>();

  /** Keeps at most `capacity` handles. */
  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#permits = new Semaphore(capacity);
  }

  /** Runs `work` with the file at `path`, which must exist, open for reading and appending. */
  async use<T>(path: string, work: (file: DataFile) => Promise<T>): Promise<T> {
    await this.#permits.acquire(1);
    try {
      const file = await this.#take(path);
      try {
        return await work(await file.handle);
      } finally {
        file.users--;
        if (file.forgotten) await close(file);
      }
    } finally {
      this.#permits.release(1);
    }
  }

  /** Closes the file once nobody uses it: the next use opens it anew. */
  async forget(path: string): Promise<void> {
    const file = this.#files.get(path);
    if (file === undefined) return;
    this.#files.delete(path);
    file.forgotten = true;
    await close(file);
  }

  /** Closes every file, those in use when their users are done. No file is lent any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#permits.fail(new MosaicoError("session.closed", "Cannot use a data file: the server is closed"));
    await Promise.all([...this.#files.keys()].map((path) => this.forget(path)));
  }

  async #take(path: string): Promise<OpenFile> {
    const known = this.#files.get(path);
    if (known !== undefined) {
      this.#files.delete(path);
      this.#files.set(path, known);
      known.users++;
      return known;
    }
    const file: OpenFile = { handle: DataFile.open(path), users: 1, forgotten: false };
    file.handle.catch(() => {
      if (this.#files.get(path) === file) this.#files.delete(path);
    });
    this.#files.set(path, file);
    if (this.#files.size > this.#capacity) {
      // There is an idle one: users hold permits, and those are no more than the capacity.
      for (const [oldest, { users }] of this.#files) {
        if (users > 0) continue;
        await this.forget(oldest);
        break;
      }
    }
    return file;
  }
}

async function close(file: OpenFile): Promise<void> {
  if (file.users > 0) return;
  // A handle that never opened has told its user.
  await (await file.handle.catch(() => undefined))?.close();
}
