/**
 * What can go wrong between the server and its directory.
 *
 * @module
 */
import { MosaicoError } from "../../base/mod.ts";

/** The directory belongs to another server. Stop that one, or choose another directory. */
export class DirectoryLockedError extends MosaicoError {
  /** Class name. */
  override readonly name: string = "DirectoryLockedError";

  /** Creates the error; `pid` is the process that holds the directory, where it is known. */
  constructor(directory: string, pid: number | undefined, options?: ErrorOptions) {
    const holder = pid === undefined ? "another process" : `process ${pid}`;
    super(
      "session.directory_locked",
      `Cannot open directory "${directory}": ${holder} has it open, and one server at a time may write to it`,
      { directory, ...(pid === undefined ? {} : { pid }) },
      options,
    );
  }
}

/**
 * The disk refuses to take or give data. `code` says how: `session.disk_full`, `session.directory_read_only`, or
 * `session.storage` for anything else.
 */
export class StorageError extends MosaicoError {
  /** Class name. */
  override readonly name: string = "StorageError";

  /** Creates the error; `task` says what failed ("store topic …"), `cause` is the failure of the disk or database. */
  constructor(task: string, cause: unknown) {
    const reason = causeOf(cause);
    super(`session.${reason}`, `Cannot ${task}: ${TEXTS[reason] ?? String((cause as Error)?.message ?? cause)}`, {}, {
      cause,
    });
  }
}

const TEXTS: Readonly<Record<string, string>> = {
  disk_full: "no space is left on the disk",
  directory_read_only: "the directory cannot be written to",
};

/** Not every runtime gives SQLite's numbers, so its texts count too. */
function causeOf(error: unknown): "disk_full" | "directory_read_only" | "storage" {
  const { code, errcode, message } = error as { code?: string; errcode?: number; message?: string };
  const text = message ?? "";
  if (code === "ENOSPC" || code === "EDQUOT" || errcode === 13 || /disk is full|No space left/i.test(text)) {
    return "disk_full";
  }
  const primary = errcode === undefined ? undefined : errcode & 0xff;
  if (
    code === "EROFS" || code === "EACCES" || code === "EPERM" || primary === 8 ||
    /readonly database|Read-only file system|Permission denied/i.test(text)
  ) return "directory_read_only";
  return "storage";
}

/** Whether SQLite says that another connection has the database. */
export function isBusy(error: unknown): boolean {
  const { errcode, message } = error as { errcode?: number; message?: string };
  return errcode === 5 || errcode === 261 || /database is locked/i.test(message ?? "");
}
