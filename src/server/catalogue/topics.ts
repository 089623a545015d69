/**
 * The table of topics.
 *
 * @module
 */
import { type JsonObject, parseJson, stringifyJson } from "../../base/mod.ts";
import type { SerializationFormat } from "../../protocol/mod.ts";
import type { Database, SqlRow, Statement } from "./database.ts";
import type { TopicRecord, UploadProgress, UploadState } from "./types.ts";

const SELECT = `
  SELECT t.*, q.name AS sequence_name, s.locator AS session_locator
  FROM topics t JOIN sequences q ON q.id = t.sequence_id JOIN sessions s ON s.id = t.session_id
`;

/** Members of a topic that its creator gives. */
export type NewTopic = Pick<
  TopicRecord,
  | "uuid"
  | "sequenceId"
  | "sessionId"
  | "path"
  | "ontologyTag"
  | "serializationFormat"
  | "userMetadata"
  | "createdAtNs"
>;

/** Members of an upload that stand with its topic. */
type SavedUpload = Omit<UploadProgress, "chunks" | "firstOrdinal">;

/** Topics by path, by session, by sequence. */
export class TopicTable {
  readonly #insert: Statement;
  readonly #byId: Statement;
  readonly #byPath: Statement;
  readonly #ofSession: Statement;
  readonly #ofSequence: Statement;
  readonly #all: Statement;
  readonly #running: Statement;
  readonly #files: Statement;
  readonly #fileOf: Statement;
  readonly #begin: Statement;
  readonly #save: Statement;
  readonly #delete: Statement;

  /** Compiles its statements. */
  constructor(database: Database) {
    this.#insert = database.prepare(`
      INSERT INTO topics
        (uuid, sequence_id, session_id, path, ontology_tag, serialization_format, user_metadata, created_at_ns)
      VALUES
        (:uuid, :sequenceId, :sessionId, :path, :ontologyTag, :serializationFormat, :userMetadata, :createdAtNs)
    `);
    this.#byId = database.prepare(`${SELECT} WHERE t.id = :id`);
    this.#byPath = database.prepare(`${SELECT} WHERE q.name = :sequenceName AND t.path = :path`);
    this.#ofSession = database.prepare(`${SELECT} WHERE t.session_id = :sessionId ORDER BY t.id`);
    this.#ofSequence = database.prepare(`${SELECT} WHERE t.sequence_id = :sequenceId ORDER BY t.session_id, t.id`);
    this.#all = database.prepare(`${SELECT} ORDER BY t.sequence_id, t.session_id, t.id`);
    this.#running = database.prepare(`${SELECT} WHERE t.upload = 'running'`);
    this.#files = database.prepare("SELECT file FROM topics WHERE file IS NOT NULL");
    this.#fileOf = database.prepare("SELECT file FROM topics WHERE id = :id");
    this.#begin = database.prepare(`
      UPDATE topics SET upload = 'running', file = :file, schema_header = :schemaHeader, in_order = 1, row_count = 0,
        byte_count = 0, chunk_count = 0, start_ns = NULL, end_ns = NULL
      WHERE id = :id
    `);
    this.#save = database.prepare(`
      UPDATE topics SET upload = :upload, completed_at_ns = :completedAtNs, file = :file, in_order = :inOrder,
        (row_count, byte_count, chunk_count, start_ns, end_ns) = (
          SELECT coalesce(sum(row_count), 0), coalesce(sum(header_length + body_length), 0), count(*),
            min(start_ns), max(end_ns)
          FROM chunks WHERE topic_id = :id
        )
      WHERE id = :id
    `);
    this.#delete = database.prepare("DELETE FROM topics WHERE id = :id");
  }

  /** Adds a topic; its path must be free in its sequence. */
  create(topic: NewTopic): void {
    const { uuid, sequenceId, sessionId, path, ontologyTag, serializationFormat, createdAtNs } = topic;
    const userMetadata = stringifyJson(topic.userMetadata);
    this.#insert.run({
      uuid,
      sequenceId,
      sessionId,
      path,
      ontologyTag,
      serializationFormat,
      userMetadata,
      createdAtNs,
    });
  }

  /** The topic of this row; `undefined` when it is gone. */
  byId(id: bigint): TopicRecord | undefined {
    const row = this.#byId.get({ id });
    return row && toRecord(row);
  }

  /** The topic at `path` of a sequence. */
  byPath(sequenceName: string, path: string): TopicRecord | undefined {
    const row = this.#byPath.get({ sequenceName, path });
    return row && toRecord(row);
  }

  /** Topics of a session, oldest first. */
  ofSession(sessionId: bigint): TopicRecord[] {
    return this.#ofSession.all({ sessionId }).map(toRecord);
  }

  /** Topics of a sequence, session by session. */
  ofSequence(sequenceId: bigint): TopicRecord[] {
    return this.#ofSequence.all({ sequenceId }).map(toRecord);
  }

  /** All topics, sequence by sequence. */
  all(): TopicRecord[] {
    return this.#all.all().map(toRecord);
  }

  /** Topics whose upload runs, or ran when the server last ended. */
  running(): TopicRecord[] {
    return this.#running.all().map(toRecord);
  }

  /** Names of the data files in use. */
  files(): Set<string> {
    return new Set(this.#files.all().map((row) => row["file"] as string));
  }

  /** Name of the data file of a topic; `undefined` when it has none, or is gone. */
  fileOf(id: bigint): string | undefined {
    return (this.#fileOf.get({ id })?.["file"] as string | null | undefined) ?? undefined;
  }

  /** Notes that an upload into `file` begins. */
  beginUpload(id: bigint, file: string, schemaHeader: Uint8Array): void {
    this.#begin.run({ id, file, schemaHeader });
  }

  /** Notes how far an upload has come; its chunks have been added before. */
  saveUpload(id: bigint, { state, completedAtNs, file, inOrder }: SavedUpload): void {
    this.#save.run({
      id,
      upload: state,
      completedAtNs: completedAtNs ?? null,
      file,
      inOrder: inOrder ? 1n : 0n,
    });
  }

  /** Removes a topic with its chunks. */
  delete(id: bigint): void {
    this.#delete.run({ id });
  }
}

function toRecord(row: SqlRow): TopicRecord {
  const startNs = row["start_ns"] as bigint | null;
  const endNs = row["end_ns"] as bigint | null;
  return {
    id: row["id"] as bigint,
    uuid: row["uuid"] as string,
    sessionId: row["session_id"] as bigint,
    sessionLocator: row["session_locator"] as string,
    sequenceId: row["sequence_id"] as bigint,
    sequenceName: row["sequence_name"] as string,
    path: row["path"] as string,
    ontologyTag: row["ontology_tag"] as string,
    serializationFormat: row["serialization_format"] as SerializationFormat,
    userMetadata: parseJson(row["user_metadata"] as string) as JsonObject,
    createdAtNs: row["created_at_ns"] as bigint,
    completedAtNs: (row["completed_at_ns"] as bigint | null) ?? undefined,
    upload: row["upload"] as UploadState,
    schemaHeader: (row["schema_header"] as Uint8Array | null) ?? undefined,
    file: (row["file"] as string | null) ?? undefined,
    inOrder: row["in_order"] === 1n,
    totals: {
      rowCount: row["row_count"] as bigint,
      byteCount: row["byte_count"] as bigint,
      chunkCount: row["chunk_count"] as bigint,
      interval: startNs === null || endNs === null ? undefined : { startNs, endNs },
    },
  };
}
