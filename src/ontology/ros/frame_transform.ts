/**
 * The tree of coordinate frames.
 *
 * @module
 */
import { defineOntology, list, type OntologyType, required } from "../core/mod.ts";
import { Transform } from "../data/mod.ts";

/** Some edges of the tree of coordinate frames, as on ROS `/tf`. */
export interface FrameTransform {
  /** The edges. */
  transforms: readonly Transform[];
}
/** Column table of {@linkcode FrameTransform}. */
export const FrameTransform: OntologyType<FrameTransform> = defineOntology<FrameTransform>("FrameTransform", {
  transforms: required("transforms", list(Transform)),
});
