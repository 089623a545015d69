/**
 * Readers that are kept read as new ones would: whatever type and schema came before at the same tag.
 *
 * @module
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { RowReaders } from "../../../../src/client/reading/mod.ts";
import { BatchBuilder } from "../../../../src/columnar/mod.ts";
import { defineOntology, float64, OntologyRegistry, required } from "../../../../src/ontology/mod.ts";

const Arm = defineOntology<{ readonly jointAngle: number }>("Arm", { jointAngle: required("joint_angle", float64) });
/** A namesake with another property name. */
const Elbow = defineOntology<{ readonly bend: number }>("Arm", { bend: required("joint_angle", float64) });
/** A namesake with another column. */
const OtherArm = defineOntology<{ readonly angle: number }>("Arm", { angle: required("angle", float64) });

function batchOf<T extends object>(type: { readonly schema: Arm["schema"] }, row: T) {
  const builder = new BatchBuilder(type.schema);
  builder.append(1n, row);
  return builder.finish();
}
type Arm = typeof Arm;

test("get() follows the type and the schema, whatever was read before", () => {
  const readers = new RowReaders();
  const [arms, elbows, nothing] = [new OntologyRegistry([Arm]), new OntologyRegistry([Elbow]), new OntologyRegistry()];
  const arm = batchOf(Arm, { jointAngle: 2 });
  const other = batchOf(OtherArm, { angle: 3 });
  for (let round = 0; round < 2; round++) {
    assert.deepEqual(readers.get(arms, "Arm", arm.schema).row(arm, 0), { jointAngle: 2 });
    assert.deepEqual(readers.get(elbows, "Arm", arm.schema).row(arm, 0), { bend: 2 });
    const wire = { ...arm.schema, fields: arm.schema.fields.map(({ key: _, ...field }) => field) };
    const unnamed = { ...arm, schema: wire };
    assert.deepEqual(readers.get(nothing, "Arm", wire).row(unnamed, 0), { joint_angle: 2 });
    assert.deepEqual(readers.get(new OntologyRegistry([OtherArm]), "Arm", other.schema).row(other, 0), { angle: 3 });
  }
});

test("two streams of a type read different batches at the same time", () => {
  const readers = new RowReaders();
  const registry = new OntologyRegistry([Arm]);
  const batches = [2, 3].map((jointAngle) => batchOf(Arm, { jointAngle }));
  const [a, b] = batches.map((batch) => readers.get(registry, "Arm", batch.schema));
  for (let k = 0; k < 3; k++) {
    assert.deepEqual(a!.row(batches[0]!, 0), { jointAngle: 2 });
    assert.deepEqual(b!.row(batches[1]!, 0), { jointAngle: 3 });
  }
});
