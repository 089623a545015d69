/**
 * Arrow's integration JSON, and columns of any type, as lists of comparable values: text for what has no plain form.
 *
 * @module
 */
import { fromHex, fromUtf8, toHex } from "../../../../src/base/mod.ts";
import type { Column, DataType, Field, Schema, TimeUnit } from "../../../../src/columnar/mod.ts";

interface JsonField {
  readonly name: string;
  readonly type: Record<string, never>;
  readonly nullable: boolean;
  readonly children?: readonly JsonField[];
  readonly dictionary?: { id: number; indexType: Record<string, never>; isOrdered: boolean };
  readonly metadata?: readonly { key: string; value: string }[];
}

interface JsonColumn {
  readonly count: number;
  readonly VALIDITY?: readonly number[];
  readonly DATA?: readonly unknown[];
  readonly OFFSET?: readonly (number | string)[];
  readonly SIZE?: readonly (number | string)[];
  readonly TYPE_ID?: readonly number[];
  readonly VIEWS?: readonly { SIZE: number; INLINED?: string; BUFFER_INDEX?: number; OFFSET?: number }[];
  readonly VARIADIC_DATA_BUFFERS?: readonly string[];
  readonly children?: readonly JsonColumn[];
}

/** A file of integration JSON. */
export interface JsonTable {
  /** Schema. */
  readonly schema: {
    readonly fields: readonly JsonField[];
    readonly metadata?: readonly { key: string; value: string }[];
  };
  /** Batches. */
  readonly batches: readonly { readonly count: number; readonly columns: readonly JsonColumn[] }[];
  /** Dictionaries. */
  readonly dictionaries?: readonly {
    readonly id: number;
    readonly data: { readonly columns: readonly JsonColumn[] };
  }[];
}

const KINDS: Record<string, DataType["kind"]> = {
  floatingpoint: "float",
  fixedsizebinary: "fixedSizeBinary",
  fixedsizelist: "fixedSizeList",
  largebinary: "largeBinary",
  largeutf8: "largeUtf8",
  largelist: "largeList",
  listview: "listView",
  largelistview: "largeListView",
  binaryview: "binaryView",
  utf8view: "utf8View",
  runendencoded: "runEndEncoded",
};

const INTERVALS: Record<string, string> = {
  YEAR_MONTH: "yearMonth",
  DAY_TIME: "dayTime",
  MONTH_DAY_NANO: "monthDayNano",
};

/** The schema the JSON describes. */
export function schemaOf(table: JsonTable): Schema {
  const metadata = mapOf(table.schema.metadata);
  return { fields: table.schema.fields.map(fieldOf), ...(metadata === undefined ? {} : { metadata }) };
}

function mapOf(pairs: readonly { key: string; value: string }[] = []): Map<string, string> | undefined {
  return pairs.length === 0 ? undefined : new Map(pairs.map(({ key, value }) => [key, value]));
}

function fieldOf(json: JsonField): Field {
  const metadata = mapOf(json.metadata);
  return {
    name: json.name,
    nullable: json.nullable,
    type: typeOf(json),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

function typeOf({ type, children = [], dictionary }: JsonField): DataType {
  const value = plainType(type, children.map(fieldOf));
  if (dictionary === undefined) return value;
  return {
    kind: "dictionary",
    id: BigInt(dictionary.id),
    indices: plainType(dictionary.indexType, []),
    values: { name: "values", type: value, nullable: true },
    ordered: dictionary.isOrdered,
  };
}

function plainType(type: Record<string, never>, children: Field[]): DataType {
  const name = type["name"] as unknown as string;
  const kind = KINDS[name] ?? name as DataType["kind"];
  const unit = String(type["unit"]);
  const [first, second] = children;
  switch (kind) {
    case "int":
      return { kind, bits: type["bitWidth"]!, signed: type["isSigned"]! };
    case "float":
      return { kind, bits: ({ HALF: 16, SINGLE: 32, DOUBLE: 64 } as const)[type["precision"]! as "HALF"] };
    case "decimal":
      return { kind, precision: type["precision"]!, scale: type["scale"]!, bits: type["bitWidth"] ?? 128 };
    case "date":
    case "duration":
      return { kind, unit: unit.toLowerCase() as never };
    case "time":
      return { kind, unit: unit.toLowerCase() as TimeUnit, bits: type["bitWidth"]! };
    case "timestamp":
      return { kind, unit: unit.toLowerCase() as TimeUnit, timezone: type["timezone"] };
    case "interval":
      return { kind, unit: INTERVALS[unit] as "dayTime" };
    case "fixedSizeBinary":
      return { kind, size: type["byteWidth"]! };
    case "fixedSizeList":
      return { kind, size: type["listSize"]!, item: first! };
    case "list":
    case "largeList":
    case "listView":
    case "largeListView":
      return { kind, item: first! };
    case "struct":
      return { kind, fields: children };
    case "map":
      return { kind, entries: first!, keysSorted: type["keysSorted"]! };
    case "union":
      return {
        kind,
        mode: String(type["mode"]).toLowerCase() as "sparse",
        typeIds: type["typeIds"]!,
        fields: children,
      };
    case "runEndEncoded":
      return { kind, runEnds: first!, values: second! };
    default:
      return { kind } as DataType;
  }
}

/** Values of the JSON `column` of `field`; `null` for null. */
export function jsonValues(field: Field, column: JsonColumn, table: JsonTable): unknown[] {
  const { type } = field;
  const { VALIDITY, DATA = [], OFFSET = [], SIZE = [], TYPE_ID = [] } = column;
  const children = () =>
    ("item" in type
      ? [type.item]
      : type.kind === "map"
      ? [type.entries]
      : type.kind === "runEndEncoded"
      ? [type.runEnds, type.values]
      : "fields" in type
      ? type.fields
      : []).map((child, i) => jsonValues(child, column.children![i]!, table));
  const rows = (value: (row: number) => unknown): unknown[] =>
    Array.from({ length: column.count }, (_, i) => VALIDITY !== undefined && VALIDITY[i] === 0 ? null : value(i));
  switch (type.kind) {
    case "null":
      return rows(() => null);
    case "float":
      return rows((i) => type.bits === 32 ? Math.fround(Number(DATA[i])) : Number(DATA[i]));
    case "bool":
      return rows((i) => Boolean(DATA[i]));
    case "dictionary": {
      const dictionary = table.dictionaries!.find(({ id }) => BigInt(id) === type.id)!;
      const values = jsonValues(type.values, dictionary.data.columns[0]!, table);
      return rows((i) => values[Number(DATA[i])]);
    }
    case "binary":
    case "largeBinary":
    case "fixedSizeBinary":
      return rows((i) => String(DATA[i]).toLowerCase());
    case "utf8View":
    case "binaryView":
      return rows((i) => jsonView(type.kind === "utf8View", column, i));
    case "interval":
      return rows((i) => typeof DATA[i] === "object" ? Object.values(DATA[i] as object).join(" ") : String(DATA[i]));
    case "list":
    case "largeList":
    case "map": {
      const [items] = children();
      return rows((i) => items!.slice(Number(OFFSET[i]), Number(OFFSET[i + 1])));
    }
    case "listView":
    case "largeListView": {
      const [items] = children();
      return rows((i) => items!.slice(Number(OFFSET[i]), Number(OFFSET[i]) + Number(SIZE[i])));
    }
    case "fixedSizeList": {
      const [items] = children();
      return rows((i) => items!.slice(i * type.size, (i + 1) * type.size));
    }
    case "struct": {
      const members = children();
      return rows((i) => members.map((member) => member[i]));
    }
    case "union": {
      const members = children();
      return rows((i) => {
        const member = members[type.typeIds.indexOf(TYPE_ID[i]!)]!;
        return [TYPE_ID[i], member[type.mode === "dense" ? Number(OFFSET[i]) : i]];
      });
    }
    case "runEndEncoded": {
      const [ends, values] = children();
      return rows((i) => values![ends!.findIndex((end) => Number(end) > i)]);
    }
    default:
      return rows((i) => String(DATA[i]));
  }
}

function jsonView(isText: boolean, column: JsonColumn, row: number): string {
  const { SIZE, INLINED, BUFFER_INDEX, OFFSET } = column.VIEWS![row]!;
  if (INLINED !== undefined) return isText ? INLINED : INLINED.toLowerCase();
  const bytes = fromHex(column.VARIADIC_DATA_BUFFERS![BUFFER_INDEX!]!).subarray(OFFSET!, OFFSET! + SIZE);
  return isText ? fromUtf8(bytes) : toHex(bytes);
}

/** Values of one of our columns, in the same form. */
export function columnValues(column: Column): unknown[] {
  const { type } = column.field;
  const { validity, values, offsets, extra } = column;
  const children = column.children.map(columnValues);
  const start = (i: number) => Number(offsets![i]);
  const rows = (value: (row: number) => unknown): unknown[] =>
    Array.from(
      { length: column.length },
      (_, i) => validity !== undefined && (validity[i >> 3]! >> (i & 7) & 1) === 0 ? null : value(i),
    );
  const slice = (i: number) => (values as Uint8Array).subarray(start(i), start(i + 1));
  switch (type.kind) {
    case "null":
      return rows(() => null);
    case "float":
      return rows((i) => values![i]);
    case "bool":
      return rows((i) => ((values as Uint8Array)[i >> 3]! >> (i & 7) & 1) === 1);
    case "dictionary":
      return rows((i) => children[0]![Number(values![i])]);
    case "utf8":
    case "largeUtf8":
      return rows((i) => fromUtf8(slice(i)));
    case "binary":
    case "largeBinary":
      return rows((i) => toHex(slice(i)));
    case "fixedSizeBinary":
      return rows((i) => toHex((values as Uint8Array).subarray(i * type.size, (i + 1) * type.size)));
    case "utf8View":
    case "binaryView":
      return rows((i) => type.kind === "utf8View" ? fromUtf8(view(column, i)) : toHex(view(column, i)));
    case "decimal":
      return rows((i) => decimal(column, i, type.bits));
    case "interval": {
      const words = values as Int32Array;
      if (type.unit === "yearMonth") return rows((i) => String(words[i]));
      if (type.unit === "dayTime") return rows((i) => `${words[2 * i]} ${words[2 * i + 1]}`);
      const nanoseconds = new BigInt64Array(words.slice().buffer);
      return rows((i) => `${words[4 * i]} ${words[4 * i + 1]} ${nanoseconds[2 * i + 1]}`);
    }
    case "list":
    case "largeList":
    case "map":
      return rows((i) => children[0]!.slice(start(i), start(i + 1)));
    case "listView":
    case "largeListView":
      return rows((i) => children[0]!.slice(start(i), start(i) + Number(extra![i])));
    case "fixedSizeList":
      return rows((i) => children[0]!.slice(i * type.size, (i + 1) * type.size));
    case "struct":
      return rows((i) => children.map((child) => child[i]));
    case "union":
      return rows((i) => {
        const id = Number(extra![i]);
        return [id, children[type.typeIds.indexOf(id)]![type.mode === "dense" ? start(i) : i]];
      });
    case "runEndEncoded":
      return rows((i) => children[1]![children[0]!.findIndex((end) => Number(end) > i)]);
    default:
      return rows((i) => String(values![i]));
  }
}

function view(column: Column, row: number): Uint8Array {
  const words = column.values as Int32Array;
  const [size, , buffer, offset] = words.subarray(4 * row, 4 * row + 4);
  if (size! > 12) return column.variadic![buffer!]!.subarray(offset!, offset! + size!);
  return new Uint8Array(words.buffer, words.byteOffset + 16 * row + 4, size!);
}

function decimal(column: Column, row: number, bits: number): string {
  if (bits <= 64) return String(column.values![row]);
  const words = (column.values as BigUint64Array).subarray(row * bits / 64, (row + 1) * bits / 64);
  return String(BigInt.asIntN(bits, words.reduceRight((sum, word) => (sum << 64n) | word, 0n)));
}
