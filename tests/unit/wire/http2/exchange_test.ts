import assert from "node:assert/strict";
import { test } from "node:test";
import type { Http2Options } from "../../../../src/wire/http2/mod.ts";
import { isMosaicoError, utf8 } from "../../../../src/base/mod.ts";
import { join, OK, Recorder, REQUEST } from "./joined.ts";

test("A request with body and trailers meets a response with body and trailers, in chunks of any size", () => {
  for (const chunkBytes of [1, 2, 3, 7, 10, 64, 1 << 20]) {
    const { client, server, pump } = join();
    server.serve = ({ stream, sink }) => {
      stream.sendHeaders(OK);
      stream.write([utf8("hel"), utf8("lo")]);
      stream.sendTrailers([["grpc-status", "0"]]);
      assert.equal(sink.log.length, 0);
    };
    const sink = new Recorder();
    const stream = client.connection.request(REQUEST, sink, false);
    stream.write([utf8("question")]);
    stream.sendTrailers([["x", "y"]]);
    pump(chunkBytes);
    assert.deepEqual(sink.log, ["headers :status=200 content-type=text/plain", "trailers grpc-status=0"]);
    assert.equal(sink.text, "hello");
    const incoming = server.incoming[0]!;
    assert.deepEqual(incoming.headers, REQUEST);
    assert.deepEqual(incoming.sink.log, ["trailers x=y"]);
    assert.equal(incoming.sink.text, "question");
    assert.equal(client.connection.openStreams, 0);
    assert.equal(server.connection.openStreams, 0);
  }
});

test("Headers alone, headers with an empty end, and a body that ends itself", () => {
  const { client, server, pump } = join();
  server.serve = ({ stream, headers }) => {
    const path = headers[2]![1];
    if (path === "/alone") return stream.sendHeaders([[":status", "204"]], true);
    stream.sendHeaders(OK);
    if (path === "/body") stream.write([utf8("all")], true);
    else stream.end();
  };
  const logs = ["/alone", "/empty", "/body"].map((path) => {
    const sink = new Recorder();
    client.connection.request([...REQUEST.slice(0, 2), [":path", path]], sink, true);
    pump();
    return sink.log.join("|") + sink.text;
  });
  const head = "headers :status=200 content-type=text/plain";
  assert.deepEqual(logs, ["headers :status=204 end", `${head}|end`, `${head}|endall`]);
});

test("A body stops at the window and goes on when the reader consumes", async () => {
  const window = 65_535;
  const { client, server, pump } = join({ sendBufferBytes: 100_000 }, {
    streamWindowBytes: window,
    connectionWindowBytes: 1 << 20,
  });
  const stream = client.connection.request(REQUEST, new Recorder(), false);
  pump();
  const incoming = server.incoming[0]!;
  server.isConsuming = false;
  const room = stream.write([new Uint8Array(300_000)], true);
  assert.ok(room instanceof Promise);
  let isRoom = false;
  room.then(() => isRoom = true);
  pump();
  assert.equal(incoming.sink.bytes, window);
  for (let given = 0; given < 300_000; given += window) {
    assert.equal(incoming.sink.bytes, Math.min(300_000, given + window));
    assert.equal(incoming.sink.log.includes("end"), given + window >= 300_000);
    await Promise.resolve();
    assert.equal(isRoom, 300_000 - incoming.sink.bytes < 100_000);
    incoming.stream.consume(window);
    pump();
  }
  assert.deepEqual(incoming.sink.log, ["end"]);
});

test("Streams share the connection's window in turns, and an end needs no window", () => {
  const { client, server, pump } = join({}, {
    connectionWindowBytes: 65_535,
    maxHeldBytes: 0,
    maxFrameBytes: 16_384,
  });
  server.isConsuming = false;
  const streams = Array.from({ length: 4 }, () => client.connection.request(REQUEST, new Recorder(), false));
  const late = client.connection.request(REQUEST, new Recorder(), false);
  pump();
  for (const stream of streams) stream.write([new Uint8Array(100_000)], true);
  pump();
  late.end();
  pump();
  const received = server.incoming.map(({ sink }) => sink.bytes);
  assert.equal(received.reduce((sum, bytes) => sum + bytes), 65_535);
  assert.ok(received.slice(0, 4).every((bytes) => bytes >= 16_383), String(received));
  assert.deepEqual(server.incoming[4]!.sink.log, ["end"]);
  for (let round = 0; round < 100; round++) {
    for (const { stream } of server.incoming) stream.consume(1 << 20);
    pump();
  }
  assert.deepEqual(server.incoming.map(({ sink }) => sink.bytes), [100_000, 100_000, 100_000, 100_000, 0]);
});

/** Requests of windows of those sizes, each answered with 1 MiB that nobody consumes. */
function unreadAnswers(windows: readonly (number | undefined)[], options: Http2Options): readonly Recorder[] {
  const { client, server, pump } = join(options);
  server.serve = ({ stream }) => {
    stream.sendHeaders(OK);
    stream.write([new Uint8Array(1 << 20)], true);
  };
  const sinks = windows.map((windowBytes) => {
    const sink = new Recorder();
    client.connection.request(REQUEST, sink, true, windowBytes);
    return sink;
  });
  pump();
  return sinks;
}

test("A client's connection has its window back on receipt: streams that nobody reads stop no other", () => {
  const sinks = unreadAnswers(new Array(20).fill(undefined), {
    streamWindowBytes: 100_000,
    connectionWindowBytes: 70_000,
  });
  assert.deepEqual(sinks.map(({ bytes }) => bytes), new Array(20).fill(100_000));
});

test("Each request has a window of its own", () => {
  const sinks = unreadAnswers([undefined, 65_535, 300_000, 2 << 20], { streamWindowBytes: 200_000 });
  assert.deepEqual(sinks.map(({ bytes }) => bytes), [200_000, 65_535, 300_000, 1 << 20]);
});

test("What all streams hold together is bounded where asked for, and a server asks for it", () => {
  const options = { streamWindowBytes: 100_000, connectionWindowBytes: 70_000, maxHeldBytes: 250_000 };
  const held = (sinks: readonly Recorder[]) => sinks.reduce((sum, { bytes }) => sum + bytes, 0);
  assert.equal(held(unreadAnswers(new Array(20).fill(undefined), options)), 320_000);

  const { client, server, pump } = join();
  server.isConsuming = false;
  for (let i = 0; i < 20; i++) {
    client.connection.request(REQUEST, new Recorder(), false).write([new Uint8Array(8 << 20)]);
  }
  pump();
  const bytes = held(server.incoming.map(({ sink }) => sink)); // small parts of a window are put together
  assert.ok(bytes > 32 << 20 && bytes <= 64 << 20, `${bytes} bytes`);
  for (let round = 0; round < 3; round++) {
    for (const { stream } of server.incoming) stream.consume(8 << 20);
    pump();
  }
  assert.deepEqual(server.incoming.map(({ sink }) => sink.bytes), new Array(20).fill(8 << 20));
});

test("Streams that fail or are dropped never cost the connection its window", () => {
  const { client, server, pump } = join({}, {
    streamWindowBytes: 65_535,
    connectionWindowBytes: 70_000,
    maxHeldBytes: 0,
  });
  server.isConsuming = false;
  for (let round = 0; round < 40; round++) {
    const sink = new Recorder();
    const stream = client.connection.request(REQUEST, sink, false);
    stream.write([new Uint8Array(60_000)], round % 4 === 3);
    pump();
    const incoming = server.incoming.at(-1)!;
    assert.equal(incoming.sink.bytes, 60_000, `round ${round}`);
    if (round % 4 === 0) stream.reset();
    else if (round % 4 === 1) incoming.stream.reset();
    else if (round % 4 === 2) incoming.stream.consume(60_000), stream.reset();
    else {
      incoming.stream.sendHeaders(OK, true);
      pump();
      assert.equal(server.connection.openStreams, 0);
      incoming.stream.reset();
    }
    pump();
  }
  assert.equal(server.connection.openStreams, 0);
  assert.equal(client.connection.openStreams, 0);
});

test("A reset reaches the other side with its code; its own side hears nothing", async () => {
  const { client, server, pump } = join();
  const sink = new Recorder();
  const stream = client.connection.request(REQUEST, sink, true);
  pump();
  const incoming = server.incoming[0]!;
  stream.reset();
  stream.reset(7);
  pump();
  assert.deepEqual(sink.log, []);
  assert.deepEqual(incoming.sink.log, ["failed rpc.reset CANCEL"]);
  incoming.stream.sendHeaders(OK);
  incoming.stream.end();
  await assert.rejects(Promise.resolve(incoming.stream.write([utf8("late")])), (error) => {
    return isMosaicoError(error, "rpc.reset") && error.facts["http2Code"] === 8 && error.facts["streamId"] === 1;
  });

  const refused = new Recorder();
  client.connection.request(REQUEST, refused, false);
  pump();
  server.incoming[1]!.stream.reset(7);
  pump();
  assert.deepEqual(refused.log, ["failed rpc.reset REFUSED_STREAM"]);
  assert.equal(isMosaicoError(refused.error) && refused.error.facts["isUnprocessed"], true);
});

test("A waiting writer hears of the reset", async () => {
  const { client, server, pump } = join({ sendBufferBytes: 10 }, { streamWindowBytes: 65_535 });
  server.isConsuming = false;
  const stream = client.connection.request(REQUEST, new Recorder(), false);
  pump();
  const room = stream.write([new Uint8Array(200_000)]);
  pump();
  server.incoming[0]!.stream.reset(2);
  pump();
  await assert.rejects(Promise.resolve(room), /reset by .*: INTERNAL_ERROR/);
  assert.equal(stream.isSendClosed, true);
});

test("A server answers early and resets with NO_ERROR after the answer: the answer stands", () => {
  const { client, server, pump } = join({}, { streamWindowBytes: 65_535 });
  server.serve = ({ stream }) => {
    stream.sendHeaders(OK);
    stream.write([utf8("too big")]);
    stream.sendTrailers([["grpc-status", "8"]]);
    stream.reset(0);
  };
  const sink = new Recorder();
  const stream = client.connection.request(REQUEST, sink, false);
  stream.write([new Uint8Array(500_000)]);
  pump();
  assert.deepEqual(sink.log, ["headers :status=200 content-type=text/plain", "trailers grpc-status=8"]);
  assert.equal(sink.text, "too big");
  assert.equal(stream.isSendClosed, true);
  assert.equal(client.connection.openStreams + server.connection.openStreams, 0);
  assert.deepEqual(server.incoming[0]!.sink.log, []);
});

test("Requests wait for the peer's limit of concurrent streams, and may be dropped while they wait", () => {
  const { client, server, pump } = join({}, { maxConcurrentStreams: 2 });
  pump();
  const sinks = Array.from({ length: 6 }, () => new Recorder());
  const streams = sinks.map((sink) => client.connection.request(REQUEST, sink, true));
  streams[3]!.reset();
  pump();
  assert.deepEqual(streams.map(({ id }) => id), [1, 3, 0, 0, 0, 0]);
  assert.equal(client.connection.openStreams, 5);
  for (let at = 0; at < 5; at++) {
    assert.equal(server.incoming.length, Math.min(5, at + 2));
    server.incoming[at]!.stream.sendHeaders(OK, true);
    pump();
  }
  assert.deepEqual(streams.map(({ id }) => id), [1, 3, 5, 0, 7, 9]);
  assert.deepEqual(sinks.map(({ log }) => log.length), [1, 1, 1, 0, 1, 1]);
});

test("A body written while the request waits goes out after its headers", () => {
  const { client, server, pump } = join({}, { maxConcurrentStreams: 1 });
  pump();
  client.connection.request(REQUEST, new Recorder(), true);
  const waiting = client.connection.request(REQUEST, new Recorder(), false);
  waiting.write([utf8("patience")]);
  waiting.sendTrailers([["t", "1"]]);
  pump();
  server.incoming[0]!.stream.sendHeaders(OK, true);
  pump();
  assert.equal(server.incoming[1]!.sink.text, "patience");
  assert.deepEqual(server.incoming[1]!.sink.log, ["trailers t=1"]);
});

test("An early burst before the peer's settings stays within 100 streams", () => {
  const { client, server, pump } = join();
  for (let at = 0; at < 150; at++) client.connection.request(REQUEST, new Recorder(), true);
  client.connection.pull(1 << 20, []);
  assert.equal(client.connection.table.size, 100);
  server.connection.shutdown();
  pump();
});

test("A server that shuts down finishes what it has, and the client learns what was not processed", () => {
  const { client, server, pump } = join();
  const first = new Recorder();
  client.connection.request(REQUEST, first, true);
  pump();
  server.connection.shutdown();
  const late = new Recorder();
  client.connection.request(REQUEST, late, true);
  pump();
  assert.deepEqual(late.log, ["failed connection.draining REFUSED_STREAM"]);
  assert.equal(isMosaicoError(late.error) && late.error.facts["isUnprocessed"], true);
  assert.equal(client.connection.isDraining, true);
  assert.throws(() => client.connection.request(REQUEST, new Recorder(), true), (error) => {
    return isMosaicoError(error, "connection.draining");
  });
  assert.equal(server.isOver, false);
  server.incoming[0]!.stream.sendHeaders(OK);
  server.incoming[0]!.stream.write([utf8("done")], true);
  pump();
  assert.equal(first.text, "done");
  assert.equal(server.incoming.length, 1);
  assert.deepEqual([server.isOver, server.error, client.isOver, client.error], [true, undefined, true, undefined]);
});

test("A client that shuts down finishes what it has, queued requests included", () => {
  const { client, server, pump } = join({}, { maxConcurrentStreams: 1 });
  pump();
  server.serve = ({ stream }) => stream.sendHeaders(OK, true);
  const sinks = Array.from({ length: 3 }, () => new Recorder());
  for (const sink of sinks) client.connection.request(REQUEST, sink, true);
  client.connection.shutdown();
  assert.equal(client.isOver, false);
  pump();
  assert.deepEqual(sinks.map(({ log }) => log.length), [1, 1, 1]);
  assert.deepEqual([client.isOver, client.error], [true, undefined]);
});

test("The end of the byte stream fails what is under way", () => {
  const { client, server, pump } = join();
  const sink = new Recorder();
  client.connection.request(REQUEST, sink, true);
  pump();
  client.connection.transportClosed(undefined);
  server.connection.transportClosed(new Error("cable pulled"));
  assert.deepEqual(sink.log, ["failed connection.closed NO_ERROR"]);
  assert.deepEqual(server.incoming[0]!.sink.log, ["failed cable pulled"]);
  assert.equal(isMosaicoError(client.error, "connection.closed"), true);
  assert.throws(() => client.connection.request(REQUEST, sink, true), /is closed/);
});

test("A sink that throws costs its stream, not the connection", () => {
  const { client, server, pump } = join();
  server.serve = ({ headers, stream }) => {
    if (headers[2]![1] === "/throw") throw new Error("no such method");
    stream.sendHeaders(OK, true);
  };
  const sink = new Recorder();
  client.connection.request([...REQUEST.slice(0, 2), [":path", "/throw"]], sink, true);
  const bad = new Recorder(() => {
    throw new Error("never called");
  });
  bad.headers = () => {
    throw new Error("cannot read this");
  };
  client.connection.request(REQUEST, bad, true);
  const good = new Recorder();
  client.connection.request(REQUEST, good, true);
  pump();
  assert.deepEqual(sink.log, ["failed rpc.reset INTERNAL_ERROR"]);
  assert.deepEqual(bad.log, ["failed cannot read this"]);
  assert.equal(good.log.length, 1);
  assert.equal(client.isOver || server.isOver, false);
});

test("Misuse of a stream throws", () => {
  const { client, server, pump } = join();
  const stream = client.connection.request(REQUEST, new Recorder(), false);
  pump();
  const { stream: answer } = server.incoming[0]!;
  assert.throws(() => stream.sendHeaders(OK), TypeError);
  assert.throws(() => answer.write([utf8("early")]), TypeError);
  assert.throws(() => answer.end(), TypeError);
  assert.throws(() => answer.sendHeaders([["Upper", "x"]]), TypeError);
  assert.throws(() => answer.sendHeaders([[":status", "200"], ["a", "b\r\nc: d"]]), TypeError);
  assert.throws(() => answer.sendHeaders([["connection", "close"]]), TypeError);
  assert.throws(() => answer.sendHeaders([["a", "b"], [":status", "200"]]), TypeError);
  assert.throws(() => answer.consume(-1), RangeError);
  answer.sendHeaders([[":status", "200"], ["padded", " x\t"]]);
  answer.end();
  answer.end();
  assert.throws(() => answer.write([utf8("late")]), TypeError);
  assert.throws(() => answer.sendTrailers([]), TypeError);
  assert.throws(() => server.connection.request(REQUEST, new Recorder(), true), TypeError);
  assert.throws(() => client.connection.request(REQUEST, new Recorder(), true, 65_534), RangeError);
  for (const options of [{ streamWindowBytes: 1 }, { maxFrameBytes: 1 << 24 }, { maxHeldBytes: -1 }]) {
    assert.throws(() => join(options), RangeError);
  }
});

test("Large frames go out when the peer allows them, and slices are never copied", () => {
  const { client, server, pump } = join({}, { maxFrameBytes: 500_000 });
  const stream = client.connection.request(REQUEST, new Recorder(), false);
  pump();
  const body = [new Uint8Array(100_000).fill(1), new Uint8Array(500_000).fill(2)];
  stream.write(body, true);
  const out: Uint8Array[] = [];
  assert.equal(client.connection.pull(1 << 20, out), 600_000 + 2 * 9);
  assert.deepEqual(out.map(({ length }) => length), [9, 100_000, 400_000, 9, 100_000]);
  assert.equal(out[1], body[0]);
  assert.equal(out[2]!.buffer, body[1]!.buffer);
  assert.equal(out[4]!.buffer, body[1]!.buffer);
  for (const slice of out) server.connection.receive(slice);
  assert.equal(server.incoming[0]!.sink.bytes, 600_000);
});
