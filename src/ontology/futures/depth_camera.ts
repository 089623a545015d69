/**
 * Clouds of depth cameras.
 *
 * @module
 */
import {
  type Columns,
  defineOntology,
  float32,
  list,
  type NumberList,
  type OntologyType,
  optional,
  required,
  uint8,
} from "../core/mod.ts";
import { headerColumn, type WithHeader } from "../data/mod.ts";

/** One cloud of an RGB-D camera, a list for each attribute of the points. Shape: N points; every list has length N. */
export interface RGBDCamera extends WithHeader {
  /** x of each point, metres, camera frame. */
  x: NumberList;
  /** y of each point, metres, camera frame. */
  y: NumberList;
  /** z of each point, metres, along the optical axis. */
  z: NumberList;
  /** Colour, packed by `packRgb`. */
  rgb?: NumberList | undefined;
  /** Strength of the signal. */
  intensity?: NumberList | undefined;
}

const cloudColumns: Columns<RGBDCamera> = {
  ...headerColumn,
  x: required("x", list(float32)),
  y: required("y", list(float32)),
  z: required("z", list(float32)),
  rgb: optional("rgb", list(float32)),
  intensity: optional("intensity", list(float32)),
};

/** Column table of {@linkcode RGBDCamera}. */
export const RGBDCamera: OntologyType<RGBDCamera> = defineOntology<RGBDCamera>("RGBDCamera", cloudColumns);

/** One cloud of a time-of-flight camera. Shape: N points; every list has length N. */
export interface ToFCamera extends RGBDCamera {
  /** Noise of the distance. */
  noise?: NumberList | undefined;
  /** Gray value. */
  grayscale?: NumberList | undefined;
}
/** Column table of {@linkcode ToFCamera}. */
export const ToFCamera: OntologyType<ToFCamera> = defineOntology<ToFCamera>("ToFCamera", {
  ...cloudColumns,
  noise: optional("noise", list(float32)),
  grayscale: optional("grayscale", list(float32)),
});

/** One cloud of a stereo camera. Shape: N points; every list has length N. */
export interface StereoCamera extends RGBDCamera {
  /** Brightness, 8 bits. */
  luma?: NumberList | undefined;
  /** Cost of the match, 8 bits; 0 is best. */
  cost?: NumberList | undefined;
}
/** Column table of {@linkcode StereoCamera}. */
export const StereoCamera: OntologyType<StereoCamera> = defineOntology<StereoCamera>("StereoCamera", {
  ...cloudColumns,
  luma: optional("luma", list(uint8)),
  cost: optional("cost", list(uint8)),
});
