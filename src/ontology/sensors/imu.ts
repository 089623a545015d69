/**
 * Inertial measurement.
 *
 * @module
 */
import { defineOntology, type OntologyType, optional, required } from "../core/mod.ts";
import { headerColumn, Quaternion, Vector3d, type WithHeader } from "../data/mod.ts";

/** One inertial sample, in the frame of the sensor. */
export interface IMU extends WithHeader {
  /** Linear acceleration, m/s². */
  acceleration: Vector3d;
  /** Angular velocity, rad/s. */
  angularVelocity: Vector3d;
  /** Orientation, where the sensor works one out. */
  orientation?: Quaternion | undefined;
}
/** Column table of {@linkcode IMU}. */
export const IMU: OntologyType<IMU> = defineOntology<IMU>("IMU", {
  ...headerColumn,
  acceleration: required("acceleration", Vector3d),
  angularVelocity: required("angular_velocity", Vector3d),
  orientation: optional("orientation", Quaternion),
});
