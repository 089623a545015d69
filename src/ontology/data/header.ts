/**
 * What most messages carry beside their values: when and where they were measured, and how sure they are.
 *
 * @module
 */
import {
  type Columns,
  defineOntology,
  float64,
  int16,
  list,
  type NumberList,
  type OntologyType,
  optional,
  uint64,
  utf8,
} from "../core/mod.ts";
import { Time } from "./time.ts";

/** When and where something was measured. */
export interface Header {
  /** Time of the measurement, on the clock of the sensor. */
  timestamp?: Time | undefined;
  /** Coordinate frame of the values. */
  frameId?: string | undefined;
  /** Running number of the sample, from the sensor. */
  sampleCounter?: bigint | undefined;
}
/** Column table of {@linkcode Header}. */
export const Header: OntologyType<Header> = defineOntology<Header>("Header", {
  timestamp: optional("timestamp", Time),
  frameId: optional("frame_id", utf8),
  sampleCounter: optional("sample_counter", uint64),
});

/** Something with a header. */
export interface WithHeader {
  /** When and where it was measured. */
  header?: Header | undefined;
}
/** Column of {@linkcode WithHeader}. */
export const headerColumn: Columns<WithHeader> = { header: optional("header", Header) };

/** Several values with what is known of their errors. */
export interface WithCovariance {
  /** Covariance matrix, row by row. */
  covariance?: NumberList | undefined;
  /** How the matrix is to be read; the numbers are the writer's own. */
  covarianceType?: number | undefined;
}
/** Columns of {@linkcode WithCovariance}. */
export const covarianceColumns: Columns<WithCovariance> = {
  covariance: optional("covariance", list(float64)),
  covarianceType: optional("covariance_type", int16),
};

/** A value with what is known of its error. */
export interface WithVariance {
  /** Variance, square of the value's unit. */
  variance?: number | undefined;
  /** How the variance is to be read; the numbers are the writer's own. */
  varianceType?: number | undefined;
}
/** Columns of {@linkcode WithVariance}. */
export const varianceColumns: Columns<WithVariance> = {
  variance: optional("variance", float64),
  varianceType: optional("variance_type", int16),
};
