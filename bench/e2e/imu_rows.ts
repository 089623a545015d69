/**
 * IMU rows.
 *
 * @module
 */
import type { IMU } from "../../src/ontology/mod.ts";

/** What a driver without orientation fills in: two vectors. */
export function imuOfTwoVectors(i: number): IMU {
  return { acceleration: { x: i, y: 0.5, z: 9.8 }, angularVelocity: { x: 0.01, y: i, z: 0.03 } };
}
