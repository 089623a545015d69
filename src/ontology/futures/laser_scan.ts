/**
 * Planar laser scans.
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
} from "../core/mod.ts";
import { headerColumn, type WithHeader } from "../data/mod.ts";

/** How a planar scan was swept. Angles about the z axis, counted from the x axis. */
export interface ScanGeometry extends WithHeader {
  /** Angle of the first beam, rad. */
  angleMin: number;
  /** Angle of the last beam, rad. */
  angleMax: number;
  /** Angle between beams, rad. */
  angleIncrement: number;
  /** Time between beams, s. */
  timeIncrement: number;
  /** Time between scans, s. */
  scanTime: number;
  /** Least distance that counts, metres. */
  rangeMin: number;
  /** Greatest distance that counts, metres. */
  rangeMax: number;
}

const scanColumns: Columns<ScanGeometry> = {
  ...headerColumn,
  angleMin: required("angle_min", float32),
  angleMax: required("angle_max", float32),
  angleIncrement: required("angle_increment", float32),
  timeIncrement: required("time_increment", float32),
  scanTime: required("scan_time", float32),
  rangeMin: required("range_min", float32),
  rangeMax: required("range_max", float32),
};

/** One sweep of a planar laser scanner. */
export interface LaserScan extends ScanGeometry {
  /** Distance of each beam, metres; infinite or NaN where there was no echo. */
  ranges: NumberList;
  /** Strength of each echo; the unit is the device's. */
  intensities?: NumberList | undefined;
}
/** Column table of {@linkcode LaserScan}. */
export const LaserScan: OntologyType<LaserScan> = defineOntology<LaserScan>("LaserScan", {
  ...scanColumns,
  ranges: required("ranges", list(float32)),
  intensities: optional("intensities", list(float32)),
});

/** One sweep of a planar laser scanner that tells several echoes of a beam apart. */
export interface MultiEchoLaserScan extends ScanGeometry {
  /** Distances of the echoes of each beam, metres: beams outside, echoes inside. */
  ranges: readonly NumberList[];
  /** Strengths of the echoes of each beam. */
  intensities?: readonly NumberList[] | undefined;
}
/** Column table of {@linkcode MultiEchoLaserScan}. */
export const MultiEchoLaserScan: OntologyType<MultiEchoLaserScan> = defineOntology<MultiEchoLaserScan>(
  "MultiEchoLaserScan",
  {
    ...scanColumns,
    ranges: required("ranges", list(list(float32))),
    intensities: optional("intensities", list(list(float32))),
  },
);
