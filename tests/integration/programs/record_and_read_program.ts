/**
 * `record_and_read_program.ts PORT NAME [worker]`: prints what it found as JSON, and ends by itself. With `worker`, all of it
 * happens in a Worker of the program's own.
 *
 * @module
 */
import process from "node:process";
import { type Findings, recordAndRead } from "./record_and_read.ts";

const [port, name, where] = process.argv.slice(2);

function inWorker(): Promise<Findings> {
  const worker = new Worker(new URL("./record_and_read_worker.ts", import.meta.url), { type: "module" });
  const { promise, resolve, reject } = Promise.withResolvers<Findings>();
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = reject;
  worker.postMessage([Number(port), name]);
  return promise.finally(() => worker.terminate());
}

console.log(JSON.stringify(await (where === "worker" ? inWorker() : recordAndRead(Number(port), name!))));
