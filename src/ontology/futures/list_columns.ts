/**
 * Types whose columns are lists, one for each attribute of the points: the lists as the typed arrays they are on the wire.
 *
 * @module
 */
import type { DataType, Field } from "../../columnar/mod.ts";
import type { NumberList, NumericArray } from "../core/mod.ts";

/** A list of numbers among the columns of a type. */
export interface ListColumn {
  /** Its property. */
  readonly key: string;
  /** Its name on the wire. */
  readonly name: string;
  /** Whether it may be absent. */
  readonly optional: boolean;
  /** What its values are on the wire. */
  readonly array: { readonly name: string; from(values: ArrayLike<number>): NumericArray };
  /** Whether they are integers. */
  readonly isInteger: boolean;
}

/** The lists of numbers among `fields`, in the order of the wire. */
export function listColumnsOf(fields: readonly Field[]): ListColumn[] {
  return fields.flatMap(({ key, name, type, nullable }) => {
    const array = type.kind === "list" ? arrayOf(type.item.type) : undefined;
    if (array === undefined || type.kind !== "list") return [];
    return [{ key: key ?? name, name, optional: nullable, array, isInteger: type.item.type.kind === "int" }];
  });
}

/** The array of a type of up to 32 bits, or of float64. */
function arrayOf(type: DataType): ListColumn["array"] | undefined {
  if (type.kind === "float") return { 16: undefined, 32: Float32Array, 64: Float64Array }[type.bits];
  if (type.kind !== "int") return undefined;
  return type.signed
    ? { 8: Int8Array, 16: Int16Array, 32: Int32Array, 64: undefined }[type.bits]
    : { 8: Uint8Array, 16: Uint16Array, 32: Uint32Array, 64: undefined }[type.bits];
}

/** `values` as the type of the column: float64 may lose digits to float32, integers lose nothing. @throws {RangeError} */
export function toColumn({ array, isInteger, key }: ListColumn, values: NumberList): NumericArray {
  if ((values as { constructor?: unknown }).constructor === array) return values as NumericArray;
  const converted = array.from(values);
  if (!isInteger) return converted;
  const wrong = converted.findIndex((value, i) => value !== values[i]);
  if (wrong < 0) return converted;
  throw new RangeError(`Cannot convert ${key}[${wrong}]: ${values[wrong]} does not fit a ${array.name}`);
}

/**
 * The lists of `value` that are there, by property. Borrows those that are of the right type, copies the others.
 *
 * @throws {RangeError} when an integer list has a value that its type cannot hold
 */
export function columnsOf(lists: readonly ListColumn[], value: object): Map<ListColumn, NumericArray> {
  const columns = new Map<ListColumn, NumericArray>();
  for (const column of lists) {
    const values = (value as Record<string, NumberList | null | undefined>)[column.key];
    if (values !== undefined && values !== null) columns.set(column, toColumn(column, values));
  }
  return columns;
}
