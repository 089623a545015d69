/**
 * Vectors, points and quaternions. Their coordinates may be null on the wire, never in a value.
 *
 * @module
 */
import { type Columns, defineOntology, float64, type NumberList, type OntologyType, required } from "../core/mod.ts";
import { covarianceColumns, headerColumn, type WithCovariance, type WithHeader } from "./header.ts";

const nullable = { nullable: true };
const columns2: Columns<Vector2d> = {
  ...headerColumn,
  ...covarianceColumns,
  x: required("x", float64, nullable),
  y: required("y", float64, nullable),
};
const columns3: Columns<Vector3d> = { ...columns2, z: required("z", float64, nullable) };
const columns4: Columns<Vector4d> = { ...columns3, w: required("w", float64, nullable) };

/** A direction with a length, in a plane. The unit is that of the message it stands in. */
export interface Vector2d extends WithHeader, WithCovariance {
  /** First component. */
  x: number;
  /** Second component. */
  y: number;
}
/** Column table of {@linkcode Vector2d}. */
export const Vector2d: OntologyType<Vector2d> = defineOntology<Vector2d>("Vector2d", columns2);

/** A direction with a length, in space. The unit is that of the message it stands in. */
export interface Vector3d extends WithHeader, WithCovariance {
  /** First component. */
  x: number;
  /** Second component. */
  y: number;
  /** Third component. */
  z: number;
}
/** Column table of {@linkcode Vector3d}. */
export const Vector3d: OntologyType<Vector3d> = defineOntology<Vector3d>("Vector3d", columns3);

/** Four numbers that belong together. The unit is that of the message they stand in. */
export interface Vector4d extends WithHeader, WithCovariance {
  /** First component. */
  x: number;
  /** Second component. */
  y: number;
  /** Third component. */
  z: number;
  /** Fourth component. */
  w: number;
}
/** Column table of {@linkcode Vector4d}. */
export const Vector4d: OntologyType<Vector4d> = defineOntology<Vector4d>("Vector4d", columns4);

/** A place in a plane, metres unless said otherwise. */
export interface Point2d extends WithHeader, WithCovariance {
  /** First coordinate. */
  x: number;
  /** Second coordinate. */
  y: number;
}
/** Column table of {@linkcode Point2d}. */
export const Point2d: OntologyType<Point2d> = defineOntology<Point2d>("Point2d", columns2);

/** A place in space, metres unless said otherwise. */
export interface Point3d extends WithHeader, WithCovariance {
  /** First coordinate. */
  x: number;
  /** Second coordinate. */
  y: number;
  /** Third coordinate. */
  z: number;
}
/** Column table of {@linkcode Point3d}. */
export const Point3d: OntologyType<Point3d> = defineOntology<Point3d>("Point3d", columns3);

/** A rotation as a unit quaternion: `w + xi + yj + zk`. */
export interface Quaternion extends WithHeader, WithCovariance {
  /** Part along i. */
  x: number;
  /** Part along j. */
  y: number;
  /** Part along k. */
  z: number;
  /** Real part. */
  w: number;
}
/** Column table of {@linkcode Quaternion}. */
export const Quaternion: OntologyType<Quaternion> = defineOntology<Quaternion>("Quaternion", columns4);

/** Vector or point of two numbers. @throws {RangeError} for any other count */
export function vector2dFrom(values: NumberList): Vector2d {
  const [x, y] = exactly(2, values) as [number, number];
  return { x, y };
}

/** Vector or point of three numbers. @throws {RangeError} for any other count */
export function vector3dFrom(values: NumberList): Vector3d {
  const [x, y, z] = exactly(3, values) as [number, number, number];
  return { x, y, z };
}

/** Vector or quaternion (x, y, z, w) of four numbers. @throws {RangeError} for any other count */
export function vector4dFrom(values: NumberList): Vector4d {
  const [x, y, z, w] = exactly(4, values) as [number, number, number, number];
  return { x, y, z, w };
}

function exactly(count: number, values: NumberList): NumberList {
  if (values.length !== count) {
    throw new RangeError(`Cannot make a vector of ${values.length} numbers: exactly ${count} are needed`);
  }
  return values;
}
