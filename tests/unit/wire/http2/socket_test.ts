import assert from "node:assert/strict";
import { test } from "node:test";
import { Http2Session } from "../../../../src/wire/http2/mod.ts";
import { memoryNetwork, type Network, systemNetwork } from "../../../../src/wire/net/mod.ts";
import { OK, Recorder, REQUEST } from "./joined.ts";

const TOTAL_BYTES = 24 << 20;
const SLICE_BYTES = 300_000;

/** Bytes whose place shows: any loss or swap changes the running check. */
function pattern(): Uint8Array[] {
  const slices: Uint8Array[] = [];
  for (let at = 0; at < TOTAL_BYTES; at += SLICE_BYTES) {
    const slice = new Uint8Array(Math.min(SLICE_BYTES, TOTAL_BYTES - at));
    for (let i = 0; i < slice.length; i += 97) slice[i] = (at + i) * 31 >>> 8;
    slices.push(slice);
  }
  return slices;
}

/** Sum of what came and where it came. */
class Checker {
  bytes = 0;
  sum = 0;

  add(chunk: Uint8Array): void {
    for (let i = 0; i < chunk.length; i++) {
      if (chunk[i] !== 0) this.sum = (this.sum + chunk[i]! * ((this.bytes + i) % 65_521)) % 4_294_967_291;
    }
    this.bytes += chunk.length;
  }
}

const networks: [name: string, network: () => Network][] = [["real", systemNetwork], ["memory", memoryNetwork]];
for (const [name, network] of networks) {
  test(`${TOTAL_BYTES >> 20} MiB go up and come back unchanged over ${name} sockets, with small windows`, async () => {
    const net = network();
    const servers: Http2Session[] = [];
    const limits = { streamWindowBytes: 1 << 20, connectionWindowBytes: 1 << 20, sendBufferBytes: 1 << 20 };
    const listener = await net.listen({ host: "127.0.0.1", port: 0 }, (socket) => {
      servers.push(Http2Session.server(socket, (stream) => {
        stream.sendHeaders(OK);
        return new Recorder((chunk, endOfStream) => {
          const { length } = chunk;
          const written = stream.write([chunk.slice()], endOfStream);
          if (written === undefined) stream.consume(length);
          else written.then(() => stream.consume(length));
        });
      }, limits));
    });
    const client = Http2Session.client(await net.dial(listener.host, listener.port), limits);
    const sent = new Checker();
    const received = new Checker();
    const echoed = new Promise<void>((resolve, reject) => {
      const sink = new Recorder((chunk, endOfStream) => {
        received.add(chunk);
        stream.consume(chunk.length);
        if (endOfStream) resolve();
      });
      sink.failed = reject;
      const stream = client.request(REQUEST, sink);
      (async () => {
        for (const slice of pattern()) {
          sent.add(slice);
          await stream.write([slice]);
        }
        stream.end();
      })();
    });
    await echoed;
    assert.equal(received.bytes, TOTAL_BYTES);
    assert.equal(received.sum, sent.sum);
    await client.close();
    assert.equal(await client.closed, undefined);
    assert.equal(await servers[0]!.closed, undefined);
    await listener.close();
  });
}
