/**
 * LIDAR scans ⇄ clouds as ROS has them.
 *
 * @module
 */
import type { LidarColumnName } from "../../codecs/mod.ts";
import type { Lidar } from "../futures/lidar.ts";
import { LIDAR_LISTS, lidarColumns, toColumn } from "../futures/lidar_columns.ts";
import type { PointCloud2 } from "./point_cloud2.ts";

/** Names of a cloud's fields by the list they belong to, such as `{ beamId: "ring" }`. */
export type LidarPointNames = Readonly<Partial<Record<LidarColumnName, string>>>;

/**
 * The scan in a cloud of any layout, point by point, also those of NaN. Borrows `cloud`; the lists are copies. Values are
 * brought to the types of `Lidar`, units stay as they are. Fields that are no list of `Lidar` are left out.
 *
 * @param names Fields that are not named as on the wire of `Lidar` (`beam_id`, `near_ir`, …)
 * @throws {CodecError} `codec.cloud_layout` when x, y or z is missing, a field has several values, or the layout does not
 * fit; `codec.cloud_data` when there are too few bytes, or a value does not fit the integers of its list
 *
 * @example
 * ```ts
 * import { lidarFromPointCloud2, pointCloud2FromLidar } from "@mosaico/client/ontology";
 *
 * const cloud = await pointCloud2FromLidar({ x: [1], y: [2], z: [3], beamId: [5] });
 * console.log(cloud.pointStep, (await lidarFromPointCloud2(cloud)).beamId); // 14 Uint16Array [ 5 ]
 * ```
 */
export async function lidarFromPointCloud2(cloud: PointCloud2, names: LidarPointNames = {}): Promise<Lidar> {
  const { CodecError, readPoints } = await import("../../codecs/mod.ts");
  const wanted = new Map(LIDAR_LISTS.map((column) => [names[column.key] ?? column.name, column]));
  const lists: Partial<Record<LidarColumnName, ReturnType<typeof toColumn>>> = {};
  for (const { name, count, values } of readPoints(cloud, [...wanted.keys()])) {
    const column = wanted.get(name)!;
    if (count !== 1 || lists[column.key] !== undefined) {
      const what = count === 1 ? "is there twice" : `has ${count} values a point, expected 1`;
      throw new CodecError("codec.cloud_layout", `Cannot read the point cloud: ${name} ${what}`, {
        field: name,
        count,
      });
    }
    try {
      lists[column.key] = toColumn(column, values);
    } catch (cause) {
      const text = `Cannot read the point cloud: ${(cause as Error).message}`;
      throw new CodecError("codec.cloud_data", text, { field: name }, { cause });
    }
  }
  const { x, y, z, ...others } = lists;
  if (x === undefined || y === undefined || z === undefined) {
    const found = cloud.fields.map(({ name }) => name);
    throw new CodecError("codec.cloud_layout", `Cannot read the point cloud: its fields are ${found}, not x, y and z`);
  }
  return { header: cloud.header, x, y, z, ...others };
}

/**
 * The scan as one row of records without gaps, lowest byte first: a field for each list that is there, under its name on the
 * wire. Borrows `lidar`.
 *
 * @throws {TypeError} when its lists are not of one length
 * @throws {RangeError} when a value does not fit its list
 */
export async function pointCloud2FromLidar(lidar: Lidar): Promise<PointCloud2> {
  const { writePoints } = await import("../../codecs/mod.ts");
  const columns = lidarColumns(lidar);
  const points = LIDAR_LISTS.flatMap(({ key, name }) => {
    const values = columns[key];
    return values === undefined ? [] : [{ name, count: 1, values }];
  });
  const { fields, ...records } = writePoints(points);
  return {
    header: lidar.header,
    ...records,
    fields: fields.map((field) => ({ ...field, datatype: BigInt(field.datatype) })),
    isDense: true,
  };
}
