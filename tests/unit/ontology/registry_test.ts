import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type DataType,
  defineOntology,
  type Field,
  float64,
  IMU,
  OntologyRegistry,
  type OntologyType,
  optional,
  PointCloud2,
  readingSchema,
  required,
  type Schema,
  standardRegistry,
  String as Text,
  unmodeledType,
  utf8,
} from "../../../src/ontology/mod.ts";

/** A schema as it comes over the wire: no keys, perhaps metadata. */
function overTheWire(schema: Schema): Schema {
  const strip = ({ name, type, nullable }: Field): Field => ({
    name,
    nullable,
    type: stripType(type),
    metadata: new Map([["description", "…"]]),
  });
  const stripType = (type: DataType): DataType =>
    type.kind === "struct"
      ? { ...type, fields: type.fields.map(strip) }
      : type.kind === "list" || type.kind === "fixedSizeList"
      ? { ...type, item: strip(type.item) }
      : type;
  return { fields: schema.fields.map(strip), metadata: new Map([["mosaico:x", "y"]]) };
}

test("a tag is taken once; the same type may come again", () => {
  const registry = new OntologyRegistry([IMU]);
  registry.register(IMU);
  const namesake: OntologyType<{ a: number }> = defineOntology<{ a: number }>("IMU", { a: required("a", float64) });
  assert.throws(() => registry.register(namesake), /Cannot register IMU: another type has that tag/);
  assert.deepEqual([...registry], [IMU]);
});

test("registries do not share what is registered", () => {
  const mine: OntologyType<{ a: number }> = defineOntology<{ a: number }>("Mine", { a: required("a", float64) });
  const registry = standardRegistry();
  registry.register(mine);
  assert.equal(registry.get("Mine"), mine);
  assert.equal(standardRegistry().get("Mine"), undefined);
});

test("a stream is typed only when its columns are exactly those of the type", () => {
  const registry = standardRegistry();
  const wire = overTheWire(IMU.schema);
  assert.equal(registry.resolve("IMU", wire), IMU);
  assert.equal(registry.resolve("Nothing", wire), undefined);
  assert.equal(registry.resolve("GPS", wire), undefined);
  const [time, header, ...rest] = wire.fields;
  assert.equal(registry.resolve("IMU", { fields: [time!, ...rest, header!] }), undefined, "another order");
  assert.equal(registry.resolve("IMU", { fields: [time!, { ...header!, nullable: false }, ...rest] }), undefined);
});

test("wider and newer text counts as text on the top level", () => {
  const registry = standardRegistry();
  const [time, data] = Text.schema.fields;
  for (const kind of ["largeUtf8", "utf8View"] as const) {
    assert.equal(registry.resolve("String", { fields: [time!, { ...data!, type: { kind } }] }), Text);
  }
  assert.equal(registry.resolve("String", { fields: [time!, { ...data!, type: { kind: "binary" } }] }), undefined);
  const inside = defineOntology<{ t: { a?: string | undefined } }>("Nested", {
    t: required("t", defineOntology<{ a?: string | undefined }>("Inner", { a: optional("a", utf8) })),
  });
  registry.register(inside);
  const large: Field = {
    name: "t",
    nullable: false,
    type: { kind: "struct", fields: [{ name: "a", type: { kind: "largeUtf8" }, nullable: true }] },
  };
  assert.equal(registry.resolve("Nested", { fields: [time!, large] }), undefined);
});

test("a reading schema has the types of the wire and the names of the type, through lists and structs", () => {
  const wire = overTheWire(PointCloud2.schema);
  const named = readingSchema(PointCloud2, wire);
  assert.deepEqual(named.fields.map(({ key, name }) => key ?? name), [
    "timestamp_ns",
    "header",
    "height",
    "width",
    "fields",
    "isBigendian",
    "pointStep",
    "rowStep",
    "data",
    "isDense",
  ]);
  const header = named.fields[1]!.type;
  assert.ok(header.kind === "struct");
  assert.deepEqual(header.fields.map(({ key }) => key), [undefined, "frameId", "sampleCounter"]);
  assert.equal(named.metadata, wire.metadata);
  const imu = readingSchema(IMU, overTheWire(IMU.schema));
  assert.equal(imu.fields[3]!.key, "angularVelocity");
});

test("unmodeled data keeps the names of the wire and knows its columns", () => {
  const type = unmodeledType("pkg/Wheel", {
    fields: [Text.schema.fields[0]!, { name: "wheel_speed", type: float64.type, nullable: true }],
  });
  assert.equal(type.tag, "pkg/Wheel");
  assert.deepEqual(type.schema.fields.map(({ name, key }) => key ?? name), ["timestampNs", "wheel_speed"]);
  assert.equal(type.serializationFormat, "default");
  type.validate!({ wheel_speed: 1 });
  assert.throws(() => type.validate!({ wheelSpeed: 1 }), /wheelSpeed is 1, must be a column of pkg\/Wheel/);
});

test("unmodeled data has nothing that is no column, on any level; its topics are stored as one says", () => {
  const type = unmodeledType("Drive", IMU.schema, { serializationFormat: "ragged" });
  assert.equal(type.serializationFormat, "ragged");
  const vector = { x: 1, y: 2, z: 3 };
  type.validate!({ acceleration: vector, angular_velocity: { ...vector, header: { frame_id: "a" } }, header: null });
  const refused = (row: object, field: string) =>
    assert.throws(() => type.validate!(row), { message: new RegExp(`: ${field} is .*, must be a column of Drive`) });
  refused({ acceleration: { ...vector, w: 1 } }, "acceleration\\.w");
  refused({ angular_velocity: { header: { frameId: "a" } } }, "angular_velocity\\.header\\.frameId");
});
