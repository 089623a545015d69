/**
 * Ontology types for ROS types that have no adapter: the columns are the fields, under their own names.
 *
 * @module
 */
import { type DataType, type Field, type OntologyType, type UnmodeledData, unmodeledType } from "../../ontology/mod.ts";
import type { RosField, RosPrimitive, RosStruct } from "./definition.ts";

const int = (bits: 8 | 16 | 32 | 64, signed: boolean): DataType => ({ kind: "int", bits, signed });

const TIME: DataType = {
  kind: "struct",
  fields: [
    { name: "sec", type: int(32, true), nullable: false },
    { name: "nanosec", type: int(32, false), nullable: false },
  ],
};

const TYPES: Readonly<Record<RosPrimitive, DataType>> = {
  bool: { kind: "bool" },
  int8: int(8, true),
  uint8: int(8, false),
  int16: int(16, true),
  uint16: int(16, false),
  int32: int(32, true),
  uint32: int(32, false),
  int64: int(64, true),
  uint64: int(64, false),
  float32: { kind: "float", bits: 32 },
  float64: { kind: "float", bits: 64 },
  string: { kind: "utf8" },
  time: TIME,
  duration: TIME,
};

/** Columns, counted through all levels, beyond which a definition is refused: types may multiply as they nest. */
const MAX_COLUMNS = 4096;

/**
 * The type of a ROS message as it is: its tag is the last part of the name, times are structs of `sec` and `nanosec`,
 * arrays are lists, of fixed size where the definition says so.
 *
 * @throws {Error} when the message has too many columns, or one with the name of the record time
 */
export function dynamicType(message: RosStruct): OntologyType<UnmodeledData> {
  let columns = 0;

  function fieldOf(field: RosField): Field {
    if (++columns > MAX_COLUMNS) throw new RangeError(`${message.name} has more than ${MAX_COLUMNS} columns`);
    return { name: field.name, type: arrayOf(valueType(field.type), field.array), nullable: false };
  }

  function valueType(type: RosPrimitive | RosStruct): DataType {
    return typeof type === "string" ? TYPES[type] : { kind: "struct", fields: type.fields.map(fieldOf) };
  }

  const fields = message.fields.map(fieldOf);
  if (fields.some((field) => field.name === "timestamp_ns")) {
    throw new RangeError(`${message.name} has a field timestamp_ns, which is the name of the record time`);
  }
  return unmodeledType(message.name.split("/").at(-1)!, { fields });
}

function arrayOf(type: DataType, array: RosField["array"]): DataType {
  if (array === undefined) return type;
  const item: Field = { name: "item", type, nullable: true };
  return array === "any" ? { kind: "list", item } : { kind: "fixedSizeList", size: array, item };
}
