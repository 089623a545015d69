import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Acceleration,
  CompressedImage,
  defineOntology,
  Floating64,
  FrameTransform,
  IMU,
  map,
  MotionState,
  oneOf,
  type OntologyType,
  Range,
  required,
  RobotPath,
  STANDARD_TYPES,
  Time,
  utf8,
  Vector3d,
} from "../../../src/ontology/mod.ts";
import { findViolation } from "../../../src/ontology/core/validation.ts";

const zero = { x: 0, y: 0, z: 0 };
const still = { position: zero, orientation: { ...zero, w: 1 } };

/** `validate` must throw this; the walk without generated code must find the same. */
function refused<T>(type: OntologyType<T>, value: unknown, field: string, rule: RegExp): void {
  assert.throws(() => type.validate!(value), (error: Error & { code: string; facts: Record<string, unknown> }) => {
    assert.equal(error.name, "SchemaError");
    assert.equal(error.code, "schema.invalid_value");
    assert.equal(error.facts["type"], type.tag);
    assert.equal(error.facts["field"], field);
    assert.match(String(error.facts["rule"]), rule);
    assert.ok(error.message.includes(`${type.tag}: ${field} is `), error.message);
    return true;
  });
  assert.equal(findViolation(type.shape!, value, "")?.field, field);
}

function accepted<T>(type: OntologyType<T>, value: T): void {
  type.validate!(value);
  assert.equal(findViolation(type.shape!, value, ""), undefined);
}

test("types that Arrow describes fully have nothing to validate", () => {
  assert.equal(Floating64.validate, undefined);
  assert.equal(Floating64.shape, undefined);
});

test("what should have parts but has none is named itself, not its parts", () => {
  refused(IMU, { acceleration: 9.8, angularVelocity: zero }, "acceleration", /must be an object/);
  refused(Vector3d, 9.8, "it", /must be an object/);
  refused(RobotPath, { poses: 5 }, "poses", /must be an array/);
  refused(RobotPath, { poses: "still" }, "poses", /must be an array/);
  refused(RobotPath, { poses: [still, 5] }, "poses[1]", /must be an object/);
});

test("coordinates must be there, at any depth", () => {
  accepted(Vector3d, { x: NaN, y: 0, z: -0 });
  refused(Vector3d, { x: 1, y: 2 }, "z", /must be present/);
  refused(Vector3d, { x: null, y: 2, z: 3 }, "x", /must be present/);
  accepted(IMU, { acceleration: zero, angularVelocity: zero });
  refused(IMU, { acceleration: zero, angularVelocity: { x: 1 } }, "angularVelocity.y", /must be present/);
  refused(IMU, { acceleration: zero, angularVelocity: zero, orientation: zero }, "orientation.w", /must be present/);
  accepted(RobotPath, { poses: [still, still] });
  refused(
    RobotPath,
    { poses: [still, { ...still, position: { x: 1, y: 1 } }] },
    "poses[1].position.z",
    /must be present/,
  );
});

test("nanoseconds stay below a second, also inside a header inside a list", () => {
  accepted(Time, { seconds: -1, nanoseconds: 999_999_999 });
  refused(Time, { seconds: 0, nanoseconds: 1e9 }, "nanoseconds", /less than 1e9/);
  refused(Time, { seconds: 0, nanoseconds: -1 }, "nanoseconds", /less than 1e9/);
  const transform = {
    header: { timestamp: { seconds: 0, nanoseconds: 2e9 } },
    translation: zero,
    rotation: { ...zero, w: 1 },
  };
  refused(FrameTransform, { transforms: [transform] }, "transforms[0].header.timestamp.nanoseconds", /1e9/);
});

test("velocity and acceleration are linear, angular or both", () => {
  accepted(Acceleration, { linear: zero });
  accepted(Acceleration, { angular: zero });
  refused(Acceleration, { covarianceType: 1 }, "linear", /when angular is not/);
  refused(MotionState, { pose: still, velocity: {}, targetFrameId: "base" }, "velocity.linear", /angular/);
});

test("a range lies between its limits", () => {
  const range = { radiationType: 0, fieldOfView: 0.1, minRange: 0.2, maxRange: 4, range: 1 };
  accepted(Range, range);
  accepted(Range, { ...range, range: 0.2 });
  accepted(Range, { ...range, range: 4 });
  refused(Range, { ...range, range: 4.1 }, "range", /between minRange \(0\.2\) and maxRange \(4\)/);
  refused(Range, { ...range, range: NaN }, "range", /between/);
  refused(Range, { ...range, minRange: 5 }, "minRange", /at most maxRange/);
});

test("a picture's format is one of those other clients decode", () => {
  accepted(CompressedImage, { data: new Uint8Array(1), format: "jpeg" });
  refused(CompressedImage, { data: new Uint8Array(1), format: "webp" }, "format", /one of raw, png, jpeg/);
});

test("a map's values are checked under their keys", () => {
  type Light = "red" | "green";
  interface Lights {
    lights: ReadonlyMap<string, Light>;
  }
  const Lights: OntologyType<Lights> = defineOntology<Lights>("Lights", {
    lights: required("lights", map(utf8, oneOf<Light>("red", "green"))),
  });
  accepted(Lights, { lights: new Map<string, Light>([["a", "red"]]) });
  refused(Lights, { lights: new Map([["a", "red"], ["b", "blue"]]) }, 'lights["b"]', /one of red, green/);
});

test("values without their optional parts are accepted by every type", () => {
  for (const type of STANDARD_TYPES) {
    if (type.shape?.kind !== "struct" || type.shape.rule) continue;
    const present = Object.fromEntries(type.shape.members.filter((it) => it.present).map(({ key }) => [key, 1]));
    type.validate!(present);
  }
});
