/**
 * SQLite as the catalogue uses it: one connection, prepared statements, integers as `bigint`.
 *
 * @module
 */
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { isMosaicoError, MosaicoError } from "../../base/mod.ts";
import { StorageError } from "./errors.ts";
import { MIGRATIONS } from "./migrations.ts";

/** A value of a column. Integers are `bigint`, a `number` is a real one. */
export type SqlValue = null | bigint | number | string | Uint8Array;

/** Values of a statement's `:name` parameters. */
export type SqlParameters = Readonly<Record<string, SqlValue>>;

/** A row by column name. */
export type SqlRow = Readonly<Record<string, SqlValue>>;

/**
 * The open catalogue file. It is the lock of its directory too: the connection holds SQLite's exclusive lock from its
 * first access until it is closed or its process is gone, however that ended.
 */
export class Database {
  readonly #connection: DatabaseSync;

  /** Opens or creates the file and brings its tables up to date. @throws the error of SQLite; see `isBusy` */
  constructor(path: string) {
    this.#connection = new DatabaseSync(path);
    try {
      // FULL: a commit is on the disk when it returns, so what was answered to a client survives a power cut.
      this.#connection.exec(`
        PRAGMA locking_mode = EXCLUSIVE;
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA foreign_keys = ON;
      `);
      this.#migrate();
    } catch (error) {
      this.#connection.close();
      throw error;
    }
  }

  /** Compiles a statement. */
  prepare(sql: string): Statement {
    return new Statement(this.#connection.prepare(sql));
  }

  /** Runs `work` so that all of its changes take place, or none. @throws {StorageError} when the disk refuses them */
  transaction<T>(work: () => T): T {
    try {
      this.#connection.exec("BEGIN IMMEDIATE");
      const result = work();
      this.#connection.exec("COMMIT");
      return result;
    } catch (error) {
      // After a failed COMMIT SQLite may have rolled back by itself.
      if (this.#connection.isTransaction) this.#connection.exec("ROLLBACK");
      throw isMosaicoError(error) ? error : new StorageError("change the catalogue", error);
    }
  }

  /**
   * As {@linkcode transaction}, without waiting for the disk: for what nobody is told of. A power cut may undo it, but
   * nothing from before it; the next transaction that waits brings it to the disk too.
   */
  unsyncedTransaction<T>(work: () => T): T {
    this.#connection.exec("PRAGMA synchronous = NORMAL");
    try {
      return this.transaction(work);
    } finally {
      this.#connection.exec("PRAGMA synchronous = FULL");
    }
  }

  /** Closes the file and gives the directory free. */
  close(): void {
    this.#connection.close();
  }

  #migrate(): void {
    // Takes the exclusive lock before anything is read.
    this.#connection.exec("BEGIN EXCLUSIVE");
    const row = this.#connection.prepare("PRAGMA user_version").get() as { user_version: number };
    const version = row.user_version;
    if (version > MIGRATIONS.length) {
      throw new MosaicoError(
        "session.catalogue_version",
        `Cannot open catalogue: its version ${version} is newer than ${MIGRATIONS.length}, the newest this package knows`,
        { version, newestKnown: MIGRATIONS.length },
      );
    }
    for (const step of MIGRATIONS.slice(version)) this.#connection.exec(step);
    this.#connection.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
    this.#connection.exec("COMMIT");
  }
}

/** A compiled statement. Values reach it only as parameters. */
export class Statement {
  readonly #statement: StatementSync;

  /** Wraps a statement of the driver. */
  constructor(statement: StatementSync) {
    statement.setReadBigInts(true);
    this.#statement = statement;
  }

  /** Runs it. @throws {StorageError} when the disk refuses the change */
  run(parameters: SqlParameters): void {
    try {
      this.#statement.run(parameters as Record<string, SQLInputValue>);
    } catch (error) {
      throw new StorageError("change the catalogue", error);
    }
  }

  /** Its first row. */
  get(parameters: SqlParameters = {}): SqlRow | undefined {
    return this.#statement.get(parameters as Record<string, SQLInputValue>) as SqlRow | undefined;
  }

  /** All of its rows. */
  all(parameters: SqlParameters = {}): SqlRow[] {
    return this.#statement.all(parameters as Record<string, SQLInputValue>) as SqlRow[];
  }
}
