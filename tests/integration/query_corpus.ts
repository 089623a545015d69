/**
 * Data of many types, and questions about it: what the tests of the engine are held against. Answers are worked out row by row,
 * with nothing of the package.
 *
 * @module
 */
import type { JsonObject, JsonValue } from "../../src/base/mod.ts";
import type { DataType, Field, Schema } from "../../src/columnar/mod.ts";

/** Numbers between 0 and 1, the same for every seed. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A record: its time and its columns. */
export interface Row {
  readonly time: bigint;
  readonly data: Record<string, unknown>;
}

/** A topic as it is stored: chunk by chunk. */
export interface CorpusTopic {
  readonly path: string;
  readonly tag: string;
  readonly metadata: JsonObject;
  readonly chunks: readonly (readonly Row[])[];
}

/** A sequence. */
export interface CorpusSequence {
  readonly name: string;
  readonly metadata: JsonObject;
  readonly topics: readonly CorpusTopic[];
}

const field = (name: string, type: DataType, nullable = true): Field => ({ name, type, nullable });
const double: DataType = { kind: "float", bits: 64 };
const single: DataType = { kind: "float", bits: 32 };
const text: DataType = { kind: "utf8" };
const part: DataType = { kind: "struct", fields: [field("size", single), field("label", text)] };

/** Schema of both types. */
export const SCHEMAS: Readonly<Record<string, Schema>> = {
  Sample: {
    fields: [
      field("timestamp_ns", { kind: "int", bits: 64, signed: true }, false),
      field("x", double),
      field("small", { kind: "int", bits: 8, signed: true }),
      field("big", { kind: "int", bits: 64, signed: true }),
      field("unsigned", { kind: "int", bits: 64, signed: false }),
      field("word", { kind: "int", bits: 32, signed: false }),
      field("half", { kind: "float", bits: 16 }),
      field("text", text),
      field("flag", { kind: "bool" }),
      field("inner", { kind: "struct", fields: [field("size", single), field("label", text), field("deep", part)] }),
      field("values", { kind: "list", item: field("item", single) }),
      field("pair", { kind: "fixedSizeList", size: 2, item: field("item", double) }),
      field("parts", { kind: "list", item: field("item", part) }),
      field("many", { kind: "list", item: field("item", part) }),
      field("never", double),
      field("blob", { kind: "binary" }),
    ],
  },
  Drive: {
    fields: [
      field("speed", double, false),
      field("timestamp_ns", { kind: "int", bits: 64, signed: true }, false),
      field("gear", { kind: "int", bits: 16, signed: true }),
      field("road", text),
    ],
  },
};

const ROADS = [
  "a2",
  "a20",
  "b1 north",
  "b1 south",
  "/very/long/prefix/of/a/name/one",
  "/very/long/prefix/of/a/name/two",
  "ü",
];
const EDGES = [0n, 1n, -1n, 2n ** 53n, 2n ** 53n + 1n, -(2n ** 53n) - 1n, 2n ** 63n - 1n, -(2n ** 63n)];

function sample(random: () => number, time: number, chunk: number): Record<string, unknown> {
  const maybe = <T>(value: T, chance = 0.15): T | undefined => random() < chance ? undefined : value;
  const whole = (below: number) => Math.floor(random() * below);
  const isBare = chunk % 5 === 3; // chunks in which most columns are null
  const pick = <T>(items: readonly T[]): T => items[whole(items.length)]!;
  const one = () => ({ size: maybe(whole(20) / 2), label: maybe(pick(["p", "q", "pq", ""])) });
  const all = {
    x: maybe(random() < 0.05 ? NaN : random() < 0.03 ? Infinity : Math.round(10 * (chunk + random())) / 10),
    small: maybe(whole(40) - 20),
    big: maybe(random() < 0.3 ? pick(EDGES) : BigInt(time) * 1_000_000_007n),
    unsigned: maybe(random() < 0.3 ? BigInt.asUintN(64, pick(EDGES)) : BigInt(chunk)),
    word: maybe(2 ** 31 + whole(5)),
    half: maybe(whole(8) / 4),
    text: maybe(chunk % 4 === 0 ? "same" : pick(ROADS)),
    flag: maybe(chunk % 3 === 0 ? true : random() < 0.5),
    inner: maybe({ size: maybe(chunk + whole(2)), label: maybe(pick(["left", "right"])), deep: maybe(one()) }),
    values: maybe(Array.from({ length: whole(4) }, () => chunk + whole(6))),
    pair: maybe([chunk, random() < 0.1 ? -1 : time]),
    parts: maybe(Array.from({ length: whole(3) }, one)),
    many: maybe(Array.from({ length: whole(chunk % 2 === 0 ? 40 : 4) }, () => ({ ...one(), label: pick(ROADS) }))), // long and short
  };
  return isBare ? { x: all.x, small: all.small } : all;
}

function drive(random: () => number, time: number): Record<string, unknown> {
  const speed = 20 + 10 * Math.sin(time / 150) + random();
  return {
    speed,
    gear: random() < 0.1 ? undefined : Math.floor(speed / 8),
    road: ROADS[Math.floor(time / 90) % ROADS.length],
  };
}

/** The data: two types, chunks of different sizes, one topic that is empty and one of a single row. */
export function corpus(): readonly CorpusSequence[] {
  const random = randomOf(7);
  const topic = (path: string, tag: string, from: number, sizes: readonly number[], step = 1): CorpusTopic => {
    let time = from;
    const chunks = sizes.map((size, chunk) =>
      Array.from({ length: size }, (): Row => {
        time += random() < 0.05 ? 40 : random() < 0.1 ? 0 : step;
        return { time: BigInt(time), data: tag === "Drive" ? drive(random, time) : sample(random, time, chunk) };
      })
    );
    return {
      path,
      tag,
      metadata: { rate: sizes.length, "odd key": path, place: { side: path.split("/")[0]! } },
      chunks,
    };
  };
  const some = (count: number) => Array.from({ length: count }, () => 5 + Math.floor(random() * 30));
  return [
    {
      name: "drive_1",
      metadata: { driver: "Ada", rain: true, car: { version: 7, wheels: [{ size: 17 }, { size: 19 }] } },
      topics: [
        topic("front/sample", "Sample", 0, some(14)),
        topic("rear/sample", "Sample", 100, some(6)),
        topic("car", "Drive", 0, some(20)),
      ],
    },
    {
      name: "drive_2",
      metadata: { driver: "Bob's", rain: false, car: { version: 7.5 } },
      topics: [topic("front/sample", "Sample", 5000, some(9), 3), topic("car", "Drive", 5000, some(9), 2)],
    },
    {
      name: "night-3",
      metadata: { car: { version: 9_007_199_254_740_993n } },
      topics: [topic("car", "Drive", 1, [1])],
    },
    { name: "empty", metadata: {}, topics: [topic("front/sample", "Sample", 0, [])] },
  ];
}

// ---------------------------------------------------------------------------------------------------------------------
// The reference

type Operation = readonly [operator: string, operand: JsonValue];

function operation(condition: JsonValue): Operation {
  return typeof condition === "string" ? [condition, null] : Object.entries(condition as JsonObject)[0]!;
}

function isNumeric(value: unknown): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

/** Below, at or above zero; NaN when there is no order. Texts stand in the order of their code points. */
function order(a: unknown, b: unknown): number {
  if (isNumeric(a) && isNumeric(b)) return a < b ? -1 : a > b ? 1 : a == b ? 0 : NaN;
  if (typeof a !== "string" || typeof b !== "string") return NaN;
  const [left, right] = [Array.from(a), Array.from(b)];
  for (let i = 0; i < left.length && i < right.length; i++) {
    const difference = left[i]!.codePointAt(0)! - right[i]!.codePointAt(0)!;
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function same(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => same(item, b[i]));
  return typeof a === "boolean" || typeof b === "boolean" ? a === b : order(a, b) === 0;
}

function isComparable(a: unknown, b: unknown): boolean {
  const kind = (value: unknown) => isNumeric(value) ? "number" : Array.isArray(value) ? "list" : typeof value;
  return kind(a) === kind(b);
}

function fits(value: unknown, [operator, operand]: Operation): boolean {
  if (value === undefined || value === null) return false;
  const pair = operand as JsonValue[];
  switch (operator) {
    case "$eq":
      return same(value, operand);
    case "$neq":
      return isComparable(value, operand) && !same(value, operand);
    case "$lt":
      return order(value, operand) < 0;
    case "$leq":
      return order(value, operand) <= 0;
    case "$gt":
      return order(value, operand) > 0;
    case "$geq":
      return order(value, operand) >= 0;
    case "$between":
      return order(value, pair[0]) >= 0 && order(value, pair[1]) <= 0;
    case "$outside":
      return order(value, pair[0]) < 0 || order(value, pair[1]) > 0;
    case "$in":
      return pair.some((item) => same(value, item));
    case "$match": {
      if (typeof value !== "string") return false;
      const pattern = (operand as string).replace(/[.+^${}()|\\]/g, "\\$&").replace(/#/g, "[0-9]")
        .replace(/\*/g, "[\\s\\S]*").replace(/\?/g, "[\\s\\S]");
      return new RegExp(`^${pattern}$`, "u").test(value);
    }
    default:
      throw new Error(operator);
  }
}

/** Type of the column a path leads to; lists are opened where the path says so. */
function typeAt(schema: Schema, path: string): DataType | undefined {
  let type: DataType | undefined = { kind: "struct", fields: schema.fields };
  for (const segment of path.split(".")) {
    const name = segment.replace(/\[.*\]$/, "");
    const fields: readonly Field[] = type?.kind === "struct" ? type.fields : [];
    type = fields.find((field) => field.name === name)?.type;
    if (segment.endsWith("]")) type = (type as { item: Field }).item.type;
  }
  return type;
}

function holds(value: unknown, segments: readonly string[], condition: Operation): boolean {
  const [segment, ...rest] = segments;
  if (segment === undefined) return fits(value, condition);
  if (value === undefined || value === null) return false;
  const [, name, list] = /^([^[]+)(?:\[(.*)\])?$/.exec(segment)!;
  const member = (value as Record<string, unknown>)[name!];
  if (list === undefined) return holds(member, rest, condition);
  if (!Array.isArray(member)) return false;
  if (list === "?") return member.some((item) => holds(item, rest, condition));
  if (list === "!") return member.every((item) => holds(item, rest, condition));
  return holds(member[Number(list)], rest, condition);
}

/** Whether a record of `tag` fulfils the conditions on it. */
function matches(row: Row, tag: string, ontology: JsonObject): boolean {
  return Object.entries(ontology).filter(([key]) => key.startsWith(`${tag}.`)).every(([key, condition]) => {
    const path = key.slice(tag.length + 1);
    const [operator, operand] = operation(condition);
    if (operator === "$ex") return typeAt(SCHEMAS[tag]!, path) !== undefined;
    if (operator === "$nex") return typeAt(SCHEMAS[tag]!, path) === undefined;
    if (path === "timestamp_ns") return fits(row.time, [operator, operand]);
    return holds(row.data, path.split("."), [operator, operand]);
  });
}

/** Records of a topic that fulfil the conditions on its type, inside a window whose end does not belong to it. */
export function matching(
  topic: CorpusTopic,
  ontology: JsonObject,
  window: { startNs?: bigint; endNs?: bigint } = {},
): Row[] {
  return topic.chunks.flat().filter((row) =>
    matches(row, topic.tag, ontology) && (window.startNs === undefined || row.time >= window.startNs) &&
    (window.endNs === undefined || row.time < window.endNs)
  );
}

/** Whether a column is there, the schema says: no record is needed for it. */
function isFound(topic: CorpusTopic, ontology: JsonObject): boolean {
  const own = Object.entries(ontology).filter(([key]) => key.startsWith(`${topic.tag}.`));
  if (own.some(([, condition]) => !["$ex", "$nex"].includes(operation(condition)[0]))) {
    return matching(topic, ontology).length > 0;
  }
  return matches({ time: 0n, data: {} }, topic.tag, ontology);
}

/** Locators of the topics that fulfil a query of conditions on records. */
export function findByContent(sequences: readonly CorpusSequence[], ontology: JsonObject): string[] {
  const tags = [...new Set(Object.keys(ontology).map((key) => key.split(".")[0]!))];
  return sequences.flatMap(({ name, topics }) => {
    const byTag = tags.map((tag) => topics.filter((topic) => topic.tag === tag && isFound(topic, ontology)));
    if (byTag.some((found) => found.length === 0)) return [];
    const found = new Set(byTag.flat());
    return topics.filter((topic) => found.has(topic)).map(({ path }) => `${name}/${path}`);
  });
}

/** Runs of times with no gap above `gap`; 0 = one run of all. */
export function runsOf(times: readonly bigint[], gap: bigint): [first: bigint, last: bigint][] {
  const runs: [bigint, bigint][] = [];
  for (const time of times) {
    const last = runs.at(-1);
    if (last !== undefined && (gap === 0n || time - last[1] <= gap)) last[1] = time;
    else runs.push([time, time]);
  }
  return runs;
}

// ---------------------------------------------------------------------------------------------------------------------
// The questions

/** Conditions written by hand: one of each kind, and the edges. */
export const HAND_WRITTEN: readonly JsonObject[] = [
  { "Sample.x": { $gt: 5 } },
  { "Sample.x": { $gt: 12.95 } },
  { "Sample.x": { $geq: 1e308 } },
  { "Sample.x": { $lt: 0 } },
  { "Sample.x": { $leq: 0.1 } },
  { "Sample.x": { $eq: 3.5 } },
  { "Sample.x": { $neq: 3.5 } },
  { "Sample.x": { $between: [3, 3.2] } },
  { "Sample.x": { $outside: [0.5, 13] } },
  { "Sample.x": { $outside: [-1, 1e300] } },
  { "Sample.x": { $in: [0.1, 7.7, 100] } },
  { "Sample.x": { $in: [2, 4, 6, 8, 10, 12, 14] } },
  { "Sample.x": { $eq: "3.5" } },
  { "Sample.x": { $gt: "a" } },
  { "Sample.x": { $eq: true } },
  { "Sample.x": { $match: "3*" } },
  { "Sample.x": { $eq: [1, 2] } },
  { "Sample.x": { $ex: null } },
  { "Sample.x": "$nex" },
  { "Sample.absent": { $eq: 1 } },
  { "Sample.absent": "$nex" },
  { "Sample.absent": "$nex", "Sample.small": { $gt: 15 } },
  { "Sample.small": { $lt: -19 } },
  { "Sample.small": { $eq: 0.5 } },
  { "Sample.small": { $between: [-0.5, 0.5] } },
  { "Sample.big": { $eq: 2n ** 53n + 1n } },
  { "Sample.big": { $gt: 2n ** 53n } },
  { "Sample.big": { $between: [2n ** 53n + 1n, 2n ** 53n + 1n] } },
  { "Sample.big": { $geq: 2n ** 63n - 1n } },
  { "Sample.big": { $gt: 2n ** 63n - 1n } },
  { "Sample.big": { $leq: -(2n ** 63n) } },
  { "Sample.big": { $lt: -1e300 } },
  { "Sample.big": { $neq: 1_000_000_007n } },
  { "Sample.big": { $outside: [-(2n ** 63n), 2n ** 63n - 1n] } },
  { "Sample.unsigned": { $eq: 2n ** 64n - 1n } },
  { "Sample.unsigned": { $gt: 2n ** 63n } },
  { "Sample.unsigned": { $lt: 1 } },
  { "Sample.unsigned": { $gt: -1 } },
  { "Sample.word": { $gt: 2 ** 31 + 3 } },
  { "Sample.half": { $eq: 0.25 } },
  { "Sample.text": { $eq: "same" } },
  { "Sample.text": { $neq: "same" } },
  { "Sample.text": { $lt: "b" } },
  { "Sample.text": { $geq: "ü" } },
  { "Sample.text": { $match: "b1*" } },
  { "Sample.text": { $match: "*name/two" } },
  { "Sample.text": { $match: "a?" } },
  { "Sample.text": { $match: "a##" } },
  { "Sample.text": { $match: "[ab]*" } },
  { "Sample.text": { $eq: "/very/long/prefix/of/a/name/two" } },
  { "Sample.text": { $in: ["ü", "zz"] } },
  { "Sample.text": { $between: ["b", "c"] } },
  { "Sample.text": { $outside: ["a", "same"] } },
  { "Sample.text": { $gt: 3 } },
  { "Sample.flag": { $eq: false } },
  { "Sample.flag": { $neq: false } },
  { "Sample.flag": { $in: [true, 3] } },
  { "Sample.flag": { $eq: 1 } },
  { "Sample.inner.size": { $gt: 13 } },
  { "Sample.inner.size": { $eq: 4 }, "Sample.inner.label": { $eq: "left" } },
  { "Sample.inner.deep.label": { $eq: "pq" } },
  { "Sample.inner.deep.size": { $geq: 9.5 } },
  { "Sample.inner": { $eq: 1 } },
  { "Sample.values[?]": { $gt: 17 } },
  { "Sample.values[!]": { $gt: 17 } },
  { "Sample.values[!]": { $lt: 3 } },
  { "Sample.values[0]": { $eq: 5 } },
  { "Sample.values[2]": { $geq: 14 } },
  { "Sample.values[99]": { $geq: 0 } },
  { "Sample.values": { $eq: [3, 4] } },
  { "Sample.values": { $neq: [] } },
  { "Sample.pair[1]": { $eq: -1 } },
  { "Sample.pair[!]": { $geq: 0 } },
  { "Sample.pair[?]": { $lt: 0 } },
  { "Sample.parts[?].size": { $eq: 9.5 } },
  { "Sample.parts[!].size": { $lt: 4 } },
  { "Sample.parts[1].label": { $match: "p*" } },
  { "Sample.parts[?].label": { $eq: "" } },
  { "Sample.many[?].size": { $gt: 9 } },
  { "Sample.many[?].size": { $lt: 0 } },
  { "Sample.many[?].size": { $neq: 5 } },
  { "Sample.many[?].size": { $outside: [0, 10] } },
  { "Sample.many[!].size": { $lt: 9.5 } },
  { "Sample.many[30].size": { $geq: 0 } },
  { "Sample.many[?].label": { $eq: "ü" } },
  { "Sample.many[0].label": { $lt: "/" } },
  { "Sample.many[12].label": { $match: "b1*" } },
  { "Sample.never": { $neq: 0 } },
  { "Sample.blob": { $eq: "x" } },
  { "Sample.timestamp_ns": { $lt: 50 } },
  { "Sample.timestamp_ns": { $between: [140, 150] }, "Sample.small": { $gt: 0 } },
  { "Sample.timestamp_ns": { $outside: [1, 9000] } },
  { "Sample.timestamp_ns": { $neq: 3 }, "Sample.flag": { $eq: true } },
  { "Sample.timestamp_ns": { $in: [101, 5003, 5010] } },
  { "Sample.timestamp_ns": { $gt: 2n ** 70n } },
  { "Drive.speed": { $gt: 30.2 } },
  { "Drive.speed": { $gt: 29 }, "Drive.road": { $match: "b1*" } },
  { "Drive.speed": { $gt: 0 } },
  { "Drive.gear": { $eq: 3 }, "Sample.x": { $gt: 8 } },
  { "Drive.gear": { $eq: 3 }, "Sample.x": { $gt: 8 }, "Sample.text": { $eq: "ü" } },
  { "Odd.x": { $eq: 1 } },
  { "Drive.road": { $match: "*" }, "Odd.x": { $ex: null } },
];

const PATHS: Readonly<Record<string, readonly string[]>> = {
  Sample: [
    "x",
    "small",
    "big",
    "unsigned",
    "word",
    "half",
    "text",
    "flag",
    "inner.size",
    "inner.label",
    "inner.deep.size",
    "values[?]",
    "values[!]",
    "values[0]",
    "values[1]",
    "pair[?]",
    "pair[!]",
    "pair[1]",
    "parts[?].size",
    "parts[!].label",
    "parts[0].label",
    "many[?].size",
    "many[?].label",
    "many[9].size",
    "timestamp_ns",
    "never",
  ],
  Drive: ["speed", "gear", "road", "timestamp_ns"],
};

/** As many generated conditions: mostly on values that are there. */
export function generated(sequences: readonly CorpusSequence[], count: number, seed: number): JsonObject[] {
  const random = randomOf(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  const topics = sequences.flatMap(({ topics }) => topics).filter(({ chunks }) => chunks.length > 0);
  const valueAt = (row: Row, path: string): unknown => {
    let value: unknown = path === "timestamp_ns" ? row.time : row.data;
    if (path === "timestamp_ns") return value;
    for (const segment of path.split(".")) {
      const [, name, list] = /^([^[]+)(?:\[(.*)\])?$/.exec(segment)!;
      value = (value as Record<string, unknown> | undefined)?.[name!];
      if (list !== undefined) value = (value as unknown[] | undefined)?.[Number(list) || 0];
    }
    return value;
  };
  const operandAt = (topic: CorpusTopic, path: string): string | number | bigint | boolean => {
    for (let i = 0; i < 20; i++) {
      const value = valueAt(pick(pick(topic.chunks)), path);
      if (typeof value === "string" || typeof value === "boolean" || typeof value === "bigint") return value;
      if (typeof value === "number" && Number.isFinite(value)) return random() < 0.2 ? value + 0.25 : value;
    }
    return pick([0, 5, "a", true]);
  };
  const one = (topic: CorpusTopic, path: string): JsonValue => {
    const operand = operandAt(topic, path);
    if (typeof operand === "boolean") return { [pick(["$eq", "$neq"])]: operand };
    const other = operandAt(topic, path);
    const ends = [
      operand,
      typeof other === typeof operand || (isNumeric(other) && isNumeric(operand)) ? other : operand,
    ]
      .sort((a, b) => order(a, b));
    const operator = pick(["$eq", "$neq", "$lt", "$leq", "$gt", "$geq", "$between", "$outside", "$in", "$match"]);
    switch (operator) {
      case "$between":
      case "$outside":
        return { [operator]: ends };
      case "$in":
        return { $in: [operand, other, operandAt(topic, path)] };
      case "$match":
        if (typeof operand !== "string" || operand === "") return { $gt: operand };
        return { $match: pick([operand, `${operand.slice(0, 2)}*`, `*${operand.slice(-1)}`, `?${operand.slice(1)}`]) };
      default:
        return { [operator]: operand };
    }
  };
  return Array.from({ length: count }, () => {
    const topic = pick(topics);
    const conditions: JsonObject = {};
    const wanted = pick([1, 1, 2, 2, 3]);
    for (let i = 0; i < wanted; i++) {
      const path = pick(PATHS[topic.tag]!);
      conditions[`${topic.tag}.${path}`] = one(topic, path);
    }
    return conditions;
  });
}
