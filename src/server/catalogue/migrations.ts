/**
 * The catalogue's tables, as the steps that made them.
 *
 * @module
 */

/** A value of metadata, as it is found. */
const VALUE = "CASE m.type WHEN 'true' THEN x'01' WHEN 'false' THEN x'00' ELSE m.atom END";

/** Step n brings a database of `user_version` n to n + 1. Steps are never edited once released, only added. */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE sequences (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    user_metadata TEXT NOT NULL,
    created_at_ns INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE sessions (
    id INTEGER PRIMARY KEY,
    sequence_id INTEGER NOT NULL REFERENCES sequences (id) ON DELETE CASCADE,
    uuid TEXT NOT NULL UNIQUE,
    locator TEXT NOT NULL UNIQUE,
    created_at_ns INTEGER NOT NULL,
    completed_at_ns INTEGER
  ) STRICT;
  CREATE INDEX sessions_by_sequence ON sessions (sequence_id);

  CREATE TABLE topics (
    id INTEGER PRIMARY KEY,
    sequence_id INTEGER NOT NULL REFERENCES sequences (id) ON DELETE CASCADE,
    session_id INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    uuid TEXT NOT NULL UNIQUE,
    path TEXT NOT NULL,
    ontology_tag TEXT NOT NULL,
    serialization_format TEXT NOT NULL,
    user_metadata TEXT NOT NULL,
    created_at_ns INTEGER NOT NULL,
    completed_at_ns INTEGER,
    upload TEXT NOT NULL DEFAULT 'none' CHECK (upload IN ('none', 'running', 'broken', 'complete')),
    schema_header BLOB,
    file TEXT UNIQUE,
    in_order INTEGER NOT NULL DEFAULT 1,
    row_count INTEGER NOT NULL DEFAULT 0,
    byte_count INTEGER NOT NULL DEFAULT 0,
    chunk_count INTEGER NOT NULL DEFAULT 0,
    start_ns INTEGER,
    end_ns INTEGER,
    UNIQUE (sequence_id, path)
  ) STRICT;
  CREATE INDEX topics_by_session ON topics (session_id);

  CREATE TABLE chunks (
    topic_id INTEGER NOT NULL REFERENCES topics (id) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    header_length INTEGER NOT NULL,
    body_length INTEGER NOT NULL,
    row_count INTEGER NOT NULL,
    start_ns INTEGER NOT NULL,
    end_ns INTEGER NOT NULL,
    PRIMARY KEY (topic_id, ordinal)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE notifications (
    id INTEGER PRIMARY KEY,
    sequence_id INTEGER REFERENCES sequences (id) ON DELETE CASCADE,
    topic_id INTEGER REFERENCES topics (id) ON DELETE CASCADE,
    type TEXT NOT NULL,
    message TEXT NOT NULL,
    created_at_ns INTEGER NOT NULL,
    CHECK ((sequence_id IS NULL) <> (topic_id IS NULL))
  ) STRICT;
  CREATE INDEX notifications_by_sequence ON notifications (sequence_id);
  CREATE INDEX notifications_by_topic ON notifications (topic_id);
  `,
  `
  CREATE TABLE topic_indexes (
    topic_id INTEGER PRIMARY KEY REFERENCES topics (id) ON DELETE CASCADE,
    version INTEGER NOT NULL,
    chunk_count INTEGER NOT NULL
  ) STRICT;

  -- Bounds are REAL for numbers, BLOB for text; NULL without values.
  CREATE TABLE index_blocks (
    topic_id INTEGER NOT NULL REFERENCES topics (id) ON DELETE CASCADE,
    leaf INTEGER NOT NULL,
    block INTEGER NOT NULL,
    least ANY,
    most ANY,
    entries BLOB NOT NULL,
    PRIMARY KEY (topic_id, leaf, block)
  ) STRICT, WITHOUT ROWID;

  CREATE INDEX topics_by_tag ON topics (ontology_tag);
  CREATE INDEX topics_by_path ON topics (path);

  -- Every member of user metadata by its own name, at any depth: numbers, text, true and false as one byte, NULL for the rest.

  CREATE TABLE sequence_metadata (
    sequence_id INTEGER NOT NULL REFERENCES sequences (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    value ANY
  ) STRICT;
  CREATE INDEX sequence_metadata_by_value ON sequence_metadata (name, value, sequence_id);
  CREATE INDEX sequence_metadata_by_sequence ON sequence_metadata (sequence_id);
  INSERT INTO sequence_metadata (sequence_id, name, value)
    SELECT o.id, m.key, ${VALUE} FROM sequences o, json_tree(o.user_metadata) m WHERE typeof(m.key) = 'text';
  CREATE TRIGGER sequence_metadata_added AFTER INSERT ON sequences BEGIN
    INSERT INTO sequence_metadata (sequence_id, name, value)
      SELECT new.id, m.key, ${VALUE} FROM json_tree(new.user_metadata) m WHERE typeof(m.key) = 'text';
  END;

  CREATE TABLE topic_metadata (
    topic_id INTEGER NOT NULL REFERENCES topics (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    value ANY
  ) STRICT;
  CREATE INDEX topic_metadata_by_value ON topic_metadata (name, value, topic_id);
  CREATE INDEX topic_metadata_by_topic ON topic_metadata (topic_id);
  INSERT INTO topic_metadata (topic_id, name, value)
    SELECT o.id, m.key, ${VALUE} FROM topics o, json_tree(o.user_metadata) m WHERE typeof(m.key) = 'text';
  CREATE TRIGGER topic_metadata_added AFTER INSERT ON topics BEGIN
    INSERT INTO topic_metadata (topic_id, name, value)
      SELECT new.id, m.key, ${VALUE} FROM json_tree(new.user_metadata) m WHERE typeof(m.key) = 'text';
  END;
  `,
];
