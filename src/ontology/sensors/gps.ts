/**
 * Satellite navigation.
 *
 * @module
 */
import { defineOntology, float64, int8, type OntologyType, optional, required, uint16 } from "../core/mod.ts";
import { headerColumn, Point3d, Vector3d, type WithHeader } from "../data/mod.ts";

/** How good a fix is. */
export interface GPSStatus {
  /** Sort of fix, in the numbers of ROS `NavSatStatus`: −1 none, 0 plain, 1 satellite-, 2 ground-augmented. */
  status: number;
  /** Systems in use, bits of ROS `NavSatStatus`: 1 GPS, 2 GLONASS, 4 BeiDou, 8 Galileo. */
  service: number;
  /** Satellites in use. */
  satellites?: number | undefined;
  /** Horizontal dilution of precision. */
  hdop?: number | undefined;
  /** Vertical dilution of precision. */
  vdop?: number | undefined;
}
/** Column table of {@linkcode GPSStatus}. */
export const GPSStatus: OntologyType<GPSStatus> = defineOntology<GPSStatus>("GPSStatus", {
  status: required("status", int8),
  service: required("service", uint16),
  satellites: optional("satellites", int8),
  hdop: optional("hdop", float64),
  vdop: optional("vdop", float64),
});

/** One fix, WGS 84. */
export interface GPS extends WithHeader {
  /** `x` latitude and `y` longitude in degrees, `z` altitude in metres. */
  position: Point3d;
  /** Velocity north, east and up, m/s. */
  velocity?: Vector3d | undefined;
  /** How good the fix is. */
  status?: GPSStatus | undefined;
}
/** Column table of {@linkcode GPS}. */
export const GPS: OntologyType<GPS> = defineOntology<GPS>("GPS", {
  ...headerColumn,
  position: required("position", Point3d),
  velocity: optional("velocity", Vector3d),
  status: optional("status", GPSStatus),
});
