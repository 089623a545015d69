/**
 * LIDAR scans that shrink, and that everybody can read.
 *
 * @module
 */
import type { Lidar } from "./lidar.ts";
import { LIDAR_LISTS, toColumn } from "./lidar_columns.ts";

/** What is measured in metres. */
const METRES: ReadonlySet<string> = new Set(["x", "y", "z", "range"]);

/**
 * The scan with x, y, z and range rounded to multiples of `resolution`, as copies; the rest is shared with `lidar`. It stays
 * a `Lidar`, which needs no decoder: the last bits of its values are zeros, which `compression: "zstd"` shrinks two to four
 * times. Off by at most half of `resolution`; NaN and infinities stay.
 *
 * @param resolution Metres; a power of two. @default 1/1024
 * @throws {RangeError} when `resolution` is not a power of two
 *
 * @example
 * ```ts
 * import { roundLidar } from "@mosaico/client/ontology";
 *
 * const { x } = await roundLidar({ x: [1.23456], y: [0], z: [NaN] });
 * console.log(x[0]); // 1.234375
 * ```
 */
export async function roundLidar(lidar: Lidar, resolution: number = 1 / 1024): Promise<Lidar> {
  const { roundToStep } = await import("../../codecs/mod.ts");
  const rounded: Record<string, Float32Array> = {};
  for (const column of LIDAR_LISTS) {
    const values = lidar[column.key];
    if (!METRES.has(column.key) || values === undefined || values === null) continue;
    rounded[column.key] = roundToStep(toColumn(column, values) as Float32Array, resolution);
  }
  return { ...lidar, ...rounded };
}
