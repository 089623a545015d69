/**
 * One data file, open for reading anywhere and writing at the end.
 *
 * @module
 */
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { Semaphore } from "../../base/mod.ts";

/** Reading anywhere, writing at the end. A file that is gone is not made again. */
const FLAGS = constants.O_RDWR | constants.O_APPEND;

/**
 * One append at a time in this process. One thread copies to the system about as fast as several; and several together
 * take the processors from the thread that answers calls, which then took three times as long.
 */
const appends = new Semaphore(1);

/**
 * An open data file.
 *
 * Deno's node handles write on the thread that asks, which then serves nobody until the disk has room. Its own files
 * write on another thread, so there the end of the file has a handle of its own, made with the first write.
 */
export class DataFile {
  readonly #path: string;
  readonly #handle: FileHandle;
  #end: Promise<Deno.FsFile> | undefined;

  private constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
  }

  /** Opens the file at `path`, which must exist. */
  static async open(path: string): Promise<DataFile> {
    return new DataFile(path, await open(path, FLAGS));
  }

  /** Reads up to `length` bytes at `position` of the file to `offset` in `buffer`; answers how many. */
  async read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<number> {
    return (await this.#handle.read(buffer, offset, length, position)).bytesRead;
  }

  /** Appends all of `bytes`. */
  async append(bytes: Uint8Array): Promise<void> {
    await appends.acquire(1);
    try {
      await this.#append(bytes);
    } finally {
      appends.release(1);
    }
  }

  async #append(bytes: Uint8Array): Promise<void> {
    // Not `write`, which on Deno writes before it answers at all.
    if (!("Deno" in globalThis)) return await this.#handle.appendFile(bytes);
    const file = await (this.#end ??= Deno.open(this.#path, { append: true }));
    try {
      for (let done = 0; done < bytes.byteLength;) done += await file.write(bytes.subarray(done));
    } catch (cause) {
      if (!(cause instanceof Error)) throw cause;
      const { code } = cause as { code?: string };
      throw Object.assign(new Error(cause.message, { cause }), { syscall: "write", code }); // as node tells it
    }
  }

  /** Brings what was written to the disk. */
  async datasync(): Promise<void> {
    await this.#handle.datasync();
  }

  /** Closes the file. */
  async close(): Promise<void> {
    await this.#handle.close();
    (await this.#end?.catch(() => undefined))?.close();
  }
}
