/**
 * What an import tells when it is over: every message of the file is in here.
 *
 * @module
 */

/** Why messages of a topic were left out. */
export interface SkipReason {
  /** Error code, such as `codec.cdr`. */
  readonly code: string;
  /** Messages it cost. */
  readonly count: number;
  /** Text of the first of these errors. */
  readonly first: string;
}

/** What became of one channel name of the file. */
export interface TopicReport {
  /** Name in the file. */
  readonly channel: string;
  /** Name of the topic; `undefined` when none was created. */
  readonly topic: string | undefined;
  /** Name of the message type in the file; empty when it has none. */
  readonly schema: string;
  /** Encoding of the messages in the file. */
  readonly encoding: string;
  /** Tag of the ontology type; `undefined` when the messages cannot be read. */
  readonly ontologyTag: string | undefined;
  /** Whether the type is one of the ontology; otherwise the topic has the columns of the message definition. */
  readonly modeled: boolean;
  /** Messages in the file. */
  readonly messagesRead: number;
  /** Messages written. */
  readonly messagesPushed: number;
  /** Messages left out, by reason; with those written they make up the messages read. */
  readonly skipped: readonly SkipReason[];
  /** Messages with an earlier time than the one before; they are written in the order of the file. */
  readonly outOfOrder: number;
}

/** What is wrong with the file itself. */
export interface DamageReport {
  /** Byte of the file where the damaged record begins. */
  readonly offset: number;
  /** What is wrong. */
  readonly reason: string;
}

/** The outcome of an import. */
export interface ImportReport {
  /** Name of the file, as given. */
  readonly sourceFile: string | undefined;
  /** Bytes of the file. */
  readonly bytesRead: number;
  /** Messages found; those lost to damage are not among them. */
  readonly messagesRead: number;
  /** Messages written. */
  readonly messagesPushed: number;
  /** Messages by the file's own statistics; `undefined` when it has none, or they were lost. */
  readonly messagesDeclared: number | undefined;
  /** Whether every message of a whole, undamaged file was written. */
  readonly complete: boolean;
  /** Topics, in the order of the file. */
  readonly topics: readonly TopicReport[];
  /** Damage of the file, first to last, at most 100. */
  readonly damage: readonly DamageReport[];
  /** How often damage was found. */
  readonly damageCount: number;
  /** Attachments of the file; they are not imported. */
  readonly attachments: number;
  /** Metadata records of the file; they are not imported. */
  readonly metadataRecords: number;
}
