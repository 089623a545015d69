/**
 * A type as the flatbuffer tables of Arrow's `Schema.fbs`, both ways.
 *
 * @module
 */
import type { TableSpec } from "./flatbuffer_writer.ts";
import type { FlatTable } from "./flatbuffer_reader.ts";
import { invalidIpc, IpcError } from "../errors.ts";
import type { DataType, Field, TimeUnit } from "../types.ts";

/** Numbers of the `Type` union. */
const TYPE = {
  null: 1,
  int: 2,
  float: 3,
  binary: 4,
  utf8: 5,
  bool: 6,
  decimal: 7,
  date: 8,
  time: 9,
  timestamp: 10,
  interval: 11,
  list: 12,
  struct: 13,
  union: 14,
  fixedSizeBinary: 15,
  fixedSizeList: 16,
  map: 17,
  duration: 18,
  largeBinary: 19,
  largeUtf8: 20,
  largeList: 21,
  runEndEncoded: 22,
  binaryView: 23,
  utf8View: 24,
  listView: 25,
  largeListView: 26,
} as const;

const KINDS = Object.keys(TYPE) as (keyof typeof TYPE)[];
const TIME_UNITS: readonly TimeUnit[] = ["second", "millisecond", "microsecond", "nanosecond"];
const DATE_UNITS = ["day", "millisecond"] as const;
const INTERVAL_UNITS = ["yearMonth", "dayTime", "monthDayNano"] as const;
const DECIMAL_DIGITS = { 32: 9, 64: 18, 128: 38, 256: 76 } as const;
const FLOAT_BITS = [16, 32, 64] as const;

const int16 = (value: number) => ({ kind: "int16", value }) as const;
const int32 = (value: number) => ({ kind: "int32", value }) as const;
const flag = (value: boolean) => (value ? { kind: "int8", value: 1 } as const : undefined);

/** Number and table of `type`, which is not a dictionary. */
export function typeSpec(type: Exclude<DataType, { kind: "dictionary" }>): { number: number; table: TableSpec } {
  return { number: TYPE[type.kind], table: typeTable(type) };
}

function typeTable(type: DataType): TableSpec {
  switch (type.kind) {
    case "int":
      return [int32(type.bits), flag(type.signed)];
    case "float":
      return [int16(FLOAT_BITS.indexOf(type.bits))];
    case "decimal":
      return [int32(type.precision), int32(type.scale), int32(type.bits)];
    case "date":
      return [int16(DATE_UNITS.indexOf(type.unit))];
    case "time":
      return [int16(TIME_UNITS.indexOf(type.unit)), int32(type.bits)];
    case "timestamp":
      return [
        int16(TIME_UNITS.indexOf(type.unit)),
        type.timezone === undefined ? undefined : { kind: "string", value: type.timezone },
      ];
    case "duration":
      return [int16(TIME_UNITS.indexOf(type.unit))];
    case "interval":
      return [int16(INTERVAL_UNITS.indexOf(type.unit))];
    case "union":
      return [int16(type.mode === "sparse" ? 0 : 1), { kind: "int32s", value: type.typeIds }];
    case "fixedSizeBinary":
    case "fixedSizeList":
      return [int32(type.size)];
    case "map":
      return [flag(type.keysSorted)];
    default:
      return [];
  }
}

/** The type a field's `number` and `table` describe, with `children`. @throws {IpcError} */
export function readType(number: number, table: FlatTable, children: readonly Field[]): DataType {
  const kind = KINDS[number - 1];
  if (kind === undefined) {
    throw new IpcError("codec.ipc_unsupported", `Cannot read schema: type ${number} is not known`);
  }
  switch (kind) {
    case "int":
      return intType(table);
    case "float":
      return { kind, bits: oneOf(FLOAT_BITS, table.int16(0), "float precision") };
    case "decimal": {
      const bits = oneOfValues([32, 64, 128, 256], table.int32(2, 128), "decimal width");
      const precision = table.int32(0);
      if (precision < 1 || precision > DECIMAL_DIGITS[bits]) {
        throw invalidIpc(`Cannot read schema: a decimal of ${bits} bits cannot have ${precision} digits`);
      }
      return { kind, precision, scale: table.int32(1), bits };
    }
    case "date":
      return { kind, unit: oneOf(DATE_UNITS, table.int16(0, 1), "date unit") };
    case "time": {
      const unit = oneOf(TIME_UNITS, table.int16(0, 1), "time unit");
      const bits = oneOfValues([32, 64], table.int32(1, 32), "time width");
      if ((bits === 32) !== (unit === "second" || unit === "millisecond")) {
        throw invalidIpc(`Cannot read schema: a time of ${bits} bits cannot count ${unit}s`);
      }
      return { kind, unit, bits };
    }
    case "timestamp":
      return { kind, unit: oneOf(TIME_UNITS, table.int16(0), "time unit"), timezone: table.string(1) };
    case "duration":
      return { kind, unit: oneOf(TIME_UNITS, table.int16(0, 1), "time unit") };
    case "interval":
      return { kind, unit: oneOf(INTERVAL_UNITS, table.int16(0), "interval unit") };
    case "fixedSizeBinary":
      return { kind, size: size(table.int32(0), kind) };
    case "list":
    case "largeList":
    case "listView":
    case "largeListView":
      return { kind, item: only(children, kind) };
    case "fixedSizeList":
      return { kind, size: size(table.int32(0), kind), item: only(children, kind) };
    case "struct":
      return { kind, fields: children };
    case "map":
      return mapType(table, only(children, kind));
    case "union":
      return unionType(table, children);
    case "runEndEncoded":
      return runEndEncodedType(children);
    default:
      return { kind };
  }
}

/** An `Int` table. @throws {IpcError} */
export function intType(table: FlatTable): DataType {
  return { kind: "int", bits: oneOfValues([8, 16, 32, 64], table.int32(0), "integer width"), signed: table.bool(1) };
}

function mapType(table: FlatTable, entries: Field): DataType {
  if (entries.type.kind !== "struct" || entries.type.fields.length !== 2) {
    throw invalidIpc("Cannot read schema: the entries of a map are not a struct of key and value");
  }
  return { kind: "map", entries, keysSorted: table.bool(0) };
}

function unionType(table: FlatTable, fields: readonly Field[]): DataType {
  const mode = oneOf(["sparse", "dense"] as const, table.int16(0), "union mode");
  const listed = table.int32s(1);
  const typeIds = listed.length === 0 ? fields.map((_, i) => i) : listed;
  if (typeIds.length !== fields.length || new Set(typeIds).size !== typeIds.length) {
    throw invalidIpc(`Cannot read schema: a union of ${fields.length} types lists the ids ${typeIds.join(", ")}`);
  }
  if (typeIds.some((id) => id < 0 || id > 127)) {
    throw invalidIpc("Cannot read schema: a union has a type id outside 0 to 127");
  }
  return { kind: "union", mode, typeIds, fields };
}

function runEndEncodedType(children: readonly Field[]): DataType {
  const [runEnds, values] = children;
  if (children.length !== 2 || runEnds?.type.kind !== "int" || !runEnds.type.signed || runEnds.type.bits === 8) {
    throw invalidIpc("Cannot read schema: a run-end-encoded type lacks its 16, 32 or 64-bit run ends and its values");
  }
  return { kind: "runEndEncoded", runEnds, values: values! };
}

function oneOf<T>(names: readonly T[], index: number, what: string): T {
  const name = names[index];
  if (name === undefined) throw invalidIpc(`Cannot read schema: ${what} ${index} is not known`);
  return name;
}

function oneOfValues<const T extends number>(values: readonly T[], value: number, what: string): T {
  const known = values.find((each) => each === value);
  if (known === undefined) throw invalidIpc(`Cannot read schema: ${what} ${value} is not known`);
  return known;
}

function only(children: readonly Field[], kind: string): Field {
  const [child] = children;
  if (child === undefined || children.length !== 1) {
    throw invalidIpc(`Cannot read schema: a ${kind} has ${children.length} children, expected 1`);
  }
  return child;
}

function size(value: number, kind: string): number {
  if (value < 0) throw invalidIpc(`Cannot read schema: a ${kind} of size ${value}`);
  return value;
}
