import assert from "node:assert/strict";
import { test } from "node:test";
import { isMosaicoError, parseJson, stringifyJson } from "../../../../src/base/mod.ts";
import { defineOntology, float64, OntologyRegistry, required } from "../../../../src/ontology/mod.ts";
import { queryFromText } from "../../../../src/query/mod.ts";

const wireOf = (text: string) => stringifyJson(queryFromText(text).toJson());

test("texts are queries", () => {
  const texts: [text: string, wire: string][] = [
    // The worked requests of the protocol.
    [
      `sequence = "a" and sequence.created between 1 and 2 and sequence.meta.k.n = "v" and sequence.meta.**.m exists`,
      '{"sequence":{"name":{"$eq":"a"},"created_at_ns":{"$between":[1,2]},"user_metadata":{"k.n":{"$eq":"v"},"**.m":{"$ex":null}}}}',
    ],
    [
      `topic = "/x" and topic.type = "IMU" and topic.meta.rate between 1 and 2`,
      '{"topic":{"name":{"$eq":"/x"},"ontology_tag":{"$eq":"IMU"},"user_metadata":{"rate":{"$between":[1,2]}}}}',
    ],
    [
      `IMU.acceleration.x > 5.0 and IMU.timestamp_ns between 1 and 2 and IMU.header.frame_id ~ "ba*" and IMU.header.timestamp.seconds = 3`,
      '{"ontology":{"IMU.acceleration.x":{"$gt":5},"IMU.timestamp_ns":{"$between":[1,2]},"IMU.header.frame_id":{"$match":"ba*"},"IMU.header.timestamp.seconds":{"$eq":3}}}',
    ],
    ["LaserScan.ranges[any] > 1.0", '{"ontology":{"LaserScan.ranges[?]":{"$gt":1}}}'],
    ["LaserScan.ranges[all] < 1", '{"ontology":{"LaserScan.ranges[!]":{"$lt":1}}}'],
    ["LaserScan.ranges[3] = 1", '{"ontology":{"LaserScan.ranges[3]":{"$eq":1}}}'],
    [
      `RobotPath.poses[0].position.x = 1 and sequence ~ "*"`,
      '{"ontology":{"RobotPath.poses[0].position.x":{"$eq":1}},"sequence":{"name":{"$match":"*"}}}',
    ],
    [
      "FrameTransform.transforms[any].translation.z outside 1 and 2",
      '{"ontology":{"FrameTransform.transforms[?].translation.z":{"$outside":[1,2]}}}',
    ],
    ["Boolean.data = true", '{"ontology":{"Boolean.data":{"$eq":true}}}'],
    [`String.data in ("a", "b")`, '{"ontology":{"String.data":{"$in":["a","b"]}}}'],
    // Every operator.
    ["IMU.acceleration.x != -1.5e3", '{"ontology":{"IMU.acceleration.x":{"$neq":-1500}}}'],
    [
      "IMU.acceleration.x <= 0 AND IMU.acceleration.y >= 0",
      '{"ontology":{"IMU.acceleration.x":{"$leq":0},"IMU.acceleration.y":{"$geq":0}}}',
    ],
    ["IMU.acceleration.x==1", '{"ontology":{"IMU.acceleration.x":{"$eq":1}}}'],
    ["IMU.acceleration.x in (1, 2.5)", '{"ontology":{"IMU.acceleration.x":{"$in":[1,2.5]}}}'],
    ["sequence.meta.car missing", '{"sequence":{"user_metadata":{"car":{"$nex":null}}}}'],
    ["sequence.meta.ok != false", '{"sequence":{"user_metadata":{"ok":{"$neq":false}}}}'],
    [
      `topic.meta.lidars[*]."serial no" in ('x', 'y')`,
      '{"topic":{"user_metadata":{"lidars[*].serial no":{"$in":["x","y"]}}}}',
    ],
    [`sequence.name in ("a","b")`, '{"sequence":{"name":{"$in":["a","b"]}}}'],
    // Times: nanoseconds or dates; a builder has both ends inclusive.
    [`sequence.created >= "2026-11-22"`, '{"sequence":{"created_at_ns":{"$geq":1795305600000000000}}}'],
    [`topic.created > 5`, '{"topic":{"created_at_ns":{"$geq":6}}}'],
    [`topic.created < 5`, '{"topic":{"created_at_ns":{"$leq":4}}}'],
    [`topic.created = 5`, '{"topic":{"created_at_ns":{"$between":[5,5]}}}'],
    [`IMU.timestamp_ns <= 1700000000000000001`, '{"ontology":{"IMU.timestamp_ns":{"$leq":1700000000000000001}}}'],
    [
      `IMU.timestampNs < "2023-11-14T22:13:20.000000001Z"`,
      '{"ontology":{"IMU.timestamp_ns":{"$lt":1700000000000000001}}}',
    ],
    // Names of properties serve as well as those of the wire; names of the language are free behind a dot.
    ["IMU.angularVelocity.x > 1", '{"ontology":{"IMU.angular_velocity.x":{"$gt":1}}}'],
    [
      `sequence.meta.and = 1 and sequence.meta.sequence = 2`,
      '{"sequence":{"user_metadata":{"and":{"$eq":1},"sequence":{"$eq":2}}}}',
    ],
    // A tag in quotes is taken as it stands.
    [
      `"Wheel".speeds[any] > 3 and "Wheel".side ~ "l*" and "Wheel".slips = true`,
      '{"ontology":{"Wheel.speeds[?]":{"$gt":3},"Wheel.side":{"$match":"l*"},"Wheel.slips":{"$eq":true}}}',
    ],
    [`"sequence".x = 1`, '{"ontology":{"sequence.x":{"$eq":1}}}'],
    // Texts hold anything.
    [
      String.raw`String.data = "a \"b\" \\ \u00e9\n 'c'" and topic = 'say "x"'`,
      '{"ontology":{"String.data":{"$eq":"a \\"b\\" \\\\ é\\n \'c\'"}},"topic":{"name":{"$eq":"say \\"x\\""}}}',
    ],
    [
      '((IMU.acceleration.x > 5) and\n\t(sequence = "a"))',
      '{"ontology":{"IMU.acceleration.x":{"$gt":5}},"sequence":{"name":{"$eq":"a"}}}',
    ],
    ["Unsigned64.data = 18446744073709551615", '{"ontology":{"Unsigned64.data":{"$eq":18446744073709551615}}}'],
  ];
  for (const [text, wire] of texts) assert.equal(wireOf(text), stringifyJson(parseJson(wire)), text);
});

test("what is wrong is named with its column", () => {
  const long = "a".repeat(70_000);
  const wrong: [text: string, column: number, code: string, says: RegExp][] = [
    ["", 1, "query.syntax", /expected sequence, topic or a column .*not the end/],
    ["IMU.acceleration.x > ", 22, "query.syntax", /expected a value, not the end/],
    ["IMU.acceleration.x 5", 20, "query.syntax", /expected an operator: = .*not "5"/],
    ["IMU.acceleration.x > fast", 22, "query.syntax", /text stands in quotes, not "fast"/],
    ["IMU.acceleration.x > 5 sequence", 24, "query.syntax", /expected "and" or the end/],
    ["IMU.acceleration.x > 5 and", 27, "query.syntax", /not the end/],
    ["IMU.acceleration.x > 5 or IMU.acceleration.y > 5", 24, "query.unsupported_operator", /there is no "or"/],
    ["not IMU.acceleration.x > 5", 1, "query.unsupported_operator", /there is no "not".*!=, outside or missing/],
    ["IMU.acceleration.x > 5 && topic = 'a'", 24, "query.syntax", /"&&" has no meaning here: say "and"/],
    ["IMU.acceleration.x <> 5", 20, "query.syntax", /say "!="|expected a value/],
    ["IMU.accel.x > 5", 5, "query.unknown_field", /IMU has no column "accel", only .*acceleration/],
    ["IMU.acceleration.w > 5", 18, "query.unknown_field", /IMU\.acceleration has no column "w", only .*x, y, z/],
    ["IMU.acceleration.x.y > 5", 20, "query.unknown_field", /IMU\.acceleration\.x has no columns/],
    ["IMU.acceleration > 5", 5, "query.invalid_path", /has columns of its own: .*x, y, z/],
    ["IMU > 5", 5, "query.syntax", /expected a column: IMU\.…/],
    ["imu.acceleration.x > 5", 1, "query.unknown_tag", /no type imu here; did you mean IMU\?/],
    ["Wheel.speed > 5", 1, "query.unknown_tag", /say "Wheel"\.speed/],
    ["topic = '/é' and Wheel.x = 1", 18, "query.unknown_tag", /Wheel/],
    ["IMU.acceleration.x ~ 'a'", 20, "query.unsupported_operator", /a number is not asked for by "~", only by = !=/],
    ["String.data != 'a'", 13, "query.unsupported_operator", /text is not asked for by "!="/],
    ["Boolean.data > true", 14, "query.unsupported_operator", /a boolean .* only by =$/],
    [`"Wheel".side != "l"`, 14, "query.unsupported_operator", /text/],
    ["sequence > 'a'", 10, "query.unsupported_operator", /a name .* only by = in ~/],
    ["topic.type ~ 'I*'", 12, "query.unsupported_operator", /type of a topic/],
    ["IMU.acceleration.x exists", 20, "query.unsupported_operator", /exists/],
    ["IMU.acceleration.x > '5'", 22, "query.invalid_operand", /compared with a number, not with text/],
    ["String.data = 5", 15, "query.invalid_operand", /text is compared with text, not with a number/],
    ["sequence = 5", 12, "query.invalid_operand", /a name is compared with text/],
    ["sequence.meta.a in (1, 'b')", 24, "query.invalid_operand", /expected a number like the first, not text/],
    ["sequence.meta.a > true", 19, "query.invalid_operand", /true and false/],
    ["sequence.meta.a ~ 5", 19, "query.invalid_operand", /pattern/],
    ["sequence.created > 'yesterday'", 20, "query.invalid_operand", /nanoseconds or a date/],
    ["IMU.acceleration.x between 6 and 5", 34, "query.reversed_range", /5 lies before 6/],
    ["IMU.acceleration.x between 5", 29, "query.syntax", /the other end/],
    ["IMU.acceleration.x in ()", 24, "query.empty_in", /at least one value/],
    ["IMU.acceleration.x in (1", 25, "query.syntax", /expected "," or "\)"/],
    ["sequence ~ ''", 12, "query.invalid_pattern", /pattern is empty/],
    ["sequence ~ 'a['", 12, "query.invalid_pattern", /not closed/],
    [`sequence ~ '${"*".repeat(257)}'`, 12, "query.pattern_too_long", /256/],
    ["LaserScan.ranges > 1", 11, "query.invalid_path", /is a list: open it by \[any\]/],
    ["LaserScan.ranges[any][0] > 1", 22, "query.several_lists", /one list/],
    ["FrameTransform.transforms[0].covariance[0] > 1", 30, "query.several_lists", /one list/],
    ["IMU.acceleration.x[0] > 1", 18, "query.not_a_list", /is no list/],
    ["LaserScan.ranges[-1] > 1", 18, "query.syntax", /any, all or an index/],
    ["LaserScan.ranges[some] > 1", 18, "query.syntax", /any, all or an index/],
    ["Image.data = 1", 7, "query.invalid_path", /no conditions on Image\.data, whose type is binary/],
    ["sequence.type = 'a'", 10, "query.unknown_field", /a sequence has name, created and meta/],
    ["topic.size = 1", 7, "query.unknown_field", /a topic has name, type/],
    ["sequence.meta = 1", 15, "query.syntax", /expected a key/],
    [`sequence.meta."a\\"b" = 1`, 14, "query.invalid_path", /is no name/],
    ["sequence.meta.'a.b' = 1", 15, "query.invalid_path", /has no "\."/],
    [`sequence.meta."; drop table topics" = 1`, 14, "query.invalid_path", /is no name/],
    ["IMU.acceleration.x > 5 and IMU.acceleration.x < 9", 28, "query.duplicate_key", /between … and …/],
    ["sequence = 'a' and sequence ~ 'b'", 20, "query.duplicate_key", /already/],
    ["sequence = 'a", 12, "query.syntax", /never closed/],
    [String.raw`sequence = 'a\q'`, 14, "query.syntax", /means nothing/],
    ["sequence = 1e999", 12, "query.syntax", /too large/],
    ["sequence = 99999999999999999999", 12, "query.syntax", /64 bits/],
    ["sequence = 5a", 13, "query.syntax", /begin with a digit/],
    ["sequence = $", 12, "query.syntax", /"\$" has no meaning/],
    ["sequence = '\u{1f680}' %", 16, "query.syntax", /"%"/],
    [`${"(".repeat(33)}topic = 'a'${")".repeat(33)}`, 33, "query.syntax", /too many brackets/],
    ["(topic = 'a'", 13, "query.syntax", /expected "and" or "\)"/],
    [long, 65_537, "query.syntax", /65536 are allowed/],
    [`"W"${".a".repeat(65)} = 1`, 133, "query.invalid_path", /64 steps/],
    [`"W".x in (${"1,".repeat(1024)}1)`, 2059, "query.syntax", /more than 1024 values/],
    [
      Array.from({ length: 257 }, (_, i) => `"W".a${i} = 1`).join(" and "),
      4243,
      "query.syntax",
      /more than 256 conditions/,
    ],
  ];
  for (const [text, column, code, says] of wrong) {
    const shown = text.slice(0, 80);
    let error: unknown;
    try {
      queryFromText(text);
    } catch (thrown) {
      error = thrown;
    }
    assert.ok(isMosaicoError(error), `${shown}: ${error}`);
    assert.equal(error.code, code, `${shown}: ${error.message}`);
    assert.match(error.message, says, shown);
    assert.equal(error.facts["column"], column, `${shown}: ${error.message}`);
    assert.ok(error.message.startsWith(`Cannot read the query: column ${column}: `), error.message);
  }
});

test("types of one's own are known by their registry", () => {
  const Wheel = defineOntology<{ speed: number }>("Wheel", { speed: required("speed_mps", float64) });
  const registry = new OntologyRegistry([Wheel]);
  const expected = { ontology: { "Wheel.speed_mps": { $gt: 3 } } };
  assert.deepEqual(queryFromText("Wheel.speed > 3", { registry }).toJson(), expected);
  assert.deepEqual(queryFromText("Wheel.speed_mps > 3", { registry }).toJson(), expected);
  assert.throws(() => queryFromText("IMU.acceleration.x > 3", { registry }), { code: "query.unknown_tag" });
});
