/**
 * Scans and clouds of lists ⇄ clouds as ROS has them.
 *
 * @module
 */
import type { PointColumn } from "../../codecs/mod.ts";
import type { NumericArray, OntologyType } from "../core/mod.ts";
import type { WithHeader } from "../data/mod.ts";
import { columnsOf, type ListColumn, listColumnsOf, toColumn } from "../futures/list_columns.ts";
import type { PointCloud2 } from "./point_cloud2.ts";

/** Names of a cloud's fields by the property they belong to, such as `{ beamId: "ring" }`. */
export type PointNames<T> = Readonly<Partial<Record<keyof T & string, string>>>;

/**
 * The scan or cloud of `type` (`Lidar`, `Radar`, `RGBDCamera`, …) in a cloud of any layout, point by point, also those of
 * NaN. Borrows `cloud`; the lists are copies. Values are brought to the types of the lists, units stay as they are; packed
 * colours are moved bit by bit, also out of integers. Fields that are no list of the type are left out.
 *
 * @param names Fields that are not named as on the wire of the type (`beam_id`, `near_ir`, …)
 * @throws {CodecError} `codec.cloud_layout` when a list that must be there is missing, a field has several values, or the layout
 * does not fit; `codec.cloud_data` when there are too few bytes, or a value does not fit the integers of its list
 *
 * @example
 * ```ts
 * import { cloudFromPointCloud2, packRgb, pointCloud2FromCloud, RGBDCamera, unpackRgb } from "@mosaico/client/ontology";
 *
 * const records = await pointCloud2FromCloud(RGBDCamera, { x: [1], y: [2], z: [3], rgb: [packRgb(255, 128, 0)] });
 * const cloud = await cloudFromPointCloud2(RGBDCamera, records);
 * console.log(records.pointStep, unpackRgb(cloud.rgb![0]!)); // 16 [ 255, 128, 0 ]
 * ```
 */
export async function cloudFromPointCloud2<T extends WithHeader>(
  type: OntologyType<T>,
  cloud: PointCloud2,
  names?: PointNames<T>,
): Promise<T> {
  const { CodecError, readPoints } = await import("../../codecs/mod.ts");
  const lists = listColumnsOf(type.fields);
  const wanted = new Map(lists.map((column) => [names?.[column.key as keyof T & string] ?? column.name, column]));
  const found = new Map<ListColumn, NumericArray>();
  for (const { name, count, values } of readPoints(cloud, [...wanted.keys()])) {
    const column = wanted.get(name)!;
    if (count !== 1 || found.has(column)) {
      const what = count === 1 ? "is there twice" : `has ${count} values a point, expected 1`;
      throw new CodecError("codec.cloud_layout", `Cannot read the point cloud: ${name} ${what}`, {
        field: name,
        count,
      });
    }
    try {
      found.set(column, toColumn(column, colours(column, values)));
    } catch (cause) {
      const text = `Cannot read the point cloud: ${(cause as Error).message}`;
      throw new CodecError("codec.cloud_data", text, { field: name }, { cause });
    }
  }
  const missing = lists.filter((column) => !column.optional && !found.has(column)).map(({ name }) => name);
  if (missing.length > 0) {
    const text = `its fields are ${cloud.fields.map(({ name }) => name)}, without ${missing.join(", ")}`;
    throw new CodecError("codec.cloud_layout", `Cannot read the point cloud: ${text}`);
  }
  const columns = lists.filter((column) => found.has(column)).map((column) => [column.key, found.get(column)]);
  return { header: cloud.header, ...Object.fromEntries(columns) } as T;
}

/** Colours that a driver packed into integers have the same bits as the floats they stand for. */
function colours({ name }: ListColumn, values: PointColumn["values"]): PointColumn["values"] {
  if (name !== "rgb" || !(values instanceof Uint32Array || values instanceof Int32Array)) return values;
  return new Float32Array(values.buffer, values.byteOffset, values.length);
}

/**
 * The scan or cloud as one row of records without gaps, lowest byte first: a field for each list that is there, under its name
 * on the wire. Borrows `value`.
 *
 * @throws {TypeError} when its lists are not of one length
 * @throws {RangeError} when a value does not fit its list
 */
export async function pointCloud2FromCloud<T extends WithHeader>(
  type: OntologyType<T>,
  value: T,
): Promise<PointCloud2> {
  const { writePoints } = await import("../../codecs/mod.ts");
  const columns = columnsOf(listColumnsOf(type.fields), value);
  const points = Array.from(columns, ([{ name }, values]) => ({ name, count: 1, values }));
  const { fields, ...records } = writePoints(points);
  return {
    header: value.header,
    ...records,
    fields: fields.map((field) => ({ ...field, datatype: BigInt(field.datatype) })),
    isDense: true,
  };
}
