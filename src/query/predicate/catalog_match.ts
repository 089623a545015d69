/**
 * Conditions on sequences and topics, held against what is known of one.
 *
 * @module
 */
import type { JsonObject } from "../../base/mod.ts";
import { type Condition, matchesValue } from "./condition.ts";
import { compileMetadataCondition } from "./metadata_path.ts";
import type { CatalogCondition } from "./query_conditions.ts";

/** What is known of a sequence. */
export interface SequenceFacts {
  /** Name, without a slash. */
  readonly name: string;
  /** Time of creation, nanoseconds. */
  readonly createdAtNs: bigint;
  /** The user's own. */
  readonly userMetadata: JsonObject;
}

/** What is known of a topic. */
export interface TopicFacts {
  /** Name in the sequence, with a leading slash. */
  readonly name: string;
  /** Time of creation, nanoseconds. */
  readonly createdAtNs: bigint;
  /** The user's own. */
  readonly userMetadata: JsonObject;
  /** Tag of its type. */
  readonly ontologyTag: string;
  /** How it is stored. */
  readonly serializationFormat: string;
}

/** Whether a sequence fulfils all `conditions`. */
export function matchesSequence(conditions: readonly CatalogCondition[], facts: SequenceFacts): boolean {
  return conditions.every((it) => it.field === "name" ? matchesValue(it.condition, facts.name) : common(it, facts));
}

/** Whether a topic fulfils all `conditions`. Names are accepted with and without their leading slash. */
export function matchesTopic(conditions: readonly CatalogCondition[], facts: TopicFacts): boolean {
  return conditions.every((it) => {
    if (it.field === "name") return matchesTopicName(it.condition, facts.name);
    if (it.field === "ontology_tag") return matchesValue(it.condition, facts.ontologyTag);
    if (it.field === "serialization_format") return matchesValue(it.condition, facts.serializationFormat);
    return common(it, facts);
  });
}

function matchesTopicName(condition: Condition, name: string): boolean {
  const forms = [name, name.replace(/^\//, "")];
  const fits = (form: string) => matchesValue(condition, form);
  return condition.operator === "$neq" ? forms.every(fits) : forms.some(fits);
}

function common(it: CatalogCondition, facts: SequenceFacts): boolean {
  if (it.field === "created_at_ns") return matchesValue(it.condition, facts.createdAtNs);
  return it.field === "user_metadata" && compileMetadataCondition(it.path, it.condition)(facts.userMetadata);
}
