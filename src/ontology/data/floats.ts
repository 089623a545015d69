/**
 * Single floating-point numbers.
 *
 * @module
 */
import { defineOntology, float16, float32, float64, type OntologyType, required } from "../core/mod.ts";

/** One IEEE half. */
export interface Floating16 {
  /** The number; rounded to 11 significant bits on the wire. */
  data: number;
}
/** Column table of {@linkcode Floating16}. */
export const Floating16: OntologyType<Floating16> = defineOntology<Floating16>("Floating16", {
  data: required("data", float16),
});

/** One IEEE single. */
export interface Floating32 {
  /** The number; rounded to 24 significant bits on the wire. */
  data: number;
}
/** Column table of {@linkcode Floating32}. */
export const Floating32: OntologyType<Floating32> = defineOntology<Floating32>("Floating32", {
  data: required("data", float32),
});

/** One IEEE double. */
export interface Floating64 {
  /** The number. */
  data: number;
}
/** Column table of {@linkcode Floating64}. */
export const Floating64: OntologyType<Floating64> = defineOntology<Floating64>("Floating64", {
  data: required("data", float64),
});
