/**
 * A single boolean.
 *
 * @module
 */
import { bool, defineOntology, type OntologyType, required } from "../core/mod.ts";

/** One boolean. Import it under another name where the global `Boolean` is needed too. */
export interface Boolean {
  /** True or false. */
  data: boolean;
}
/** Column table of {@linkcode Boolean}. */
export const Boolean: OntologyType<Boolean> = defineOntology<Boolean>("Boolean", { data: required("data", bool) });
