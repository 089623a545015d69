/**
 * The table of notifications.
 *
 * @module
 */
import type { Database, Statement } from "./database.ts";
import type { NotificationRecord, NotificationSubject } from "./types.ts";

/** Notes by what they are about. */
export class NotificationTable {
  readonly #insert: Statement;
  readonly #of: Statement;
  readonly #purge: Statement;

  /** Compiles its statements. */
  constructor(database: Database) {
    this.#insert = database.prepare(`
      INSERT INTO notifications (sequence_id, topic_id, type, message, created_at_ns)
      VALUES (:sequenceId, :topicId, :type, :message, :createdAtNs)
    `);
    this.#of = database.prepare(
      "SELECT * FROM notifications WHERE sequence_id = :sequenceId OR topic_id = :topicId ORDER BY id",
    );
    this.#purge = database.prepare(
      "DELETE FROM notifications WHERE sequence_id = :sequenceId OR topic_id = :topicId",
    );
  }

  /** Adds a note. */
  create(subject: NotificationSubject, note: NotificationRecord): void {
    const { type, message, createdAtNs } = note;
    this.#insert.run({ ...keyOf(subject), type, message, createdAtNs });
  }

  /** Notes about `subject`, oldest first. */
  of(subject: NotificationSubject): NotificationRecord[] {
    return this.#of.all(keyOf(subject)).map((row) => ({
      type: row["type"] as string,
      message: row["message"] as string,
      createdAtNs: row["created_at_ns"] as bigint,
    }));
  }

  /** Removes the notes about `subject`. */
  purge(subject: NotificationSubject): void {
    this.#purge.run(keyOf(subject));
  }
}

function keyOf(subject: NotificationSubject): { sequenceId: bigint | null; topicId: bigint | null } {
  return { sequenceId: null, topicId: null, ...subject };
}
