/**
 * LIDAR scans ⇄ clouds as ROS has them.
 *
 * @module
 */
import type { LidarColumnName } from "../../codecs/mod.ts";
import { Lidar } from "../futures/mod.ts";
import { cloudFromPointCloud2, pointCloud2FromCloud } from "./cloud_points.ts";
import type { PointCloud2 } from "./point_cloud2.ts";

/** Names of a cloud's fields by the list they belong to, such as `{ beamId: "ring" }`. */
export type LidarPointNames = Readonly<Partial<Record<LidarColumnName, string>>>;

/**
 * The scan in a cloud of any layout: {@linkcode cloudFromPointCloud2} of {@linkcode Lidar}.
 *
 * @param names Fields that are not named as on the wire of `Lidar` (`beam_id`, `near_ir`, …)
 * @throws {CodecError} `codec.cloud_layout`, `codec.cloud_data`
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
  return await cloudFromPointCloud2(Lidar, cloud, names);
}

/**
 * The scan as records: {@linkcode pointCloud2FromCloud} of {@linkcode Lidar}.
 *
 * @throws {TypeError} when its lists are not of one length
 * @throws {RangeError} when a value does not fit its list
 */
export async function pointCloud2FromLidar(lidar: Lidar): Promise<PointCloud2> {
  return await pointCloud2FromCloud(Lidar, lidar);
}
