/**
 * Scans, clouds and maps: a list for each attribute, one message for each scan.
 *
 * @module
 */
export { CompressedLidar, compressLidar, type CompressLidarOptions, decompressLidar } from "./compressed_lidar.ts";
export { RGBDCamera, StereoCamera, ToFCamera } from "./depth_camera.ts";
export { GridCells, MapMetadata, OccupancyGrid } from "./grids.ts";
export { LaserScan, MultiEchoLaserScan, type ScanGeometry } from "./laser_scan.ts";
export { Lidar } from "./lidar.ts";
export { roundLidar } from "./lidar_rounding.ts";
export { packRgb, packRgbColumn, unpackRgb, unpackRgbColumn } from "./packed_rgb.ts";
export { Radar } from "./radar.ts";
