/**
 * A single text.
 *
 * @module
 */
import { defineOntology, type OntologyType, required, utf8 } from "../core/mod.ts";

/** One text. Import it under another name where the global `String` is needed too. */
export interface String {
  /** The text. */
  data: string;
}
/** Column table of {@linkcode String}. */
export const String: OntologyType<String> = defineOntology<String>("String", { data: required("data", utf8) });
