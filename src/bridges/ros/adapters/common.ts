/**
 * ROS messages that others are made of, and what they become.
 *
 * @module
 */
import type { Header, NumberList, Point3d, Pose, Quaternion, Time, Vector3d } from "../../../ontology/mod.ts";
import type { RosTime } from "../message_decoder.ts";

/** `std_msgs/Header`. */
export interface RosHeader {
  readonly stamp: RosTime;
  readonly frame_id: string;
}

/** `geometry_msgs/Vector3` and `Point`. */
export interface RosVector3 {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** `geometry_msgs/Quaternion`. */
export interface RosQuaternion extends RosVector3 {
  readonly w: number;
}

/** `geometry_msgs/Pose`. */
export interface RosPose {
  readonly position: RosVector3;
  readonly orientation: RosQuaternion;
}

/** ROS allows any number of nanoseconds, the ontology less than a second of them. */
export function time({ sec, nanosec }: RosTime): Time {
  if (nanosec < 1e9) return { seconds: sec, nanoseconds: nanosec };
  return { seconds: sec + Math.floor(nanosec / 1e9), nanoseconds: nanosec % 1e9 };
}

/** A header; none of a message without one. */
export function header(header: RosHeader | undefined): Header | undefined {
  return header && { timestamp: time(header.stamp), frameId: header.frame_id };
}

/** A vector or point. */
export function vector3(vector: RosVector3, errors?: NumberList): Vector3d & Point3d {
  const { x, y, z } = vector;
  return errors === undefined ? { x, y, z } : { x, y, z, covariance: errors };
}

/** A quaternion. */
export function quaternion(rotation: RosQuaternion, errors?: NumberList): Quaternion {
  const { x, y, z, w } = rotation;
  return errors === undefined ? { x, y, z, w } : { x, y, z, w, covariance: errors };
}

/** A pose without header. */
export function pose(pose: RosPose): Pose {
  return { position: vector3(pose.position), orientation: quaternion(pose.orientation) };
}

/** A covariance matrix; `undefined` for what ROS writes when there is none: all zero, −1 in front, not finite. */
export function covariance(values: NumberList): NumberList | undefined {
  if (values[0] === -1) return undefined;
  let known = false;
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) return undefined;
    if (values[i] !== 0) known = true;
  }
  return known ? values : undefined;
}

/** A variance; ROS writes 0 when it is unknown. */
export function variance(value: number): number | undefined {
  return value === 0 || !Number.isFinite(value) ? undefined : value;
}
