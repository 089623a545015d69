/**
 * LIDAR scans from the packets that sensors send: Velodyne's and Ouster's.
 *
 * @module
 */
export { type ErrorFacts, MosaicoError } from "../../base/mod.ts";
export { type OusterMetadata, ousterMetadata, type OusterProfile } from "./ouster_metadata.ts";
export { ousterScans } from "./ouster.ts";
export type { LidarPacket, LidarPackets, PacketOptions } from "./packet.ts";
export type { VelodyneModel } from "./velodyne_models.ts";
export { type VelodyneOptions, velodyneScans } from "./velodyne.ts";
