/**
 * Paths from a type to its columns: `LaserScan.Q.ranges.any().gt(1)`. Their types follow from the interface of the type,
 * what they do at run time from its columns.
 *
 * @module
 */
import type { DataType, Field } from "../../columnar/mod.ts";
import {
  type BooleanPath,
  type NumericPath,
  queryableBoolean,
  queryableNumeric,
  queryableString,
  type StringPath,
} from "./expression.ts";

/** Paths of a type: its properties, and the record time. */
export type Paths<T> = StructPath<T> & {
  /** Record time, nanoseconds. */
  readonly timestampNs: NumericPath;
};

/** A path for each property of a struct. */
export type StructPath<T, InList extends boolean = false> = {
  readonly [K in keyof T]-?: Path<NonNullable<T[K]>, InList>;
};

/** Paths into a list. A query opens at most one list on its way, so the lists inside have none of these. */
export interface ListPath<V> {
  /** True when any item fits. */
  any(): Path<V, true>;
  /** True when every item fits. */
  all(): Path<V, true>;
  /** The item at `index`, from 0. @throws {RangeError} when `index` is no such number */
  at(index: number): Path<V, true>;
}

/** A path that conditions can't be made on: bytes, maps, lists in lists. */
export type ClosedPath = Readonly<Record<never, never>>;

/** The path of a value of type `V`. */
export type Path<V, InList extends boolean> = [V] extends [boolean] ? BooleanPath
  : [V] extends [number | bigint] ? NumericPath
  : [V] extends [string] ? StringPath
  : [V] extends [Uint8Array | ReadonlyMap<unknown, unknown>] ? ClosedPath
  : [V] extends [ArrayLike<infer Item>] ? InList extends true ? ClosedPath
    : [Item] extends [string] ? ListPath<Item>
    : [Item] extends [ArrayLike<unknown>] ? ClosedPath
    : ListPath<Item>
  : [V] extends [object] ? StructPath<V, InList>
  : ClosedPath;

/** The paths of a type. Those of nested structs are made when they are first asked for. */
export function buildPaths<T>(tag: string, fields: readonly Field[]): Paths<T> {
  const paths = structPath(tag, fields, false);
  Object.defineProperty(paths, "timestampNs", { value: queryableNumeric(`${tag}.timestamp_ns`), enumerable: true });
  return paths as Paths<T>;
}

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
  return paths;
}

function pathOf(key: string, type: DataType, inList: boolean): object {
  switch (type.kind) {
    case "bool":
      return queryableBoolean(key);
    case "int":
    case "float":
      return queryableNumeric(key);
    case "utf8":
    case "largeUtf8":
      return queryableString(key);
    case "struct":
      return structPath(key, type.fields, inList);
    case "list":
    case "largeList":
    case "fixedSizeList":
      return inList || isList(type.item.type) ? {} : listPath(key, type.item.type);
    default:
      return {};
  }
}

function listPath(key: string, item: DataType): ListPath<unknown> {
  const open = (specifier: string) => pathOf(`${key}[${specifier}]`, item, true) as Path<unknown, true>;
  return {
    any: () => open("?"),
    all: () => open("!"),
    at: (index) => {
      if (Number.isSafeInteger(index) && index >= 0) return open(String(index));
      throw new RangeError(`Cannot query ${key}: ${index} is no index of a list`);
    },
  };
}

function isList(type: DataType): boolean {
  return type.kind === "list" || type.kind === "largeList" || type.kind === "fixedSizeList";
}
