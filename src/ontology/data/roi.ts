/**
 * A part of an image.
 *
 * @module
 */
import { bool, defineOntology, type OntologyType, optional, required, uint32 } from "../core/mod.ts";
import { Vector2d } from "./vectors.ts";

/** A rectangle of an image, in pixels. */
export interface ROI {
  /** Its left upper corner. */
  offset: Vector2d;
  /** Rows. */
  height: number;
  /** Columns. */
  width: number;
  /** Whether the rectangle is to be cut from the rectified image. */
  doRectify?: boolean | undefined;
}
/** Column table of {@linkcode ROI}. */
export const ROI: OntologyType<ROI> = defineOntology<ROI>("ROI", {
  offset: required("offset", Vector2d),
  height: required("height", uint32),
  width: required("width", uint32),
  doRectify: optional("do_rectify", bool),
});
