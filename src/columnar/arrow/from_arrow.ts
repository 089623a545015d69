/**
 * Record batches of apache-arrow as ours, told by their shape: any copy and version of that library will do.
 *
 * @module
 */
import { sliceBits } from "../bitmap.ts";
import { concatColumns } from "../concat.ts";
import { SchemaError } from "../errors.ts";
import { hasValidity, layoutOf, makeColumn, type ValueArrayConstructor } from "../layout.ts";
import type { Batch, Column, DataType, Field, TimeUnit, ValueArray } from "../types.ts";

/** What is used of an apache-arrow type. */
interface ArrowType {
  readonly typeId: number;
  readonly children?: readonly ArrowField[] | null;
  readonly bitWidth?: number;
  readonly isSigned?: boolean;
  readonly precision?: number;
  readonly scale?: number;
  readonly unit?: number;
  readonly timezone?: string | null;
  readonly byteWidth?: number;
  readonly listSize?: number;
  readonly keysSorted?: boolean;
  readonly mode?: number;
  readonly typeIds?: Iterable<number>;
  readonly id?: number | bigint;
  readonly indices?: ArrowType;
  readonly dictionary?: ArrowType;
  readonly isOrdered?: boolean;
}

/** What is used of an apache-arrow field. */
interface ArrowField {
  readonly name: string;
  readonly type: ArrowType;
  readonly nullable: boolean;
  readonly metadata?: ReadonlyMap<string, string>;
}

/** What is used of apache-arrow data. Buffers start at its first row already, but bitmaps start `offset` bits before. */
interface ArrowData {
  readonly type: ArrowType;
  readonly offset: number;
  readonly length: number;
  readonly nullCount: number;
  readonly values?: ValueArray;
  readonly typeIds?: ValueArray;
  readonly nullBitmap?: Uint8Array | null;
  readonly valueOffsets?: Int32Array | BigInt64Array;
  readonly children: readonly ArrowData[];
  readonly dictionary?: { readonly data: readonly ArrowData[] };
  readonly variadicBuffers?: readonly Uint8Array[];
}

/** What is used of an apache-arrow record batch. */
interface ArrowBatch {
  readonly schema: { readonly fields: readonly ArrowField[]; readonly metadata?: ReadonlyMap<string, string> };
  readonly data: ArrowData;
}

const TIME_UNITS: readonly TimeUnit[] = ["second", "millisecond", "microsecond", "nanosecond"];
const INTERVAL_UNITS = ["yearMonth", "dayTime", "monthDayNano"] as const;
const FLOAT_BITS = [16, 32, 64] as const;

/**
 * The batch of an apache-arrow `RecordBatch`. Its buffers are shared: it must stay as it is.
 *
 * @throws {TypeError} when `recordBatch` has not the shape of one.
 * @throws {SchemaError} `schema.unsupported_type` for a type this package does not know.
 */
export function fromArrow(recordBatch: unknown): Batch {
  if (!isRecordBatch(recordBatch)) {
    throw new TypeError("Cannot read record batch: the value is no RecordBatch of apache-arrow");
  }
  const { schema, data } = recordBatch;
  const fields = schema.fields.map(fieldOf);
  const columns = fields.map((field, i) => columnOf(field, data.children[i]!));
  const metadata = schema.metadata !== undefined && schema.metadata.size > 0 ? { metadata: schema.metadata } : {};
  return { schema: { fields, ...metadata }, numRows: data.length, columns };
}

function isRecordBatch(value: unknown): value is ArrowBatch {
  const { schema, data } = (value ?? {}) as Partial<ArrowBatch>;
  return Array.isArray(schema?.fields) && Array.isArray(data?.children) && typeof data?.length === "number" &&
    data.children.length === schema.fields.length;
}

function fieldOf({ name, type, nullable, metadata }: ArrowField): Field {
  const own = metadata !== undefined && metadata.size > 0 ? { metadata } : {};
  return { name, type: typeOf(type), nullable, ...own };
}

/** Types by their number in Arrow's format; -1 is apache-arrow's own number of dictionaries. */
function typeOf(type: ArrowType): DataType {
  const children = () => (type.children ?? []).map(fieldOf);
  const timeUnit = () => TIME_UNITS[type.unit!]!;
  switch (type.typeId) {
    case 1:
      return { kind: "null" };
    case 2:
      return { kind: "int", bits: type.bitWidth as 8 | 16 | 32 | 64, signed: type.isSigned! };
    case 3:
      return { kind: "float", bits: FLOAT_BITS[type.precision!]! };
    case 4:
      return { kind: "binary" };
    case 5:
      return { kind: "utf8" };
    case 6:
      return { kind: "bool" };
    case 7: {
      const bits = (type.bitWidth ?? 128) as 32 | 64 | 128 | 256;
      return { kind: "decimal", precision: type.precision!, scale: type.scale!, bits };
    }
    case 8:
      return { kind: "date", unit: type.unit === 0 ? "day" : "millisecond" };
    case 9:
      return { kind: "time", unit: timeUnit(), bits: type.bitWidth as 32 | 64 };
    case 10:
      return { kind: "timestamp", unit: timeUnit(), timezone: type.timezone ?? undefined };
    case 11:
      return { kind: "interval", unit: INTERVAL_UNITS[type.unit!]! };
    case 12:
      return { kind: "list", item: children()[0]! };
    case 13:
      return { kind: "struct", fields: children() };
    case 14:
      return {
        kind: "union",
        mode: type.mode === 0 ? "sparse" : "dense",
        typeIds: [...type.typeIds!],
        fields: children(),
      };
    case 15:
      return { kind: "fixedSizeBinary", size: type.byteWidth! };
    case 16:
      return { kind: "fixedSizeList", size: type.listSize!, item: children()[0]! };
    case 17:
      return { kind: "map", entries: children()[0]!, keysSorted: type.keysSorted ?? false };
    case 18:
      return { kind: "duration", unit: timeUnit() };
    case 19:
      return { kind: "largeBinary" };
    case 20:
      return { kind: "largeUtf8" };
    case 21:
      return { kind: "largeList", item: children()[0]! };
    case 23:
      return { kind: "binaryView" };
    case 24:
      return { kind: "utf8View" };
    case -1:
      return {
        kind: "dictionary",
        id: BigInt(type.id!),
        indices: typeOf(type.indices!),
        values: { name: "values", type: typeOf(type.dictionary!), nullable: true },
        ordered: type.isOrdered ?? false,
      };
  }
  throw new SchemaError("schema.unsupported_type", `Cannot read record batch: type ${type.typeId} is not known`, {
    type: type.typeId,
  });
}

function columnOf(field: Field, data: ArrowData): Column {
  const { length, offset } = data;
  const { type } = field;
  const nullCount = hasValidity(type) ? Math.max(0, data.nullCount) : 0;
  const validity = nullCount === 0 ? undefined : sliceBits(data.nullBitmap!, offset, length);
  const base = { validity, nullCount: validity === undefined ? 0 : nullCount };
  const layout = layoutOf(type);
  const children = () => {
    const fields = type.kind === "map"
      ? [type.entries]
      : "item" in type
      ? [type.item]
      : "fields" in type
      ? type.fields
      : [];
    return fields.map((child, i) => columnOf(child, data.children[i]!));
  };
  switch (layout.kind) {
    case "none":
      return makeColumn(field, length);
    case "fixed": {
      const values = reinterpreted(data.values!, layout.array).subarray(0, length * layout.stride);
      return makeColumn(field, length, { ...base, values, children: dictionaryOf(type, data) });
    }
    case "bits":
      return makeColumn(field, length, { ...base, values: sliceBits(data.values as Uint8Array, offset, length) });
    case "bytes":
      return makeColumn(field, length, { ...base, offsets: data.valueOffsets, values: data.values });
    case "list":
      return makeColumn(field, length, { ...base, offsets: data.valueOffsets, children: children() });
    case "fixedSizeList":
    case "struct":
      return makeColumn(field, length, { ...base, children: children() });
    case "union":
      return makeColumn(field, length, {
        extra: data.typeIds!,
        offsets: layout.dense ? data.valueOffsets : undefined,
        children: children(),
      });
    case "view":
      return makeColumn(field, length, {
        ...base,
        values: reinterpreted(data.values!, Int32Array),
        variadic: data.variadicBuffers ?? [],
      });
    default:
      throw new TypeError(`Cannot read record batch: apache-arrow has no type ${type.kind}`);
  }
}

function dictionaryOf(type: DataType, data: ArrowData): Column[] {
  if (type.kind !== "dictionary") return [];
  const chunks = (data.dictionary?.data ?? []).map((chunk) => columnOf(type.values, chunk));
  return chunks.length > 1 ? [concatColumns(chunks)] : chunks;
}

/** The same bytes as another kind of array. Returns a view, or a copy where alignment forbids it. */
function reinterpreted(values: ValueArray, array: ValueArrayConstructor): ValueArray {
  if (values instanceof array) return values;
  const width = array.BYTES_PER_ELEMENT;
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const aligned = bytes.byteOffset % width === 0 ? bytes : bytes.slice();
  return new array(aligned.buffer, aligned.byteOffset, Math.floor(aligned.byteLength / width));
}
