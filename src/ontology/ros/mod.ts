/**
 * Types that have their shape from ROS.
 *
 * @module
 */
export { BatteryState } from "./battery_state.ts";
export { cloudFromPointCloud2, pointCloud2FromCloud, type PointNames } from "./cloud_points.ts";
export { FrameTransform } from "./frame_transform.ts";
export { lidarFromPointCloud2, type LidarPointNames, pointCloud2FromLidar } from "./lidar_points.ts";
export { PointCloud2, PointField } from "./point_cloud2.ts";
