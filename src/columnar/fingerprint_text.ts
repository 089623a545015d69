/**
 * The text two implementations hash to find out that they mean the same columns.
 *
 * @module
 */
import type { DataType, Field, TimeUnit } from "./types.ts";

const UNIT: Record<TimeUnit, string> = { second: "s", millisecond: "ms", microsecond: "us", nanosecond: "ns" };
const FLOAT = { 16: "halffloat", 32: "float", 64: "double" } as const;
const NAME: Partial<Record<DataType["kind"], string>> = {
  utf8: "string",
  largeUtf8: "large_string",
  largeBinary: "large_binary",
  utf8View: "string_view",
  binaryView: "binary_view",
  list: "list",
  largeList: "large_list",
  listView: "list_view",
  largeListView: "large_list_view",
};
const INTERVAL = {
  yearMonth: "month_interval",
  dayTime: "day_time_interval",
  monthDayNano: "month_day_nano_interval",
} as const;

/**
 * Text form of the struct of `fields`, as Arrow's C++ library prints it: `struct<name: type[ not null], …>`. Metadata
 * does not show in it.
 */
export function schemaFingerprintText(fields: readonly Field[]): string {
  return `struct<${fields.map(fieldText).join(", ")}>`;
}

function fieldText(field: Field): string {
  return `${field.name}: ${nullableText(field)}`;
}

function nullableText(field: Field): string {
  return typeText(field.type) + (field.nullable ? "" : " not null");
}

function typeText(type: DataType): string {
  switch (type.kind) {
    case "int":
      return `${type.signed ? "" : "u"}int${type.bits}`;
    case "float":
      return FLOAT[type.bits];
    case "list":
    case "largeList":
    case "listView":
    case "largeListView":
      return `${NAME[type.kind]}<${fieldText(type.item)}>`;
    case "fixedSizeList":
      return `fixed_size_list<${fieldText(type.item)}>[${type.size}]`;
    case "struct":
      return schemaFingerprintText(type.fields);
    case "map":
      return mapText(type.entries, type.keysSorted);
    case "dictionary":
      return `dictionary<values=${typeText(type.values.type)}, indices=${typeText(type.indices)}, ` +
        `ordered=${type.ordered ? 1 : 0}>`;
    case "fixedSizeBinary":
      return `fixed_size_binary[${type.size}]`;
    case "decimal":
      return `decimal${type.bits}(${type.precision}, ${type.scale})`;
    case "date":
      return type.unit === "day" ? "date32[day]" : "date64[ms]";
    case "time":
      return `time${type.bits}[${UNIT[type.unit]}]`;
    case "timestamp":
      return `timestamp[${UNIT[type.unit]}${type.timezone === undefined ? "" : `, tz=${type.timezone}`}]`;
    case "duration":
      return `duration[${UNIT[type.unit]}]`;
    case "interval":
      return INTERVAL[type.unit];
    case "union":
      return `${type.mode}_union<${
        type.fields.map((field, i) => `${fieldText(field)}=${type.typeIds[i]}`).join(", ")
      }>`;
    case "runEndEncoded":
      return `run_end_encoded<run_ends: ${typeText(type.runEnds.type)}, values: ${typeText(type.values.type)}>`;
    default:
      return NAME[type.kind] ?? type.kind;
  }
}

/** Names other than the usual ones stand behind; nullability does not show. */
function mapText(entries: Field, keysSorted: boolean): string {
  const named = (field: Field, usual: string) => field.name === usual ? "" : ` ('${field.name}')`;
  const [key, value] = entries.type.kind === "struct" ? entries.type.fields : [];
  if (key === undefined || value === undefined) throw new TypeError("Cannot print a map: it has no key and value");
  const inner = `${typeText(key.type)}${named(key, "key")}, ${typeText(value.type)}${named(value, "value")}`;
  return `map<${inner}${keysSorted ? ", keys_sorted" : ""}${named(entries, "entries")}>`;
}
