/**
 * The catalogue of an embedded server: sequences, sessions, topics, chunks and notifications in one SQLite file.
 *
 * @module
 */
export { Catalogue } from "./catalogue.ts";
export { totalsOf } from "./chunks.ts";
export { utcNowNs } from "./clock.ts";
export { DirectoryLockedError, isBusy, StorageError } from "./errors.ts";
export type { BlockBounds } from "./indexes.ts";
export type { CatalogueSearch, FoundTopic } from "./search.ts";
export type { NewTopic } from "./topics.ts";
export type {
  Chunk,
  IndexBlock,
  IndexProgress,
  NotificationRecord,
  NotificationSubject,
  SequenceRecord,
  SessionRecord,
  TimeWindow,
  TopicRecord,
  TopicTotals,
  UploadProgress,
  UploadState,
} from "./types.ts";
