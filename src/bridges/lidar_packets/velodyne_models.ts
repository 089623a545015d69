/**
 * The lasers of Velodyne's sensors, from their manuals: angles, offsets, and when each fires.
 *
 * @module
 */

/** Sensors whose lasers sit alike in every unit. */
export type VelodyneModel = "VLP-16" | "VLP-32C" | "HDL-32E";

/** One laser. */
export interface Laser {
  /** Elevation, rad. */
  readonly elevation: number;
  /** Azimuth it is turned by, clockwise, hundredths of a degree. */
  readonly azimuthOffset: number;
  /** Height of its origin, metres. */
  readonly height: number;
  /** Its place among the lasers, from the lowest up: what ROS calls ring. */
  readonly ring: number;
  /** When it fires after the first of its firing, µs. */
  readonly delay: number;
}

/** A sensor. */
export interface VelodyneSensor {
  /** Its lasers, in the order of the packet's channels. */
  readonly lasers: readonly Laser[];
  /** Time from a firing to the next, µs. */
  readonly cycle: number;
  /** A unit of distance, metres. */
  readonly distanceUnit: number;
}

// deno-fmt-ignore
const VLP_32C_ELEVATIONS = [
  -25, -1, -1.667, -15.639, -11.31, 0, -0.667, -8.843, -7.254, 0.333, -0.333, -6.148, -5.333, 1.333, 0.667, -4,
  -4.667, 1.667, 1, -3.667, -3.333, 3.333, 2.333, -2.667, -3, 7, 4.667, -2.333, -2, 15, 10.333, -1.333,
];
// deno-fmt-ignore
const VLP_32C_AZIMUTHS = [
  1.4, -4.2, 1.4, -1.4, 1.4, -1.4, 4.2, -1.4, 1.4, -4.2, 1.4, -1.4, 4.2, -1.4, 4.2, -1.4,
  1.4, -4.2, 1.4, -4.2, 4.2, -1.4, 1.4, -1.4, 1.4, -1.4, 1.4, -4.2, 4.2, -1.4, 1.4, -1.4,
];
/** Millimetres, lowest laser first. */
const VLP_16_HEIGHTS = [11.2, 9.7, 8.1, 6.6, 5.1, 3.7, 2.2, 0.7, -0.7, -2.2, -3.7, -5.1, -6.6, -8.1, -9.7, -11.2];

function sensor(
  elevations: readonly number[],
  { heights = [], azimuths = [], delay, cycle, distanceUnit }: {
    readonly heights?: readonly number[];
    readonly azimuths?: readonly number[];
    readonly delay: (laser: number) => number;
    readonly cycle: number;
    readonly distanceUnit: number;
  },
): VelodyneSensor {
  const upwards = elevations.toSorted((a, b) => a - b);
  const lasers = elevations.map((degrees, i) => {
    const ring = upwards.indexOf(degrees);
    return {
      elevation: degrees * Math.PI / 180,
      azimuthOffset: (azimuths[i] ?? 0) * 100,
      height: (heights[ring] ?? 0) / 1000,
      ring,
      delay: delay(i),
    };
  });
  return { lasers, cycle, distanceUnit };
}

/** The sensors. */
export const VELODYNE_SENSORS: Readonly<Record<VelodyneModel, VelodyneSensor>> = {
  "VLP-16": sensor(Array.from({ length: 16 }, (_, i) => i % 2 === 0 ? i - 15 : i), {
    heights: VLP_16_HEIGHTS,
    delay: (laser) => laser * 2.304,
    cycle: 55.296,
    distanceUnit: 0.002,
  }),
  "VLP-32C": sensor(VLP_32C_ELEVATIONS, {
    azimuths: VLP_32C_AZIMUTHS,
    delay: (laser) => Math.floor(laser / 2) * 2.304,
    cycle: 55.296,
    distanceUnit: 0.004,
  }),
  "HDL-32E": sensor(Array.from({ length: 32 }, (_, i) => ((i % 2 === 0 ? i / 2 : 16 + (i - 1) / 2) - 23) * 4 / 3), {
    delay: (laser) => laser * 1.152,
    cycle: 46.08,
    distanceUnit: 0.002,
  }),
};

/** Which sensor a packet's last byte names. */
export const VELODYNE_PRODUCTS: ReadonlyMap<number, VelodyneModel> = new Map([
  [0x21, "HDL-32E"],
  [0x22, "VLP-16"],
  [0x28, "VLP-32C"],
]);
