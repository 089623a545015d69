/**
 * Raw pictures that our lanes encode as JPEG, read by the official SDK 0.7.0.
 *
 * @module
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Image } from "../../src/ontology/mod.ts";
import { startEmbedded } from "../support/embedded.ts";
import { pythonOf, runPython } from "../support/python.ts";

const python = pythonOf("MOSAICO_PYTHON");

test("the SDK reads pictures that were encoded in a lane as its CompressedImage, and decodes them", {
  skip: python.skip,
  timeout: 60_000,
}, async () => {
  await using fx = await startEmbedded({ tcp: true, client: { lanes: 1 } });
  await using drive = await fx.client.sequenceCreate("drive");
  const camera = await drive.topicCreate("/camera", Image, { encode: "jpeg", quality: 95, subsampling: "4:4:4" });
  const colour = { format: "raw", width: 64, height: 48, stride: 192, encoding: "bgr8" } as const;
  const gray = { format: "raw", width: 64, height: 48, stride: 64, encoding: "mono8" } as const;
  const data = Uint8Array.from({ length: 192 * 48 }, (_, i) => [200, 100, 20][i % 3]!); // blue, green, red
  await camera.push(1n, { ...colour, header: { frameId: "colour" }, data });
  await camera.push(2n, { ...gray, header: { frameId: "gray" }, data: new Uint8Array(64 * 48).fill(77) });
  await drive.finalize();

  const args = ["--port", String(fx.server.port), "--sequence", "drive", "--topic", "/camera"];
  const lines = (await runPython(python.path, "sdk_reads_jpegs.py", args)).trim().split("\n").map((it) =>
    JSON.parse(it)
  );
  assert.deepEqual(
    lines.map(({ time, frame, format, size, mode }) => ({ time, frame, format, size, mode })),
    [
      { time: "1", frame: "colour", format: "jpeg", size: [64, 48], mode: "RGB" },
      { time: "2", frame: "gray", format: "jpeg", size: [64, 48], mode: "L" },
    ],
  );
  const near = (found: number, wanted: number) => assert.ok(Math.abs(found - wanted) <= 3, `${found}, not ${wanted}`);
  (lines[0].pixel as number[]).forEach((value, i) => near(value, [20, 100, 200][i]!));
  near(lines[1].pixel, 77);
});
