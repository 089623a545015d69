/**
 * A proxy that hands on what it receives no faster than so many bytes a second: `slow_proxy.ts HOST PORT BYTES_PER_SECOND`.
 * Whoever sends through it has a peer that reads slowly: in gulps, with pauses of a tenth of a second. Answers are not
 * held up. It is ready with its address.
 *
 * @module
 */
import { once } from "node:events";
import { connect, createServer } from "node:net";
import process from "node:process";
import { answerQuestions } from "./helper_process.ts";
import type { ServerAddress } from "./server.ts";

const [host, port, bytesPerSecond] = process.argv.slice(2);
const GULP_BYTES = Number(bytesPerSecond) / 10;

const proxy = createServer((client) => {
  const server = connect(Number(port), host);
  let taken = 0;
  let pausedAt = performance.now();
  client.on("data", (chunk) => {
    taken += chunk.length;
    let pause = server.write(chunk) ? 0 : -1;
    if (taken >= GULP_BYTES) {
      taken = 0;
      pause = Math.max(pause, pausedAt + 100 - performance.now());
      pausedAt = Math.max(performance.now(), pausedAt + 100);
    }
    if (pause === 0) return;
    client.pause();
    if (pause > 0) setTimeout(() => client.resume(), pause);
    else server.once("drain", () => client.resume());
  });
  server.pipe(client);
  client.on("end", () => server.end());
  for (const socket of [client, server]) {
    socket.on("error", () => {});
    socket.on("close", () => {
      client.destroy();
      server.destroy();
    });
  }
}).listen(0, "127.0.0.1");
await once(proxy, "listening");
const address = proxy.address();
if (address === null || typeof address === "string") throw new TypeError("Cannot tell the port of the proxy");
await answerQuestions({ host: address.address, port: address.port } satisfies ServerAddress, {});
process.exit(0);
