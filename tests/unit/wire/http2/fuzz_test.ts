import assert from "node:assert/strict";
import { test } from "node:test";
import { concat, isMosaicoError, utf8 } from "../../../../src/base/mod.ts";
import { frame, join, OK, Recorder, REQUEST, Side, uint32 } from "./joined.ts";

/** Reproducible numbers (xorshift). */
function random(seed: number): (below: number) => number {
  let state = seed * 2654435761 | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** What a client says in a lively exchange, frame by frame. */
function conversation(): Uint8Array {
  const { client, server } = join();
  server.serve = ({ stream }, endOfStream) => {
    stream.sendHeaders(OK);
    if (endOfStream) stream.end();
  };
  const said: Uint8Array[] = [];
  const turn = () => {
    const out = client.output();
    said.push(out);
    server.connection.receive(out);
    client.connection.receive(server.output());
  };
  turn();
  const streams = Array.from({ length: 6 }, (_, at) => {
    return client.connection.request([...REQUEST, ["x", `value ${at}`]], new Recorder(), at === 0);
  });
  turn();
  for (const [at, stream] of streams.entries()) {
    if (at === 0) continue;
    stream.write([new Uint8Array(200 * at)]);
    if (at === 2) stream.sendTrailers([["checksum", "1"]]);
    else if (at === 3) stream.reset();
    else if (at !== 5) stream.end();
    client.connection.ping(new Uint8Array(8));
    turn();
  }
  said.push(frame(0, 0x9, 11, [3, 1, 2, 3, 0, 0, 0]), frame(8, 0, 0, uint32(1000)), frame(7, 0, 0, new Uint8Array(8)));
  return concat(said);
}

/** Feeds bytes in random cuts; whatever comes, only typed errors may come of it. */
function feed(side: Side, bytes: Uint8Array, next: (below: number) => number): void {
  side.serve = ({ stream }) => {
    stream.sendHeaders(OK);
    stream.write([new Uint8Array(50)], next(2) === 0);
    if (next(8) === 0) stream.reset(next(14));
  };
  for (let at = 0; at < bytes.length && !side.isOver;) {
    const length = 1 + next(next(4) === 0 ? 3 : 400);
    side.connection.receive(bytes.slice(at, at + length));
    at += length;
    if (next(3) === 0) side.connection.pull(1 << 16, []);
  }
  const slices: Uint8Array[] = [];
  assert.ok(side.connection.pull(1 << 30, slices) < 6 << 20, "output is bounded");
  assert.equal(side.connection.pull(1 << 30, slices), 0, "output ends");
  for (const { sink } of side.incoming) {
    if (sink.error !== undefined) assert.ok(isMosaicoError(sink.error), String(sink.error));
  }
  if (side.error !== undefined) {
    assert.ok(isMosaicoError(side.error, "connection."), String(side.error));
    assert.notEqual(side.error.facts["http2Code"], 2, "an internal error");
  }
}

test("A conversation cut anywhere means the same", () => {
  const bytes = conversation();
  const heard = (cut: (at: number) => number) => {
    const side = new Side("server");
    side.serve = ({ stream }) => stream.sendHeaders(OK, true);
    for (let at = 0; at < bytes.length; at += cut(at)) side.connection.receive(bytes.slice(at, at + cut(at)));
    const log = side.incoming.map(({ headers, sink }) => [headers, sink.log, sink.text, sink.bytes]);
    return { log, error: side.error?.message, output: [...side.output()] };
  };
  const whole = heard(() => 1 << 24);
  assert.equal(whole.log.length, 6);
  assert.equal(whole.error, undefined);
  for (const size of [1, 2, 3, 5, 9, 13, 100]) assert.deepEqual(heard(() => size), whole);
});

test("Mutated conversations end in typed errors or answers, at once and in bounds", () => {
  const good = conversation();
  let over = 0;
  for (let seed = 1; seed <= 1500; seed++) {
    const next = random(seed);
    let bytes: Uint8Array = good.slice();
    for (let count = 1 + next(6); count > 0; count--) {
      const at = 24 + next(bytes.length - 24);
      const kind = next(4);
      if (kind === 0) bytes[at] = next(256);
      else if (kind === 1) bytes[at]! ^= 1 << next(8);
      else if (kind === 2) {
        bytes = concat([bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + next(30)))]);
      } else bytes = concat([bytes.subarray(0, at), bytes.subarray(at - next(Math.min(at, 60)))]);
    }
    const side = new Side("server");
    feed(side, bytes, next);
    if (side.error !== undefined) over++;
  }
  assert.ok(over > 300 && over < 1500, `${over} of 1500 were found broken`);
});

test("Random frames never do worse than a typed error, for servers and clients", () => {
  for (let seed = 1; seed <= 1500; seed++) {
    const next = random(seed);
    const parts = [frame(4, 0, 0, [])];
    for (let count = next(60); count > 0; count--) {
      const length = next(5) === 0 ? next(600) : [0, 4, 5, 6, 8][next(5)]!;
      const payload = Uint8Array.from({ length }, () => next(3) === 0 ? next(256) : 0x80 | next(62));
      parts.push(
        frame(next(11), next(4) === 0 ? next(256) : [0, 1, 4, 5][next(4)]!, next(3) === 0 ? 0 : next(12), payload),
      );
    }
    if (seed % 2 === 0) {
      const side = new Side("server");
      feed(side, concat([utf8("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), ...parts]), next);
    } else {
      const side = new Side("client");
      const sinks = Array.from({ length: 5 }, () => new Recorder());
      for (const sink of sinks) side.connection.request(REQUEST, sink, next(2) === 0);
      feed(side, concat(parts), next);
      for (const { error } of sinks) assert.ok(error === undefined || isMosaicoError(error), String(error));
    }
  }
});

test("Random bytes are not HTTP/2", () => {
  for (let seed = 1; seed <= 500; seed++) {
    const next = random(seed);
    const bytes = Uint8Array.from({ length: 20 + next(300) }, () => next(256));
    for (const role of ["client", "server"] as const) {
      const side = new Side(role);
      feed(side, bytes, next);
      assert.ok(isMosaicoError(side.error, "connection."), String(side.error));
    }
  }
});

test("Headers that expand far beyond their bytes take no more memory than the limit", () => {
  const side = new Side("server");
  side.connection.receive(concat([utf8("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), frame(4, 0, 0, [])]));
  // One entry of 4000 bytes, then 12,000 one-byte references to it: 48 MB of headers in 16 KB.
  const block = concat([
    Uint8Array.from([0x40, 1, 0x61, 0x7f, 0xa1, 0x1e]),
    new Uint8Array(4000).fill(0x62),
    new Uint8Array(12_000).fill(0xbe),
  ]);
  const startedAt = performance.now();
  for (let id = 1; id < 100; id += 2) side.connection.receive(frame(1, 5, id, block));
  assert.equal(side.incoming.length, 0);
  assert.equal(side.isOver, false);
  assert.ok(performance.now() - startedAt < 2000);
});
