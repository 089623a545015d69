/**
 * What readers and writers of a topic are told when it goes away under them.
 *
 * @module
 */
import { MosaicoError } from "../../base/mod.ts";

/** Somebody has deleted the topic that is being read or stored. */
export function topicDeleted(task: "read" | "store"): MosaicoError {
  return new MosaicoError("session.topic_deleted", `Cannot ${task} the topic: it was deleted`);
}
