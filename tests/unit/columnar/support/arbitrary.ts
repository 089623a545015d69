/**
 * Random schemas with rows for them.
 *
 * @module
 */
import fc from "fast-check";
import type { DataType, Field, Schema } from "../../../../src/columnar/mod.ts";

/** A value to write, and what must be read for it. */
export interface Sample {
  readonly write: unknown;
  readonly read: unknown;
}

/** A schema, and rows of it. */
export interface Table {
  readonly schema: Schema;
  readonly rows: readonly { readonly time: bigint; readonly write: object; readonly read: object }[];
}

const NAMES = ["x", "y", "frame_id", "__proto__", "constructor", "", 'a"b\\`${', "é 😀", "0", "toString", "x[]"];

const int = (bits: 8 | 16 | 32 | 64, signed: boolean): DataType => ({ kind: "int", bits, signed });

const leaf: fc.Arbitrary<DataType> = fc.constantFrom<DataType>(
  ...([8, 16, 32, 64] as const).flatMap((bits) => [int(bits, true), int(bits, false)]),
  ...([16, 32, 64] as const).map((bits): DataType => ({ kind: "float", bits })),
  { kind: "bool" },
  { kind: "utf8" },
  { kind: "binary" },
);

const keyType: fc.Arbitrary<DataType> = fc.constantFrom<DataType>({ kind: "utf8" }, int(32, true), int(64, false));

function fieldOf(type: fc.Arbitrary<DataType>, name: fc.Arbitrary<string>): fc.Arbitrary<Field> {
  return fc.record({ name, type, nullable: fc.boolean(), key: fc.option(name, { nil: undefined, freq: 3 }) }).map(
    ({ key, ...field }) => key === undefined ? field : { ...field, key: `key ${key}` },
  );
}

function fieldsOf(type: fc.Arbitrary<DataType>, maxLength: number): fc.Arbitrary<Field[]> {
  return fc.uniqueArray(fieldOf(type, fc.constantFrom(...NAMES)), {
    maxLength,
    selector: (field) => field.name,
  }).map((fields) =>
    fields.filter((field, i) => fields.findIndex((other) => other.key === field.key) === i || !field.key)
  );
}

function typeOf(depth: number): fc.Arbitrary<DataType> {
  if (depth === 0) return leaf;
  const inner = typeOf(depth - 1);
  const item = fieldOf(inner, fc.constant("item"));
  return fc.oneof(
    { arbitrary: leaf, weight: 4 },
    { arbitrary: fieldsOf(inner, 4).map((fields): DataType => ({ kind: "struct", fields })), weight: 3 },
    { arbitrary: item.map((item): DataType => ({ kind: "list", item })), weight: 2 },
    fc.tuple(fc.integer({ min: 0, max: 3 }), item).map(([size, item]): DataType => ({
      kind: "fixedSizeList",
      size,
      item,
    })),
    fc.tuple(keyType, fieldOf(inner, fc.constant("value"))).map(([key, value]): DataType => ({
      kind: "map",
      keysSorted: false,
      entries: {
        name: "entries",
        nullable: false,
        type: { kind: "struct", fields: [{ name: "key", type: key, nullable: false }, value] },
      },
    })),
  );
}

const same = (arbitrary: fc.Arbitrary<unknown>): fc.Arbitrary<Sample> =>
  arbitrary.map((value) => ({ write: value, read: value }));

const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 8 }),
  fc.constantFrom("imu_link", "imu_link", "é", "😀", "x".repeat(50), "ü".repeat(41), "\u0000", "\uffff"),
);

/** Half precision, from the runtime. */
function half(value: number): number {
  return (Math as unknown as { f16round(value: number): number }).f16round(value);
}

function valueOf(type: DataType): fc.Arbitrary<Sample> {
  switch (type.kind) {
    case "int": {
      const [low, high] = type.signed
        ? [-(2n ** BigInt(type.bits - 1)), 2n ** BigInt(type.bits - 1) - 1n]
        : [0n, 2n ** BigInt(type.bits) - 1n];
      if (type.bits < 64) return same(fc.integer({ min: Number(low), max: Number(high) }));
      const safe = fc.integer({ min: type.signed ? Number.MIN_SAFE_INTEGER : 0, max: Number.MAX_SAFE_INTEGER });
      return fc.oneof(same(fc.bigInt({ min: low, max: high })), safe.map((n) => ({ write: n, read: BigInt(n) })));
    }
    case "float": {
      const any = fc.oneof(fc.double(), fc.float(), fc.integer({ min: -70000, max: 70000 }), fc.constant(2 ** -24));
      const round = type.bits === 64 ? (n: number) => n : type.bits === 32 ? Math.fround : half;
      return any.map((write) => ({ write, read: round(write) }));
    }
    case "bool":
      return same(fc.boolean());
    case "utf8":
      return same(text);
    case "binary":
      return same(fc.uint8Array({ maxLength: 6 }));
    case "list":
      return fc.array(fieldValue(type.item), { maxLength: 5 }).map((items) => listSample(type.item, items));
    case "fixedSizeList":
      return fc.array(fieldValue(type.item), { minLength: type.size, maxLength: type.size })
        .map((items) => listSample(type.item, items));
    case "struct":
      return structSample(type.fields);
    case "map": {
      const [key, value] = (type.entries.type as Extract<DataType, { kind: "struct" }>).fields;
      return fc.uniqueArray(fc.tuple(valueOf(key!.type), fieldValue(value!)), {
        maxLength: 3,
        selector: ([key]) => key.read,
      }).map((entries) => ({
        write: new Map(entries.map(([key, value]) => [key.write, value.write])),
        read: new Map(entries.map(([key, value]) => [key.read, value.read])),
      }));
    }
    default:
      throw new TypeError(`no values of type ${type.kind}`);
  }
}

const ARRAYS: Record<string, { from(items: Iterable<never>): ArrayLike<unknown> }> = {
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  float16: Float32Array,
  float32: Float32Array,
  float64: Float64Array,
};

/** Lists of numbers without nulls read as typed arrays; the longer ones are written as such too. */
function listSample(item: Field, items: readonly Sample[]): Sample {
  const { type } = item;
  const write = items.map((each) => each.write);
  const read = items.map((each) => each.read);
  if ((type.kind !== "int" && type.kind !== "float") || read.includes(undefined)) return { write, read };
  const array = ARRAYS[`${type.kind === "float" ? "float" : type.signed ? "int" : "uint"}${type.bits}`]!;
  const typed = array.from(read as never[]);
  const asTyped = items.length % 2 === 1 && !(type.kind === "float" && type.bits === 16);
  return { write: asTyped ? typed : write, read: typed };
}

function structSample(fields: readonly Field[]): fc.Arbitrary<Sample> {
  return fc.tuple(...fields.map(fieldValue)).map((values) => ({
    write: Object.fromEntries(
      fields.flatMap((field, i) => values[i]!.write === undefined ? [] : [[field.key ?? field.name, values[i]!.write]]),
    ),
    read: Object.fromEntries(fields.map((field, i) => [field.key ?? field.name, values[i]!.read])),
  }));
}

function fieldValue(field: Field): fc.Arbitrary<Sample> {
  const value = valueOf(field.type);
  if (!field.nullable) return value;
  return fc.oneof(
    { arbitrary: value, weight: 3 },
    fc.constantFrom<Sample>({ write: null, read: undefined }, {
      write: undefined,
      read: undefined,
    }),
  );
}

/** Schemas of up to five columns, nested up to three deep, with up to twenty rows. */
export const tables: fc.Arbitrary<Table> = fieldsOf(typeOf(3), 5).chain((fields) => {
  const time: Field = { name: "timestamp_ns", type: int(64, true), nullable: false };
  const row = fc.tuple(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), structSample(fields));
  return fc.array(row, { maxLength: 20 }).map((rows) => ({
    schema: { fields: [time, ...fields] },
    rows: rows.map(([time, { write, read }]) => ({ time, write: write as object, read: read as object })),
  }));
});
