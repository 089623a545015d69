/**
 * The table of sequences.
 *
 * @module
 */
import { type JsonObject, parseJson, stringifyJson } from "../../base/mod.ts";
import type { Database, SqlRow, Statement } from "./database.ts";
import type { SequenceRecord } from "./types.ts";

/** Sequences by name. */
export class SequenceTable {
  readonly #insert: Statement;
  readonly #byName: Statement;
  readonly #all: Statement;
  readonly #delete: Statement;

  /** Compiles its statements. */
  constructor(database: Database) {
    this.#insert = database.prepare(
      "INSERT INTO sequences (name, user_metadata, created_at_ns) VALUES (:name, :userMetadata, :createdAtNs)",
    );
    this.#byName = database.prepare("SELECT * FROM sequences WHERE name = :name");
    this.#all = database.prepare("SELECT * FROM sequences ORDER BY id");
    this.#delete = database.prepare("DELETE FROM sequences WHERE id = :id");
  }

  /** Adds a sequence; its name must be free. */
  create(sequence: Omit<SequenceRecord, "id">): void {
    const { name, createdAtNs } = sequence;
    this.#insert.run({ name, createdAtNs, userMetadata: stringifyJson(sequence.userMetadata) });
  }

  /** The sequence of this name. */
  byName(name: string): SequenceRecord | undefined {
    const row = this.#byName.get({ name });
    return row && toRecord(row);
  }

  /** All sequences, oldest first. */
  all(): SequenceRecord[] {
    return this.#all.all().map(toRecord);
  }

  /** Removes a sequence with all that hangs on it. */
  delete(id: bigint): void {
    this.#delete.run({ id });
  }
}

function toRecord(row: SqlRow): SequenceRecord {
  return {
    id: row["id"] as bigint,
    name: row["name"] as string,
    userMetadata: parseJson(row["user_metadata"] as string) as JsonObject,
    createdAtNs: row["created_at_ns"] as bigint,
  };
}
