/**
 * Motion.
 *
 * @module
 */
import { defineOntology, type OntologyType, optional, required, utf8, type Violation } from "../core/mod.ts";
import { Pose } from "./geometry.ts";
import { covarianceColumns, headerColumn, type WithCovariance, type WithHeader } from "./header.ts";
import { Vector3d } from "./vectors.ts";

/** Velocity: linear, angular, or both. */
export interface Velocity extends WithHeader, WithCovariance {
  /** Linear velocity, m/s. */
  linear?: Vector3d | undefined;
  /** Angular velocity, rad/s. */
  angular?: Vector3d | undefined;
}
/** Column table of {@linkcode Velocity}. */
export const Velocity: OntologyType<Velocity> = defineOntology<Velocity>("Velocity", {
  ...headerColumn,
  ...covarianceColumns,
  linear: optional("linear", Vector3d),
  angular: optional("angular", Vector3d),
}, { rule: linearOrAngular });

/** Acceleration: linear, angular, or both. */
export interface Acceleration extends WithHeader, WithCovariance {
  /** Linear acceleration, m/s². */
  linear?: Vector3d | undefined;
  /** Angular acceleration, rad/s². */
  angular?: Vector3d | undefined;
}
/** Column table of {@linkcode Acceleration}. */
export const Acceleration: OntologyType<Acceleration> = defineOntology<Acceleration>("Acceleration", {
  ...headerColumn,
  ...covarianceColumns,
  linear: optional("linear", Vector3d),
  angular: optional("angular", Vector3d),
}, { rule: linearOrAngular });

function linearOrAngular({ linear, angular }: Velocity): Violation | undefined {
  if (linear || angular) return undefined;
  return { field: "linear", value: linear, rule: "be present when angular is not" };
}

/** Where something is, and how it moves. */
export interface MotionState extends WithHeader, WithCovariance {
  /** Position and orientation. */
  pose: Pose;
  /** Velocity. */
  velocity: Velocity;
  /** Frame that moves. */
  targetFrameId: string;
  /** Acceleration. */
  acceleration?: Acceleration | undefined;
}
/** Column table of {@linkcode MotionState}. */
export const MotionState: OntologyType<MotionState> = defineOntology<MotionState>("MotionState", {
  ...headerColumn,
  ...covarianceColumns,
  pose: required("pose", Pose),
  velocity: required("velocity", Velocity),
  targetFrameId: required("target_frame_id", utf8),
  acceleration: optional("acceleration", Acceleration),
});
