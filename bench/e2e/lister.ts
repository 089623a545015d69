/**
 * A second process that asks the server for its sequences, again and again: `lister.ts HOST PORT`. The questions it answers:
 * `start`, and `stop`, which tells the calls, and how late this process's own event loop was meanwhile.
 *
 * @module
 */
import process from "node:process";
import { MosaicoClient } from "../../src/client/mod.ts";
import { answerQuestions } from "./helper_process.ts";
import { listAgainAndAgain, type ListCall, LoopWatch } from "./latency.ts";

/** What `stop` is answered with. */
export interface ListerReport {
  /** Calls since `start`. */
  readonly calls: readonly ListCall[];
  /** Lateness of a timer of 1 ms, milliseconds. */
  readonly lags: readonly number[];
}

const [host, port] = process.argv.slice(2);
await using client = await MosaicoClient.connect(host!, Number(port));
const loop = new LoopWatch();
let isAsking = false;
let asking: Promise<ListCall[]> = Promise.resolve([]);

await answerQuestions({}, {
  start: () => {
    isAsking = true;
    loop.start();
    asking = listAgainAndAgain(client, () => isAsking);
  },
  stop: async (): Promise<ListerReport> => {
    isAsking = false;
    return { calls: await asking, lags: await loop.stop() };
  },
});
