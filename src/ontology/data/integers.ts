/**
 * Single integers.
 *
 * @module
 */
import {
  defineOntology,
  int16,
  int32,
  int64,
  int8,
  type OntologyType,
  required,
  uint16,
  uint32,
  uint64,
  uint8,
} from "../core/mod.ts";

/** One signed integer of 8 bits. */
export interface Integer8 {
  /** The integer. */
  data: number;
}
/** Column table of {@linkcode Integer8}. */
export const Integer8: OntologyType<Integer8> = defineOntology<Integer8>("Integer8", { data: required("data", int8) });

/** One signed integer of 16 bits. */
export interface Integer16 {
  /** The integer. */
  data: number;
}
/** Column table of {@linkcode Integer16}. */
export const Integer16: OntologyType<Integer16> = defineOntology<Integer16>("Integer16", {
  data: required("data", int16),
});

/** One signed integer of 32 bits. */
export interface Integer32 {
  /** The integer. */
  data: number;
}
/** Column table of {@linkcode Integer32}. */
export const Integer32: OntologyType<Integer32> = defineOntology<Integer32>("Integer32", {
  data: required("data", int32),
});

/** One signed integer of 64 bits. */
export interface Integer64 {
  /** The integer. */
  data: bigint;
}
/** Column table of {@linkcode Integer64}. */
export const Integer64: OntologyType<Integer64> = defineOntology<Integer64>("Integer64", {
  data: required("data", int64),
});

/** One unsigned integer of 8 bits. */
export interface Unsigned8 {
  /** The integer. */
  data: number;
}
/** Column table of {@linkcode Unsigned8}. */
export const Unsigned8: OntologyType<Unsigned8> = defineOntology<Unsigned8>("Unsigned8", {
  data: required("data", uint8),
});

/** One unsigned integer of 16 bits. */
export interface Unsigned16 {
  /** The integer. */
  data: number;
}
/** Column table of {@linkcode Unsigned16}. */
export const Unsigned16: OntologyType<Unsigned16> = defineOntology<Unsigned16>("Unsigned16", {
  data: required("data", uint16),
});

/** One unsigned integer of 32 bits. */
export interface Unsigned32 {
  /** The integer. */
  data: number;
}
/** Column table of {@linkcode Unsigned32}. */
export const Unsigned32: OntologyType<Unsigned32> = defineOntology<Unsigned32>("Unsigned32", {
  data: required("data", uint32),
});

/** One unsigned integer of 64 bits. */
export interface Unsigned64 {
  /** The integer. */
  data: bigint;
}
/** Column table of {@linkcode Unsigned64}. */
export const Unsigned64: OntologyType<Unsigned64> = defineOntology<Unsigned64>("Unsigned64", {
  data: required("data", uint64),
});
