/**
 * Clouds as ROS has them: records of bytes.
 *
 * @module
 */
import { binary, bool, defineOntology, list, oneOf, type OntologyType, required, uint32, utf8 } from "../core/mod.ts";
import { headerColumn, type WithHeader } from "../data/mod.ts";

/** One attribute of the points of a {@linkcode PointCloud2}. */
export interface PointField {
  /** Name. */
  name: string;
  /** Its first byte in the record of a point. */
  offset: number;
  /** Type: 1 int8, 2 uint8, 3 int16, 4 uint16, 5 int32, 6 uint32, 7 float32, 8 float64. */
  datatype: bigint;
  /** Values of that type in a row. */
  count: number;
}
/** Column table of {@linkcode PointField}. */
export const PointField: OntologyType<PointField> = defineOntology<PointField>("PointField", {
  name: required("name", utf8),
  offset: required("offset", uint32),
  datatype: required("datatype", oneOf<bigint>(1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n)),
  count: required("count", uint32),
});

/** One cloud of points, a record of bytes each. Shape: `height` rows of `width` points. */
export interface PointCloud2 extends WithHeader {
  /** Rows; 1 for a cloud without order. */
  height: number;
  /** Points in a row. */
  width: number;
  /** Attributes. */
  fields: readonly PointField[];
  /** Whether numbers have the highest byte first. */
  isBigendian: boolean;
  /** Bytes of a point. */
  pointStep: number;
  /** Bytes of a row. */
  rowStep: number;
  /** The points. */
  data: Uint8Array;
  /** Whether every point is valid. */
  isDense: boolean;
}
/** Column table of {@linkcode PointCloud2}. */
export const PointCloud2: OntologyType<PointCloud2> = defineOntology<PointCloud2>("PointCloud2", {
  ...headerColumn,
  height: required("height", uint32),
  width: required("width", uint32),
  fields: required("fields", list(PointField)),
  isBigendian: required("is_bigendian", bool),
  pointStep: required("point_step", uint32),
  rowStep: required("row_step", uint32),
  data: required("data", binary),
  isDense: required("is_dense", bool),
});
