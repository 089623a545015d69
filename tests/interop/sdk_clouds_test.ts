/**
 * Compressed clouds that our client writes, read by the official SDK 0.7.0 with the Python reader of the format.
 *
 * @module
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { CompressedLidar, compressLidar, decompressLidar } from "../../src/ontology/mod.ts";
import { startEmbedded } from "../support/embedded.ts";
import { pythonOf, runPython } from "../support/python.ts";

const python = pythonOf("MOSAICO_PYTHON");
const POINTS = 2000;

test("the SDK reads compressed clouds as unmodeled data, and the Python reader decodes them", {
  skip: python.skip,
  timeout: 60_000,
}, async () => {
  await using fx = await startEmbedded({ tcp: true });
  await using drive = await fx.client.sequenceCreate("drive");
  const topic = await drive.topicCreate("/lidar", CompressedLidar);
  for (let scan = 0; scan < 3; scan++) {
    const x = Float32Array.from({ length: POINTS }, (_, i) => Math.sin(i / 60 + scan) * 30);
    const lidar = {
      header: { frameId: `scan ${scan}` },
      ...{ x, y: x.toReversed(), z: x.map((value, i) => i % 9 === 0 ? NaN : value / 10) },
      ...{ intensity: x.map(Math.abs), beamId: Uint16Array.from(x, (_, i) => i % 16) },
      pointTimestamp: Float64Array.from(x, (_, i) => i * 1e-6),
    };
    await topic.push(BigInt(scan), await compressLidar(lidar, { resolutions: { intensity: scan === 0 ? 0 : 0.5 } }));
  }
  await drive.finalize();

  const args = ["--port", String(fx.server.port), "--sequence", "drive", "--topic", "/lidar"];
  const lines = (await runPython(python.path, "sdk_reads_clouds.py", args)).trim().split("\n");
  assert.equal(lines.length, 3);
  const sequence = (await fx.client.sequenceHandler("drive"))!;
  for await (const { timestampNs, data } of sequence.stream()) {
    const { time, n, frame, fingerprint, values } = JSON.parse(lines[Number(timestampNs)]!);
    assert.deepEqual([time, n, frame], [String(timestampNs), POINTS, `scan ${timestampNs}`]);
    assert.equal(fingerprint, CompressedLidar.fingerprint);
    const { header: _, ...lists } = await decompressLidar(data as CompressedLidar);
    const own = Object.fromEntries(
      Object.entries(lists).map(([key, list]) => [
        key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
        Buffer.from((list as Float32Array).buffer).toString("base64"),
      ]),
    );
    assert.deepEqual(values, own);
  }
});
