/**
 * `geometry_msgs`: plain, stamped, with covariance, and both.
 *
 * @module
 */
import {
  Acceleration,
  ForceTorque,
  Inertia,
  type NumberList,
  type OntologyType,
  Point3d,
  Polygon,
  Pose,
  Quaternion,
  Transform,
  Vector3d,
  Velocity,
} from "../../../ontology/mod.ts";
import { type RosAdapter, rosAdapter } from "../adapter.ts";
import type { RosMessage } from "../message_decoder.ts";
import {
  covariance,
  header,
  pose,
  quaternion,
  type RosHeader,
  type RosQuaternion,
  type RosVector3,
  vector3,
} from "./common.ts";

/**
 * Adapter of a type in all its forms: the stamped ones and those with covariance hold the value under the name `key`.
 */
function adapterOfForms<V, T>(
  key: string,
  rosTypes: readonly string[],
  type: OntologyType<T>,
  convert: (value: V) => T,
): RosAdapter {
  return rosAdapter(rosTypes, type, (message: RosMessage) => {
    const stamp = message.header as RosHeader | undefined;
    const inner = (stamp === undefined ? message : message[key]) as RosMessage;
    const errors = inner.covariance as NumberList | undefined;
    const value = convert((errors === undefined ? inner : inner[key]) as V);
    if (stamp === undefined && errors === undefined) return value;
    return { ...value, header: header(stamp), covariance: errors && covariance(errors) };
  });
}

function allForms(name: string): string[] {
  return ["", "Stamped", "WithCovariance", "WithCovarianceStamped"].map((form) => `geometry_msgs/${name}${form}`);
}

function plainAndStamped(name: string): string[] {
  return [`geometry_msgs/${name}`, `geometry_msgs/${name}Stamped`];
}

/** `geometry_msgs/Twist` and `Accel`. */
export interface RosTwist {
  readonly linear: RosVector3;
  readonly angular: RosVector3;
}

/** `geometry_msgs/Transform`. */
export interface RosTransform {
  readonly translation: RosVector3;
  readonly rotation: RosQuaternion;
}

/** `geometry_msgs/TransformStamped`. */
export interface RosTransformStamped {
  readonly header: RosHeader;
  readonly child_frame_id: string;
  readonly transform: RosTransform;
}

interface RosWrench {
  readonly force: RosVector3;
  readonly torque: RosVector3;
}

interface RosPolygon {
  readonly points: readonly RosVector3[];
}

interface RosInertia {
  readonly m: number;
  readonly com: RosVector3;
  readonly ixx: number;
  readonly ixy: number;
  readonly ixz: number;
  readonly iyy: number;
  readonly iyz: number;
  readonly izz: number;
}

/** Linear and angular part of a twist or an acceleration. */
export function twist({ linear, angular }: RosTwist): { linear: Vector3d; angular: Vector3d } {
  return { linear: vector3(linear), angular: vector3(angular) };
}

function transform({ translation, rotation }: RosTransform): Transform {
  return { translation: vector3(translation), rotation: quaternion(rotation) };
}

/** A transform with header and target frame. */
export function transformStamped(message: RosTransformStamped): Transform {
  return { ...transform(message.transform), header: header(message.header), targetFrameId: message.child_frame_id };
}

/** Adapters of `geometry_msgs`. */
export const geometryAdapters: readonly RosAdapter[] = [
  adapterOfForms("pose", allForms("Pose"), Pose, pose),
  adapterOfForms("twist", allForms("Twist"), Velocity, twist),
  adapterOfForms("accel", allForms("Accel"), Acceleration, twist),
  adapterOfForms("vector", plainAndStamped("Vector3"), Vector3d, (value: RosVector3) => vector3(value)),
  adapterOfForms("point", plainAndStamped("Point"), Point3d, (value: RosVector3) => vector3(value)),
  adapterOfForms("quaternion", plainAndStamped("Quaternion"), Quaternion, (value: RosQuaternion) => quaternion(value)),
  rosAdapter("geometry_msgs/Transform", Transform, transform),
  rosAdapter("geometry_msgs/TransformStamped", Transform, transformStamped),
  adapterOfForms("wrench", plainAndStamped("Wrench"), ForceTorque, ({ force, torque }: RosWrench) => ({
    force: vector3(force),
    torque: vector3(torque),
  })),
  adapterOfForms("polygon", plainAndStamped("Polygon"), Polygon, ({ points }: RosPolygon) => ({
    points: points.map((point) => vector3(point)),
  })),
  adapterOfForms("inertia", plainAndStamped("Inertia"), Inertia, (value: RosInertia) => ({
    mass: value.m,
    centerOfMass: vector3(value.com),
    inertia: [value.ixx, value.ixy, value.ixz, value.iyy, value.iyz, value.izz],
  })),
];
