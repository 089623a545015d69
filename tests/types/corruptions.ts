/**
 * All the ways in which a good row can be broken at one place.
 *
 * @module
 */
import type { DataType } from "../../src/columnar/mod.ts";
import type { Shape, ValueType } from "../../src/ontology/mod.ts";

/** A row that is wrong at one place. */
export interface Corruption {
  /** The row. */
  readonly row: Record<string, unknown>;
  /** Where it is wrong: `transforms[0].rotation.w`. */
  readonly place: string;
  /** What stands there. */
  readonly value: unknown;
}

type Place = readonly (string | number)[];

/** Every good row of `type` that {@linkcode wrongValues} can break, broken. `row` has every part, so that all can be. */
export function* corruptionsOf(type: ValueType<unknown>, row: unknown): Generator<Corruption> {
  for (const { place, wrong } of breaks(type, row, [], false)) {
    const text = place.map((part, i) => typeof part === "number" ? `[${part}]` : i === 0 ? part : `.${part}`).join("");
    yield { row: replaced(row, place, wrong) as Record<string, unknown>, place: text, value: wrong };
  }
}

interface Break {
  readonly place: Place;
  readonly wrong: unknown;
}

function* breaks(type: ValueType<unknown>, value: unknown, place: Place, nullable: boolean): Generator<Break> {
  if (place.length > 0) {
    if (!nullable) yield* [undefined, null].map((wrong) => ({ place, wrong }));
    for (const wrong of wrongValues(type.type, type.shape)) yield { place, wrong };
  }
  if (type.type.kind === "struct") {
    const shape = type.shape?.kind === "struct" ? type.shape : undefined;
    for (const field of type.type.fields) {
      const key = field.key ?? field.name;
      const member = shape?.members.find((each) => each.key === key);
      const part = (value as Record<string, unknown>)[key];
      if (part === undefined) continue;
      yield* breaks(
        { type: field.type, shape: member?.shape },
        part,
        [...place, key],
        (field.nullable && !member?.present) || field.default !== undefined,
      );
    }
  }
  if (type.type.kind === "list" || type.type.kind === "fixedSizeList") {
    const item = { type: type.type.item.type, shape: type.shape?.kind === "list" ? type.shape.item : undefined };
    const last = (value as ArrayLike<unknown>).length - 1;
    if (last >= 0) yield* breaks(item, (value as unknown[])[last], [...place, last], type.type.item.nullable);
  }
}

const NO_NUMBER = ["1", true, {}, [1], Symbol("x"), () => 1, new Date(0)];

/** Values that a column of the type refuses, whatever the others are. */
function wrongValues(type: DataType, shape: Shape | undefined): readonly unknown[] {
  switch (type.kind) {
    case "int": {
      const bits = BigInt(type.bits);
      const low = type.signed ? -(1n << (bits - 1n)) : 0n;
      const outside = [low - 1n, low + (1n << bits)];
      if (shape?.kind === "choice") return [...NO_NUMBER, ...outside, 0n, 9n, 1, 1.5, NaN];
      if (type.bits === 64) return [...NO_NUMBER, ...outside, 1.5, NaN, Infinity, 2 ** 53, -(2 ** 63)];
      return [...NO_NUMBER, ...outside, ...outside.map(Number), 1n, 0.5, NaN, Infinity, -Infinity];
    }
    case "float":
      return [...NO_NUMBER, 1n];
    case "bool":
      return [0, 1, "true", {}, 1n];
    case "utf8":
      return [
        7,
        1n,
        true,
        {},
        ["a"],
        "\ud800",
        "a\udc00b",
        new Uint8Array(1),
        ...(shape ? ["no such choice", ""] : []),
      ];
    case "binary":
      return ["abc", 7, [1, 2], {}, new ArrayBuffer(2), new Uint16Array(2), new DataView(new ArrayBuffer(2))];
    case "list":
      return [7, "ab", true, {}, { length: 1 }, new Set([1]), new Map()];
    case "fixedSizeList":
      return [7, "ab", {}, [], new Float64Array(type.size - 1), new Array(type.size + 1).fill(0), {
        length: type.size,
      }];
    case "map":
      return [7, "ab", {}, [], [["a", 1]], new Set()];
    case "struct":
      return [7, "ab", true, 1n, [], [1], Symbol("x")];
    default:
      throw new TypeError(`no wrong values of ${type.kind}`);
  }
}

/** A copy of `value` with something else at `place`. */
function replaced(value: unknown, place: Place, wrong: unknown): unknown {
  const [first, ...rest] = place;
  if (first === undefined) return wrong;
  const copy = Array.isArray(value)
    ? [...value]
    : ArrayBuffer.isView(value)
    ? Array.from(value as Uint8Array)
    : { ...value as object };
  (copy as Record<string | number, unknown>)[first] = replaced(
    (copy as Record<string | number, unknown>)[first],
    rest,
    wrong,
  );
  return copy;
}
