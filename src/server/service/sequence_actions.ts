/**
 * Creating and deleting sequences and sessions.
 *
 * @module
 */
import { checkUserMetadata, newUlid, newUuid, sessionLocator } from "../../protocol/mod.ts";
import { type SessionRecord, utcNowNs } from "../catalogue/mod.ts";
import type { ActionHandlers } from "./action_handlers.ts";
import { findSequence, locatorOf, readLocator, type ServiceParts } from "./parts.ts";
import { refuse } from "./statuses.ts";

/** Handlers of sequences and sessions. */
export const SEQUENCE_ACTIONS: ActionHandlers<
  "sequence_create" | "sequence_delete" | "session_create" | "session_finalize" | "session_delete"
> = {
  sequence_create: {
    scope: "write",
    answer({ directory }, { locator, userMetadata }) {
      const { sequence: name } = readLocator(locator, "sequence");
      checkUserMetadata(userMetadata);
      const { sequences } = directory.catalogue;
      if (sequences.byName(name) !== undefined) throw refuse.alreadyExists(name);
      sequences.create({ name, userMetadata, createdAtNs: utcNowNs() });
      return {};
    },
  },
  sequence_delete: {
    scope: "delete",
    async answer(parts, { locator }) {
      const { catalogue } = parts.directory;
      const sequence = findSequence(parts, locator);
      const topics = catalogue.topics.ofSequence(sequence.id);
      await parts.directory.freeRoom(() => catalogue.sequences.delete(sequence.id));
      await parts.uploads.discard(topics);
      return {};
    },
  },
  session_create: {
    scope: "write",
    answer(parts, { locator: name }) {
      const sequence = findSequence(parts, name);
      const session = { uuid: newUuid(), locator: sessionLocator(name, newUlid()) };
      parts.directory.catalogue.sessions.create({ sequenceId: sequence.id, ...session, createdAtNs: utcNowNs() });
      return session;
    },
  },
  session_finalize: {
    scope: "write",
    answer(parts, { sessionUuid }) {
      const { catalogue } = parts.directory;
      const session = catalogue.sessions.byUuid(sessionUuid);
      if (session === undefined) throw refuse.notFound(sessionUuid);
      assertFinished(parts, session);
      catalogue.sessions.complete(session.id, utcNowNs());
      return {};
    },
  },
  session_delete: {
    scope: "delete",
    async answer(parts, { locator }) {
      const { catalogue } = parts.directory;
      readLocator(locator, "session");
      const session = catalogue.sessions.byLocator(locator);
      if (session === undefined) throw refuse.notFound(locator);
      const topics = catalogue.topics.ofSession(session.id);
      await parts.directory.freeRoom(() => catalogue.sessions.delete(session.id));
      await parts.uploads.discard(topics);
      return {};
    },
  },
};

/** @throws {RpcError} FAILED_PRECONDITION unless the session can be locked */
function assertFinished({ directory, uploads }: ServiceParts, session: SessionRecord): void {
  if (session.completedAtNs !== undefined) throw refuse.sessionFinalized(session.locator);
  const topics = directory.catalogue.topics.ofSession(session.id);
  if (topics.length === 0) throw refuse.sessionEmpty(session.locator);
  for (const topic of topics) {
    if (topic.upload === "none") throw refuse.notUploaded(locatorOf(topic));
    if (uploads.has(topic.id)) throw refuse.uploading(locatorOf(topic));
    if (topic.upload !== "complete") throw refuse.uploadBroken(locatorOf(topic));
  }
}
