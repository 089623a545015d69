/**
 * Rows of any ontology type, made from its columns, so that a type cannot be forgotten: every part there, only what must be
 * there, and everything in between. Values reach the ends of their ranges.
 *
 * @module
 */
import type { DataType, Field } from "../../src/columnar/mod.ts";
import {
  Acceleration,
  Duration,
  Header,
  type OntologyType,
  Range,
  type Shape,
  STANDARD_TYPES,
  Time,
  type ValueType,
  Velocity,
} from "../../src/ontology/mod.ts";

/** Types that have columns: those there are rows of. */
export const TYPES_WITH_COLUMNS: readonly OntologyType<unknown>[] = STANDARD_TYPES.filter(({ fields }) =>
  fields.length > 0
);

/** How rows are made. */
export interface SampleOptions {
  /** Which optional parts are there: all, none, or every other one. @default "all" */
  readonly optional?: "all" | "none" | "some";
  /** Items of lists; entries of maps. @default 0 to 3 */
  readonly listLength?: number;
  /** Whether lists of numbers are typed arrays, as a driver would hand them over. @default false */
  readonly typedArrays?: boolean;
  /** Whether values are such as sensors send, not the ends of their ranges. @default false */
  readonly plain?: boolean;
}

/** What is made of a row by a rule of its type: brought to obey it. */
type Repair = (row: Record<string, never>, seed: number) => Record<string, unknown>;

/** Types with rules over several columns, or over values; a type with a rule and no entry makes rows that break it. */
const REPAIRS = new Map<Shape, Repair>([
  ...[Time, Duration].map(({ shape }) =>
    [
      shape!,
      (row: Record<string, never>, seed: number) => ({ ...row, nanoseconds: [0, 999_999_999, 5][seed % 3] }),
    ] as [
      Shape,
      Repair,
    ]
  ),
  [Velocity.shape!, linearOrAngular],
  [Acceleration.shape!, linearOrAngular],
  [Range.shape!, (row, seed) => ({ ...row, minRange: 0.25, maxRange: 8, range: [0.25, 8, 3.5][seed % 3] })],
  // One with nothing in it is read as none at all.
  [
    Header.shape!,
    (row, seed) => Object.values(row).some((it) => it !== undefined) ? row : { ...row, sampleCounter: BigInt(seed) },
  ],
]);

function linearOrAngular(row: Record<string, never>, seed: number): Record<string, unknown> {
  if (row["linear"] !== undefined || row["angular"] !== undefined) return row;
  return { ...row, [seed % 2 === 0 ? "linear" : "angular"]: { x: seed, y: -1, z: 0.5 } };
}

/** Row number `seed` of `type`. */
export function sampleOf<T>(type: OntologyType<T>, seed: number, options: SampleOptions = {}): T {
  return new Maker(options, seed).struct(type) as T;
}

/** Rows of a type: everything there, only what must be, and half of it, with several values each. */
export function samplesOf<T>(type: OntologyType<T>): T[] {
  return Array.from({ length: 9 }, (_, i) => {
    return sampleOf(type, i, { optional: (["all", "none", "some"] as const)[i % 3]! });
  });
}

const INFINITIES = [Infinity, -Infinity];

class Maker {
  readonly #options: SampleOptions;
  #seed: number;

  constructor(options: SampleOptions, seed: number) {
    this.#options = options;
    this.#seed = 7 * seed;
  }

  struct({ type, shape }: ValueType<unknown>): Record<string, unknown> {
    if (type.kind !== "struct") throw new TypeError(`no rows of ${type.kind}`);
    const members = new Map(shape?.kind === "struct" ? shape.members.map((member) => [member.key, member]) : []);
    const row: Record<string, unknown> = {};
    for (const field of type.fields) {
      const key = field.key ?? field.name;
      const member = members.get(key);
      const there = !field.nullable || member?.present || this.#keepsOptional();
      row[key] = there ? this.#value({ type: field.type, shape: member?.shape }) : undefined;
    }
    const repair = shape && REPAIRS.get(shape);
    return repair === undefined ? row : repair(row as Record<string, never>, this.#seed);
  }

  #keepsOptional(): boolean {
    const { optional = "all" } = this.#options;
    return optional === "all" || (optional === "some" && this.#seed++ % 2 === 0);
  }

  #value({ type, shape }: ValueType<unknown>): unknown {
    const n = this.#seed++;
    switch (type.kind) {
      case "bool":
        return n % 2 === 0;
      case "int":
        if (shape?.kind === "choice") return [...shape.values][n % shape.values.size];
        return this.#options.plain
          ? (type.bits === 64 ? BigInt(n % 100) : n % 100)
          : integer(type.bits, type.signed, n);
      case "float":
        return this.#options.plain ? (n % 1000) / 8 : float(type.bits, n);
      case "utf8":
        if (shape?.kind === "choice") return [...shape.values][n % shape.values.size];
        if (this.#options.plain) return "imu_link";
        return ["frame", "", "é😀\u0000", `text ${n}`][n % 4];
      case "binary":
        return Uint8Array.from({ length: this.#options.listLength ?? n % 4 }, (_, i) => 255 - (n + i) % 256);
      case "list":
      case "fixedSizeList":
        return this.#list(type, shape, n);
      case "struct":
        return this.struct({ type, shape });
      case "map":
        return this.#map(type, shape, n);
      default:
        throw new TypeError(`no values of ${type.kind}`);
    }
  }

  #map(type: Extract<DataType, { kind: "map" }>, shape: Shape | undefined, n: number): Map<unknown, unknown> {
    const [key, value] = (type.entries.type as Extract<DataType, { kind: "struct" }>).fields as [Field, Field];
    const held = { type: value.type, shape: shape?.kind === "map" ? shape.value : undefined };
    const keys = Array.from({ length: this.#options.listLength ?? n % 4 }, (_, i) =>
      [
        key.type.kind === "utf8" ? `key ${i}` : key.type.kind === "int" && key.type.bits === 64 ? BigInt(i) : i,
        this.#value(held),
      ] as const);
    return new Map(keys);
  }

  #list(type: Extract<DataType, { item: Field }>, shape: Shape | undefined, n: number): unknown {
    const length = type.kind === "fixedSizeList" ? type.size : this.#options.listLength ?? n % 4;
    const item: ValueType<unknown> = {
      type: type.item.type,
      shape: shape?.kind === "list" ? shape.item : undefined,
    };
    const items = Array.from({ length }, () => this.#value(item));
    const array = this.#options.typedArrays ? typedArrayOf(item.type) : undefined;
    return array === undefined ? items : array.from(items as never);
  }
}

function integer(bits: number, signed: boolean, n: number): number | bigint {
  const low = signed ? -(1n << BigInt(bits - 1)) : 0n;
  const value = [low, low + (1n << BigInt(bits)) - 1n, 1n, BigInt(n % 100)][n % 4]!;
  return bits === 64 ? value : Number(value);
}

function float(bits: 16 | 32 | 64, n: number): number {
  const greatest = { 16: 65504, 32: Math.fround(3.4e38), 64: Number.MAX_VALUE }[bits];
  const least = { 16: 2 ** -24, 32: 2 ** -149, 64: Number.MIN_VALUE }[bits];
  return [n / 8, -n / 4, greatest, least, 0, n % 2 === 0 ? NaN : INFINITIES[n % 4 === 1 ? 0 : 1]!][n % 6]!;
}

/** The array that reading gives for lists of the type. */
function typedArrayOf(type: DataType): { from(items: Iterable<never>): unknown } | undefined {
  if (type.kind === "float") return { 16: undefined, 32: Float32Array, 64: Float64Array }[type.bits];
  if (type.kind !== "int") return undefined;
  if (type.signed) return { 8: Int8Array, 16: Int16Array, 32: Int32Array, 64: BigInt64Array }[type.bits];
  return { 8: Uint8Array, 16: Uint16Array, 32: Uint32Array, 64: BigUint64Array }[type.bits];
}
