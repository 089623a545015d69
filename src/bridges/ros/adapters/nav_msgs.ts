/**
 * `nav_msgs`: odometry, paths, maps.
 *
 * @module
 */
import {
  GridCells,
  MapMetadata,
  MotionState,
  type NumberList,
  OccupancyGrid,
  RobotPath,
} from "../../../ontology/mod.ts";
import { type RosAdapter, rosAdapter } from "../adapter.ts";
import type { RosTime } from "../message_decoder.ts";
import { covariance, header, pose, type RosHeader, type RosPose, type RosVector3, time, vector3 } from "./common.ts";
import { type RosTwist, twist } from "./geometry_msgs.ts";

interface RosOdometry {
  readonly header: RosHeader;
  readonly child_frame_id: string;
  readonly pose: { readonly pose: RosPose; readonly covariance: NumberList };
  readonly twist: { readonly twist: RosTwist; readonly covariance: NumberList };
}

interface RosPath {
  readonly header: RosHeader;
  readonly poses: readonly { readonly header: RosHeader; readonly pose: RosPose }[];
}

interface RosGridCells {
  readonly header: RosHeader;
  readonly cell_width: number;
  readonly cell_height: number;
  readonly cells: readonly RosVector3[];
}

interface RosMapMetaData {
  readonly map_load_time: RosTime;
  readonly resolution: number;
  readonly width: number;
  readonly height: number;
  readonly origin: RosPose;
}

interface RosOccupancyGrid {
  readonly header: RosHeader;
  readonly info: RosMapMetaData;
  readonly data: NumberList;
}

function mapMetadata(info: RosMapMetaData): MapMetadata {
  const { resolution, width, height } = info;
  return { mapLoadTime: time(info.map_load_time), resolution, width, height, origin: pose(info.origin) };
}

/** Adapters of `nav_msgs`. */
export const navAdapters: readonly RosAdapter[] = [
  rosAdapter("nav_msgs/Odometry", MotionState, (message: RosOdometry) => ({
    header: header(message.header),
    pose: { ...pose(message.pose.pose), covariance: covariance(message.pose.covariance) },
    velocity: { ...twist(message.twist.twist), covariance: covariance(message.twist.covariance) },
    targetFrameId: message.child_frame_id,
  })),
  rosAdapter("nav_msgs/Path", RobotPath, (message: RosPath) => ({
    header: header(message.header),
    poses: message.poses.map((stamped) => ({ header: header(stamped.header), ...pose(stamped.pose) })),
  })),
  rosAdapter("nav_msgs/GridCells", GridCells, (message: RosGridCells) => ({
    header: header(message.header),
    cellWidth: message.cell_width,
    cellHeight: message.cell_height,
    cells: message.cells.map((cell) => vector3(cell)),
  })),
  rosAdapter("nav_msgs/MapMetaData", MapMetadata, mapMetadata),
  rosAdapter("nav_msgs/OccupancyGrid", OccupancyGrid, (message: RosOccupancyGrid) => ({
    header: header(message.header),
    info: mapMetadata(message.info),
    data: message.data,
  })),
];
