/**
 * The lists of a {@linkcode Lidar} as the typed arrays they are on the wire.
 *
 * @module
 */
import type { LidarColumnName, LidarColumns } from "../../codecs/mod.ts";
import type { DataType } from "../../columnar/mod.ts";
import type { NumberList } from "../core/mod.ts";
import { Lidar } from "./lidar.ts";

type LidarArray = Uint8Array | Uint16Array | Float32Array | Float64Array;

/** A list of {@linkcode Lidar}. */
export interface LidarListColumn {
  /** Its property. */
  readonly key: LidarColumnName;
  /** Its name on the wire. */
  readonly name: string;
  /** What its values are on the wire. */
  readonly array: { readonly name: string; from(values: ArrayLike<number>): LidarArray };
  /** Whether they are integers. */
  readonly isInteger: boolean;
}

/** All lists of {@linkcode Lidar}, in the order of the wire. */
export const LIDAR_LISTS: readonly LidarListColumn[] = Lidar.fields.flatMap(({ key, name, type }) => {
  if (type.kind !== "list") return [];
  const array = arrayOf(type.item.type);
  return [{ key: (key ?? name) as LidarColumnName, name, array, isInteger: type.item.type.kind === "int" }];
});

function arrayOf(type: DataType): LidarListColumn["array"] {
  if (type.kind === "int") return type.bits === 8 ? Uint8Array : Uint16Array;
  return type.kind === "float" && type.bits === 64 ? Float64Array : Float32Array;
}

/**
 * The lists of a scan. Borrows those that are of the right type, copies the others.
 *
 * @throws {RangeError} when an integer list has a value that its type cannot hold
 */
export function lidarColumns(lidar: Lidar): LidarColumns {
  const columns: Record<string, LidarArray> = {};
  for (const column of LIDAR_LISTS) {
    const values = lidar[column.key];
    if (values !== undefined && values !== null) columns[column.key] = toColumn(column, values);
  }
  return columns;
}

/** `values` as the type of the column: float64 may lose digits to float32, integers lose nothing. @throws {RangeError} */
export function toColumn({ array, isInteger, key }: LidarListColumn, values: NumberList): LidarArray {
  if ((values as { constructor?: unknown }).constructor === array) return values as LidarArray;
  const converted = array.from(values);
  if (!isInteger) return converted;
  const wrong = converted.findIndex((value, i) => value !== values[i]);
  if (wrong < 0) return converted;
  throw new RangeError(`Cannot convert ${key}[${wrong}]: ${values[wrong]} does not fit a ${array.name}`);
}
