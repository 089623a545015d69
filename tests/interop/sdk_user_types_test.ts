/**
 * Types of users between our client and the official SDK 0.7.0, both ways: known to both sides, and to one.
 *
 * @module
 */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { type JsonValue, stringifyJson, toHex } from "../../src/base/mod.ts";
import {
  binary,
  bool,
  defineOntology,
  fixedList,
  float16,
  float32,
  float64,
  int16,
  int64,
  list,
  map,
  matrix,
  oneOf,
  optional,
  required,
  standardRegistry,
  struct,
  tensor3d,
  uint8,
  unmodeledType,
  utf8,
  type ValueOf,
  Vector3d,
} from "../../src/ontology/mod.ts";
import { startEmbedded } from "../support/embedded.ts";
import { temporaryFolder } from "../support/folder.ts";
import { pythonOf, runPython } from "../support/python.ts";

const python = pythonOf("MOSAICO_PYTHON");

const touch = struct({ at: required("at", float32), by: optional("by", utf8) });
const Gripper = defineOntology("Gripper", {
  openingMetres: required("opening_m", float64, { description: "Distance of the fingers" }),
  state: required("state", oneOf("open", "closed")),
  mode: required("mode", oneOf(1n, 2n)),
  force: optional("force", float32),
  retries: optional("retries", int64, { default: 3n }),
  tip: required("tip", Vector3d),
  touches: required("touches", list(touch)),
  lastTouch: optional("last_touch", touch),
  ticks: required("ticks", list(int64)),
  grid: required("grid", matrix(float32, 2, 3)),
  stack: required("stack", tensor3d(uint8)),
  corners: required("corners", fixedList(int16, 4)),
  halves: required("halves", list(float16)),
  counts: required("counts", map(utf8, int64)),
  homes: required("homes", map(utf8, Vector3d)),
  raw: required("raw", binary),
  on: required("on", bool),
}, { serializationFormat: "ragged" });
type Gripper = ValueOf<typeof Gripper>;

const ROWS: readonly Gripper[] = [
  {
    openingMetres: 0.04,
    state: "open",
    mode: 2n,
    tip: { x: 1, y: 2, z: 3, header: { frameId: "tool" } },
    touches: [],
    ticks: [],
    grid: [[1, 2, 3], [4, 5, 6]],
    stack: [],
    corners: [1, -2, 3, -4],
    halves: [],
    // The SDK takes an empty map, like an object of nulls, for none at all.
    counts: new Map([["", 0n]]),
    homes: new Map([["a", { x: 1, y: 2, z: 3 }]]),
    raw: new Uint8Array(),
    on: false,
  },
  {
    openingMetres: -1e300,
    state: "closed",
    mode: 1n,
    force: 0.5,
    retries: -(2n ** 63n),
    tip: { x: 0, y: -1, z: 0.5, covariance: [1, 2], covarianceType: 3 },
    touches: [{ at: 0.25, by: "é😀" }, { at: 0.125 }],
    lastTouch: { at: 2 },
    ticks: [2n ** 63n - 1n, -1n],
    grid: [[1.5, 2, 3], [4, 5, -6.5]],
    stack: [[[1, 2], []], [[255]]],
    corners: [32767, -32768, 0, 1],
    halves: [0.5, 65504],
    counts: new Map([["a", 1n], ["b", -5n]]),
    homes: new Map([["b", { x: -1, y: 0, z: 0, covariance: [1] }], ["c", { x: 0, y: 0, z: 0 }]]),
    raw: new Uint8Array([0, 255]),
    on: true,
  },
];

/** A row for Python: names of the wire, the default in place of what was left out. */
function forPython(row: Gripper, i: number): JsonValue {
  const json = (value: unknown): JsonValue =>
    value instanceof Uint8Array
      ? { $hex: toHex(value) }
      : value instanceof Map
      ? { $map: [...value].map(([key, item]) => [key, json(item)]) }
      : Array.isArray(value)
      ? value.map(json)
      : typeof value === "object" && value !== null
      ? Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key.replace(/[A-Z]/g, (it) => `_${it.toLowerCase()}`), json(item)]),
      )
      : value as JsonValue;
  const { openingMetres, ...rest } = row;
  return { timestamp_ns: BigInt(i), opening_m: openingMetres, retries: 3n, ...json(rest) as Record<string, JsonValue> };
}

/** A row as it is read: arrays for typed arrays, absent members left out. */
function plain(value: unknown): unknown {
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, plain(item)]));
  if (ArrayBuffer.isView(value) || Array.isArray(value)) return Array.from(value as Uint8Array, plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).filter(([, item]) => item !== undefined).map(([key, item]) => [key, plain(item)]),
  );
}

/** The same under the names of the wire. */
function wirePlain(row: Gripper): unknown {
  const { openingMetres, lastTouch, tip, ...rest } = row;
  const { header, covarianceType, ...vector } = tip;
  return plain({
    ...rest,
    opening_m: openingMetres,
    last_touch: lastTouch,
    tip: {
      ...vector,
      header: header && { frame_id: header.frameId },
      covariance_type: covarianceType,
    },
  });
}

test("types of users are read as their classes, and as unmodeled data, on both sides", {
  skip: python.skip,
  timeout: 60_000,
}, async () => {
  await using folder = await temporaryFolder();
  await using fx = await startEmbedded({ tcp: true });
  await using drive = await fx.client.sequenceCreate("ours");
  const known = await drive.topicCreate("/known", Gripper);
  const unknown = await drive.topicCreate("/unknown", unmodeledType("SomeGripper", { fields: withoutKeys() }));
  for (const [i, row] of ROWS.entries()) {
    await known.push(BigInt(i), row);
    await unknown.push(BigInt(i), { ...wirePlain(row) as object, retries: row.retries ?? 3n, raw: row.raw });
  }
  await drive.finalize();
  const file = join(folder.path, "rows.json");
  await writeFile(file, stringifyJson(ROWS.map(forPython)));
  const printed = await runPython(python.path, "sdk_user_types.py", ["--port", String(fx.server.port), "--rows", file]);
  assert.equal(printed.trim(), Gripper.fingerprint);

  const registry = standardRegistry();
  registry.register(Gripper);
  const withDefaults = ROWS.map((row) => ({ ...row, retries: row.retries ?? 3n }));
  for (const name of ["ours", "theirs"]) {
    const typed = [];
    for await (const { data } of await (await fx.client.topicHandler(name, "/known", Gripper))!.stream()) {
      typed.push(plain(data));
    }
    assert.deepEqual(typed, withDefaults.map(plain), `${name}: typed`);

    for (const topic of ["/known", "/unknown"]) {
      const handler = (await fx.client.topicHandler(name, topic))!;
      assert.equal(registry.resolve(handler.ontologyTag, handler.schema!), topic === "/known" ? Gripper : undefined);
      const untyped = [];
      for await (const { data } of await handler.stream()) untyped.push(plain(data));
      assert.deepEqual(untyped, withDefaults.map(wirePlain), `${name}${topic}: unmodeled`);
      const names = handler.schema!.fields.map((field) => field.name);
      assert.deepEqual(names, ["timestamp_ns", ...Gripper.fields.map((field) => field.name)]);
    }
  }
  const field = (await fx.client.topicHandler("theirs", "/known"))!.schema!.fields[1]!;
  assert.deepEqual([field.name, field.metadata?.get("description")], ["opening_m", "Distance of the fingers"]);
});

/** The columns under the names of the wire alone. */
function withoutKeys(): typeof Gripper.fields {
  const strip = (text: unknown): unknown =>
    Array.isArray(text)
      ? text.map(strip)
      : typeof text === "object" && text !== null && !(text instanceof Map)
      ? Object.fromEntries(
        Object.entries(text).filter(([key]) => key !== "key").map(([key, item]) => [key, strip(item)]),
      )
      : text;
  return strip(Gripper.schema.fields) as typeof Gripper.fields;
}
