import assert from "node:assert/strict";
import { test } from "node:test";
import { isMosaicoError, type JsonObject, parseJson } from "../../../src/base/mod.ts";
import { IMU, LaserScan } from "../../../src/ontology/mod.ts";
import {
  matchesSequence,
  matchesTopic,
  parseQuery,
  Query,
  QueryOntologyCatalog,
  QuerySequence,
  QueryTopic,
} from "../../../src/query/mod.ts";

function refused(json: unknown, code: string): void {
  assert.throws(() => parseQuery(json as JsonObject), (error) => isMosaicoError(error, code), JSON.stringify(json));
}

test("what the builders write is read", () => {
  const query = new Query(
    new QuerySequence().withNameMatch("drive*").withUserMetadata("**.m", { ex: true }),
    new QueryTopic().withOntologyTag("IMU").withCreatedTimestamp({ startNs: 5n }),
    new QueryOntologyCatalog(
      IMU.Q.acceleration.x.gt(5),
      IMU.Q.timestampNs.lt(9n),
      LaserScan.Q.ranges.at(3).eq(1),
    ),
  );
  assert.deepEqual(parseQuery(query.toJson()), {
    sequence: [
      { field: "name", condition: { operator: "$match", operand: "drive*" } },
      { field: "user_metadata", path: "**.m", condition: { operator: "$ex" } },
    ],
    topic: [
      { field: "ontology_tag", condition: { operator: "$eq", operand: "IMU" } },
      { field: "created_at_ns", condition: { operator: "$geq", operand: 5n } },
    ],
    ontology: new Map([
      ["IMU", [
        {
          key: "IMU.acceleration.x",
          tag: "IMU",
          steps: [{ kind: "field", name: "acceleration" }, { kind: "field", name: "x" }],
          condition: { operator: "$gt", operand: 5 },
        },
        {
          key: "IMU.timestamp_ns",
          tag: "IMU",
          steps: [{ kind: "field", name: "timestamp_ns" }],
          condition: { operator: "$lt", operand: 9n },
        },
      ]],
      ["LaserScan", [{
        key: "LaserScan.ranges[3]",
        tag: "LaserScan",
        steps: [{ kind: "field", name: "ranges" }, { kind: "list", specifier: 3 }],
        condition: { operator: "$eq", operand: 1 },
      }]],
    ]),
    includeTimestampRange: false,
  });
});

test("empty and absent parts have no conditions", () => {
  const none = { sequence: [], topic: [], ontology: new Map(), includeTimestampRange: false };
  assert.deepEqual(parseQuery({}), none);
  assert.deepEqual(parseQuery({ sequence: {}, topic: { user_metadata: {} }, ontology: {} }), none);
});

test("what is no query is refused", () => {
  refused({ sequences: {} }, "query.malformed");
  refused({ sequence: [] }, "query.malformed");
  refused({ topic: "x" }, "query.malformed");
  refused({ sequence: { ontology_tag: { $eq: "IMU" } } }, "query.malformed");
  refused({ sequence: { user_metadata: 5 } }, "query.malformed");
  refused({ topic: { name: "a" } }, "query.malformed");
  refused({ sequence: { toString: { $eq: "a" } } }, "query.malformed");
});

test("names and tags take no order, times no text", () => {
  for (const operator of ["$lt", "$leq", "$gt", "$geq"]) {
    refused({ sequence: { name: { [operator]: "a" } } }, "query.unsupported_operator");
    refused({ topic: { ontology_tag: { [operator]: "a" } } }, "query.unsupported_operator");
  }
  refused({ topic: { name: { $between: ["a", "b"] } } }, "query.unsupported_operator");
  refused({ topic: { serialization_format: { $outside: ["a", "b"] } } }, "query.unsupported_operator");
  refused({ topic: { name: { $eq: 5 } } }, "query.invalid_operand");
  refused({ topic: { name: { $in: ["a", 5] } } }, "query.invalid_operand");
  refused({ sequence: { created_at_ns: { $match: "1*" } } }, "query.unsupported_operator");
  refused({ sequence: { created_at_ns: { $eq: "1" } } }, "query.invalid_operand");
  refused({ sequence: { created_at_ns: { $between: ["1", "2"] } } }, "query.invalid_operand");
});

test("paths to data are Tag.column, with one list at most", () => {
  const path = (key: string, code: string) => refused({ ontology: { [key]: { $eq: 1 } } }, code);
  path("IMU", "query.invalid_path");
  path("", "query.invalid_path");
  path(".x", "query.invalid_path");
  path("IMU.", "query.invalid_path");
  path("IMU..x", "query.invalid_path");
  path("IMU.a[]", "query.invalid_path");
  path("IMU.a[-1]", "query.invalid_path");
  path("IMU.a[x]", "query.invalid_path");
  path("IMU.a[0", "query.invalid_path");
  path("IMU.a]0[", "query.invalid_path");
  path("IMU.[0]", "query.invalid_path");
  path("IMU.a[99999999999999999999]", "query.invalid_path");
  path("IMU.a[?].b[!]", "query.several_lists");
  path("IMU.a[0][1]", "query.several_lists");
});

test("an SDK up to 0.5 says locator, means any place, and may ask for the spans", () => {
  const { sequence, ontology, includeTimestampRange } = parseQuery({
    sequence: { locator: { $match: "drive%42" } },
    ontology: { include_timestamp_range: true },
  });
  assert.equal(includeTimestampRange, true);
  assert.equal(ontology.size, 0);
  const named = (name: string) => matchesSequence(sequence, { name, createdAtNs: 0n, userMetadata: {} });
  assert.ok(named("a-drive-0042x"));
  assert.ok(!named("drive"));
  const exact = parseQuery({ sequence: { locator: { $eq: "a" } } }).sequence;
  assert.deepEqual(exact, [{ field: "name", condition: { operator: "$eq", operand: "a" } }]);
  refused({ ontology: { include_timestamp_range: 1 } }, "query.malformed");
  refused({ sequence: { locator: { $match: "a".repeat(256) } } }, "query.pattern_too_long");
});

test("sequences and topics are held against all conditions", () => {
  const facts = {
    name: "/sensors/imu",
    createdAtNs: 1_700_000_000_000_000_001n,
    userMetadata: { rate: 200 },
    ontologyTag: "IMU",
    serializationFormat: "default",
  };
  const fits = (text: string) => matchesTopic(parseQuery(parseJson(text) as JsonObject).topic, facts);
  assert.ok(fits('{"topic": {}}'));
  assert.ok(fits('{"topic": {"name": {"$eq": "/sensors/imu"}}}'));
  assert.ok(fits('{"topic": {"name": {"$eq": "sensors/imu"}}}'), "the leading slash may be left out");
  assert.ok(fits('{"topic": {"name": {"$match": "/sensors/*"}}}'));
  assert.ok(!fits('{"topic": {"name": {"$match": "imu"}}}'));
  assert.ok(!fits('{"topic": {"name": {"$neq": "sensors/imu"}}}'));
  assert.ok(!fits('{"topic": {"name": {"$neq": "/sensors/imu"}}}'));
  assert.ok(fits('{"topic": {"name": {"$neq": "/other"}}}'));
  assert.ok(fits('{"topic": {"ontology_tag": {"$in": ["GPS", "IMU"]}, "serialization_format": {"$eq": "default"}}}'));
  assert.ok(!fits('{"topic": {"ontology_tag": {"$eq": "IMU"}, "serialization_format": {"$eq": "image"}}}'));
  assert.ok(fits('{"topic": {"created_at_ns": {"$eq": 1700000000000000001}}}'));
  assert.ok(!fits('{"topic": {"created_at_ns": {"$eq": 1700000000000000000}}}'));
  assert.ok(fits('{"topic": {"user_metadata": {"rate": {"$geq": 200}}}}'));
  assert.ok(!fits('{"topic": {"user_metadata": {"rate": {"$geq": 200}, "x": {"$ex": null}}}}'));
});
