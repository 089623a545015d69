/**
 * LIDAR scans.
 *
 * @module
 */
import {
  defineOntology,
  float32,
  float64,
  list,
  type NumberList,
  type OntologyType,
  optional,
  required,
  uint16,
  uint8,
} from "../core/mod.ts";
import { headerColumn, type WithHeader } from "../data/mod.ts";

/** One LIDAR scan, a list for each attribute of the points. Shape: N points; every list that is there has length N. */
export interface Lidar extends WithHeader {
  /** x of each point, metres, sensor frame. */
  x: NumberList;
  /** y of each point, metres, sensor frame. */
  y: NumberList;
  /** z of each point, metres, sensor frame. */
  z: NumberList;
  /** Strength of the return; the scale is the device's. */
  intensity?: NumberList | undefined;
  /** Reflectivity of the surface, 16 bits; the scale is the device's. */
  reflectivity?: NumberList | undefined;
  /** Beam (ring) it was measured by. */
  beamId?: NumberList | undefined;
  /** Distance from the sensor, metres. */
  range?: NumberList | undefined;
  /** Ambient near-infrared light. */
  nearIr?: NumberList | undefined;
  /** Azimuth, rad. */
  azimuth?: NumberList | undefined;
  /** Elevation, rad. */
  elevation?: NumberList | undefined;
  /** Confidence, 8 bits; the scale is the device's. */
  confidence?: NumberList | undefined;
  /** Which return of the pulse it is, in the numbers of the device. */
  returnType?: NumberList | undefined;
  /** Time of measurement, s since the start of the scan. */
  pointTimestamp?: NumberList | undefined;
}
/** Column table of {@linkcode Lidar}. */
export const Lidar: OntologyType<Lidar> = defineOntology<Lidar>("Lidar", {
  ...headerColumn,
  x: required("x", list(float32)),
  y: required("y", list(float32)),
  z: required("z", list(float32)),
  intensity: optional("intensity", list(float32)),
  reflectivity: optional("reflectivity", list(uint16)),
  beamId: optional("beam_id", list(uint16)),
  range: optional("range", list(float32)),
  nearIr: optional("near_ir", list(float32)),
  azimuth: optional("azimuth", list(float32)),
  elevation: optional("elevation", list(float32)),
  confidence: optional("confidence", list(uint8)),
  returnType: optional("return_type", list(uint8)),
  pointTimestamp: optional("point_timestamp", list(float64)),
});
