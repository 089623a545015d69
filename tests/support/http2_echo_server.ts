/**
 * An HTTP/2 server for conformance tools: answers every request with 200 and a small body.
 * `deno run -A tests/support/http2_echo_server.ts [PORT]` prints `listening on 127.0.0.1:PORT`.
 */
import { createServer } from "node:net";
import type { Socket as NodeSocket } from "node:net";
import process from "node:process";
import { Http2Session } from "../../src/wire/http2/mod.ts";
import type { Socket } from "../../src/wire/net/types.ts";

/** A socket of `node:net` as ours. */
function adapt(socket: NodeSocket): Socket {
  return {
    remote: `${socket.remoteAddress}:${socket.remotePort}`,
    alpn: undefined,
    start(handler) {
      let failure: Error | undefined;
      socket.on("data", (chunk) => handler.data(chunk));
      socket.on("error", (error) => failure = error);
      socket.on("close", () => handler.closed(failure));
      socket.on("end", () => socket.end());
    },
    write(slices) {
      socket.cork();
      let isTaken = true;
      for (const slice of slices) isTaken = socket.write(slice.slice());
      socket.uncork();
      return isTaken || socket.destroyed ? undefined : new Promise((resolve) => {
        socket.once("drain", resolve);
        socket.once("close", () => resolve());
      });
    },
    end: () => void socket.end(),
    destroy: (error) => void socket.destroy(error),
  };
}

const body = new TextEncoder().encode("hello from the other side\n");
const server = createServer({ allowHalfOpen: true }, (socket) => {
  Http2Session.server(adapt(socket), (stream, _headers, endOfStream) => {
    const answer = () => {
      stream.sendHeaders([[":status", "200"], ["content-type", "text/plain"], ["content-length", `${body.length}`]]);
      stream.write([body], true);
    };
    if (endOfStream) answer();
    return {
      headers() {},
      data(chunk, isEnd) {
        stream.consume(chunk.length);
        if (isEnd) answer();
      },
      trailers: answer,
      failed() {},
    };
  });
});
server.listen(Number(process.argv[2] ?? 0), "127.0.0.1", () => {
  const address = server.address() as { port: number };
  console.log(`listening on 127.0.0.1:${address.port}`);
});
