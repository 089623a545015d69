/**
 * State of joints.
 *
 * @module
 */
import { defineOntology, float64, list, type NumberList, type OntologyType, required, utf8 } from "../core/mod.ts";
import { headerColumn, type WithHeader } from "../data/mod.ts";

/** State of several joints at once: item i of every list belongs to joint i. */
export interface RobotJoint extends WithHeader {
  /** Names. */
  names: readonly string[];
  /** Positions, rad or m. */
  positions: NumberList;
  /** Velocities, rad/s or m/s. */
  velocities: NumberList;
  /** Efforts, N·m or N. */
  efforts: NumberList;
}
/** Column table of {@linkcode RobotJoint}. */
export const RobotJoint: OntologyType<RobotJoint> = defineOntology<RobotJoint>("RobotJoint", {
  ...headerColumn,
  names: required("names", list(utf8)),
  positions: required("positions", list(float64)),
  velocities: required("velocities", list(float64)),
  efforts: required("efforts", list(float64)),
});
