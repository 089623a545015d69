/**
 * Paths from a type to its columns: `LaserScan.Q.ranges.any().gt(1)`. Their types follow from the interface of the type,
 * what they do at run time from its columns.
 *
 * @module
 */
import type { DataType, Field } from "../../columnar/mod.ts";
import type { NumericAggregates, OrderedAggregates, ValueAggregates } from "./aggregate.ts";
import {
  type BooleanPath,
  type NumericPath,
  numericPath,
  queryableBoolean,
  queryableString,
  type StringPath,
} from "./expression.ts";
import { guard } from "./guard.ts";

/** Paths of a type: its properties, and the record time. */
export type Paths<T> = StructPath<T> & {
  /** Record time, nanoseconds. */
  readonly timestampNs: NumericPath & NumericAggregates<bigint>;
};

/** Whether a path leads into a list, and then to one of its items or to many. */
export type InList = "none" | "one" | "many";

/** A path for each property of a struct. */
export type StructPath<T, L extends InList = "none"> = {
  readonly [K in keyof T]-?: Path<NonNullable<T[K]>, L>;
};

/** Paths into a list. A query opens at most one list on its way, so the lists inside have none of these. */
export interface ListPath<V> {
  /** True when any item fits. */
  any(): Path<V, "many">;
  /** True when every item fits. */
  all(): Path<V, "many">;
  /** The item at `index`, from 0. @throws {RangeError} when `index` is no such number */
  at(index: number): Path<V, "one">;
}

/** A path that conditions can't be made on: bytes, maps, lists in lists. */
export type ClosedPath = Readonly<Record<never, never>>;

/** The path of a value of type `V`: conditions, and where it leads to one value of a record, aggregates. */
export type Path<V, L extends InList> = [V] extends [boolean]
  ? BooleanPath & (L extends "many" ? unknown : ValueAggregates<boolean>)
  : [V] extends [number | bigint] ? NumericPath & (L extends "many" ? unknown : NumericAggregates<V>)
  : [V] extends [string] ? StringPath & (L extends "many" ? unknown : OrderedAggregates<V>)
  : [V] extends [Uint8Array | ReadonlyMap<unknown, unknown>] ? ClosedPath
  : [V] extends [ArrayLike<infer Item>] ? L extends "none" ? [Item] extends [string] ? ListPath<Item>
      : [Item] extends [ArrayLike<unknown>] ? ClosedPath
      : ListPath<Item>
    : ClosedPath
  : [V] extends [object] ? StructPath<V, L>
  : ClosedPath;

/** The paths of a type. Those of nested structs are made when they are first asked for. */
export function buildPaths<T>(tag: string, fields: readonly Field[]): Paths<T> {
  const time = { name: "timestamp_ns", key: "timestampNs", type: TIME, nullable: false };
  return structPath(tag, [...fields, time], false) as Paths<T>;
}

const TIME: DataType = { kind: "int", bits: 64, signed: true };

function structPath(prefix: string, fields: readonly Field[], inList: boolean): object {
  const paths = {};
  for (const { name, key, type } of fields) {
    const property = key ?? name;
    const get = () => {
      const value = pathOf(`${prefix}.${name}`, type, inList);
      Object.defineProperty(paths, property, { value, enumerable: true });
      return value;
    };
    Object.defineProperty(paths, property, { get, enumerable: true, configurable: true });
  }
  return guard(paths, (name) => {
    return `Cannot query ${prefix}: it has no column "${name}", only ${Object.keys(paths).join(", ")}`;
  });
}

function pathOf(key: string, type: DataType, inList: boolean): object {
  switch (type.kind) {
    case "bool":
      return queryableBoolean(key);
    case "int":
      return type.bits === 64 ? numericPath(key, BigInt) : numericPath(key, Number);
    case "float":
      return numericPath(key, Number);
    case "utf8":
    case "largeUtf8":
      return queryableString(key);
    case "struct":
      return structPath(key, type.fields, inList);
    case "list":
    case "largeList":
    case "fixedSizeList":
      if (inList) return closed(key, "only one list can be opened on a path");
      return isList(type.item.type) ? closed(key, "it holds lists in lists") : listPath(key, type.item.type);
    default:
      return closed(key, `there are no conditions on its type, ${type.kind}`);
  }
}

function closed(key: string, why: string): object {
  return guard({}, (name) => `Cannot query ${key} by "${name}": ${why}`);
}

function listPath(key: string, item: DataType): ListPath<unknown> {
  const open = (specifier: string) => pathOf(`${key}[${specifier}]`, item, true);
  const paths: ListPath<unknown> = {
    any: () => open("?") as Path<unknown, "many">,
    all: () => open("!") as Path<unknown, "many">,
    at: (index) => {
      if (Number.isSafeInteger(index) && index >= 0) return open(String(index)) as Path<unknown, "one">;
      throw new RangeError(`Cannot query ${key}: ${index} is no index of a list`);
    },
  };
  return guard(paths, (name) => `Cannot query ${key} by "${name}": it is a list, which any(), all() and at() open`);
}

function isList(type: DataType): boolean {
  return type.kind === "list" || type.kind === "largeList" || type.kind === "fixedSizeList";
}
