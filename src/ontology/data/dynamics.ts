/**
 * Forces and masses.
 *
 * @module
 */
import { defineOntology, fixedList, float64, type NumberList, type OntologyType, required } from "../core/mod.ts";
import { covarianceColumns, headerColumn, type WithCovariance, type WithHeader } from "./header.ts";
import { Vector3d } from "./vectors.ts";

/** Force and torque at one point: a wrench. */
export interface ForceTorque extends WithHeader, WithCovariance {
  /** Force, N. */
  force: Vector3d;
  /** Torque, N·m. */
  torque: Vector3d;
}
/** Column table of {@linkcode ForceTorque}. */
export const ForceTorque: OntologyType<ForceTorque> = defineOntology<ForceTorque>("ForceTorque", {
  ...headerColumn,
  ...covarianceColumns,
  force: required("force", Vector3d),
  torque: required("torque", Vector3d),
});

/** How a rigid body resists motion. */
export interface Inertia extends WithHeader {
  /** Mass, kg. */
  mass: number;
  /** Centre of mass, metres. */
  centerOfMass: Vector3d;
  /** Inertia tensor about it, kg·m²: six numbers, ixx, ixy, ixz, iyy, iyz, izz. */
  inertia: NumberList;
}
/** Column table of {@linkcode Inertia}. */
export const Inertia: OntologyType<Inertia> = defineOntology<Inertia>("Inertia", {
  ...headerColumn,
  mass: required("mass", float64),
  centerOfMass: required("center_of_mass", Vector3d),
  inertia: required("inertia", fixedList(float64, 6)),
});
