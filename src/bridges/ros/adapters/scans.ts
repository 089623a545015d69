/**
 * `sensor_msgs` of scanners: clouds and planar scans.
 *
 * @module
 */
import {
  LaserScan,
  MultiEchoLaserScan,
  type NumberList,
  PointCloud2,
  type ScanGeometry,
} from "../../../ontology/mod.ts";
import { type RosAdapter, rosAdapter } from "../adapter.ts";
import { header, type RosHeader } from "./common.ts";

interface RosPointField {
  readonly name: string;
  readonly offset: number;
  readonly datatype: number;
  readonly count: number;
}

interface RosPointCloud2 {
  readonly header: RosHeader;
  readonly height: number;
  readonly width: number;
  readonly fields: readonly RosPointField[];
  readonly is_bigendian: boolean;
  readonly point_step: number;
  readonly row_step: number;
  readonly data: Uint8Array;
  readonly is_dense: boolean;
}

interface RosScanGeometry {
  readonly header: RosHeader;
  readonly angle_min: number;
  readonly angle_max: number;
  readonly angle_increment: number;
  readonly time_increment: number;
  readonly scan_time: number;
  readonly range_min: number;
  readonly range_max: number;
}

interface RosLaserScan extends RosScanGeometry {
  readonly ranges: NumberList;
  readonly intensities: NumberList;
}

interface RosMultiEchoLaserScan extends RosScanGeometry {
  readonly ranges: readonly { readonly echoes: NumberList }[];
  readonly intensities: readonly { readonly echoes: NumberList }[];
}

/** Bytes of a value by the number of its datatype; there is no 0. */
const DATATYPE_BYTES: readonly number[] = [0, 1, 1, 2, 2, 4, 4, 4, 8];

/** Whoever reads the cloud addresses `data` by these numbers, so they have to agree. */
function checkCloud(cloud: RosPointCloud2): void {
  const { height, width, point_step: pointStep, row_step: rowStep, data } = cloud;
  for (const { name, offset, datatype, count } of cloud.fields) {
    const bytes = DATATYPE_BYTES[datatype];
    if (!bytes) throw new RangeError(`field "${name}" has the datatype ${datatype}, expected 1 to 8`);
    if (offset + bytes * count > pointStep) {
      throw new RangeError(`field "${name}" ends at byte ${offset + bytes * count}, a point has ${pointStep}`);
    }
  }
  if (width * pointStep > rowStep) {
    throw new RangeError(`${width} points of ${pointStep} bytes exceed the row of ${rowStep} bytes`);
  }
  if (height * rowStep !== data.length) {
    throw new RangeError(
      `the cloud holds ${data.length} bytes, its ${height} rows of ${rowStep} bytes are ${height * rowStep}`,
    );
  }
}

function pointCloud2(message: RosPointCloud2): PointCloud2 {
  checkCloud(message);
  return {
    header: header(message.header),
    height: message.height,
    width: message.width,
    fields: message.fields.map(({ name, offset, datatype, count }) => ({
      name,
      offset,
      datatype: BigInt(datatype),
      count,
    })),
    isBigendian: message.is_bigendian,
    pointStep: message.point_step,
    rowStep: message.row_step,
    data: message.data,
    isDense: message.is_dense,
  };
}

function scanGeometry(message: RosScanGeometry): ScanGeometry {
  return {
    header: header(message.header),
    angleMin: message.angle_min,
    angleMax: message.angle_max,
    angleIncrement: message.angle_increment,
    timeIncrement: message.time_increment,
    scanTime: message.scan_time,
    rangeMin: message.range_min,
    rangeMax: message.range_max,
  };
}

/** Adapters of the messages of scanners. Scanners without intensities leave that list empty. */
export const scanAdapters: readonly RosAdapter[] = [
  rosAdapter("sensor_msgs/PointCloud2", PointCloud2, pointCloud2),
  rosAdapter("sensor_msgs/LaserScan", LaserScan, (message: RosLaserScan) => ({
    ...scanGeometry(message),
    ranges: message.ranges,
    intensities: message.intensities.length > 0 ? message.intensities : undefined,
  })),
  rosAdapter("sensor_msgs/MultiEchoLaserScan", MultiEchoLaserScan, (message: RosMultiEchoLaserScan) => ({
    ...scanGeometry(message),
    ranges: message.ranges.map((beam) => beam.echoes),
    intensities: message.intensities.length > 0 ? message.intensities.map((beam) => beam.echoes) : undefined,
  })),
];
