/**
 * The HTTP/2 engine alone: two connections joined in memory, one stream, 1 GiB of body.
 *
 * `deno run -A bench/micro/http2_bench.ts` or `bun bench/micro/http2_bench.ts`; options as in `../harness.ts`, and
 * `--mebibytes 1024`. CPU seconds are those of both engines together; a socket would split them between two processes.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Connection } from "../../src/wire/http2/connection.ts";
import type { HeaderList, Http2Stream, StreamSink } from "../../src/wire/http2/mod.ts";
import { bench, benchArguments } from "../harness.ts";

const MEBIBYTE = 1 << 20;
const total = Number(benchArguments({ mebibytes: { type: "string", default: "1024" } }).mebibytes) * MEBIBYTE;
const PULL_BYTES = 2 << 20;

const REQUEST: HeaderList = [[":method", "POST"], [":scheme", "http"], [":path", "/bench"], [":authority", "here"]];
const QUIET: StreamSink = {
  headers() {},
  data() {},
  trailers() {},
  failed(error) {
    throw error;
  },
};

interface Case {
  readonly name: string;
  readonly isUpload: boolean;
  readonly maxFrameBytes: number;
  readonly sliceBytes: number;
  /** Received in chunks of that size, copied like a socket does; 0 = the sender's own slices. */
  readonly chunkBytes: number;
}

const CASES: readonly Case[] = [
  { name: "upload, large frames", isUpload: true, maxFrameBytes: MEBIBYTE, sliceBytes: MEBIBYTE, chunkBytes: 0 },
  { name: "upload, 16 KiB frames", isUpload: true, maxFrameBytes: 16384, sliceBytes: MEBIBYTE, chunkBytes: 0 },
  { name: "upload, 1 KiB slices", isUpload: true, maxFrameBytes: MEBIBYTE, sliceBytes: 1024, chunkBytes: 0 },
  { name: "download, large frames", isUpload: false, maxFrameBytes: MEBIBYTE, sliceBytes: MEBIBYTE, chunkBytes: 0 },
  { name: "download, 16 KiB frames", isUpload: false, maxFrameBytes: 16384, sliceBytes: MEBIBYTE, chunkBytes: 0 },
  {
    name: "download, 64 KiB chunks copied",
    isUpload: false,
    maxFrameBytes: MEBIBYTE,
    sliceBytes: MEBIBYTE,
    chunkBytes: 64 << 10,
  },
];

function transfer({ isUpload, maxFrameBytes, sliceBytes, chunkBytes }: Omit<Case, "name">): number {
  let received = 0;
  const receiver = (stream: () => Http2Stream): StreamSink => ({
    ...QUIET,
    data(chunk) {
      received += chunk.length;
      stream().consume(chunk.length);
    },
  });
  let sending: Http2Stream | undefined;
  const events = {
    wake() {},
    pong() {},
    closed(error: Error | undefined) {
      if (error !== undefined) throw error;
    },
  };
  const server = new Connection("server", {
    ...events,
    opened(stream) {
      if (isUpload) return receiver(() => stream);
      stream.sendHeaders([[":status", "200"]]);
      sending = stream;
      return QUIET;
    },
  }, { maxFrameBytes });
  const client = new Connection("client", { ...events, opened: () => QUIET }, { maxFrameBytes });
  const request: Http2Stream = client.request(REQUEST, isUpload ? QUIET : receiver(() => request), !isUpload);
  if (isUpload) sending = request;

  const slice = new Uint8Array(sliceBytes);
  const slices = Array.from({ length: Math.max(1, MEBIBYTE / sliceBytes) }, () => slice);
  const chunk = new Uint8Array(chunkBytes);
  const out: Uint8Array[] = [];
  let written = 0;
  const carry = (from: Connection, to: Connection) => {
    const bytes = from.pull(PULL_BYTES, out);
    let filled = 0;
    for (const part of out) {
      if (chunkBytes === 0) {
        to.receive(part);
        continue;
      }
      for (let at = 0; at < part.length;) {
        const length = Math.min(part.length - at, chunkBytes - filled);
        chunk.set(part.subarray(at, at + length), filled);
        at += length;
        filled += length;
        if (filled === chunkBytes) {
          to.receive(chunk);
          filled = 0;
        }
      }
    }
    if (filled > 0) to.receive(chunk.subarray(0, filled));
    out.length = 0;
    return bytes;
  };
  while (received < total) {
    while (written < total && sending !== undefined && written - received < 4 * MEBIBYTE) {
      written += MEBIBYTE;
      sending.write(slices, written === total);
    }
    carry(client, server);
    carry(server, client);
  }
  return received;
}

for (const { name, ...sizes } of CASES) {
  await bench(`http2/${name}`, {
    bytes: total,
    runs: 5,
    run: () => transfer(sizes),
    verify: (received) => assert.equal(received, total),
  });
}
