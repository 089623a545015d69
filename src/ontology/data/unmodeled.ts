/**
 * The type without columns.
 *
 * @module
 */
import { defineOntology, type OntologyType } from "../core/mod.ts";

/** No columns: the common ancestor of types that are known only by their schema. */
export type Unmodeled = Record<never, never>;
/** Column table of {@linkcode Unmodeled}. */
export const Unmodeled: OntologyType<Unmodeled> = defineOntology<Unmodeled>("Unmodeled", {});
