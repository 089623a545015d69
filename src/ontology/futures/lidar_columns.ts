/**
 * The lists of a {@linkcode Lidar} as the typed arrays they are on the wire.
 *
 * @module
 */
import type { LidarColumnName, LidarColumns } from "../../codecs/mod.ts";
import { Lidar } from "./lidar.ts";
import { columnsOf, type ListColumn, listColumnsOf } from "./list_columns.ts";

export { toColumn } from "./list_columns.ts";

/** A list of {@linkcode Lidar}. */
export interface LidarListColumn extends ListColumn {
  /** Its property. */
  readonly key: LidarColumnName;
}

/** All lists of {@linkcode Lidar}, in the order of the wire. */
export const LIDAR_LISTS: readonly LidarListColumn[] = listColumnsOf(Lidar.fields) as LidarListColumn[];

/**
 * The lists of a scan. Borrows those that are of the right type, copies the others.
 *
 * @throws {RangeError} when an integer list has a value that its type cannot hold
 */
export function lidarColumns(lidar: Lidar): LidarColumns {
  return Object.fromEntries(Array.from(columnsOf(LIDAR_LISTS, lidar), ([{ key }, values]) => [key, values]));
}
