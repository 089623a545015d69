/**
 * What every part of the service works with.
 *
 * @module
 */
import type { SequenceRecord, TimeWindow, TopicRecord } from "../catalogue/mod.ts";
import { parseLocator, type ServerInfo, type TimestampRange, type WireCodec } from "../../protocol/mod.ts";
import type { ContentEngine } from "../engine/mod.ts";
import type { ServerDirectory, Uploads } from "../storage/mod.ts";
import { refuse } from "./statuses.ts";

/** The rooms below, and what the server says of itself. */
export interface ServiceParts {
  /** Catalogue and files. */
  readonly directory: ServerDirectory;
  /** Uploads that run. */
  readonly uploads: Uploads;
  /** Answers questions about data. */
  readonly engine: ContentEngine;
  /** Form of the messages. */
  readonly codec: WireCodec;
  /** Version and limits. */
  readonly info: ServerInfo;
}

/** The sequence `name`. @throws {RpcError} INVALID_ARGUMENT, NOT_FOUND */
export function findSequence({ directory }: ServiceParts, name: string): SequenceRecord {
  readLocator(name, "sequence");
  const sequence = directory.catalogue.sequences.byName(name);
  if (sequence === undefined) throw refuse.notFound(name);
  return sequence;
}

/** The topic at `locator`. @throws {RpcError} INVALID_ARGUMENT, NOT_FOUND */
export function findTopic({ directory }: ServiceParts, locator: string): TopicRecord {
  const { sequence, topic } = readLocator(locator, "topic");
  const found = directory.catalogue.topics.byPath(sequence, topic.slice(1));
  if (found === undefined) throw refuse.notFound(locator);
  return found;
}

/** Parts of a locator of one kind. @throws {RpcError} INVALID_ARGUMENT */
export function readLocator<K extends "sequence" | "topic" | "session">(
  locator: string,
  kind: K,
): Extract<ReturnType<typeof parseLocator>, { readonly kind: K }> {
  const parsed = readAnyLocator(locator);
  if (parsed.kind !== kind) throw refuse.badLocator(locator, `${kind} `);
  return parsed as Extract<ReturnType<typeof parseLocator>, { readonly kind: K }>;
}

/** Parts of a locator. @throws {RpcError} INVALID_ARGUMENT */
export function readAnyLocator(locator: string): ReturnType<typeof parseLocator> {
  try {
    return parseLocator(locator);
  } catch {
    throw refuse.badLocator(locator);
  }
}

/** A window that may be asked for. @throws {RpcError} INVALID_ARGUMENT when it is empty or reversed */
export function readWindow(range: TimestampRange = {}): TimeWindow | undefined {
  const { startNs, endNs } = range;
  if (startNs === undefined && endNs === undefined) return undefined;
  if (startNs !== undefined && endNs !== undefined && startNs >= endNs) throw refuse.badWindow(startNs, endNs);
  return range;
}

/** Locator of a topic. */
export function locatorOf(topic: Pick<TopicRecord, "sequenceName" | "path">): string {
  return `${topic.sequenceName}/${topic.path}`;
}
