/**
 * Magnetic field.
 *
 * @module
 */
import { defineOntology, type OntologyType, required } from "../core/mod.ts";
import { headerColumn, Vector3d, type WithHeader } from "../data/mod.ts";

/** One sample of the magnetic field, in the frame of the sensor. */
export interface Magnetometer extends WithHeader {
  /** Magnetic flux density, µT. */
  magneticField: Vector3d;
}
/** Column table of {@linkcode Magnetometer}. */
export const Magnetometer: OntologyType<Magnetometer> = defineOntology<Magnetometer>("Magnetometer", {
  ...headerColumn,
  magneticField: required("magnetic_field", Vector3d),
});
