import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bool,
  defineOntology,
  fixedList,
  float16,
  float64,
  int64,
  list,
  map,
  oneOf,
  type OntologyType,
  optional,
  required,
  utf8,
  Vector3d,
} from "../../../src/ontology/mod.ts";
import { sha1Hex } from "../../../src/ontology/core/sha1.ts";

interface Gripper {
  openingMetres: number;
  state: "open" | "closed";
  touches?: ReadonlyMap<string, boolean> | undefined;
  tip: Vector3d;
  ticks: ArrayLike<bigint> & Iterable<bigint>;
  halves: ArrayLike<number> & Iterable<number>;
}
const Gripper: OntologyType<Gripper> = defineOntology<Gripper>("Gripper", {
  openingMetres: required("opening_m", float64),
  state: required("state", oneOf("open", "closed")),
  touches: optional("touches", map(utf8, bool)),
  tip: required("tip", Vector3d),
  ticks: required("ticks", list(int64)),
  halves: required("halves", fixedList(float16, 2)),
}, { serializationFormat: "ragged" });

test("SHA-1 gives the published digests, across block borders", () => {
  assert.equal(sha1Hex(""), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  assert.equal(sha1Hex("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
  assert.equal(
    sha1Hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
    "84983e441c3bd26ebaae4aa1f95129e5e54670f1",
  );
  assert.equal(sha1Hex("a".repeat(64)), "0098ba824b5c16427bd7a1122a5a442a25ec644d");
});

test("SHA-1 agrees with Web Crypto for every length around a block", async () => {
  for (let length = 0; length < 140; length++) {
    const text = "é".repeat(length % 7) + "x".repeat(length);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-1", new TextEncoder().encode(text)));
    assert.equal(sha1Hex(text), Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join(""));
  }
});

test("a column table becomes fields in its order", () => {
  assert.equal(Gripper.tag, "Gripper");
  assert.equal(Gripper.serializationFormat, "ragged");
  assert.deepEqual(Gripper.fields.map(({ name, key, nullable }) => [name, key, nullable]), [
    ["opening_m", "openingMetres", false],
    ["state", undefined, false],
    ["touches", undefined, true],
    ["tip", undefined, false],
    ["ticks", undefined, false],
    ["halves", undefined, false],
  ]);
  assert.deepEqual(Gripper.fields[2]!.type, {
    kind: "map",
    keysSorted: false,
    entries: {
      name: "entries",
      nullable: false,
      type: {
        kind: "struct",
        fields: [{ name: "key", type: utf8.type, nullable: false }, {
          name: "value",
          type: { kind: "bool" },
          nullable: true,
        }],
      },
    },
  });
  assert.deepEqual(Gripper.fields[5]!.type, {
    kind: "fixedSizeList",
    size: 2,
    item: { name: "item", type: { kind: "float", bits: 16 }, nullable: true },
  });
});

test("fingerprint, paths and validator are worked out once", () => {
  assert.equal(Gripper.fingerprint, Gripper.fingerprint);
  assert.match(Gripper.fingerprint, /^[0-9a-f]{10}$/);
  assert.equal(Gripper.Q, Gripper.Q);
  assert.equal(Gripper.validate, Gripper.validate);
});

test("names that the wire or a query could not carry are refused", () => {
  const define = (tag: string, name: string) => () =>
    defineOntology<{ a: number }>(tag, { a: required(name, float64) });
  assert.throws(define("Twist/Stamped", "a"), /Cannot define Twist\/Stamped: tag "Twist\/Stamped"/);
  assert.throws(define("", "a"), TypeError);
  assert.throws(define("T", "a.b"), /column "a\.b"/);
  assert.throws(define("T", ""), TypeError);
  assert.throws(define("T", "timestamp_ns"), /has the name of the record time/);
  assert.throws(
    () => defineOntology<{ timestampNs: number }>("T", { timestampNs: required("t", float64) }),
    /has the name of the record time/,
  );
  assert.throws(
    () => defineOntology<{ a: number; b: number }>("T", { a: required("x", float64), b: required("x", float64) }),
    /column "x" is there twice/,
  );
  assert.throws(
    () => defineOntology("thing", { speed: float64 } as never),
    /Cannot define thing: "speed" is no column, but may be in one: required\("speed", …\)/,
  );
  assert.throws(() => fixedList(float64, 0), RangeError);
});
