/**
 * Where things are and how they stand to each other.
 *
 * @module
 */
import { defineOntology, list, type OntologyType, optional, required, utf8 } from "../core/mod.ts";
import { covarianceColumns, headerColumn, type WithCovariance, type WithHeader } from "./header.ts";
import { Point3d, Quaternion, Vector3d } from "./vectors.ts";

/** How a frame stands in the frame of the header. */
export interface Transform extends WithHeader, WithCovariance {
  /** Origin of the target frame, metres. */
  translation: Vector3d;
  /** Rotation of the target frame. */
  rotation: Quaternion;
  /** Name of the target frame. */
  targetFrameId?: string | undefined;
}
/** Column table of {@linkcode Transform}. */
export const Transform: OntologyType<Transform> = defineOntology<Transform>("Transform", {
  ...headerColumn,
  ...covarianceColumns,
  translation: required("translation", Vector3d),
  rotation: required("rotation", Quaternion),
  targetFrameId: optional("target_frame_id", utf8),
});

/** Position and orientation of something. */
export interface Pose extends WithHeader, WithCovariance {
  /** Where it is, metres. */
  position: Point3d;
  /** How it is turned. */
  orientation: Quaternion;
}
/** Column table of {@linkcode Pose}. */
export const Pose: OntologyType<Pose> = defineOntology<Pose>("Pose", {
  ...headerColumn,
  ...covarianceColumns,
  position: required("position", Point3d),
  orientation: required("orientation", Quaternion),
});

/** The way of a robot, planned or driven. */
export interface RobotPath extends WithHeader {
  /** Poses in order. */
  poses: readonly Pose[];
}
/** Column table of {@linkcode RobotPath}. */
export const RobotPath: OntologyType<RobotPath> = defineOntology<RobotPath>("RobotPath", {
  ...headerColumn,
  poses: required("poses", list(Pose)),
});

/** A polygon in space. */
export interface Polygon extends WithHeader {
  /** Corners in order, metres; the last is joined to the first. */
  points: readonly Point3d[];
}
/** Column table of {@linkcode Polygon}. */
export const Polygon: OntologyType<Polygon> = defineOntology<Polygon>("Polygon", {
  ...headerColumn,
  points: required("points", list(Point3d)),
});
