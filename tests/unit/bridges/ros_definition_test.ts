import assert from "node:assert/strict";
import { test } from "node:test";
import { isMosaicoError } from "../../../src/base/mod.ts";
import { parseRosDefinition } from "../../../src/bridges/ros/definition.ts";

const line = "=".repeat(80);

function refused(definition: string, reason: RegExp): void {
  assert.throws(() => parseRosDefinition("pkg/msg/Thing", definition), (error) => {
    assert.ok(isMosaicoError(error, "schema.ros_definition"), String(error));
    assert.match(error.message, /pkg\/msg\/Thing/);
    assert.match(error.message, reason);
    return true;
  });
}

test("parseRosDefinition() resolves nested types and keeps constants", () => {
  const { root, constants } = parseRosDefinition(
    "pkg/msg/Thing",
    [
      "# a comment",
      "uint8 KIND_A=1",
      "int64 BIG=9007199254740993",
      'string NAME="x"',
      "std_msgs/Header header",
      "float64[9] matrix",
      "Part[] parts # trailing",
      "string<=10 label",
      "uint8[<=3] few",
      "byte b",
      "bool ok true",
      line,
      "MSG: std_msgs/Header",
      "builtin_interfaces/Time stamp",
      "string frame_id",
      line,
      "MSG: pkg/Part",
      "int32 x",
    ].join("\n"),
  );
  assert.equal(root.name, "pkg/msg/Thing");
  assert.deepEqual(constants, { KIND_A: 1, BIG: 9007199254740993n, NAME: "x" });
  assert.deepEqual(
    root.fields.map(({ name, type, array }) => [name, typeof type === "string" ? type : type.name, array]),
    [
      ["header", "std_msgs/Header", undefined],
      ["matrix", "float64", 9],
      ["parts", "pkg/Part", "any"],
      ["label", "string", undefined],
      ["few", "uint8", "any"],
      ["b", "uint8", undefined],
      ["ok", "bool", undefined],
    ],
  );
  assert.equal(root.minBytes, 12 + 72 + 4 + 4 + 4 + 1 + 1);
});

test("parseRosDefinition() finds types by package, by the package of their user, and Header", () => {
  const sections = [
    "Header header\nOwn own\nother/msg/Far far",
    "MSG: std_msgs/Header\nstring frame_id",
    "MSG: pkg/msg/Own\nfloat32 x",
    "MSG: other/Far\nOwn own",
    "MSG: other/Own\nfloat64 x",
  ];
  const { root } = parseRosDefinition("pkg/msg/Thing", sections.join(`\n${line}\n`));
  const names = root.fields.map((field) => (field.type as { name: string }).name);
  assert.deepEqual(names, ["std_msgs/Header", "pkg/Own", "other/Far"]);
  assert.equal(root.minBytes, 4 + 4 + 8);
});

test("parseRosDefinition() tells types apart that have the same fields", () => {
  const { root } = parseRosDefinition(
    "pkg/msg/Thing",
    `pkg/A[] a\n${line}\nMSG: pkg/A\npkg/B[] a\n${line}\nMSG: pkg/B\n`,
  );
  assert.equal((root.fields[0]!.type as { name: string }).name, "pkg/A");
});

test("parseRosDefinition() takes a type without fields for one byte", () => {
  assert.equal(parseRosDefinition("std_msgs/msg/Empty", "").root.minBytes, 1);
});

test("parseRosDefinition() refuses types that contain themselves", () => {
  refused(`pkg/A a\n${line}\nMSG: pkg/A\npkg/A next\nint32 v`, /pkg\/A contains itself/);
  refused(`pkg/A a\n${line}\nMSG: pkg/A\npkg/B[] b\n${line}\nMSG: pkg/B\npkg/A a`, /contains itself/);
});

test("parseRosDefinition() refuses what nests too deep", () => {
  const types = Array.from({ length: 2000 }, (_, i) => `${line}\nMSG: pkg/T${i}\npkg/T${i + 1} t`);
  refused(["pkg/T0 t", ...types, line, "MSG: pkg/T2000", "int32 x"].join("\n"), /types/);
  const deep = types.slice(0, 40);
  refused(["pkg/T0 t", ...deep, line, "MSG: pkg/T40", "int32 x"].join("\n"), /nest deeper/);
});

test("parseRosDefinition() refuses missing types, empty arrays, wide strings and nonsense", () => {
  refused("geometry_msgs/Point p", /geometry_msgs\/Point/);
  refused("int32[0] none", /length 0/);
  refused("wstring w", /wstring is not supported/);
  refused("int32 a\n---\nint32 b", /no valid field/);
  refused("int32 9x", /no valid field/);
  refused("x".repeat(2 << 20), /characters/);
  refused("int32 a # " + "x".repeat(5000), /characters/);
});

test("parseRosDefinition() reads hostile names in linear time", () => {
  const before = performance.now();
  refused(`uint8 ${"a".repeat(4000)}A`, /no valid field/);
  refused(`uint8 ${"A".repeat(4000)}a=1`, /no valid field/);
  refused(`uint8 ${"a_".repeat(2000)}_b`, /no valid field/);
  assert.ok(performance.now() - before < 1000);
});
