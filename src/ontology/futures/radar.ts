/**
 * Radar scans.
 *
 * @module
 */
import { defineOntology, float32, list, type NumberList, type OntologyType, optional, required } from "../core/mod.ts";
import { headerColumn, type WithHeader } from "../data/mod.ts";

/** One radar scan, a list for each attribute of the detections. Shape: N detections; every list has length N. */
export interface Radar extends WithHeader {
  /** x of each detection, metres, sensor frame. */
  x: NumberList;
  /** y of each detection, metres, sensor frame. */
  y: NumberList;
  /** z of each detection, metres, sensor frame. */
  z: NumberList;
  /** Distance from the sensor, metres. */
  range?: NumberList | undefined;
  /** Azimuth, rad. */
  azimuth?: NumberList | undefined;
  /** Elevation, rad. */
  elevation?: NumberList | undefined;
  /** Radar cross-section, dBm. */
  rcs?: NumberList | undefined;
  /** Signal-to-noise ratio, dB. */
  snr?: NumberList | undefined;
  /** Velocity along the beam by the Doppler shift, m/s. */
  dopplerVelocity?: NumberList | undefined;
  /** Velocity along x, m/s. */
  vx?: NumberList | undefined;
  /** Velocity along y, m/s. */
  vy?: NumberList | undefined;
  /** Velocity along x, the sensor's own motion taken out, m/s. */
  vxComp?: NumberList | undefined;
  /** Velocity along y, the sensor's own motion taken out, m/s. */
  vyComp?: NumberList | undefined;
  /** Acceleration along x, m/s². */
  ax?: NumberList | undefined;
  /** Acceleration along y, m/s². */
  ay?: NumberList | undefined;
  /** Speed along the line of sight, m/s. */
  radialSpeed?: NumberList | undefined;
}
/** Column table of {@linkcode Radar}. */
export const Radar: OntologyType<Radar> = defineOntology<Radar>("Radar", {
  ...headerColumn,
  x: required("x", list(float32)),
  y: required("y", list(float32)),
  z: required("z", list(float32)),
  range: optional("range", list(float32)),
  azimuth: optional("azimuth", list(float32)),
  elevation: optional("elevation", list(float32)),
  rcs: optional("rcs", list(float32)),
  snr: optional("snr", list(float32)),
  dopplerVelocity: optional("doppler_velocity", list(float32)),
  vx: optional("vx", list(float32)),
  vy: optional("vy", list(float32)),
  vxComp: optional("vx_comp", list(float32)),
  vyComp: optional("vy_comp", list(float32)),
  ax: optional("ax", list(float32)),
  ay: optional("ay", list(float32)),
  radialSpeed: optional("radial_speed", list(float32)),
});
