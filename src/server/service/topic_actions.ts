/**
 * Creating and deleting topics.
 *
 * @module
 */
import { checkUserMetadata, isUuid, newUuid } from "../../protocol/mod.ts";
import { utcNowNs } from "../catalogue/mod.ts";
import type { ActionHandlers } from "./action_handlers.ts";
import { findTopic, readLocator } from "./parts.ts";
import { refuse } from "./statuses.ts";

/** Handlers of topics. */
export const TOPIC_ACTIONS: ActionHandlers<"topic_create" | "topic_delete"> = {
  topic_create: {
    scope: "write",
    answer({ directory }, { sessionUuid, locator, serializationFormat, ontologyTag, userMetadata }) {
      const { sessions, topics } = directory.catalogue;
      const { sequence, topic } = readLocator(locator, "topic");
      if (!isUuid(sessionUuid)) throw refuse.badUuid(sessionUuid);
      checkUserMetadata(userMetadata);
      const session = sessions.byUuid(sessionUuid);
      if (session === undefined) throw refuse.notFound(sessionUuid);
      if (session.completedAtNs !== undefined) throw refuse.sessionFinalized(session.locator);
      if (session.sequenceName !== sequence) throw refuse.foreignTopic(locator, session.sequenceName);
      const path = topic.slice(1);
      if (topics.byPath(sequence, path) !== undefined) throw refuse.alreadyExists(locator);
      const uuid = newUuid();
      topics.create({
        uuid,
        sequenceId: session.sequenceId,
        sessionId: session.id,
        path,
        ontologyTag,
        serializationFormat,
        userMetadata,
        createdAtNs: utcNowNs(),
      });
      return { uuid };
    },
  },
  topic_delete: {
    scope: "delete",
    async answer(parts, { locator }) {
      const topic = findTopic(parts, locator);
      await parts.directory.freeRoom(() => parts.directory.catalogue.topics.delete(topic.id));
      await parts.uploads.discard([topic]);
      return {};
    },
  },
};
