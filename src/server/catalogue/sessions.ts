/**
 * The table of sessions.
 *
 * @module
 */
import type { Database, SqlRow, Statement } from "./database.ts";
import type { SessionRecord } from "./types.ts";

const SELECT = "SELECT s.*, q.name AS sequence_name FROM sessions s JOIN sequences q ON q.id = s.sequence_id";

/** Sessions by uuid and by locator. */
export class SessionTable {
  readonly #insert: Statement;
  readonly #byUuid: Statement;
  readonly #byLocator: Statement;
  readonly #ofSequence: Statement;
  readonly #complete: Statement;
  readonly #delete: Statement;

  /** Compiles its statements. */
  constructor(database: Database) {
    this.#insert = database.prepare(`
      INSERT INTO sessions (sequence_id, uuid, locator, created_at_ns)
      VALUES (:sequenceId, :uuid, :locator, :createdAtNs)
    `);
    this.#byUuid = database.prepare(`${SELECT} WHERE s.uuid = :uuid`);
    this.#byLocator = database.prepare(`${SELECT} WHERE s.locator = :locator`);
    this.#ofSequence = database.prepare(`${SELECT} WHERE s.sequence_id = :sequenceId ORDER BY s.id`);
    this.#complete = database.prepare("UPDATE sessions SET completed_at_ns = :completedAtNs WHERE id = :id");
    this.#delete = database.prepare("DELETE FROM sessions WHERE id = :id");
  }

  /** Adds an open session. */
  create(session: Pick<SessionRecord, "sequenceId" | "uuid" | "locator" | "createdAtNs">): void {
    const { sequenceId, uuid, locator, createdAtNs } = session;
    this.#insert.run({ sequenceId, uuid, locator, createdAtNs });
  }

  /** The session of this uuid. */
  byUuid(uuid: string): SessionRecord | undefined {
    const row = this.#byUuid.get({ uuid });
    return row && toRecord(row);
  }

  /** The session of this locator. */
  byLocator(locator: string): SessionRecord | undefined {
    const row = this.#byLocator.get({ locator });
    return row && toRecord(row);
  }

  /** Sessions of a sequence, oldest first. */
  ofSequence(sequenceId: bigint): SessionRecord[] {
    return this.#ofSequence.all({ sequenceId }).map(toRecord);
  }

  /** Locks a session. */
  complete(id: bigint, completedAtNs: bigint): void {
    this.#complete.run({ id, completedAtNs });
  }

  /** Removes a session with its topics. */
  delete(id: bigint): void {
    this.#delete.run({ id });
  }
}

function toRecord(row: SqlRow): SessionRecord {
  return {
    id: row["id"] as bigint,
    sequenceId: row["sequence_id"] as bigint,
    sequenceName: row["sequence_name"] as string,
    uuid: row["uuid"] as string,
    locator: row["locator"] as string,
    createdAtNs: row["created_at_ns"] as bigint,
    completedAtNs: (row["completed_at_ns"] as bigint | null) ?? undefined,
  };
}
