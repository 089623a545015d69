import assert from "node:assert/strict";
import { test } from "node:test";
import { isMosaicoError, parseJson, stringifyJson } from "../../../../src/base/mod.ts";
import {
  Boolean as Bool,
  FrameTransform,
  IMU,
  LaserScan,
  queryableBoolean,
  queryableNumeric,
  queryableString,
  type QueryExpression,
  RobotPath,
  String as Text,
} from "../../../../src/ontology/mod.ts";
import {
  type MetadataCondition,
  Query,
  type QueryBuilder,
  QueryOntologyCatalog,
  QuerySequence,
  QueryTopic,
} from "../../../../src/query/mod.ts";

const code = (code: string) => (error: unknown) => isMosaicoError(error, code);

function wire(parts: readonly QueryBuilder[], expected: string): void {
  const text = stringifyJson(new Query(...parts).toJson());
  assert.equal(text, stringifyJson(parseJson(expected)));
}

test("requests are those of the official SDK", () => {
  wire(
    [
      new QuerySequence().withName("a").withCreatedTimestamp({ startNs: 1n, endNs: 2n })
        .withUserMetadata("k.n", { eq: "v" }).withUserMetadata("**.m", { ex: true }),
    ],
    '{"sequence": {"name": {"$eq": "a"}, "created_at_ns": {"$between": [1, 2]}, "user_metadata": {"k.n": {"$eq": "v"}, "**.m": {"$ex": null}}}}',
  );
  wire(
    [new QueryTopic().withName("/x").withOntologyTag("IMU").withUserMetadata("rate", { between: [1, 2] })],
    '{"topic": {"name": {"$eq": "/x"}, "ontology_tag": {"$eq": "IMU"}, "user_metadata": {"rate": {"$between": [1, 2]}}}}',
  );
  wire(
    [
      new QueryOntologyCatalog(
        IMU.Q.acceleration.x.gt(5.0),
        IMU.Q.timestampNs.between(1n, 2n),
        IMU.Q.header.frameId.match("ba*"),
        IMU.Q.header.timestamp.seconds.eq(3),
      ),
    ],
    '{"ontology": {"IMU.acceleration.x": {"$gt": 5.0}, "IMU.timestamp_ns": {"$between": [1, 2]}, "IMU.header.frame_id": {"$match": "ba*"}, "IMU.header.timestamp.seconds": {"$eq": 3}}}',
  );
  const one = (expression: Parameters<QueryOntologyCatalog["withExpression"]>[0]) => [
    new QueryOntologyCatalog().withExpression(expression),
  ];
  wire(one(LaserScan.Q.ranges.any().gt(1.0)), '{"ontology": {"LaserScan.ranges[?]": {"$gt": 1.0}}}');
  wire(one(LaserScan.Q.ranges.all().lt(1)), '{"ontology": {"LaserScan.ranges[!]": {"$lt": 1}}}');
  wire(one(LaserScan.Q.ranges.at(3).eq(1)), '{"ontology": {"LaserScan.ranges[3]": {"$eq": 1}}}');
  wire(
    [new QueryOntologyCatalog(RobotPath.Q.poses.at(0).position.x.eq(1)), new QuerySequence().withNameMatch("*")],
    '{"ontology": {"RobotPath.poses[0].position.x": {"$eq": 1}}, "sequence": {"name": {"$match": "*"}}}',
  );
  wire(
    one(FrameTransform.Q.transforms.any().translation.z.outside(1, 2)),
    '{"ontology": {"FrameTransform.transforms[?].translation.z": {"$outside": [1, 2]}}}',
  );
  wire(one(Bool.Q.data.eq(true)), '{"ontology": {"Boolean.data": {"$eq": true}}}');
  wire(one(Text.Q.data.in(["a", "b"])), '{"ontology": {"String.data": {"$in": ["a", "b"]}}}');
});

test("nanoseconds beyond 2^53 stay exact", () => {
  const query = new Query(new QueryTopic().withCreatedTimestamp({ startNs: 1_700_000_000_000_000_001n }));
  assert.equal(stringifyJson(query.toJson()), '{"topic":{"created_at_ns":{"$geq":1700000000000000001}}}');
});

test("every operator on metadata has its word on the wire", () => {
  const conditions: [MetadataCondition, string][] = [
    [{ eq: true }, '{"$eq":true}'],
    [{ neq: "a" }, '{"$neq":"a"}'],
    [{ lt: 1 }, '{"$lt":1}'],
    [{ leq: 1n }, '{"$leq":1}'],
    [{ gt: "a" }, '{"$gt":"a"}'],
    [{ geq: 1.5 }, '{"$geq":1.5}'],
    [{ between: ["a", "b"] }, '{"$between":["a","b"]}'],
    [{ outside: [1, 2n] }, '{"$outside":[1,2]}'],
    [{ in: ["a"] }, '{"$in":["a"]}'],
    [{ match: "a*" }, '{"$match":"a*"}'],
    [{ ex: true }, '{"$ex":null}'],
    [{ ex: false }, '{"$nex":null}'],
  ];
  for (const [condition, expected] of conditions) {
    const { user_metadata } = new QueryTopic().withUserMetadata("k", condition).toJson();
    assert.equal(stringifyJson(user_metadata), `{"k":${expected}}`);
  }
});

test("metadata conditions are one operator with operands that fit it", () => {
  const refused = (condition: unknown, error: typeof TypeError | typeof RangeError) =>
    assert.throws(() => new QuerySequence().withUserMetadata("k", condition as MetadataCondition), error);
  refused({}, TypeError);
  refused({ eq: 1, neq: 2 }, TypeError);
  refused({ like: "a" }, TypeError);
  for (const value of [null, undefined, NaN, Infinity, [1], {}]) refused({ eq: value }, TypeError);
  refused({ gt: true }, TypeError);
  refused({ ex: null }, TypeError);
  refused({ match: 1 }, TypeError);
  refused({ in: [] }, RangeError);
  refused({ in: ["a", 1] }, TypeError);
  refused({ in: "a" }, TypeError);
  refused({ between: [2, 1] }, RangeError);
  refused({ between: [1] }, RangeError);
  refused({ outside: [1, "2"] }, TypeError);
});

test("a span of creation may be open at either end, not at both", () => {
  const created = (span: { startNs?: bigint; endNs?: bigint }) =>
    stringifyJson(new QuerySequence().withCreatedTimestamp(span).toJson());
  assert.equal(created({ startNs: 0n }), '{"created_at_ns":{"$geq":0}}');
  assert.equal(created({ endNs: 5n }), '{"created_at_ns":{"$leq":5}}');
  assert.equal(created({ startNs: 5n, endNs: 5n }), '{"created_at_ns":{"$between":[5,5]}}');
  assert.throws(() => created({}), RangeError);
  assert.throws(() => created({ startNs: 2n, endNs: 1n }), /2 lies after 1/);
});

test("a key is there once", () => {
  assert.throws(() => new QuerySequence().withName("a").withNameMatch("b*"), code("query.duplicate_key"));
  assert.throws(
    () => new QuerySequence().withUserMetadata("k", { eq: 1 }).withUserMetadata("k", { gt: 0 }),
    code("query.duplicate_key"),
  );
  assert.throws(
    () => new QueryOntologyCatalog(IMU.Q.acceleration.x.gt(1), IMU.Q.acceleration.x.lt(2)),
    code("query.duplicate_key"),
  );
  // A key of metadata is no key of the thing itself.
  assert.deepEqual(new QuerySequence().withName("a").withUserMetadata("name", { eq: "b" }).toJson(), {
    name: { $eq: "a" },
    user_metadata: { name: { $eq: "b" } },
  });
});

test("a query has one part of each sort, and at least one", () => {
  assert.throws(() => new Query(new QueryTopic(), new QueryTopic()), code("query.duplicate_part"));
  assert.throws(() => new Query().toJson(), code("query.no_condition"));
  assert.deepEqual(new Query().append(new QueryTopic()).toJson(), { topic: {} });
});

test("names are text", () => {
  assert.throws(() => new QuerySequence().withName(1 as unknown as string), TypeError);
  assert.throws(() => new QuerySequence().withNameIn([]), RangeError);
  assert.throws(() => new QueryTopic().withOntologyTag(undefined as unknown as string), TypeError);
});

test("what toJson returned is the caller's own", () => {
  const part = new QuerySequence().withName("a").withUserMetadata("k", { eq: 1 });
  const first = part.toJson();
  (first["name"] as Record<string, string>)["$eq"] = "b";
  delete first["user_metadata"];
  assert.deepEqual(part.toJson(), { name: { $eq: "a" }, user_metadata: { k: { $eq: 1 } } });
  const { user_metadata } = new QuerySequence().withUserMetadata("__proto__", { eq: 1 }).toJson();
  assert.equal(stringifyJson(user_metadata), '{"__proto__":{"$eq":1}}');
});

test("data of a type that is not at hand is asked for by free-form keys", () => {
  wire(
    [
      new QueryOntologyCatalog(
        queryableNumeric("Wheel.speeds[?]").gt(3.5),
        queryableNumeric("Wheel.timestamp_ns").leq(1_700_000_000_000_000_001n),
        queryableString("Wheel.side").in(["left", "right"]),
        queryableBoolean("Wheel.slips").eq(true),
      ),
    ],
    '{"ontology": {"Wheel.speeds[?]": {"$gt": 3.5}, "Wheel.timestamp_ns": {"$leq": 1700000000000000001}, "Wheel.side": {"$in": ["left", "right"]}, "Wheel.slips": {"$eq": true}}}',
  );
});

test("globs are checked where they are given", () => {
  const bad: [string, string][] = [
    ["", "query.invalid_pattern"],
    ["[", "query.invalid_pattern"],
    ["a[]", "query.invalid_pattern"],
    ["*".repeat(257), "query.pattern_too_long"],
  ];
  for (const [pattern, expected] of bad) {
    assert.throws(() => new QuerySequence().withNameMatch(pattern), code(expected));
    assert.throws(() => new QueryTopic().withUserMetadata("k", { match: pattern }), code(expected));
    if (pattern === "") continue;
    assert.throws(() => new QueryOntologyCatalog(Text.Q.data.match(pattern)), code(expected));
  }
  const hostile = `${"*a".repeat(127)}b`;
  assert.deepEqual(new QuerySequence().withNameMatch(hostile).toJson(), { name: { $match: hostile } });
});

test("a key of metadata is made of names that metadata can have", () => {
  const good = ["k", "car.model", "rate hz", "a-b_c.**.d", "*", "**.m", "lidars[*].vendor", "\u00e9t\u00e9.\u6771"];
  for (const key of good) {
    assert.deepEqual(new QuerySequence().withUserMetadata(key, { eq: 1 }).toJson(), {
      user_metadata: { [key]: { $eq: 1 } },
    });
  }
  const bad = [
    "",
    ".",
    "a.",
    "a..b",
    'a"b',
    "a'b",
    "a`b",
    "a;b",
    "a[0]",
    "a[",
    "[*]",
    "***",
    "a*",
    "$.a",
    "a\\b",
    "a\0b",
  ];
  for (const key of [...bad, "a.".repeat(64) + "a"]) {
    assert.throws(() => new QuerySequence().withUserMetadata(key, { eq: 1 }), code("query.invalid_path"), key);
  }
});

test("an expression made by hand is checked like any other", () => {
  const bad: [QueryExpression | { key: string; operator: string; operand: unknown }, string][] = [
    [{ key: "IMU", operator: "$eq", operand: 1 }, "query.invalid_path"],
    [{ key: "IMU.a[x]", operator: "$eq", operand: 1 }, "query.invalid_path"],
    [{ key: "IMU.a[?].b[0]", operator: "$eq", operand: 1 }, "query.several_lists"],
    [{ key: "IMU.a", operator: "$like", operand: 1 }, "query.unsupported_operator"],
    [{ key: "IMU.a", operator: "$in", operand: [] }, "query.empty_in"],
    [{ key: "IMU.a", operator: "$between", operand: [2, 1] }, "query.reversed_range"],
    [{ key: "IMU.a", operator: "$between", operand: [1] }, "query.invalid_operand"],
    [{ key: "IMU.a", operator: "$gt", operand: null }, "query.invalid_operand"],
  ];
  for (const [expression, expected] of bad) {
    assert.throws(() => new QueryOntologyCatalog(expression as QueryExpression), code(expected), expected);
  }
});

test("ranges of text follow its code points, not its UTF-16", () => {
  const [lower, higher] = ["\uffee", "\u{10000}"];
  assert.ok(lower > higher, "in the order of JavaScript");
  assert.deepEqual(Text.Q.data.between(lower, higher).operand, [lower, higher]);
  assert.throws(() => Text.Q.data.between(higher, lower), RangeError);
  const between = (first: string, last: string) =>
    new QueryTopic().withUserMetadata("k", { between: [first, last] }).toJson();
  assert.deepEqual(between(lower, higher), { user_metadata: { k: { $between: [lower, higher] } } });
  assert.throws(() => between(higher, lower), RangeError);
});
