/**
 * What a satellite receiver says, word for word.
 *
 * @module
 */
import { defineOntology, type OntologyType, required, utf8 } from "../core/mod.ts";
import { headerColumn, type WithHeader } from "../data/mod.ts";

/** One sentence of NMEA 0183. */
export interface NMEASentence extends WithHeader {
  /** The sentence, from `$` on. */
  sentence: string;
}
/** Column table of {@linkcode NMEASentence}. */
export const NMEASentence: OntologyType<NMEASentence> = defineOntology<NMEASentence>("NMEASentence", {
  ...headerColumn,
  sentence: required("sentence", utf8),
});
