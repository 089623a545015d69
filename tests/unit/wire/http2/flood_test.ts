import assert from "node:assert/strict";
import { test } from "node:test";
import { concat, isMosaicoError, utf8 } from "../../../../src/base/mod.ts";
import { HpackEncoder } from "../../../../src/wire/http2/hpack/mod.ts";
import { frame, join, OK, parse, Recorder, REQUEST, Side, uint32 } from "./joined.ts";

const HEADERS = new HpackEncoder().encode([...REQUEST]);

/** A server whose peer can send raw bytes; time stands still unless told. */
function target(clock: { ms: number } = { ms: 0 }): Side {
  const side = new Side("server", { now: () => clock.ms });
  side.connection.receive(concat([utf8("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), frame(4, 0, 0, [])]));
  side.connection.receive(frame(1, 4, 1, HEADERS));
  side.output();
  return side;
}

/** Sends until the connection is over, reading all answers. Answers how many times. */
function flood(side: Side, next: (round: number) => Uint8Array): number {
  for (let round = 0; round < 200_000; round++) {
    side.connection.receive(next(round));
    if (side.isOver) {
      const goaway = parse(side.output()).find(({ type }) => type === 7);
      assert.equal(goaway?.payload[7], 11, "ENHANCE_YOUR_CALM");
      assert.ok(isMosaicoError(side.error, "connection.http2"));
      return round;
    }
    side.connection.pull(1 << 30, []);
  }
  assert.fail("the flood never ended");
}

const floods: [name: string, next: (round: number) => Uint8Array][] = [
  ["PING", () => frame(6, 0, 0, new Uint8Array(8))],
  ["answered PING", () => frame(6, 1, 0, new Uint8Array(8))],
  ["SETTINGS", () => frame(4, 0, 0, [0, 4, 0, 0, 0xff, 0xff])],
  ["SETTINGS ACK", () => frame(4, 1, 0, [])],
  ["empty DATA", () => frame(0, 0, 1, [])],
  ["padded empty DATA", () => frame(0, 8, 1, [3, 0, 0, 0])],
  ["PRIORITY", () => frame(2, 0, 1, [0, 0, 0, 0, 0])],
  ["WINDOW_UPDATE", () => frame(8, 0, 0, uint32(1))],
  ["WINDOW_UPDATE of a stream", () => frame(8, 0, 1, uint32(1))],
  ["GOAWAY", () => frame(7, 0, 0, new Uint8Array(8))],
  ["unknown frame", () => frame(0xbe, 0, 0, [])],
  ["RST_STREAM of a closed stream", () => frame(3, 0, 1, uint32(8))],
  [
    "rapid reset",
    (round) => concat([frame(1, 5, 2 * round + 3, HEADERS), frame(3, 0, 2 * round + 3, uint32(8))]),
  ],
  ["made resets", (round) => concat([frame(1, 5, 2 * round + 3, HEADERS), frame(8, 0, 2 * round + 3, uint32(0))])],
  ["malformed requests", (round) => frame(1, 5, 2 * round + 3, [0x82])],
  ["requests over the limit", (round) => frame(1, 5, 2 * round + 3, HEADERS)],
];

for (const [name, next] of floods) {
  test(`A flood ends in ENHANCE_YOUR_CALM: ${name}`, () => {
    const rounds = flood(target(), next);
    assert.ok(rounds >= 1000 && rounds <= 10_001, `after ${rounds}`);
  });
}

test("A peer that asks and never reads is stopped before memory grows", () => {
  const side = target({ ms: 0 });
  side.serve = ({ stream }) => stream.sendHeaders([...OK, ["long", `${stream.id}`.padEnd(1000, "~")]], true);
  let round = 0;
  for (; !side.isOver && round < 100_000; round++) side.connection.receive(frame(1, 5, 2 * round + 3, HEADERS));
  assert.ok(round < 6000, `after ${round}`);
  const slices: Uint8Array[] = [];
  assert.ok(side.connection.pull(1 << 30, slices) < 5 << 20);
});

test("Budgets refill with time, and useful traffic earns them back", () => {
  const clock = { ms: 0 };
  const side = target(clock);
  const ping = frame(6, 0, 0, new Uint8Array(8));
  for (let second = 0; second < 30; second++, clock.ms += 1000) {
    for (let at = 0; at < 900; at++) side.connection.receive(ping);
    side.output();
  }
  assert.equal(side.isOver, false);

  const busy = target();
  for (let at = 0; at < 30_000; at++) {
    busy.connection.receive(frame(0, 0, 1, [1]));
    busy.connection.receive(ping);
    busy.connection.pull(1 << 20, []);
  }
  assert.equal(busy.isOver, false);
});

test("A peer that announces its window in small steps is no flood", () => {
  const client = new Side("client", { now: () => 0 });
  client.connection.receive(frame(4, 0, 0, [0, 5, ...uint32(1 << 20)]));
  const stream = client.connection.request(REQUEST, new Recorder(), false);
  let unannounced = 0;
  for (let sent = 0; sent < 128 << 20; sent += 1 << 20) {
    stream.write([new Uint8Array(1 << 20)]);
    for (let slices: Uint8Array[] = []; client.connection.pull(1 << 20, slices) > 0; slices = []) {
      for (const slice of slices) unannounced += slice.length;
      for (; unannounced >= 4096; unannounced -= 4096) {
        client.connection.receive(frame(8, 0, 0, uint32(4096)));
        client.connection.receive(frame(8, 0, 1, uint32(4096)));
      }
    }
  }
  assert.equal(client.error, undefined);
});

test("Many small messages, cancelled while they are on their way, are no flood", () => {
  const { client, server, pump } = join();
  pump();
  const sink = new Recorder();
  const stream = client.connection.request(REQUEST, sink, true);
  pump();
  const { stream: answer } = server.incoming[0]!;
  answer.sendHeaders(OK);
  const message = [new Uint8Array(100)];
  const wire: Uint8Array[] = [];
  for (let at = 0; at < 30_000; at++) {
    answer.write(message);
    server.connection.pull(1, wire);
    for (const slice of wire.splice(0)) client.connection.receive(slice);
    if (at === 10) stream.reset();
  }
  assert.equal(client.isOver, false);
});
