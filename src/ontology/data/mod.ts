/**
 * The building blocks: numbers, time, vectors, poses, motion.
 *
 * @module
 */
export { Boolean } from "./boolean.ts";
export { ForceTorque, Inertia } from "./dynamics.ts";
export { Floating16, Floating32, Floating64 } from "./floats.ts";
export { Polygon, Pose, RobotPath, Transform } from "./geometry.ts";
export {
  covarianceColumns,
  Header,
  headerColumn,
  varianceColumns,
  type WithCovariance,
  type WithHeader,
  type WithVariance,
} from "./header.ts";
export {
  Integer16,
  Integer32,
  Integer64,
  Integer8,
  Unsigned16,
  Unsigned32,
  Unsigned64,
  Unsigned8,
} from "./integers.ts";
export { Acceleration, MotionState, Velocity } from "./kinematics.ts";
export { ROI } from "./roi.ts";
export { String } from "./string.ts";
export {
  Duration,
  durationFromMs,
  durationFromNs,
  durationFromSeconds,
  durationToMs,
  durationToNs,
  durationToSeconds,
  Time,
  timeFromDate,
  timeFromMs,
  timeFromNs,
  timeFromSeconds,
  timeNow,
  timeToDate,
  timeToMs,
  timeToNs,
  timeToSeconds,
} from "./time.ts";
export { Unmodeled } from "./unmodeled.ts";
export {
  Point2d,
  Point3d,
  Quaternion,
  Vector2d,
  vector2dFrom,
  Vector3d,
  vector3dFrom,
  Vector4d,
  vector4dFrom,
} from "./vectors.ts";
