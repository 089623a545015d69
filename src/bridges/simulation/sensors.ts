/**
 * The small sensors, and where each sensor sits.
 *
 * @module
 */
import {
  type FrameTransform,
  type GPS,
  type Header,
  type IMU,
  type MotionState,
  type Quaternion,
  timeFromNs,
  type Transform,
} from "../../ontology/mod.ts";
import { CAMERA_MOUNT } from "./camera.ts";
import { LIDAR_MOUNT } from "./lidar.ts";
import type { Random } from "./random.ts";
import type { CarState } from "./trajectory.ts";

const GRAVITY = 9.81;
const ACCELERATION_NOISE = 0.05;
const TURN_NOISE = 0.002;
/** Place of the world's origin, WGS 84, and metres of a degree there. */
const ORIGIN = { latitude: 45.07, longitude: 7.68, altitude: 240 };
const METRES_PER_DEGREE = 111_320;
const GPS_NOISE = 0.3;

/** A header. */
export function headerAt(timestampNs: bigint, frameId: string): Header {
  return { timestamp: timeFromNs(timestampNs), frameId };
}

/** Inertial sample: what the motion exerts on the car, gravity, and noise. */
export function imuSample(car: CarState, header: Header, random: Random): IMU {
  const noise = (amount: number) => random.normal() * amount;
  return {
    header,
    acceleration: {
      x: car.forward + noise(ACCELERATION_NOISE),
      y: car.left + noise(ACCELERATION_NOISE),
      z: GRAVITY + noise(ACCELERATION_NOISE),
    },
    angularVelocity: { x: noise(TURN_NOISE), y: noise(TURN_NOISE), z: car.yawRate + noise(TURN_NOISE) },
    orientation: heading(car.yaw),
  };
}

/** Odometry without error: pose in the world, velocity in the frame of the car. */
export function odometrySample(car: CarState, header: Header): MotionState {
  return {
    header,
    pose: { position: { x: car.x, y: car.y, z: 0 }, orientation: heading(car.yaw) },
    velocity: { linear: { x: car.speed, y: 0, z: 0 }, angular: { x: 0, y: 0, z: car.yawRate } },
    targetFrameId: "base_link",
    acceleration: { linear: { x: car.forward, y: car.left, z: 0 } },
  };
}

/** Fix with noise. */
export function gpsSample(car: CarState, header: Header, random: Random): GPS {
  const east = car.x + random.normal() * GPS_NOISE;
  const north = car.y + random.normal() * GPS_NOISE;
  const perLongitude = METRES_PER_DEGREE * Math.cos(ORIGIN.latitude * Math.PI / 180);
  return {
    header,
    position: {
      x: ORIGIN.latitude + north / METRES_PER_DEGREE,
      y: ORIGIN.longitude + east / perLongitude,
      z: ORIGIN.altitude + random.normal() * 2 * GPS_NOISE,
    },
    velocity: { x: car.velocityY, y: car.velocityX, z: 0 },
    status: { status: 0, service: 1, satellites: 11, hdop: 0.8, vdop: 1.2 },
  };
}

/** The tree of frames: the car in the world, the sensors on the car. */
export function frameTransforms(car: CarState, timestampNs: bigint): FrameTransform {
  const onCar = headerAt(timestampNs, "base_link");
  const mount = (targetFrameId: string, x: number, z: number): Transform => ({
    header: onCar,
    translation: { x, y: 0, z },
    rotation: heading(0),
    targetFrameId,
  });
  return {
    transforms: [
      {
        header: headerAt(timestampNs, "map"),
        translation: { x: car.x, y: car.y, z: 0 },
        rotation: heading(car.yaw),
        targetFrameId: "base_link",
      },
      mount("imu", 0, 0.4),
      mount("gps", -0.5, 1.6),
      mount("lidar", LIDAR_MOUNT.x, LIDAR_MOUNT.z),
      mount("camera", CAMERA_MOUNT.x, CAMERA_MOUNT.z),
    ],
  };
}

/** Rotation about the upright axis. */
function heading(yaw: number): Quaternion {
  return { x: 0, y: 0, z: Math.sin(yaw / 2), w: Math.cos(yaw / 2) };
}
