/**
 * Every ontology type between our client and the official SDK 0.7.0, both ways, through the embedded server: rows with every
 * optional part, with none, and with some.
 *
 * @module
 */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { type JsonObject, stringifyJson } from "../../src/base/mod.ts";
import { STANDARD_TYPES, standardRegistry } from "../../src/ontology/mod.ts";
import { FINGERPRINTS } from "../unit/ontology/fingerprints.ts";
import { startEmbedded } from "../support/embedded.ts";
import { temporaryFolder } from "../support/folder.ts";
import { pythonOf, runPython } from "../support/python.ts";
import { samplesOf, TYPES_WITH_COLUMNS } from "../types/samples.ts";
import { asJson } from "./rows.ts";

const python = pythonOf("MOSAICO_PYTHON");
const registry = standardRegistry();
const timeOf = (row: number) => 1_700_000_000_000_000_000n + BigInt(row) * 7n;

test("there are rows of every type that has columns", () => {
  const tags = Object.keys(FINGERPRINTS).filter((tag) => tag !== "Unmodeled");
  assert.deepEqual(TYPES_WITH_COLUMNS.map(({ tag }) => tag).sort(), tags.sort());
  assert.equal(tags.length, 59);
});

test("the SDK reads every type of ours as its class, and we read every type of the SDK's as ours", {
  skip: python.skip,
  timeout: 120_000,
}, async () => {
  await using folder = await temporaryFolder();
  await using fx = await startEmbedded({ tcp: true });
  const expected: Record<string, JsonObject[]> = {};
  await using drive = await fx.client.sequenceCreate("ours");
  for (const type of TYPES_WITH_COLUMNS) {
    const rows = samplesOf(type);
    expected[type.tag] = rows.map((row, i) => ({ timestamp_ns: timeOf(i), ...asJson(type.type, row) as JsonObject }));
    const topic = await drive.topicCreate(`/${type.tag}`, type);
    for (const [i, row] of rows.entries()) await topic.push(timeOf(i), row);
  }
  await drive.finalize();
  const file = join(folder.path, "rows.json");
  await writeFile(file, stringifyJson(expected));
  const printed = await runPython(python.path, "sdk_types.py", ["--port", String(fx.server.port), "--rows", file]);
  const fingerprints = STANDARD_TYPES.map((type) => [type.tag, type.fingerprint]);
  assert.equal(fingerprints.length, 60);
  assert.deepEqual(JSON.parse(printed.trim().split("\n").at(-1)!), Object.fromEntries(fingerprints));

  for (const name of ["ours", "theirs"]) {
    const sequence = (await fx.client.sequenceHandler(name))!;
    assert.equal(sequence.topics.length, 59);
    for (const type of TYPES_WITH_COLUMNS) {
      const handler = (await fx.client.topicHandler(name, `/${type.tag}`))!;
      assert.equal(registry.resolve(handler.ontologyTag, handler.schema!), type, `${name}: ${type.tag} is typed`);
      const found = [];
      for await (const { timestampNs, data } of await handler.stream()) {
        found.push({ timestamp_ns: timestampNs, ...asJson(type.type, data) as JsonObject });
      }
      assert.deepEqual(found, expected[type.tag], `${name}: ${type.tag}`);
    }
  }
});
