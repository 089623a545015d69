/**
 * What an adapter is: one ROS message type, or several alike, to one ontology type.
 *
 * @module
 */
import type { OntologyType } from "../../ontology/mod.ts";
import type { RosMessage } from "./message_decoder.ts";

/** Turns the messages of some ROS types into values of one ontology type. */
export interface RosAdapter {
  /** ROS types it reads, as `package/Name`. */
  readonly rosTypes: readonly string[];
  /** What it makes of them. */
  readonly ontology: OntologyType<unknown>;
  /** Value of a message. Borrows it: the value may hold its arrays. @throws {Error} when the message is inconsistent */
  toOntology(message: RosMessage): unknown;
}

/**
 * Makes an adapter. `M` is what the message is taken to be: a recording whose definition of the type says otherwise
 * makes `convert` throw or give a value that the ontology type refuses.
 */
export function rosAdapter<M, T>(
  rosTypes: string | readonly string[],
  ontology: OntologyType<T>,
  convert: (message: M) => T,
): RosAdapter {
  return {
    rosTypes: typeof rosTypes === "string" ? [rosTypes] : rosTypes,
    ontology: ontology as OntologyType<unknown>,
    toOntology: convert as (message: RosMessage) => unknown,
  };
}
