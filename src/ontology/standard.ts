/**
 * The types a client knows.
 *
 * @module
 */
import { OntologyRegistry, type OntologyType } from "./core/mod.ts";
import * as data from "./data/mod.ts";
import * as futures from "./futures/mod.ts";
import * as ros from "./ros/mod.ts";
import * as sensors from "./sensors/mod.ts";

/** The types that every client of the platform knows. */
export const STANDARD_TYPES: readonly OntologyType<unknown>[] = [
  data.Unmodeled,
  data.Integer8,
  data.Integer16,
  data.Integer32,
  data.Integer64,
  data.Unsigned8,
  data.Unsigned16,
  data.Unsigned32,
  data.Unsigned64,
  data.Floating16,
  data.Floating32,
  data.Floating64,
  data.Boolean,
  data.String,
  data.Time,
  data.Duration,
  data.Header,
  data.Vector2d,
  data.Vector3d,
  data.Vector4d,
  data.Point2d,
  data.Point3d,
  data.Quaternion,
  data.Transform,
  data.Pose,
  data.RobotPath,
  data.Polygon,
  data.ForceTorque,
  data.Inertia,
  data.Velocity,
  data.Acceleration,
  data.MotionState,
  data.ROI,
  sensors.IMU,
  sensors.Magnetometer,
  sensors.GPSStatus,
  sensors.GPS,
  sensors.NMEASentence,
  sensors.Temperature,
  sensors.Pressure,
  sensors.Range,
  sensors.CameraInfo,
  sensors.RobotJoint,
  sensors.Joy,
  sensors.Image,
  sensors.CompressedImage,
  futures.LaserScan,
  futures.MultiEchoLaserScan,
  futures.Lidar,
  futures.Radar,
  futures.RGBDCamera,
  futures.ToFCamera,
  futures.StereoCamera,
  futures.GridCells,
  futures.MapMetadata,
  futures.OccupancyGrid,
  ros.BatteryState,
  ros.FrameTransform,
  ros.PointField,
  ros.PointCloud2,
];

/** Types of this package alone; to other clients their topics are unmodeled data. */
const OWN_TYPES: readonly OntologyType<unknown>[] = [futures.CompressedLidar];

/** A registry of all types of this package: {@linkcode STANDARD_TYPES} and its own. Others can be added. */
export function standardRegistry(): OntologyRegistry {
  return new OntologyRegistry([...STANDARD_TYPES, ...OWN_TYPES]);
}
