/**
 * Notes about sequences and topics.
 *
 * @module
 */
import type { Actions, NotificationItem } from "../../protocol/mod.ts";
import { type NotificationSubject, utcNowNs } from "../catalogue/mod.ts";
import type { ActionHandlers } from "./action_handlers.ts";
import { findSequence, findTopic, type ServiceParts } from "./parts.ts";

type Find = (parts: ServiceParts, locator: string) => NotificationSubject;

const ofSequence: Find = (parts, locator) => ({ sequenceId: findSequence(parts, locator).id });
const ofTopic: Find = (parts, locator) => ({ topicId: findTopic(parts, locator).id });

/** Handlers of notifications. */
export const NOTIFICATION_ACTIONS: ActionHandlers<
  | "sequence_notification_create"
  | "sequence_notification_list"
  | "sequence_notification_purge"
  | "topic_notification_create"
  | "topic_notification_list"
  | "topic_notification_purge"
> = {
  sequence_notification_create: { scope: "write", answer: (parts, request) => create(parts, ofSequence, request) },
  sequence_notification_list: { scope: "read", answer: (parts, { locator }) => list(parts, ofSequence, locator) },
  sequence_notification_purge: { scope: "delete", answer: (parts, { locator }) => purge(parts, ofSequence, locator) },
  topic_notification_create: { scope: "write", answer: (parts, request) => create(parts, ofTopic, request) },
  topic_notification_list: { scope: "read", answer: (parts, { locator }) => list(parts, ofTopic, locator) },
  topic_notification_purge: { scope: "delete", answer: (parts, { locator }) => purge(parts, ofTopic, locator) },
};

function create(
  parts: ServiceParts,
  find: Find,
  { locator, notificationType, message }: Actions["topic_notification_create"]["request"],
): Record<never, never> {
  const note = { type: notificationType, message, createdAtNs: utcNowNs() };
  parts.directory.catalogue.notifications.create(find(parts, locator), note);
  return {};
}

function list(parts: ServiceParts, find: Find, locator: string): { notifications: NotificationItem[] } {
  const notes = parts.directory.catalogue.notifications.of(find(parts, locator));
  return {
    notifications: notes.map(({ type, message, createdAtNs }) => ({
      locator,
      notificationType: type,
      message,
      createdDatetime: formatUtc(createdAtNs),
    })),
  };
}

function purge(parts: ServiceParts, find: Find, locator: string): Record<never, never> {
  parts.directory.catalogue.notifications.purge(find(parts, locator));
  return {};
}

/** `YYYY-MM-DD HH:MM:SS.mmm UTC`, the only form every SDK reads as UTC. */
function formatUtc(timeNs: bigint): string {
  return new Date(Number(timeNs / 1_000_000n)).toISOString().replace("T", " ").replace("Z", " UTC");
}
