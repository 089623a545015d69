/**
 * What rows are read as: their type where its columns are exactly those that came, wire names otherwise.
 *
 * @module
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { OntologyType } from "../../../../src/ontology/mod.ts";
import {
  defineOntology,
  float64,
  IMU,
  OntologyRegistry,
  optional,
  required,
  standardRegistry,
  Vector3d,
} from "../../../../src/ontology/mod.ts";
import { type Embedded, startEmbedded } from "../../../support/embedded.ts";

interface Arm {
  readonly jointAngle: number;
  readonly tip?: Vector3d | undefined;
}
const Arm = defineOntology<Arm>("Arm", {
  jointAngle: required("joint_angle", float64),
  tip: optional("tip", Vector3d),
});
/** A namesake with another column. */
const OtherArm = defineOntology<{ readonly angle: number }>("Arm", { angle: required("angle", float64) });
/** A namesake whose column may be null. */
const LooseArm = defineOntology<{ readonly jointAngle?: number | undefined; readonly tip?: Vector3d | undefined }>(
  "Arm",
  {
    jointAngle: optional("joint_angle", float64),
    tip: optional("tip", Vector3d),
  },
);

async function record({ client }: Embedded): Promise<void> {
  await using drive = await client.sequenceCreate("drive");
  const arm = await drive.topicCreate("/arm", Arm);
  await arm.push(1n, { jointAngle: 0.5 });
  await arm.push(2n, { jointAngle: 1, tip: { x: 1, y: 2, z: 3 } });
  await drive.finalize();
}

test("rows are typed when the fingerprint is the type's, and have wire names otherwise", async () => {
  await using fx = await startEmbedded();
  await record(fx);
  const typed = [{ jointAngle: 0.5 }, { jointAngle: 1, tip: { x: 1, y: 2, z: 3 } }];
  const named = [{ joint_angle: 0.5 }, { joint_angle: 1, tip: { x: 1, y: 2, z: 3 } }];
  const cases: [string, Iterable<OntologyType<unknown>>, unknown][] = [
    ["the type", [Arm as OntologyType<unknown>], typed],
    ["nothing of that tag", standardRegistry(), named],
    ["a namesake with other columns", [OtherArm as OntologyType<unknown>], named],
    ["a namesake with other nulls", [LooseArm as OntologyType<unknown>], named],
  ];
  const bare = (value: unknown) => JSON.parse(JSON.stringify(value)); // undefined members are members that are missing
  for (const [what, types, expected] of cases) {
    await using client = await fx.connect({ registry: new OntologyRegistry(types) });
    const rows = [];
    for await (const { data } of await (await client.topicHandler("drive", "/arm"))!.stream()) rows.push(data);
    assert.deepEqual(bare(rows), expected, what);
    const merged = [];
    for await (const { data, ontologyTag } of (await client.sequenceHandler("drive"))!.stream()) {
      assert.equal(ontologyTag, "Arm");
      merged.push(data);
    }
    assert.deepEqual(bare(merged), expected, what);
  }
});

test("a struct of nothing but nulls is no struct, at any depth", async () => {
  await using fx = await startEmbedded();
  await record(fx);
  {
    await using drive = await fx.client.sequenceCreate("imu");
    const imu = await drive.topicCreate("/imu", IMU);
    await imu.push(1n, { acceleration: { x: 0, y: 0, z: 9 }, angularVelocity: { x: 0, y: 0, z: 0 } });
    await drive.finalize();
  }
  const stream = await (await fx.client.topicHandler("drive", "/arm", Arm))!.stream();
  const { value } = await stream.next();
  assert.equal(value!.data.tip, undefined);
  for await (const { data } of await (await fx.client.topicHandler("imu", "/imu", IMU))!.stream()) {
    assert.equal(data.header, undefined);
    assert.equal(data.orientation, undefined);
    assert.equal(data.acceleration.header, undefined);
    assert.equal(data.acceleration.z, 9);
  }
});
