/**
 * Types that users define: what the compiler infers of them, what it refuses, and what goes over the wire. `deno check` fails on an
 * `@ts-expect-error` that finds no error.
 *
 * @module
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { MosaicoClient, SequenceWriter } from "../../src/client/mod.ts";
import { BatchBuilder, batchFromColumns, decodeSchema, encodeSchema, rowReader } from "../../src/columnar/mod.ts";
import {
  binary,
  bool,
  defineOntology,
  fixedList,
  float16,
  float32,
  float64,
  type IMU,
  int16,
  int64,
  list,
  map,
  matrix,
  type NumberList,
  oneOf,
  type OntologyType,
  optional,
  PointField,
  required,
  struct,
  tensor3d,
  tuple,
  type TupleOf,
  uint8,
  utf8,
  type ValueOf,
  Vector3d,
} from "../../src/ontology/mod.ts";

const Gripper = defineOntology("Gripper", {
  openingMetres: required("opening_m", float64, { description: "Distance of the fingers" }),
  state: required("state", oneOf("open", "closed")),
  mode: required("mode", oneOf(1n, 2n)),
  force: optional("force", float32),
  retries: optional("retries", int64, { default: 3n }),
  tip: required("tip", Vector3d),
  part: optional("part", struct({ name: required("name", utf8), on: optional("on", bool, { default: true }) })),
  touches: required("touches", list(struct({ at: required("at", float16), by: optional("by", utf8) }))),
  ticks: required("ticks", list(int64)),
  grid: required("grid", matrix(float32, 2, 3)),
  stack: optional("stack", tensor3d(uint8)),
  corners: required("corners", fixedList(int16, 4)),
  axis: optional("axis", tuple(float64, 3)),
  poses: required("poses", map(utf8, list(Vector3d))),
  raw: required("raw", binary),
});
type Gripper = ValueOf<typeof Gripper>;

const tip: Vector3d = { x: 1, y: 2, z: 3 };
const least: Gripper = {
  openingMetres: 0.04,
  state: "open",
  mode: 2n,
  tip,
  touches: [{ at: 0.5 }],
  ticks: [1n],
  grid: [[1, 2, 3], new Float32Array([4, 5, 6])],
  corners: [1, 2, 3, 4],
  poses: new Map([["home", [tip]]]),
  raw: new Uint8Array([1]),
};

/** True when two types are the same, in both directions. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;

function inferred(): void {
  const whole: Same<Gripper, {
    openingMetres: number;
    state: "open" | "closed";
    mode: 1n | 2n;
    force?: number | undefined;
    retries?: bigint | undefined;
    tip: Vector3d;
    part?: { name: string; on?: boolean | undefined } | undefined;
    touches: readonly { at: number; by?: string | undefined }[];
    ticks: ArrayLike<bigint> & Iterable<bigint>;
    grid: readonly NumberList[];
    stack?: readonly (readonly NumberList[])[] | undefined;
    corners: NumberList;
    axis?: TupleOf<number, 3> | undefined;
    poses: ReadonlyMap<string, readonly Vector3d[]>;
    raw: Uint8Array;
  }> = true;
  const builtIn: Same<ValueOf<OntologyType<IMU>>, IMU> = true;
  void [whole, builtIn];
}

function values(): void {
  // @ts-expect-error openingMetres is missing
  const missing: Gripper = { ...least, openingMetres: undefined };
  // @ts-expect-error the type has no such property
  const more: Gripper = { ...least, speed: 1 };
  // @ts-expect-error names of the wire are not those of properties
  const wire: Gripper = { ...least, opening_m: 1 };
  // @ts-expect-error text is no number
  const text: Gripper = { ...least, openingMetres: "0.04" };
  // @ts-expect-error not one of the texts
  const state: Gripper = { ...least, state: "ajar" };
  // @ts-expect-error not one of the numbers
  const mode: Gripper = { ...least, mode: 3n };
  // @ts-expect-error 64-bit integers are bigint
  const narrow: Gripper = { ...least, retries: 3 };
  // @ts-expect-error a part of a struct is missing
  const part: Gripper = { ...least, part: { on: true } };
  // @ts-expect-error z of an item is missing
  const item: Gripper = { ...least, poses: new Map([["home", [{ x: 1, y: 2 }]]]) };
  // @ts-expect-error keys are texts
  const key: Gripper = { ...least, poses: new Map([[1, [tip]]]) };
  // @ts-expect-error a row of a matrix is a list
  const flat: Gripper = { ...least, grid: [1, 2, 3] };
  const axis: Gripper = { ...least, axis: [0, 0, 1] };
  const [x, , z]: readonly number[] = [axis.axis![0], axis.axis![1], axis.axis![2]];
  // @ts-expect-error two items where there are three
  const short: Gripper = { ...least, axis: [0, 1] };
  // @ts-expect-error four items where there are three
  const long: Gripper = { ...least, axis: [0, 0, 0, 1] };
  // @ts-expect-error an item of another type
  const mixed: Gripper = { ...least, axis: [0, 0, "1"] };
  // @ts-expect-error there is no fourth
  axis.axis![3].toFixed();
  // @ts-expect-error bytes are no list of numbers
  const bytes: Gripper = { ...least, raw: [1, 2] };
  // @ts-expect-error null is no value; leave it out
  const none: Gripper = { ...least, force: null };
  void [x, z, short, long, mixed];
  void [missing, more, wire, text, state, mode, narrow, part, item, key, flat, bytes, none];
}

function tables(): void {
  // @ts-expect-error a value type is no column
  defineOntology("Bare", { a: float64 });
  // @ts-expect-error the default is of another type
  defineOntology("Wrong", { a: optional("a", float64, { default: "1" }) });
  // @ts-expect-error a required column has no default
  defineOntology("Required", { a: required("a", float64, { default: 1 }) });
  // @ts-expect-error there is no such format
  defineOntology("Format", { a: required("a", float64) }, { serializationFormat: "jagged" });
  // @ts-expect-error texts and integers do not mix
  oneOf("a", 1n, 2);
  // @ts-expect-error the rule sees values of the type
  defineOntology("Rule", { a: required("a", float64) }, { rule: ({ b }) => b });
  // @ts-expect-error the interface has a column more
  struct<{ a: number; b: number }>({ a: required("a", float64) });
  // @ts-expect-error lists have a length
  fixedList(float64);
  // @ts-expect-error the length is a number
  fixedList(float64, "3");
}

function paths(): void {
  Gripper.Q.openingMetres.between(0, 1);
  Gripper.Q.part.on.eq(true);
  Gripper.Q.touches.any().at.gt(0);
  Gripper.Q.ticks.at(0).eq(1n);
  Gripper.Q.axis.at(2).gt(0);
  // @ts-expect-error no such column
  Gripper.Q.opening;
  // @ts-expect-error no such part
  Gripper.Q.part.off;
  // @ts-expect-error text has no numbers
  Gripper.Q.state.gt(5);
  // @ts-expect-error a number is no text
  Gripper.Q.openingMetres.match("a*");
  // @ts-expect-error a number has no parts
  Gripper.Q.openingMetres.x;
  // @ts-expect-error a struct has no conditions
  Gripper.Q.part.eq({ name: "a" });
  // @ts-expect-error a list must be opened
  Gripper.Q.ticks.gt(1n);
  // @ts-expect-error lists in lists have no conditions
  Gripper.Q.grid.any();
  // @ts-expect-error maps have no conditions
  Gripper.Q.poses.any();
}

async function topics(drive: SequenceWriter, client: MosaicoClient): Promise<void> {
  const topic = await drive.topicCreate("/gripper", Gripper);
  await topic.push(1n, least);
  // @ts-expect-error times are bigint
  await topic.push(1, least);
  // @ts-expect-error another type
  await topic.push(1n, { acceleration: tip, angularVelocity: tip });
  // @ts-expect-error a part is missing
  await topic.push(1n, { openingMetres: 1 });
  // @ts-expect-error a column of another type
  await topic.pushColumns({ ...least, timestampNs: new BigInt64Array(1) });
  // @ts-expect-error no ontology type
  await drive.topicCreate("/none", "Gripper");
  const handler = (await client.topicHandler("drive", "/gripper", Gripper))!;
  for await (const { timestampNs, data } of await handler.stream()) {
    const opening: number = data.openingMetres;
    // @ts-expect-error times are bigint
    const time: number = timestampNs;
    // @ts-expect-error no such property
    data.speed;
    // @ts-expect-error it may be absent
    data.part.name;
    void [opening, time];
  }
}

test("what must not compile does not", () => {
  // The compiler is the test; the functions are never called.
  assert.equal([inferred, values, tables, paths, topics].length, 5);
});

for (const codeGeneration of [true, false]) {
  test(`a row without its optional parts has the defaults (${codeGeneration ? "generated code" : "closures"})`, () => {
    const builder = new BatchBuilder(Gripper.schema, { codeGeneration });
    Gripper.validate!(least);
    builder.append(1n, least);
    builder.append(2n, { ...least, retries: 7n, part: { name: "a" }, force: null });
    builder.append(3n, { ...least, retries: null, part: { name: "b", on: false } });
    const batch = builder.finish();
    const reader = rowReader(Gripper.schema, { codeGeneration });
    const rows = [0, 1, 2].map((i) => reader.row(batch, i) as Gripper);
    assert.deepEqual(rows.map(({ retries, part, force }) => [retries, part, force]), [
      [3n, undefined, undefined],
      [7n, { name: "a", on: true }, undefined],
      [3n, { name: "b", on: false }, undefined],
    ]);
    const { openingMetres, touches, grid, poses } = rows[0]!;
    assert.deepEqual([openingMetres, touches, grid.map((row) => [...row]), [...poses]], [
      0.04,
      [{ at: 0.5, by: undefined }],
      [[1, 2, 3], [4, 5, 6]],
      [["home", [{ header: undefined, covariance: undefined, covarianceType: undefined, ...tip }]]],
    ]);
  });
}

test("columns with a default may be left out of columns, too", () => {
  const Wheel = defineOntology("Wheel", {
    speed: required("speed", float64),
    slip: optional("slip", float64, { default: 0.5 }),
    load: optional("load", float64),
  });
  const batch = batchFromColumns(Wheel.schema, { timestampNs: [1n, 2n], speed: new Float64Array(2) });
  const reader = rowReader(Wheel.schema);
  assert.deepEqual([0, 1].map((i) => reader.row(batch, i)), [
    { speed: 0, slip: 0.5, load: undefined },
    { speed: 0, slip: 0.5, load: undefined },
  ]);
});

test("a default makes a column that is not null; descriptions travel with the schema, names of properties do not", () => {
  const field = (name: string) => decodeSchema(encodeSchema(Gripper.schema)).fields.find((it) => it.name === name)!;
  assert.deepEqual([field("retries").nullable, field("force").nullable], [false, true]);
  assert.deepEqual([...field("opening_m").metadata!], [["description", "Distance of the fingers"]]);
  assert.equal(field("state").metadata, undefined);
  assert.deepEqual(Object.keys(field("retries")).sort(), ["name", "nullable", "type"]);
});

test("values out of a fixed set of integers are refused by name", () => {
  assert.throws(() => Gripper.validate!({ ...least, mode: 3n }), /mode is 3, must be one of 1, 2/);
  assert.throws(() => Gripper.validate!({ ...least, state: "ajar" }), /state is "ajar", must be one of open, closed/);
  const field: PointField = { name: "x", offset: 0, datatype: 9n, count: 1 };
  assert.throws(() => PointField.validate!(field), /datatype is 9, must be one of 1, 2, 3, 4, 5, 6, 7, 8/);
});

test("a tuple is a list of fixed length on the wire, and a typed array when read", () => {
  assert.deepEqual(tuple(float64, 3), fixedList(float64, 3));
  const builder = new BatchBuilder(Gripper.schema);
  builder.append(1n, { ...least, axis: [0, 0.5, 1] });
  const { axis } = rowReader(Gripper.schema).row(builder.finish(), 0) as Gripper;
  assert.deepEqual(axis, Float64Array.of(0, 0.5, 1));
  assert.throws(() => builder.append(1n, { ...least, axis: [0, 1] }), /axis.*of length 3/);
  assert.throws(() => tuple(float64, 0), RangeError);
});

test("sizes that are none are refused", () => {
  for (const size of [0, -1, 1.5, NaN]) {
    assert.throws(() => matrix(float64, size, 2), RangeError);
    assert.throws(() => matrix(float64, 2, size), RangeError);
    assert.throws(() => tensor3d(float64, 1, 1, size), RangeError);
  }
  assert.equal(matrix(float64).type.kind, "list");
  assert.throws(() => struct({ a: required("a.b", float64) }), /column "a\.b"/);
  assert.throws(() => struct({ a: required("x", float64), b: required("x", float64) }), /"x" is there twice/);
});
