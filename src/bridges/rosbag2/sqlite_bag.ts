/**
 * What a SQLite file of rosbag2 holds.
 *
 * @module
 */
import { statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { messageOf, MosaicoError, utf8 } from "../../base/mod.ts";
import type { RecordingItem, RecordingSummary } from "../recording/mod.ts";
import { commonDefinition } from "./common_definitions.ts";

/** Columns as SQLite gives them: its types are only ever a suggestion. */
type Row = Readonly<Record<string, unknown>>;

/** A bag, open for reading. */
export class SqliteBag implements RecordingSummary {
  /** Of a table whose rows are the messages, there is no other count. */
  readonly declaredMessages = undefined;
  /** They stand in another file. */
  readonly attachments = 0;
  /** See {@linkcode SqliteBag.attachments}. */
  readonly metadataRecords = 0;
  readonly #database: DatabaseSync;
  readonly #maxRecordBytes: number;
  #isComplete = false;

  /** Opens a file. @throws {MosaicoError} `codec.rosbag2` when it is no bag */
  constructor(path: string, maxRecordBytes: number) {
    this.#maxRecordBytes = maxRecordBytes;
    try {
      this.#database = new DatabaseSync(urlOf(path), { readOnly: true });
    } catch (cause) {
      throw notABag(path, messageOf(cause), cause);
    }
    try {
      for (const table of ["topics", "messages"]) {
        if (!this.#has(table)) throw new Error(`it has no table "${table}"`);
      }
    } catch (cause) {
      this.#database.close();
      throw notABag(path, messageOf(cause), cause);
    }
  }

  /** Whether everything could be read. */
  get complete(): boolean {
    return this.#isComplete;
  }

  /** Rows of the table of messages, roughly. */
  get messageCount(): number {
    try {
      return Number(
        this.#database.prepare("SELECT max(id) - min(id) + 1 AS count FROM messages").get()?.["count"] ?? 0,
      );
    } catch {
      return 0; // the reading will tell
    }
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.#database.close();
  }

  /** Types, topics and messages, in the order of the file. */
  async *items(): AsyncGenerator<RecordingItem, void, void> {
    try {
      const topics = new Set<number>();
      const definitions = this.#definitions();
      const schemas = new Map<string, number>();
      for (const row of this.#rows("SELECT id, name, type, serialization_format FROM topics ORDER BY id")) {
        const [id, name, type] = [Number(row["id"]), String(row["name"]), String(row["type"])];
        topics.add(id);
        let schemaId = schemas.get(type);
        if (schemaId === undefined) {
          schemas.set(type, schemaId = schemas.size + 1);
          const known = definitions.get(type) ?? await commonDefinition(type);
          if (known !== undefined) yield { type: "Schema", id: schemaId, name: type, ...known };
        }
        yield { type: "Channel", id, schemaId, topic: name, messageEncoding: String(row["serialization_format"]) };
      }
      yield* this.#messages(topics);
      this.#isComplete = true;
    } catch (error) {
      yield { type: "Damage", offset: 0, reason: `SQLite: ${messageOf(error)}` };
    }
  }

  *#messages(topics: ReadonlySet<number>): Generator<RecordingItem, void, void> {
    // Longer values never leave SQLite.
    const sql = `
      SELECT id, topic_id, timestamp, length(data) AS size,
        CASE WHEN length(data) <= ${this.#maxRecordBytes} THEN data END AS data
      FROM messages ORDER BY id`;
    for (const { id, topic_id: topic, timestamp, size, data } of this.#rows(sql)) {
      const channelId = Number(topic);
      const reason = !topics.has(channelId)
        ? `belongs to topic ${channelId}, which the file has not`
        : typeof timestamp !== "bigint"
        ? `has the time ${String(timestamp)}`
        : data === null
        ? `has ${String(size)} bytes, at most ${this.#maxRecordBytes} are read`
        : !(data instanceof Uint8Array)
        ? `holds no bytes`
        : undefined;
      if (reason !== undefined) yield { type: "Damage", offset: 0, reason: `message ${String(id)} ${reason}` };
      else yield { type: "Message", channelId, logTime: timestamp as bigint, data: data as Uint8Array };
    }
  }

  /** Definitions in the file, by type. */
  #definitions(): Map<string, { readonly encoding: string; readonly data: Uint8Array }> {
    const definitions = new Map<string, { encoding: string; data: Uint8Array }>();
    if (!this.#has("message_definitions")) return definitions;
    const sql = "SELECT topic_type, encoding, encoded_message_definition AS text FROM message_definitions";
    for (const { topic_type: type, encoding, text } of this.#rows(sql)) {
      if (typeof text !== "string" || text.length === 0) continue;
      definitions.set(String(type), { encoding: String(encoding), data: utf8(text) });
    }
    return definitions;
  }

  /** Tables alone count: a view could be any question. */
  #has(table: string): boolean {
    const sql = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?";
    return this.#database.prepare(sql).get(table) !== undefined;
  }

  *#rows(sql: string): Generator<Row, void, void> {
    const statement = this.#database.prepare(sql);
    statement.setReadBigInts(true);
    for (const row of statement.iterate()) yield row as Row;
  }
}

/**
 * Even a reader writes files beside a database that keeps a log, unless told that nobody else changes it. A log with
 * something in it has to be read, though: it belongs to a recorder that was cut off.
 */
function urlOf(path: string): URL {
  const url = pathToFileURL(path);
  const log = statSync(`${path}-wal`, { throwIfNoEntry: false });
  if (log === undefined || log.size === 0) url.searchParams.set("immutable", "1");
  return url;
}

function notABag(path: string, reason: string, cause: unknown): MosaicoError {
  const text = `Cannot read ${path} as a SQLite file of rosbag2: ${reason}`;
  return new MosaicoError("codec.rosbag2", text, { path }, { cause });
}
