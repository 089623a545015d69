/**
 * A server in a process of its own, to be killed: `serve_child.ts DIRECTORY`. Says its port on the first line.
 *
 * @module
 */
import process from "node:process";
import { MosaicoServer } from "../../../src/server/mod.ts";

const directory = process.argv[2]!;
const limits = { checkpointMs: 20 };
const server = await MosaicoServer.start({ directory, port: 0, limits });
console.log(server.port);
