/**
 * A program that uploads one batch through a lane and says where that lane ran: `one_upload.ts PORT`. Ends by itself.
 *
 * @module
 */
import process from "node:process";
import { LaneOpener } from "../../../../src/client/lanes/mod.ts";
import { batchOf, bytesOf, SCHEMA } from "./support.ts";

const address = { host: "127.0.0.1", port: Number(process.argv[2]) };
const opener = new LaneOpener({ address, timeoutMs: 5_000, workers: 1 });
const lane = await opener.open(0);
const upload = lane.upload({ command: bytesOf("keep"), schema: SCHEMA, compression: "lz4" });
await upload.send(batchOf(100), true);
await upload.finish();
await lane.close();
console.log(lane.inWorker ? "in a Worker" : `inline: ${opener.inlineReason}`);
