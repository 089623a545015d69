/**
 * Coded point clouds, read by the Python reader beside the format's description: those of recordings, and ones made up.
 *
 * @module
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { lidarCodec, type LidarColumns, type LidarProfile } from "../../src/codecs/mod.ts";
import { temporaryFolder } from "../support/folder.ts";
import { pythonOf, runPython } from "../support/python.ts";
import { cloudsOf, madeUpCloud, withOddFloats } from "../unit/codecs/clouds.ts";
import { randomOf } from "../unit/codecs/support.ts";

const PROFILES: readonly LidarProfile[] = ["fast", "medium", "small"];
const python = pythonOf("MOSAICO_PYTHON");
const data = process.env["MOSAICO_TEST_DATA"] ?? "";

function* clouds(): Generator<LidarColumns> {
  const random = randomOf(71);
  for (let n = 0; n < 600; n++) {
    const cloud = madeUpCloud(n < 40 ? n : Math.floor(300 * random()), random);
    withOddFloats(cloud, [0, 0.02, 0.4, 1][n % 4]!, random);
    yield cloud;
  }
  if (!existsSync(data)) return console.log("SKIPPED: clouds of recordings (MOSAICO_TEST_DATA names no folder)");
  for (const [, cloud] of cloudsOf(data)) yield cloud;
}

test("the Python reader decodes each cloud to the same bits", { skip: python.skip, timeout: 120_000 }, async () => {
  const codec = lidarCodec();
  const pieces: Uint8Array[] = [];
  const expected: Record<string, string>[] = [];
  let i = 0;
  for (const cloud of clouds()) {
    const payload = codec.encode(cloud, {
      profile: PROFILES[i++ % 3]!,
      resolutions: i % 5 === 0 ? { x: 0, z: 0.1 } : {},
    });
    pieces.push(new Uint8Array(Uint32Array.of(payload.byteLength).buffer), payload);
    const hashes = Object.entries(codec.decode(payload)).map(([name, { buffer }]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      createHash("sha256").update(new Uint8Array(buffer)).digest("hex"),
    ]);
    expected.push(Object.fromEntries(hashes));
  }
  await using folder = await temporaryFolder();
  const input = join(folder.path, "payloads");
  await writeFile(input, Buffer.concat(pieces));
  const lines = (await runPython(python.path, "codecs_clouds.py", ["--input", input])).trim().split("\n");
  assert.equal(lines.length, expected.length);
  for (const [cloud, line] of lines.entries()) assert.deepEqual(JSON.parse(line), expected[cloud], `cloud ${cloud}`);
});
