/**
 * Our batches as record batches of apache-arrow, which is loaded when first needed.
 *
 * @module
 */
import type * as Arrow from "apache-arrow";
import { SchemaError } from "../errors.ts";
import { layoutOf } from "../layout.ts";
import type { Batch, Column, DataType, Field, TimeUnit } from "../types.ts";

const TIME_UNITS: readonly TimeUnit[] = ["second", "millisecond", "microsecond", "nanosecond"];
const INTERVAL_UNITS: readonly string[] = ["yearMonth", "dayTime", "monthDayNano"];

/**
 * `batch` as a `RecordBatch` of apache-arrow. Its buffers are views of the batch.
 *
 * @throws {SchemaError} `schema.unsupported_type` for list views and run-end-encoded columns, which apache-arrow lacks.
 */
export async function toArrow(batch: Batch): Promise<Arrow.RecordBatch> {
  const converter = new Converter(await import("apache-arrow"));
  return converter.batch(batch);
}

class Converter {
  readonly #arrow: typeof Arrow;
  /** apache-arrow wants the fields of one dictionary to share one object as its type, and one as its values. */
  readonly #dictionaryTypes = new Map<bigint, Arrow.DataType>();
  readonly #dictionaries = new Map<bigint, Arrow.Vector>();

  constructor(arrow: typeof Arrow) {
    this.#arrow = arrow;
  }

  batch({ schema, numRows, columns }: Batch): Arrow.RecordBatch {
    const names = schema.fields.map((field) => field.name);
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (twice !== undefined) {
      throw new SchemaError(
        "schema.invalid",
        `Cannot convert batch: apache-arrow merges columns of one name, and "${twice}" is there twice`,
        { field: twice },
      );
    }
    const fields = schema.fields.map((field) => this.#field(field));
    const children = columns.map((column, i) => this.#data(column, fields[i]!.type));
    const type = new this.#arrow.Struct(fields);
    const data = this.#arrow.makeData({ type, length: numRows, nullCount: 0, children });
    return new this.#arrow.RecordBatch(new this.#arrow.Schema(fields, new Map(schema.metadata)), data);
  }

  #field({ name, type, nullable, metadata }: Field): Arrow.Field {
    return new this.#arrow.Field(name, this.#type(name, type), nullable, new Map(metadata));
  }

  #type(name: string, type: DataType): Arrow.DataType {
    const arrow = this.#arrow;
    const unit = "unit" in type ? TIME_UNITS.indexOf(type.unit as TimeUnit) : 0;
    switch (type.kind) {
      case "null":
        return new arrow.Null();
      case "int":
        return new arrow.Int(type.signed, type.bits) as Arrow.DataType;
      case "float":
        return new arrow.Float(type.bits === 16 ? 0 : type.bits === 32 ? 1 : 2) as Arrow.DataType;
      case "bool":
        return new arrow.Bool();
      case "utf8":
        return new arrow.Utf8();
      case "largeUtf8":
        return new arrow.LargeUtf8();
      case "utf8View":
        return new arrow.Utf8View();
      case "binary":
        return new arrow.Binary();
      case "largeBinary":
        return new arrow.LargeBinary();
      case "binaryView":
        return new arrow.BinaryView();
      case "fixedSizeBinary":
        return new arrow.FixedSizeBinary(type.size);
      case "decimal":
        return new arrow.Decimal(type.scale, type.precision, type.bits);
      case "date":
        return new arrow.Date_(type.unit === "day" ? 0 : 1);
      case "time":
        return new arrow.Time(unit, type.bits);
      case "timestamp":
        return new arrow.Timestamp(unit, type.timezone);
      case "duration":
        return new arrow.Duration(unit);
      case "interval":
        return new arrow.Interval(INTERVAL_UNITS.indexOf(type.unit));
      case "list":
        return new arrow.List(this.#field(type.item));
      case "largeList":
        return new arrow.LargeList(this.#field(type.item));
      case "fixedSizeList":
        return new arrow.FixedSizeList(type.size, this.#field(type.item));
      case "struct":
        return new arrow.Struct(type.fields.map((field) => this.#field(field)));
      case "map":
        return new arrow.Map_(this.#field(type.entries) as never, type.keysSorted);
      case "union":
        return new arrow.Union(
          type.mode === "sparse" ? 0 : 1,
          [...type.typeIds],
          type.fields.map((field) => this.#field(field)),
        );
      case "dictionary": {
        const indices = this.#type(name, type.indices) as Arrow.Int;
        const values = this.#dictionaryTypes.get(type.id) ?? this.#type(name, type.values.type);
        this.#dictionaryTypes.set(type.id, values);
        return new arrow.Dictionary(values, indices as never, Number(type.id), type.ordered);
      }
      default:
        throw unsupported(name, type);
    }
  }

  #data(column: Column, type: Arrow.DataType): Arrow.Data {
    const { field, length, nullCount, validity, offsets, values, children } = column;
    const childTypes = field.type.kind === "dictionary"
      ? [(type as Arrow.Dictionary).dictionary]
      : (type.children as Arrow.Field[] | null ?? []).map((child) => child.type);
    const parts = children.map((child, i) => this.#data(child, childTypes[i]!));
    // One shape serves every type: each reads the members it knows.
    const props: Record<string, unknown> = { type, length, nullCount, nullBitmap: validity, data: values };
    switch (layoutOf(field.type).kind) {
      case "bytes":
      case "list":
        Object.assign(props, { valueOffsets: offsets ?? new Int32Array(1), child: parts[0] });
        break;
      case "fixedSizeList":
        props["child"] = parts[0];
        break;
      case "struct":
        props["children"] = parts;
        break;
      case "union":
        Object.assign(props, { typeIds: column.extra, valueOffsets: offsets, children: parts });
        break;
      case "view":
        Object.assign(props, { views: values, variadicBuffers: column.variadic });
        break;
    }
    if (field.type.kind === "dictionary" && parts[0] !== undefined) {
      const known = this.#dictionaries.get(field.type.id) ?? new this.#arrow.Vector([parts[0]]);
      this.#dictionaries.set(field.type.id, known);
      props["dictionary"] = known;
    }
    return this.#arrow.makeData(props as never);
  }
}

function unsupported(name: string, type: DataType): SchemaError {
  return new SchemaError(
    "schema.unsupported_type",
    `Cannot convert column "${name}": apache-arrow has no type ${type.kind}`,
    { field: name, type: type.kind },
  );
}
