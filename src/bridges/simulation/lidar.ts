/**
 * A spinning LIDAR of 64 beams.
 *
 * @module
 */
import type { Lidar } from "../../ontology/mod.ts";
import type { Random } from "./random.ts";
import type { CarState } from "./trajectory.ts";
import { type Box, GROUND_REFLECTIVITY, PlaneCut } from "./world.ts";

const BEAMS = 64;
const COLUMNS = 512;
const LOWEST = -25 * Math.PI / 180;
const HIGHEST = 10 * Math.PI / 180;
const MAX_RANGE = 100;
const RANGE_NOISE = 0.015;

/** Where the LIDAR sits on the car: forward of and above the point the car's position is of, metres. */
export const LIDAR_MOUNT: { readonly x: number; readonly z: number } = { x: 0.8, z: 1.9 };

/** Scans the world. The sensor is level and looks where the car goes; its frame is x forward, y left, z up. */
export class LidarSimulator {
  readonly #random: Random;
  readonly #cut: PlaneCut;
  readonly #slopes = Float64Array.from({ length: BEAMS }, (_, beam) => Math.tan(elevation(beam)));
  readonly #lengthening = Float64Array.from({ length: BEAMS }, (_, beam) => 1 / Math.cos(elevation(beam)));
  readonly #x = new Float32Array(BEAMS * COLUMNS);
  readonly #y = new Float32Array(BEAMS * COLUMNS);
  readonly #z = new Float32Array(BEAMS * COLUMNS);
  readonly #intensity = new Float32Array(BEAMS * COLUMNS);
  readonly #beam = new Uint16Array(BEAMS * COLUMNS);

  /** A sensor in `world`. */
  constructor(world: readonly Box[], random: Random) {
    this.#random = random;
    this.#cut = new PlaneCut(world);
  }

  /** One turn, taken at one moment. The columns are the caller's. */
  scan(car: CarState): Omit<Lidar, "header"> {
    const [cos, sin] = [Math.cos(car.yaw), Math.sin(car.yaw)];
    const [x, y] = [car.x + LIDAR_MOUNT.x * cos, car.y + LIDAR_MOUNT.x * sin];
    let points = 0;
    for (let column = 0; column < COLUMNS; column++) {
      const azimuth = -2 * Math.PI * column / COLUMNS;
      const [forward, left] = [Math.cos(azimuth), Math.sin(azimuth)];
      this.#cut.cut(x, y, forward * cos - left * sin, forward * sin + left * cos);
      points = this.#column(forward, left, points);
    }
    return {
      x: this.#x.slice(0, points),
      y: this.#y.slice(0, points),
      z: this.#z.slice(0, points),
      intensity: this.#intensity.slice(0, points),
      beamId: this.#beam.slice(0, points),
    };
  }

  /** All beams in one direction; returns the number of points so far. */
  #column(forward: number, left: number, points: number): number {
    const { count, enter, exit, boxes } = this.#cut;
    const z = LIDAR_MOUNT.z;
    for (let beam = 0; beam < BEAMS; beam++) {
      const slope = this.#slopes[beam]!;
      let distance = slope < 0 ? -z / slope : Infinity;
      let reflectivity = GROUND_REFLECTIVITY;
      for (let i = 0; i < count && enter[i]! < distance; i++) {
        const { height, reflectivity: share } = boxes[i]!;
        const top = (height - z) / slope;
        if (z + slope * enter[i]! <= height) distance = enter[i]!;
        else if (slope < 0 && top < exit[i]!) distance = top;
        else continue;
        reflectivity = share;
        break;
      }
      const range = distance * this.#lengthening[beam]!;
      if (range > MAX_RANGE) continue;
      const stretch = 1 + this.#random.normal() * RANGE_NOISE / range;
      this.#x[points] = forward * distance * stretch;
      this.#y[points] = left * distance * stretch;
      this.#z[points] = slope * distance * stretch;
      this.#intensity[points] = 255 * reflectivity / (1 + range * range / 900);
      this.#beam[points] = beam;
      points++;
    }
    return points;
  }
}

function elevation(beam: number): number {
  return LOWEST + (HIGHEST - LOWEST) * beam / (BEAMS - 1);
}
