import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CameraInfo,
  FrameTransform,
  Header,
  Image,
  IMU,
  LaserScan,
  MultiEchoLaserScan,
  queryableBoolean,
  queryableNumeric,
  queryableString,
  RobotJoint,
  RobotPath,
  String as Text,
} from "../../../src/ontology/mod.ts";

test("paths lead to the names of the wire", () => {
  assert.deepEqual(IMU.Q.acceleration.x.gt(5), { key: "IMU.acceleration.x", operator: "$gt", operand: 5 });
  assert.equal(IMU.Q.angularVelocity.header.frameId.match("ba*").key, "IMU.angular_velocity.header.frame_id");
  assert.equal(IMU.Q.timestampNs.between(1n, 2n).key, "IMU.timestamp_ns");
  assert.equal(Header.Q.sampleCounter.eq(3n).key, "Header.sample_counter");
  assert.equal(Text.Q.data.in(["a", "b"]).key, "String.data");
});

test("lists are opened by any, all and at", () => {
  assert.equal(LaserScan.Q.ranges.any().gt(1).key, "LaserScan.ranges[?]");
  assert.equal(LaserScan.Q.ranges.all().lt(1).key, "LaserScan.ranges[!]");
  assert.equal(LaserScan.Q.ranges.at(3).eq(1).key, "LaserScan.ranges[3]");
  assert.equal(RobotPath.Q.poses.at(0).position.x.eq(1).key, "RobotPath.poses[0].position.x");
  assert.equal(
    FrameTransform.Q.transforms.any().targetFrameId.eq("a").key,
    "FrameTransform.transforms[?].target_frame_id",
  );
  assert.equal(RobotJoint.Q.names.any().match("arm_*").key, "RobotJoint.names[?]");
  assert.equal(CameraInfo.Q.intrinsicParameters.at(8).eq(1).key, "CameraInfo.intrinsic_parameters[8]");
  for (const index of [-1, 0.5, NaN, Infinity]) assert.throws(() => LaserScan.Q.ranges.at(index), RangeError);
});

test("bytes, lists of lists and a second list on the way stay closed", () => {
  assert.deepEqual(Object.keys(Image.Q.data), []);
  assert.deepEqual(Object.keys(MultiEchoLaserScan.Q.ranges), []);
  assert.deepEqual(Object.keys(FrameTransform.Q.transforms.any().covariance), []);
});

test("every operator has its word on the wire", () => {
  const x = queryableNumeric("T.x");
  const words = [x.eq(1), x.neq(1), x.lt(1), x.leq(1), x.gt(1), x.geq(1), x.in([1]), x.between(1, 2), x.outside(1, 2)];
  assert.deepEqual(
    words.map((it) => it.operator),
    ["$eq", "$neq", "$lt", "$leq", "$gt", "$geq", "$in", "$between", "$outside"],
  );
  assert.deepEqual(x.between(1, 2n).operand, [1, 2n]);
  assert.deepEqual(queryableBoolean("T.b").eq(true), { key: "T.b", operator: "$eq", operand: true });
  assert.deepEqual(queryableString("T.s").match("a?"), { key: "T.s", operator: "$match", operand: "a?" });
});

test("operands are checked where they are given", () => {
  const x = queryableNumeric("T.x"), s = queryableString("T.s");
  for (const bad of [NaN, Infinity, true, "1", null, undefined] as unknown as number[]) {
    assert.throws(() => x.eq(bad), /Cannot query T\.x: .* is no finite number/);
    assert.throws(() => x.in([1, bad]), TypeError);
    assert.throws(() => x.between(0, bad), TypeError);
  }
  assert.throws(() => s.eq(1 as unknown as string), TypeError);
  assert.throws(() => queryableBoolean("T.b").eq(1 as unknown as boolean), TypeError);
  assert.throws(() => x.between(2, 1), /2 lies after 1/);
  assert.throws(() => s.outside("b", "a"), RangeError);
  assert.throws(() => x.in([]), RangeError);
  assert.throws(() => s.match(""), RangeError);
  assert.deepEqual(x.between(1, 1).operand, [1, 1]);
});

test("a free-form key names a tag and a column, and opens one list at most", () => {
  assert.equal(queryableNumeric("Wheel.speeds[?]").gt(1).key, "Wheel.speeds[?]");
  for (const key of ["", "Wheel", "Wheel.", ".speed", "Wheel..x", "Wheel.a[?].b[0]"]) {
    assert.throws(() => queryableNumeric(key), RangeError, key);
    assert.throws(() => queryableString(key), RangeError, key);
    assert.throws(() => queryableBoolean(key), RangeError, key);
  }
});
