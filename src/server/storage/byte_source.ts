/**
 * Bytes out of a data file, wherever they lie.
 *
 * @module
 */
import { closeSync, openSync, readSync } from "node:fs";
import { StorageError } from "../catalogue/mod.ts";
import { topicDeleted } from "./errors.ts";
import type { OpenFiles } from "./open_files.ts";

/** Reads one file. */
export interface ByteSource {
  /**
   * Fills `target` with what lies at `position`. Answers `undefined` when that is done, else a promise of it.
   *
   * @throws {MosaicoError} `session.topic_deleted` when the file is gone
   * @throws {StorageError} when it is too short, or cannot be read
   */
  read(target: Uint8Array, position: number): Promise<void> | undefined;
}

/** The data file at `path`, without holding up the thread. */
export function pooledSource(files: OpenFiles, path: string): ByteSource {
  const read = async (target: Uint8Array, position: number): Promise<void> => {
    try {
      await files.use(path, async (file) => {
        for (let done = 0; done < target.byteLength;) {
          const count = await file.read(target, done, target.byteLength - done, position + done);
          done += checked(count, position + done);
        }
      });
    } catch (error) {
      throw readError(error);
    }
  };
  return { read };
}

/** The data file at `path`, opened for one reader who has a thread of his own to wait in. */
export function blockingSource(path: string): ByteSource & Disposable {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    throw readError(error);
  }
  return {
    read: (target, position) => {
      try {
        for (let done = 0; done < target.byteLength;) {
          const count = readSync(file, target, done, target.byteLength - done, position + done);
          done += checked(count, position + done);
        }
      } catch (error) {
        throw readError(error);
      }
      return undefined;
    },
    [Symbol.dispose]: () => closeSync(file),
  };
}

function checked(count: number, position: number): number {
  if (count === 0) throw new Error(`the file ends at ${position}, and more is expected`);
  return count;
}

function readError(error: unknown): Error {
  if ((error as { code?: unknown }).code === "ENOENT") return topicDeleted("read");
  return new StorageError("read a topic's file", error);
}
