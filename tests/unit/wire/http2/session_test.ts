import assert from "node:assert/strict";
import { test } from "node:test";
import { isMosaicoError, utf8 } from "../../../../src/base/mod.ts";
import { Http2Session, type StreamHandler } from "../../../../src/wire/http2/mod.ts";
import type { Socket, SocketHandler } from "../../../../src/wire/net/mod.ts";
import { frame, OK, parse, Recorder, REQUEST } from "./joined.ts";

/** A socket in memory. What it is given to write goes to `peer`, or is kept; writes take as long as the test wants. */
class FakeSocket implements Socket {
  readonly remote = "fake:1";
  readonly alpn: string | undefined;
  peer: FakeSocket | undefined;
  handler: SocketHandler | undefined;
  written: number[] = [];
  writes = 0;
  isHeld = false;
  isEnded = false;
  isDestroyed = false;
  #release: (() => void) | undefined;
  #isClosed = false;

  constructor(alpn?: string) {
    this.alpn = alpn;
  }

  start(handler: SocketHandler): void {
    this.handler = handler;
  }

  write(slices: readonly Uint8Array[]): Promise<void> | undefined {
    assert.equal(this.#release, undefined, "a write before the last one has settled");
    this.writes++;
    const bytes = slices.flatMap((slice) => [...slice]);
    if (this.peer === undefined) this.written.push(...bytes);
    else queueMicrotask(() => this.peer!.handler!.data(Uint8Array.from(bytes)));
    if (!this.isHeld) return this.writes % 2 === 0 ? undefined : Promise.resolve();
    return new Promise((resolve) => this.#release = resolve);
  }

  release(): void {
    this.isHeld = false;
    this.#release?.();
    this.#release = undefined;
  }

  end(): void {
    this.isEnded = true;
    const { peer } = this;
    if (peer !== undefined) queueMicrotask(() => peer.close(undefined));
  }

  destroy(error?: Error): void {
    this.isDestroyed = true;
    queueMicrotask(() => this.close(error));
  }

  close(error: Error | undefined): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.handler!.closed(error);
    this.peer?.close(undefined);
  }
}

function pair(onStream: StreamHandler): { client: Http2Session; server: Http2Session; sockets: FakeSocket[] } {
  const sockets = [new FakeSocket(), new FakeSocket()];
  sockets[0]!.peer = sockets[1];
  sockets[1]!.peer = sockets[0];
  const server = Http2Session.server(sockets[1]!, onStream);
  return { client: Http2Session.client(sockets[0]!), server, sockets };
}

function settled(turns = 20): Promise<void> {
  return turns === 0 ? Promise.resolve() : Promise.resolve().then(() => settled(turns - 1));
}

test("Sessions exchange a request, measure a ping, and close from either side", async () => {
  for (const closer of ["client", "server"] as const) {
    const sessions = pair((stream) => {
      const sink = new Recorder((chunk, endOfStream) => {
        stream.consume(chunk.length);
        stream.write([chunk.slice()], endOfStream);
      });
      stream.sendHeaders(OK);
      return sink;
    });
    const { client, server, sockets } = sessions;
    const sink = new Recorder();
    const stream = client.request(REQUEST, sink);
    stream.write([utf8("to and fro")], true);
    assert.equal(client.openStreams, 1);
    const ms = await client.ping();
    assert.ok(ms >= 0 && ms < 1000);
    await settled();
    assert.equal(sink.text, "to and fro");
    assert.equal(client.openStreams, 0);
    await sessions[closer].close();
    await sessions[closer].close();
    assert.deepEqual(await Promise.all([client.closed, server.closed]), [undefined, undefined]);
    assert.ok(sockets.some(({ isEnded }) => isEnded));
    await client.close();
    await server.close();
    assert.throws(() => client.request(REQUEST, sink), (error) => isMosaicoError(error, "connection.closed"));
    await assert.rejects(client.ping(), (error) => isMosaicoError(error, "connection.closed"));
  }
});

test("What one turn says goes out in one write, and nothing overtakes a write under way", async () => {
  const socket = new FakeSocket();
  const session = Http2Session.client(socket);
  const streams = Array.from({ length: 3 }, () => session.request(REQUEST, new Recorder()));
  await settled();
  assert.equal(socket.writes, 1);
  assert.deepEqual(parse(Uint8Array.from(socket.written)).map(({ type }) => type), [4, 8, 1, 8, 1, 8, 1, 8]);
  socket.isHeld = true;
  streams[0]!.write([utf8("one")]);
  await settled();
  streams[1]!.write([utf8("two")]);
  streams[2]!.write([utf8("three")]);
  await settled();
  assert.equal(socket.writes, 2);
  socket.release();
  await settled();
  assert.equal(socket.writes, 3);
  session.destroy();
});

test("A slow socket holds the writer back: memory stays within the buffers", async () => {
  const socket = new FakeSocket();
  const session = Http2Session.client(socket, { sendBufferBytes: 1000 });
  socket.handler!.data(frame(4, 0, 0, [0, 4, 0x7f, 0xff, 0xff, 0xff]));
  socket.handler!.data(frame(8, 0, 0, [0x70, 0, 0, 0]));
  await settled();
  socket.isHeld = true;
  const stream = session.request(REQUEST, new Recorder());
  await settled();
  assert.equal(stream.write([new Uint8Array(999)]), undefined);
  const room = stream.write([new Uint8Array(1)]);
  let isRoom = false;
  room!.then(() => isRoom = true);
  await settled();
  assert.equal(isRoom, false);
  socket.release();
  await settled();
  assert.equal(isRoom, true);
  session.destroy();
});

const strangers: [bytes: Uint8Array, what: RegExp][] = [
  [
    utf8("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"),
    /fake:1: it answered in HTTP\/1: "HTTP\/1\.1 400 Bad Request/,
  ],
  [utf8("<!DOCTYPE html><html>"), /with a page: "<!DOCTYPE html><html>"/],
  [Uint8Array.of(0x15, 3, 1, 0, 2, 2, 0x46), /in TLS \(bytes 15 03 01 00 02 02 46\)/],
  [utf8("SSH-2.0-OpenSSH_9.6\r\n"), /the text "SSH-2\.0-OpenSSH_9\.6\\r\\n"/],
  [Uint8Array.of(0xde, 0xad, 0xbe, 0xef, 0, 0, 0, 0, 0, 0), /the bytes de ad be ef/],
  [new Uint8Array(0), /closed the connection without a word/],
];

test("A server that does not speak HTTP/2 is told by name and first bytes", async () => {
  for (const [bytes, what] of strangers) {
    for (const chunkBytes of [1, 100]) {
      const socket = new FakeSocket();
      const session = Http2Session.client(socket);
      const sink = new Recorder();
      session.request(REQUEST, sink);
      for (let at = 0; at < bytes.length; at += chunkBytes) socket.handler!.data(bytes.slice(at, at + chunkBytes));
      socket.close(undefined);
      const error = await session.closed;
      assert.ok(isMosaicoError(error, "connection.not_http2"), String(error));
      if (chunkBytes > 1) assert.match(error.message, what);
      assert.equal(sink.error, error);
      await session.close();
    }
  }
});

test("A client that does not speak HTTP/2 is told likewise", async () => {
  const callers: [Uint8Array, RegExp][] = [
    [utf8("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), /it sent in HTTP\/1: "GET \/ HTTP\/1\.1/],
    [Uint8Array.of(0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc), /it sent in TLS/],
    [utf8("PRI * HTTP/2.0\r\n\r\nSX"), /it sent in HTTP\/1: "PRI/],
  ];
  for (const [bytes, what] of callers) {
    const socket = new FakeSocket();
    const session = Http2Session.server(socket, () => assert.fail("no stream"));
    socket.handler!.data(bytes);
    const error = await session.closed;
    assert.ok(isMosaicoError(error, "connection.not_http2"), String(error));
    assert.match(error.message, what);
    await settled();
    assert.equal(socket.isEnded, true);
    socket.close(undefined);
    await session.close();
  }
  const silent = new FakeSocket();
  const session = Http2Session.server(silent, () => assert.fail("no stream"));
  silent.close(undefined);
  assert.equal(await session.closed, undefined);
});

test("A wrong choice by ALPN is an error before any byte", async () => {
  const socket = new FakeSocket("http/1.1");
  const error = await Http2Session.client(socket).closed;
  assert.ok(isMosaicoError(error, "connection.not_http2"));
  assert.match(error.message, /it chose "http\/1\.1" by ALPN/);
  assert.equal(socket.isDestroyed, true);
  const fine = Http2Session.client(new FakeSocket("h2"));
  assert.equal(fine.isDraining, false);
  fine.destroy();
});

test("A broken peer gets GOAWAY, then the end of the stream, and no endless patience", async () => {
  const socket = new FakeSocket();
  const session = Http2Session.client(socket);
  const pinged = session.ping();
  socket.handler!.data(frame(4, 0, 0, []));
  socket.handler!.data(frame(5, 4, 1, [0, 0, 0, 2]));
  await assert.rejects(pinged, (error) => isMosaicoError(error, "connection.http2"));
  await settled();
  assert.equal(parse(Uint8Array.from(socket.written)).at(-1)!.type, 7);
  assert.deepEqual([socket.isEnded, socket.isDestroyed], [true, false]);
  await session.close();
  assert.equal(socket.isDestroyed, true, "it was destroyed after a while");
});

test("Destroying fails what is under way, with the reason given", async () => {
  const { client, server, sockets } = pair(() => new Recorder());
  const sink = new Recorder();
  const stream = client.request(REQUEST, sink);
  const pinged = client.ping();
  const reason = new Error("enough");
  client.destroy(reason);
  client.destroy();
  assert.equal(sink.error, reason);
  await assert.rejects(pinged, /enough/);
  await assert.rejects(Promise.resolve(stream.write([utf8("x")])), /enough/);
  assert.equal(await client.closed, reason);
  await server.closed;
  assert.equal(sockets[0]!.isDestroyed, true);
});

test("A ping gives up with its signal, and a later answer does no harm", async () => {
  const socket = new FakeSocket();
  const session = Http2Session.client(socket);
  await assert.rejects(session.ping(AbortSignal.abort(new Error("no time"))), /no time/);
  const controller = new AbortController();
  const pinged = session.ping(controller.signal);
  controller.abort(new Error("too long"));
  await assert.rejects(pinged, /too long/);
  await settled();
  const [ping] = parse(Uint8Array.from(socket.written)).filter(({ type }) => type === 6);
  socket.handler!.data(frame(4, 0, 0, []));
  socket.handler!.data(frame(6, 1, 0, ping!.payload));
  assert.equal(session.isDraining, false);
  session.destroy();
});
