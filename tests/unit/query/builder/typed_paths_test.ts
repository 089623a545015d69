/**
 * What the compiler refuses on the paths of a type, and what they say at run time where there is no compiler.
 *
 * @module
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type AggregateExpression,
  Boolean as Bool,
  FrameTransform,
  Image,
  IMU,
  LaserScan,
  MultiEchoLaserScan,
  records,
  RobotPath,
  String as Text,
} from "../../../../src/ontology/mod.ts";
import { QueryOntologyCatalog } from "../../../../src/query/mod.ts";

/** Never called: the compiler is the test. */
function refusedByTheCompiler(): void {
  // @ts-expect-error the type has no such column
  IMU.Q.accelerations;
  // @ts-expect-error names are in camel case
  IMU.Q.angular_velocity;
  // @ts-expect-error a struct is no value
  IMU.Q.acceleration.gt(5);
  // @ts-expect-error a number has no pattern
  IMU.Q.acceleration.x.match("a*");
  // @ts-expect-error a number is compared with numbers
  IMU.Q.acceleration.x.between("a", "b");
  // @ts-expect-error a range has two ends
  IMU.Q.acceleration.x.between(1);
  // @ts-expect-error text is compared with text
  Text.Q.data.eq(5);
  // @ts-expect-error text has no "differs from"
  Text.Q.data.neq("a");
  // @ts-expect-error a boolean has no list of values
  Bool.Q.data.in([true]);
  // @ts-expect-error a list is opened first
  LaserScan.Q.ranges.gt(1);
  // @ts-expect-error an index is a number
  LaserScan.Q.ranges.at("0");
  // @ts-expect-error a list in a list cannot be opened
  MultiEchoLaserScan.Q.ranges.any();
  // @ts-expect-error only one list can be opened on a path
  FrameTransform.Q.transforms.at(0).covariance.any();
  // @ts-expect-error a message is no expression
  new QueryOntologyCatalog(IMU.Q.acceleration.x);
  // @ts-expect-error text has no mean
  Text.Q.data.mean();
  // @ts-expect-error a boolean has no greatest value
  Bool.Q.data.max();
  // @ts-expect-error many values of one record have no single figure
  LaserScan.Q.ranges.any().max();
  // @ts-expect-error a percentile says which
  IMU.Q.acceleration.x.percentile();
}

/** Never called: figures have the type of their column. */
function typedFigures(): void {
  const float: AggregateExpression<number | undefined> = IMU.Q.acceleration.x.max();
  const time: AggregateExpression<bigint | undefined> = IMU.Q.timestampNs.min();
  const item: AggregateExpression<number | undefined> = LaserScan.Q.ranges.at(3).percentile(95);
  const text: AggregateExpression<string | undefined> = Text.Q.data.first();
  const flag: AggregateExpression<boolean | undefined> = Bool.Q.data.last();
  const count: AggregateExpression<number> = records.count();
  // @ts-expect-error nanoseconds are bigint
  const wrong: AggregateExpression<number | undefined> = IMU.Q.timestampNs.min();
  void [float, time, item, text, flag, count, wrong];
}

test("wrong columns and operators do not compile", () => {
  assert.equal(refusedByTheCompiler.length + typedFigures.length, 0);
});

// deno-lint-ignore no-explicit-any
const untyped = (path: unknown): any => path;

test("without a compiler a wrong name says what there is", () => {
  assert.throws(() => untyped(IMU.Q).speed, {
    name: "TypeError",
    message:
      'Cannot query IMU: it has no column "speed", only header, acceleration, angularVelocity, orientation, timestampNs',
  });
  assert.throws(
    () => untyped(IMU.Q.acceleration).w.gt(1),
    /Cannot query IMU\.acceleration: it has no column "w", only .*x, y, z/,
  );
  assert.throws(() => untyped(IMU.Q.acceleration.x).match("a"), /numbers have no operator "match", only eq, .*neq/);
  assert.throws(() => untyped(Text.Q.data).neq("a"), /Cannot query String\.data: texts have no operator "neq"/);
  assert.throws(() => untyped(Bool.Q.data).gt(true), /booleans have no operator "gt", only eq, count, first, last/);
  assert.throws(
    () => untyped(LaserScan.Q.ranges).gt(1),
    /Cannot query LaserScan\.ranges by "gt": .*any\(\), all\(\) and at\(\)/,
  );
  assert.throws(() => untyped(Image.Q.data).eq(1), /Cannot query Image\.data by "eq": .*binary/);
  assert.throws(() => untyped(MultiEchoLaserScan.Q.ranges).any(), /lists in lists/);
  assert.throws(() => untyped(RobotPath.Q.poses.at(0)).covariance.any(), /only one list/);
});

test("paths survive what programs do to any object", async () => {
  assert.equal(await IMU.Q.acceleration, IMU.Q.acceleration);
  assert.equal(JSON.stringify(LaserScan.Q.ranges), "{}");
  assert.match(`${Object.keys(IMU.Q)}`, /acceleration/);
  assert.equal(typeof `${IMU.Q}`, "string");
});

test("figures name function, column and percent, and read what comes back", () => {
  const max = IMU.Q.acceleration.x.max();
  assert.deepEqual([max.function, max.key, "percent" in max], ["max", "IMU.acceleration.x", false]);
  const p95 = LaserScan.Q.ranges.at(3).percentile(95);
  assert.deepEqual([p95.function, p95.key, p95.percent], ["percentile", "LaserScan.ranges[3]", 95]);
  assert.deepEqual([records.count().key, records.rate().function], [undefined, "rate"]);
  // Which numbers are bigint is the column's to say, not the digits'.
  assert.equal(max.decode(100_000_000_000_000_000_000n), 1e20);
  assert.equal(IMU.Q.timestampNs.max().decode(5), 5n);
  assert.equal(IMU.Q.acceleration.x.mean().decode(undefined), undefined);
  assert.equal(Bool.Q.data.first().decode(false), false);
  assert.equal(Text.Q.data.min().decode(""), "");
  for (const percent of [-1, 100.5, NaN, "5" as unknown as number]) {
    assert.throws(() => IMU.Q.acceleration.x.percentile(percent), RangeError);
  }
  assert.throws(
    () => untyped(LaserScan.Q.ranges.any()).max(),
    /LaserScan\.ranges\[\?\]: \[\?\] stands for many values/,
  );
});
