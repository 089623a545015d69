/**
 * Distance by one beam.
 *
 * @module
 */
import { defineOntology, float32, type OntologyType, required, uint8, type Violation } from "../core/mod.ts";
import { headerColumn, varianceColumns, type WithHeader, type WithVariance } from "../data/mod.ts";

/** One distance, by ultrasound, infrared or the like. Import it under another name where the DOM's `Range` is needed too. */
export interface Range extends WithVariance, WithHeader {
  /** What the sensor sends out, in the numbers of ROS `Range`: 0 ultrasound, 1 infrared. */
  radiationType: number;
  /** Opening angle of the beam, rad. */
  fieldOfView: number;
  /** Least distance the sensor can tell, metres. */
  minRange: number;
  /** Greatest distance the sensor can tell, metres. */
  maxRange: number;
  /** The distance, metres; `minRange` ≤ `range` ≤ `maxRange`. */
  range: number;
}
/** Column table of {@linkcode Range}. */
export const Range: OntologyType<Range> = defineOntology<Range>("Range", {
  ...varianceColumns,
  ...headerColumn,
  radiationType: required("radiation_type", uint8),
  fieldOfView: required("field_of_view", float32),
  minRange: required("min_range", float32),
  maxRange: required("max_range", float32),
  range: required("range", float32),
}, { rule: insideLimits });

function insideLimits({ minRange, maxRange, range }: Range): Violation | undefined {
  // What is no number is refused, and named, where the row is written.
  if (typeof minRange !== "number" || typeof maxRange !== "number" || typeof range !== "number") return undefined;
  if (range >= minRange && range <= maxRange) return undefined;
  if (minRange > maxRange) return { field: "minRange", value: minRange, rule: `be at most maxRange (${maxRange})` };
  return { field: "range", value: range, rule: `lie between minRange (${minRange}) and maxRange (${maxRange})` };
}
