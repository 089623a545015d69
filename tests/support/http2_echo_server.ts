/**
 * An HTTP/2 server for conformance tools: answers every request with 200 and a small body.
 * `deno run -A tests/support/http2_echo_server.ts [PORT]` prints `listening on 127.0.0.1:PORT`.
 */
import process from "node:process";
import { Http2Session } from "../../src/wire/http2/mod.ts";
import { systemNetwork } from "../../src/wire/net/mod.ts";

const body = new TextEncoder().encode("hello from the other side\n");

const listener = await systemNetwork().listen({ host: "127.0.0.1", port: Number(process.argv[2] ?? 0) }, (socket) => {
  Http2Session.server(socket, (stream, _headers, endOfStream) => {
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
console.log(`listening on ${listener.host}:${listener.port}`);
