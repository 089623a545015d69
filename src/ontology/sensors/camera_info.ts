/**
 * Calibration of a camera.
 *
 * @module
 */
import {
  defineOntology,
  fixedList,
  float64,
  list,
  type NumberList,
  type OntologyType,
  optional,
  required,
  uint32,
  utf8,
} from "../core/mod.ts";
import { headerColumn, ROI, Vector2d, type WithHeader } from "../data/mod.ts";

/** How a camera maps space to pixels. Matrices are row by row. */
export interface CameraInfo extends WithHeader {
  /** Rows of the full image, pixels. */
  height: number;
  /** Columns of the full image, pixels. */
  width: number;
  /** Name of the distortion model, such as `plumb_bob`. */
  distortionModel: string;
  /** Its parameters; how many depends on the model. */
  distortionParameters: NumberList;
  /** Intrinsic matrix K, 3×3, of the distorted image. */
  intrinsicParameters: NumberList;
  /** Rectification matrix R, 3×3. */
  rectificationParameters: NumberList;
  /** Projection matrix P, 3×4, of the rectified image. */
  projectionParameters: NumberList;
  /** Pixels of the sensor that make one of the image, across and down. */
  binning?: Vector2d | undefined;
  /** Part of the sensor that is read, in full resolution. */
  roi?: ROI | undefined;
}
/** Column table of {@linkcode CameraInfo}. */
export const CameraInfo: OntologyType<CameraInfo> = defineOntology<CameraInfo>("CameraInfo", {
  ...headerColumn,
  height: required("height", uint32),
  width: required("width", uint32),
  distortionModel: required("distortion_model", utf8),
  distortionParameters: required("distortion_parameters", list(float64)),
  intrinsicParameters: required("intrinsic_parameters", fixedList(float64, 9)),
  rectificationParameters: required("rectification_parameters", fixedList(float64, 9)),
  projectionParameters: required("projection_parameters", fixedList(float64, 12)),
  binning: optional("binning", Vector2d),
  roi: optional("roi", ROI),
});
