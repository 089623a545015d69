import assert from "node:assert/strict";
import { test } from "node:test";
import { concat, isMosaicoError, utf8 } from "../../../../src/base/mod.ts";
import { HpackEncoder } from "../../../../src/wire/http2/hpack/mod.ts";
import { Http2ErrorCode } from "../../../../src/wire/http2/mod.ts";
import type { HeaderList } from "../../../../src/wire/http2/mod.ts";
import { frame, join, OK, parse, Recorder, REQUEST, Side, uint32 } from "./joined.ts";

const PREFACE = utf8("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
const SETTINGS = frame(4, 0, 0, []);
const CALM = Http2ErrorCode.ENHANCE_YOUR_CALM;

/** A server engine that a raw peer speaks to. */
function rawServer(options = {}): Side {
  const side = new Side("server", options);
  side.connection.receive(concat([PREFACE, SETTINGS]));
  side.output();
  return side;
}

/** A client engine that a raw server speaks to, and one request of it. */
function rawClient(options = {}): { side: Side; sink: Recorder } {
  const side = new Side("client", options);
  side.connection.receive(SETTINGS);
  const sink = new Recorder();
  side.connection.request(REQUEST, sink, true);
  side.output();
  return { side, sink };
}

/** HEADERS of a fresh encoder: no dynamic table is needed for one block. */
function headers(streamId: number, list: HeaderList, flags = 0x5): Uint8Array {
  return frame(1, flags, streamId, new HpackEncoder().encode(list.map(([name, value]) => [name, value])));
}

function assertGoaway(side: Side, code: number, what: RegExp): void {
  assert.ok(isMosaicoError(side.error, "connection.http2"), `not over: ${side.error}`);
  assert.match(side.error.message, what);
  const goaway = parse(side.output()).find(({ type }) => type === 7);
  assert.equal(goaway?.payload[7], code);
}

function resetCode(side: Side): number | undefined {
  return parse(side.output()).find(({ type }) => type === 3)?.payload[3];
}

test("The first words of both sides", () => {
  const client = new Side("client").output();
  assert.deepEqual(client.subarray(0, 24), PREFACE);
  const [settings, window] = parse(client);
  assert.deepEqual([...settings!.payload], [
    ...[0, 2, ...uint32(0)],
    ...[0, 4, ...uint32(65_535)],
    ...[0, 5, ...uint32(1 << 20)],
    ...[0, 6, ...uint32(64 << 10)],
  ]);
  assert.deepEqual([...window!.payload], uint32((32 << 20) - 65_535));
  const server = parse(new Side("server", { connectionWindowBytes: 65_535 }).output());
  assert.equal(server.length, 1);
  assert.deepEqual([...server[0]!.payload.subarray(0, 12)], [0, 3, ...uint32(1000), 0, 4, ...uint32(16 << 20)]);
});

test("Control frames go out before bodies", () => {
  const { client, server, pump } = join();
  const stream = client.connection.request(REQUEST, new Recorder(), false);
  pump();
  stream.write([new Uint8Array(100_000)]);
  client.connection.ping(new Uint8Array(8));
  assert.deepEqual(parse(client.output()).map(({ type }) => type), [6, 0]);
  server.connection.receive(frame(6, 0, 0, [1, 2, 3, 4, 5, 6, 7, 8]));
  const [pong] = parse(server.output());
  assert.deepEqual([pong!.type, pong!.flags, [...pong!.payload]], [6, 1, [1, 2, 3, 4, 5, 6, 7, 8]]);
});

test("A pong is handed on; one nobody asked for does no harm", () => {
  const { client, pump } = join();
  client.connection.ping(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 9));
  pump();
  client.connection.receive(frame(6, 1, 0, [9, 9, 9, 9, 9, 9, 9, 9]));
  assert.deepEqual(client.pongs.map((payload) => payload[7]), [9, 9]);
  assert.equal(client.isOver, false);
});

const broken: [what: string, bytes: Uint8Array[], code: keyof typeof Http2ErrorCode][] = [
  ["its first frame is not SETTINGS", [frame(6, 0, 0, new Uint8Array(8))], "PROTOCOL_ERROR"],
  ["of 1048577 bytes is over", [SETTINGS, frame(0, 0, 1, new Uint8Array((1 << 20) + 1))], "FRAME_SIZE_ERROR"],
  ["HEADERS frame of 20000 bytes", [SETTINGS, frame(1, 4, 1, new Uint8Array(20_000))], "FRAME_SIZE_ERROR"],
  ["interrupts", [SETTINGS, headers(1, REQUEST, 0), frame(6, 0, 0, new Uint8Array(8))], "PROTOCOL_ERROR"],
  ["interrupts", [SETTINGS, headers(1, REQUEST, 0), frame(9, 4, 3, [])], "PROTOCOL_ERROR"],
  ["continues nothing", [SETTINGS, frame(9, 4, 1, [])], "PROTOCOL_ERROR"],
  ["type 0 came for stream 0", [SETTINGS, frame(0, 0, 0, [1])], "PROTOCOL_ERROR"],
  ["type 6 came for stream 1", [SETTINGS, frame(6, 0, 1, new Uint8Array(8))], "PROTOCOL_ERROR"],
  ["4 bytes instead of 8", [SETTINGS, frame(6, 0, 0, [0, 0, 0, 0])], "FRAME_SIZE_ERROR"],
  ["SETTINGS frame of 5 bytes", [SETTINGS, frame(4, 0, 0, [0, 1, 0, 0, 0])], "FRAME_SIZE_ERROR"],
  ["GOAWAY frame of 4 bytes", [SETTINGS, frame(7, 0, 0, [0, 0, 0, 0])], "FRAME_SIZE_ERROR"],
  ["PUSH_PROMISE", [SETTINGS, frame(5, 4, 1, [0, 0, 0, 2])], "PROTOCOL_ERROR"],
  ["ENABLE_PUSH is 2", [SETTINGS, frame(4, 0, 0, [0, 2, 0, 0, 0, 2])], "PROTOCOL_ERROR"],
  ["MAX_FRAME_SIZE is 16383", [SETTINGS, frame(4, 0, 0, [0, 5, ...uint32(16_383)])], "PROTOCOL_ERROR"],
  ["INITIAL_WINDOW_SIZE", [SETTINGS, frame(4, 0, 0, [0, 4, ...uint32(0x80000000)])], "FLOW_CONTROL_ERROR"],
  ["is idle", [SETTINGS, frame(0, 0, 1, [1])], "PROTOCOL_ERROR"],
  ["is idle", [SETTINGS, frame(3, 0, 1, uint32(8))], "PROTOCOL_ERROR"],
  ["is idle", [SETTINGS, frame(8, 0, 1, uint32(8))], "PROTOCOL_ERROR"],
  ["must not", [SETTINGS, headers(2, REQUEST)], "PROTOCOL_ERROR"],
  ["opened after", [SETTINGS, headers(5, REQUEST), headers(3, REQUEST)], "PROTOCOL_ERROR"],
  ["opened by 0", [SETTINGS, frame(8, 0, 0, uint32(0))], "PROTOCOL_ERROR"],
  ["too far", [SETTINGS, frame(8, 0, 0, uint32(0x7fffffff))], "FLOW_CONTROL_ERROR"],
  ["too far", [
    SETTINGS,
    headers(1, REQUEST),
    frame(8, 0, 1, uint32(0x7fffffff - 65_535)),
    frame(4, 0, 0, [
      ...[0, 4, ...uint32(65_536)],
    ]),
  ], "FLOW_CONTROL_ERROR"],
  ["padding", [SETTINGS, headers(1, REQUEST, 4), frame(0, 8, 1, [9, 1, 2])], "PROTOCOL_ERROR"],
  ["is empty", [SETTINGS, headers(1, REQUEST, 4), frame(0, 8, 1, [])], "FRAME_SIZE_ERROR"],
  ["too short for its padding", [SETTINGS, frame(1, 0xd, 1, [200, 0x82])], "PROTOCOL_ERROR"],
  ["depends on itself", [SETTINGS, frame(2, 0, 3, [0, 0, 0, 3, 0])], "PROTOCOL_ERROR"],
  ["header block is broken", [SETTINGS, frame(1, 5, 1, [0x80])], "COMPRESSION_ERROR"],
];

test("Whatever breaks the connection ends it with the right code, however the bytes are cut", () => {
  for (const [what, parts, code] of broken) {
    for (const chunkBytes of [1, 5, 1 << 24]) {
      const side = new Side("server");
      side.output();
      const bytes = concat([PREFACE, ...parts]);
      if (chunkBytes === 1 && bytes.length > 10_000) continue;
      for (let at = 0; at < bytes.length; at += chunkBytes) side.connection.receive(bytes.slice(at, at + chunkBytes));
      assertGoaway(side, Http2ErrorCode[code], new RegExp(what));
    }
  }
});

const malformed: [what: string, list: HeaderList][] = [
  ["no :method", REQUEST.slice(1)],
  ["no :path", [...REQUEST.slice(0, 2), ["a", "b"]]],
  ["empty :path", [...REQUEST.slice(0, 2), [":path", ""]]],
  ["relative :path", [...REQUEST.slice(0, 2), [":path", "echo"]]],
  ["twice", [...REQUEST, [":path", "/"]]],
  ["unknown pseudo", [...REQUEST, [":protocol", "x"]]],
  ["response pseudo", [...REQUEST, [":status", "200"]]],
  ["pseudo after regular", [["a", "b"], ...REQUEST]],
  ["connection header", [...REQUEST, ["connection", "close"]]],
  ["te", [...REQUEST, ["te", "gzip"]]],
  ["upper case", [...REQUEST, ["Name", "x"]]],
  ["line break", [...REQUEST, ["a", "b\r\nc: d"]]],
  ["space in name", [...REQUEST, ["a b", "c"]]],
  ["empty name", [...REQUEST, ["", "c"]]],
  ["content-length", [...REQUEST, ["content-length", "1x"]]],
  ["two content-lengths", [...REQUEST, ["content-length", "1"], ["content-length", "2"]]],
  ["content-length without body", [...REQUEST, ["content-length", "1"]]],
  ["another host", [...REQUEST, ["host", "elsewhere"]]],
  ["CONNECT with a path", [[":method", "CONNECT"], [":authority", "a"], [":path", "/"]]],
];

test("Malformed requests are reset one by one, and the next one is served", () => {
  const side = rawServer();
  let id = 1;
  for (const [what, list] of malformed) {
    side.connection.receive(headers(id, list));
    assert.equal(resetCode(side), Http2ErrorCode.PROTOCOL_ERROR, what);
    id += 2;
  }
  assert.equal(side.incoming.length, 0);
  side.connection.receive(headers(id, [...REQUEST, ["te", "trailers"], ["host", "TEST"], ["spaced", " x "]]));
  assert.equal(side.incoming.length, 1);
  assert.deepEqual(side.incoming[0]!.headers.at(-1), ["spaced", "x"]);
  side.connection.receive(headers(id + 2, [[":method", "CONNECT"], [":authority", "a"]], 4));
  side.connection.receive(headers(id + 4, [[":method", "OPTIONS"], [":scheme", "http"], [":path", "*"]]));
  assert.equal(side.incoming.length, 3);
});

const streamFaults: [what: string, parts: Uint8Array[], code: keyof typeof Http2ErrorCode][] = [
  [
    "too much body",
    [headers(1, [...REQUEST, ["content-length", "2"]], 4), frame(0, 0, 1, [1, 2, 3])],
    "PROTOCOL_ERROR",
  ],
  ["too little body", [headers(1, [...REQUEST, ["content-length", "2"]], 4), frame(0, 1, 1, [1])], "PROTOCOL_ERROR"],
  ["trailers without end", [headers(1, REQUEST, 4), headers(1, [["a", "b"]], 4)], "PROTOCOL_ERROR"],
  ["pseudo in trailers", [headers(1, REQUEST, 4), headers(1, [[":path", "/"]])], "PROTOCOL_ERROR"],
  ["data after end", [headers(1, REQUEST), frame(0, 0, 1, [1])], "STREAM_CLOSED"],
  ["headers after end", [headers(1, REQUEST), headers(1, [["a", "b"]])], "STREAM_CLOSED"],
  ["zero window update", [headers(1, REQUEST), frame(8, 0, 1, uint32(0))], "PROTOCOL_ERROR"],
  ["window overflow", [headers(1, REQUEST), frame(8, 0, 1, uint32(0x7fffffff))], "FLOW_CONTROL_ERROR"],
];

test("What breaks one stream resets it, tells its sink, and leaves the connection alone", () => {
  for (const [what, parts, code] of streamFaults) {
    const side = rawServer();
    side.connection.receive(concat(parts));
    assert.equal(resetCode(side), Http2ErrorCode[code], what);
    assert.equal(side.incoming[0]!.sink.log.at(-1), `failed rpc.reset ${code}`, what);
    assert.equal(side.isOver, false, what);
    assert.equal(side.connection.openStreams, 0, what);
  }
});

test("Padding is taken off and its window given back", () => {
  const side = rawServer({ streamWindowBytes: 65_535, connectionWindowBytes: 65_535 });
  side.connection.receive(headers(1, REQUEST, 4));
  const padded = frame(0, 8, 1, [255, 7, ...new Uint8Array(255)]);
  for (let at = 0; at < 1000; at++) {
    for (const part of [padded.slice(0, 10), padded.slice(10, 60), padded.slice(60)]) side.connection.receive(part);
  }
  side.connection.receive(frame(0, 9, 1, [3, 8, 0, 0, 0]));
  const { sink } = side.incoming[0]!;
  assert.equal(sink.bytes, 1001);
  assert.deepEqual(sink.log, ["end"]);
  assert.equal(side.isOver, false);
});

test("A window that is overrun ends the stream, or the connection", () => {
  const side = rawServer({ streamWindowBytes: 65_535, connectionWindowBytes: 200_000 });
  side.isConsuming = false;
  side.connection.receive(headers(1, REQUEST, 4));
  side.connection.receive(frame(0, 0, 1, new Uint8Array(65_535)));
  side.connection.receive(frame(0, 0, 1, [1]));
  assert.equal(resetCode(side), Http2ErrorCode.FLOW_CONTROL_ERROR);
  const other = rawServer({ connectionWindowBytes: 65_535 });
  other.isConsuming = false;
  other.connection.receive(headers(1, REQUEST, 4));
  other.connection.receive(frame(0, 0, 1, new Uint8Array(65_536)));
  assertGoaway(other, Http2ErrorCode.FLOW_CONTROL_ERROR, /more than the connection's window/);
});

test("Late frames of a stream we reset are ignored; of one that ended, they are an error", () => {
  const side = rawServer();
  side.connection.receive(headers(1, REQUEST, 4));
  side.incoming[0]!.stream.reset();
  side.connection.receive(concat([frame(0, 0, 1, [1]), headers(1, [["t", "1"]]), frame(8, 0, 1, uint32(1))]));
  side.connection.receive(headers(3, REQUEST, 4));
  side.connection.receive(frame(3, 0, 3, uint32(8)));
  side.output();
  side.connection.receive(frame(0, 0, 3, [1]));
  assert.equal(resetCode(side), Http2ErrorCode.STREAM_CLOSED);
  assert.equal(side.isOver, false);
  side.connection.receive(headers(5, REQUEST));
  side.incoming[2]!.stream.sendHeaders(OK, true);
  side.connection.receive(frame(0, 1, 5, [1]));
  assertGoaway(side, Http2ErrorCode.STREAM_CLOSED, /stream 5, which is closed/);
});

test("More streams than allowed are refused, and that is said to be safe to repeat", () => {
  const side = rawServer({ maxConcurrentStreams: 2 });
  for (const id of [1, 3, 5]) side.connection.receive(headers(id, REQUEST));
  assert.equal(resetCode(side), Http2ErrorCode.REFUSED_STREAM);
  assert.equal(side.incoming.length, 2);
});

test("Header lists over the limit: a little ends the stream, a lot ends the connection", () => {
  const side = rawServer({ maxHeaderListBytes: 1000 });
  side.connection.receive(headers(1, [...REQUEST, ["a", "b".repeat(1000)]]));
  assert.equal(resetCode(side), CALM);
  assert.equal(side.isOver, false);
  side.connection.receive(headers(3, [...REQUEST, ["a", "\x01".repeat(3000)]]));
  assertGoaway(side, CALM, /header block is over the limit of 2000/);

  const { side: client, sink } = rawClient({ maxHeaderListBytes: 1000 });
  client.connection.receive(headers(1, [[":status", "200"], ["a", "b".repeat(1000)]]));
  assert.deepEqual(sink.log, ["failed rpc.reset ENHANCE_YOUR_CALM"]);
});

test("A header block may come in CONTINUATION frames, within bounds", () => {
  const block = new HpackEncoder().encode([...REQUEST, ["long", "x".repeat(3000)]]);
  const side = rawServer();
  side.connection.receive(frame(1, 0x29, 1, [1, 0, 0, 0, 9, 0, ...block.subarray(0, 10), 0]));
  for (let at = 10; at < block.length; at += 200) {
    const part = block.subarray(at, at + 200);
    side.connection.receive(frame(9, at + 200 >= block.length ? 4 : 0, 1, part));
  }
  assert.equal(side.incoming[0]!.headers.at(-1)![1].length, 3000);
  assert.equal(side.isOver, false);

  side.connection.receive(frame(1, 0, 3, [0x82]));
  for (let at = 0; at < 100 && !side.isOver; at++) side.connection.receive(frame(9, 0, 3, []));
  assertGoaway(side, CALM, /over 64 CONTINUATION/);

  const large = rawServer();
  large.connection.receive(frame(1, 0, 1, [0x82]));
  for (let at = 0; at < 20 && !large.isOver; at++) large.connection.receive(frame(9, 0, 1, new Uint8Array(16_384)));
  assertGoaway(large, CALM, /header block is over/);
});

test("A client passes over 1xx, and refuses what is no response", () => {
  const { side, sink } = rawClient();
  side.connection.receive(headers(1, [[":status", "103"], ["link", "x"]], 4));
  side.connection.receive(headers(1, [[":status", "200"], ["content-length", "2"]], 4));
  side.connection.receive(frame(0, 1, 1, utf8("hi")));
  assert.deepEqual(sink.log, ["headers :status=200 content-length=2", "end"]);
  const cases: [Uint8Array, string][] = [
    [headers(1, [[":status", "100"]]), "PROTOCOL_ERROR"],
    [headers(1, [[":status", "101"]], 4), "PROTOCOL_ERROR"],
    [headers(1, [[":status", "20"]]), "PROTOCOL_ERROR"],
    [headers(1, [["a", "b"]]), "PROTOCOL_ERROR"],
    [headers(1, [[":status", "200"], ["content-length", "2"]]), "PROTOCOL_ERROR"],
    [frame(0, 0, 1, [1]), "PROTOCOL_ERROR"],
    [frame(3, 0, 1, uint32(7)), "REFUSED_STREAM"],
    [frame(3, 0, 1, uint32(0x99)), "0x99"],
  ];
  for (const [bytes, name] of cases) {
    const { side, sink } = rawClient();
    side.connection.receive(bytes);
    assert.deepEqual(sink.log, [`failed rpc.reset ${name}`]);
    assert.equal(side.isOver, false);
  }
});

test("A response to HEAD, and a 304, may announce a body and have none", () => {
  for (const [method, status] of [["HEAD", "200"], ["GET", "304"]] as const) {
    const side = new Side("client");
    side.connection.receive(SETTINGS);
    const sink = new Recorder();
    side.connection.request([[":method", method], ...REQUEST.slice(1)], sink, true);
    side.connection.receive(headers(1, [[":status", status], ["content-length", "99"]]));
    assert.equal(sink.log.length, 1);
    assert.equal(sink.error, undefined);
  }
});

test("A client's GOAWAY from the server: lower streams go on, higher and waiting ones are safe to repeat", () => {
  const side = new Side("client", { remote: "peer:1" });
  side.connection.receive(frame(4, 0, 0, [0, 3, ...uint32(2)]));
  const sinks = Array.from({ length: 4 }, () => new Recorder());
  for (const sink of sinks) side.connection.request(REQUEST, sink, true);
  side.connection.receive(frame(7, 0, 0, [...uint32(1), ...uint32(11), ...utf8("too_many_pings")]));
  assert.deepEqual(sinks.map(({ log }) => log.join()), [
    "",
    ...Array.from({ length: 3 }, () => "failed connection.draining REFUSED_STREAM"),
  ]);
  side.connection.receive(headers(1, OK));
  assert.equal(sinks[0]!.log.length, 1);
  assert.match(String(side.error), /ended by peer:1: ENHANCE_YOUR_CALM, "too_many_pings"/);
});

test("Huge settings of a peer neither grow our tables nor break the windows", () => {
  const side = new Side("client");
  side.connection.receive(frame(4, 0, 0, [
    ...[0, 1, ...uint32(0xffffffff)],
    ...[0, 3, ...uint32(0xffffffff)],
    ...[0, 4, ...uint32(0x7fffffff)],
    ...[0, 5, ...uint32(0xffffff)],
    ...[0, 6, ...uint32(0xffffffff)],
    ...[0xab, 0xcd, ...uint32(1)],
  ]));
  side.connection.receive(frame(8, 0, 0, uint32(0x7fffffff - 65_535)));
  side.output();
  const stream = side.connection.request(REQUEST, new Recorder(), false);
  const [head] = parse(side.output());
  assert.notEqual(head!.payload[0]! & 0xe0, 0x20, "no table size update");
  stream.write([new Uint8Array(4 << 20)]);
  assert.deepEqual(parse(side.output()).map(({ payload }) => payload.length), [2 << 20, 2 << 20]);
});

test("A window that the peer shrinks below zero stalls the stream until it is positive again", () => {
  const { client, server, pump } = join();
  const stream = client.connection.request(REQUEST, new Recorder(), false);
  pump();
  server.isConsuming = false;
  client.connection.receive(frame(4, 0, 0, [0, 4, ...uint32(1000)]));
  stream.write([new Uint8Array(3000)]);
  assert.equal(client.output().length, 9 + 1000 + 9);
  client.connection.receive(frame(4, 0, 0, [0, 4, ...uint32(0)]));
  client.connection.receive(frame(8, 0, 1, uint32(999)));
  assert.deepEqual(parse(client.output()).map(({ type }) => type), [4]);
  client.connection.receive(frame(8, 0, 1, uint32(6)));
  assert.deepEqual(parse(client.output()).map(({ payload }) => payload.length), [5]);
});

test("A long header block of ours is cut into CONTINUATION frames", () => {
  const { client, server, pump } = join();
  pump();
  server.serve = ({ stream }) => stream.sendHeaders([[":status", "200"], ["a", "~".repeat(50_000)]], true);
  const sink = new Recorder();
  client.connection.request(REQUEST, sink, true);
  client.connection.receive(frame(4, 0, 0, [0, 5, ...uint32(16_384)]));
  server.connection.receive(frame(4, 0, 0, [0, 5, ...uint32(16_384)]));
  pump();
  assert.equal(sink.log[0]?.length, 50_000 + "headers :status=200 a= end".length);
});
