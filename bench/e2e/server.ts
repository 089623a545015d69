/**
 * The embedded server, in a process of its own: `server.ts DIRECTORY`. It is ready with its address. The questions it answers:
 * `watch`, after which it notes when calls reach it, and how late its event loop is; and `report`, which tells that and ends
 * the watch. Until it is asked to, it notes nothing.
 *
 * @module
 */
import process from "node:process";
import { jsonCodec } from "../../src/protocol/mod.ts";
import { MosaicoServer } from "../../src/server/mod.ts";
import { MosaicoService } from "../../src/server/service/mod.ts";
import type { FlightData, FlightStream } from "../../src/wire/flight/mod.ts";
import { answerQuestions } from "./helper_process.ts";
import { clock, LoopWatch } from "./latency.ts";

/** Where it listens. */
export interface ServerAddress {
  /** Address. */
  readonly host: string;
  /** Port. */
  readonly port: number;
}

/** What `report` is answered with. */
export interface ServerReport {
  /** Lateness of a timer of 1 ms on the server's thread, milliseconds. */
  readonly lags: readonly number[];
  /** When each `listSequences` reached its handler, and when that was through, in `clock` time. */
  readonly lists: readonly { readonly entered: number; readonly left: number }[];
  /** By topic: of each batch, how long after the time of its first row it was in the server's hands, milliseconds. */
  readonly arrivals: Readonly<Record<string, readonly number[]>>;
}

const loop = new LoopWatch();
let isWatching = false;
let lists: { entered: number; left: number }[] = [];
let arrivals: Record<string, number[]> = {};

// The server has no ear for benches, so its handlers are wrapped here.
const { listFlights, doPut } = MosaicoService.prototype;

MosaicoService.prototype.listFlights = function* (context, criteria) {
  const entered = clock();
  yield* listFlights.call(this, context, criteria);
  if (isWatching) lists.push({ entered, left: clock() });
};

MosaicoService.prototype.doPut = function (context, messages) {
  return doPut.call(this, context, isWatching ? timed(messages) : messages);
};

/** Notes when batches come; their first bytes are the time of the first row. */
function timed(messages: FlightStream<FlightData>): FlightStream<FlightData> {
  let late: number[] | undefined;
  return {
    take: async () => {
      const message = await messages.take();
      const now = clock();
      if (message?.descriptor) {
        const { locator } = jsonCodec.decodePutCommand(message.descriptor.cmd);
        late = arrivals[locator.slice(locator.indexOf("/"))] ??= [];
      } else if (message !== undefined && message.body.byteLength >= 8) {
        const { buffer, byteOffset } = message.body;
        late?.push(now - Number(new DataView(buffer, byteOffset).getBigInt64(0, true)) / 1e6);
      }
      return message;
    },
    cancel: () => messages.cancel(),
    [Symbol.asyncIterator]: () => messages[Symbol.asyncIterator](),
    [Symbol.asyncDispose]: () => messages[Symbol.asyncDispose](),
  };
}

await using server = await MosaicoServer.start({ directory: process.argv[2]!, port: 0 });
await answerQuestions({ host: server.host, port: server.port } satisfies ServerAddress, {
  watch: () => {
    lists = [];
    arrivals = {};
    isWatching = true;
    loop.start();
  },
  report: async (): Promise<ServerReport> => {
    isWatching = false;
    return { lags: await loop.stop(), lists, arrivals };
  },
});
