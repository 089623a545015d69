/**
 * Uploads one batch through a lane and says where that lane ran. As a program: `one_upload.ts PORT`, which ends by itself.
 *
 * @module
 */
import process from "node:process";
import { LaneOpener } from "../../../../src/client/lanes/mod.ts";
import { batchOf, bytesOf, SCHEMA } from "./support.ts";

/** Uploads to the server at `port`. */
export async function uploadOnce(port: number): Promise<string> {
  const opener = new LaneOpener({ address: { host: "127.0.0.1", port }, timeoutMs: 5_000, workers: 1 });
  const lane = await opener.open(0);
  const upload = lane.upload({ command: bytesOf("keep"), schema: SCHEMA, compression: "lz4" });
  await upload.send(batchOf(100), true);
  await upload.finish();
  await lane.close();
  return lane.inWorker ? "in a Worker" : `inline: ${opener.inlineReason}`;
}

if (import.meta.main) console.log(await uploadOnce(Number(process.argv[2])));
