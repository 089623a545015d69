/**
 * Appending to a file: small pieces gathered, large ones written as they are.
 *
 * @module
 */
import { writeFile } from "node:fs/promises";
import { concat, totalLength } from "../../base/mod.ts";
import type { OpenFiles } from "./open_files.ts";

/** Bytes gathered before a write. */
const WRITE_BYTES = 1 << 20;
/** A slice of at least this size is written from where it lies; smaller ones are copied together. */
const DIRECT_BYTES = 1 << 16;

/**
 * The end of one file. One write is under way while the next is gathered, so the memory held is two writes: each of
 * 1 MiB, or one larger append.
 */
export class FileAppender {
  readonly #files: OpenFiles;
  readonly #path: string;
  #slices: Uint8Array[] = [];
  /** Told when what is gathered has been written. */
  #written: (() => void)[] = [];
  #gathered = 0;
  #length = 0;
  #writing: Promise<void> = Promise.resolve();

  private constructor(files: OpenFiles, path: string) {
    this.#files = files;
    this.#path = path;
  }

  /** Creates the file at `path`, where none may be. */
  static async create(files: OpenFiles, path: string): Promise<FileAppender> {
    await writeFile(path, "", { flag: "wx" });
    return new FileAppender(files, path);
  }

  /** Bytes appended so far. */
  get length(): number {
    return this.#length;
  }

  /**
   * Appends `slices`, which are *borrowed* until `written` is called, which no failed write does. Answers `undefined`
   * while there is room, else a promise of it.
   * @throws the failure of an earlier write
   */
  append(slices: readonly Uint8Array[], written?: () => void): Promise<void> | undefined {
    const size = totalLength(slices);
    this.#slices.push(...slices);
    if (written !== undefined) this.#written.push(written);
    this.#gathered += size;
    this.#length += size;
    return this.#gathered < WRITE_BYTES ? undefined : this.#startWrite();
  }

  /** Hands all that was appended to the operating system. */
  async flush(): Promise<void> {
    this.#startWrite();
    await this.#writing;
  }

  /** Brings all that was appended before this call to the disk. */
  async sync(): Promise<void> {
    await this.flush();
    await this.#files.use(this.#path, (file) => file.datasync());
  }

  /** Writes what is gathered once the write under way is through; answers that one. */
  #startWrite(): Promise<void> {
    const earlier = this.#writing;
    this.#writing = earlier.then(() => this.#write());
    this.#writing.catch(() => {}); // told by the next append or flush
    return earlier;
  }

  async #write(): Promise<void> {
    const slices = this.#slices;
    const written = this.#written;
    this.#slices = [];
    this.#written = [];
    this.#gathered = 0;
    if (slices.length === 0) return;
    await this.#files.use(this.#path, async (file) => {
      for (const piece of inPieces(slices)) await file.append(piece);
    });
    for (const tell of written) tell();
  }
}

/** `slices` with neighbouring small ones joined. */
function* inPieces(slices: readonly Uint8Array[]): Generator<Uint8Array> {
  let small: Uint8Array[] = [];
  for (const slice of slices) {
    if (slice.byteLength < DIRECT_BYTES) {
      small.push(slice);
      continue;
    }
    if (small.length > 0) yield concat(small);
    small = [];
    yield slice;
  }
  if (small.length > 0) yield concat(small);
}
