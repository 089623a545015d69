/**
 * Flight over real sockets: each network of this runtime, cleartext and TLS, and peers that are something else.
 *
 * @module
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8 } from "../../../../src/base/mod.ts";
import {
  connectFlight,
  type ConnectFlightOptions,
  type FlightAddress,
  type FlightData,
  type FlightService,
  type FlightStream,
  RpcError,
  serveFlight,
  ticketOf,
} from "../../../../src/wire/flight/mod.ts";
import type { Network, Socket } from "../../../../src/wire/net/mod.ts";
import { CA_CERTIFICATE, OTHER_CA_CERTIFICATE, SERVER_TLS } from "../net/certificates.ts";
import { realNetworks } from "../net/support.ts";

const MIB = 1 << 20;
const TIME: ConnectFlightOptions = { timeoutMs: 5_000 };

/** Sends `ticket` messages of 1 MiB, whose bytes are their number; counts what it is put. */
function service(): FlightService & { putBytes: number } {
  return {
    putBytes: 0,
    async doGet(_context, ticket, sink) {
      for (let i = 0; i < Number(new TextDecoder().decode(ticket.ticket)); i++) {
        const room = sink.send({ header: utf8("h"), body: [new Uint8Array(MIB).fill(i)] });
        if (room !== undefined) await room;
      }
    },
    async doPut(_context, messages) {
      let count = 0;
      for (let data = await messages.take(); data !== undefined; data = await messages.take()) {
        const { body } = data;
        assert.deepEqual([body[0], body[MIB >> 1], body[MIB - 1]], [count, count, count]);
        this.putBytes += body.length;
        count++;
      }
    },
  };
}

const COUNT = 16;

/** Body `i` of a series: of a size and bytes of its own. */
function bodyOf(seed: number, i: number): Uint8Array {
  return new Uint8Array(sizeOf(seed, i)).fill(seed + i);
}

function sizeOf(seed: number, i: number): number {
  return 8 * (30_000 - (seed * 131 + i * 977) % 5_000);
}

function requireBody(body: Uint8Array, seed: number, i: number): void {
  assert.equal(body.byteLength, sizeOf(seed, i));
  assert.ok(body.every((byte) => byte === seed + i), `body ${i} of ${seed}`);
}

/** The failure to connect, which must name the address. */
async function failureOf(address: FlightAddress): Promise<Error & { code: string }> {
  try {
    await (await connectFlight(address, TIME)).close();
  } catch (error) {
    const { message, code } = error as Error & { code: string };
    assert.ok(message.includes(`${address.host}:${address.port}`), message);
    assert.match(code, /^connection\./);
    return error as Error & { code: string };
  }
  assert.fail("it connected");
}

async function withListener(
  network: Network,
  accept: (socket: Socket) => void,
  use: (port: number) => Promise<void>,
): Promise<void> {
  const sockets: Socket[] = [];
  const listener = await network.listen({ host: "127.0.0.1", port: 0 }, (socket) => {
    sockets.push(socket);
    accept(socket);
  });
  await use(listener.port);
  for (const socket of sockets) socket.destroy();
  await listener.close();
}

for (const [name, network] of realNetworks) {
  for (const tls of [undefined, { caCertificates: CA_CERTIFICATE }]) {
    test(`${name}: 24 MiB down and up ${tls ? "over TLS" : "in cleartext"}`, async () => {
      const served = service();
      await using server = await serveFlight(served, { port: 0, network, ...(tls ? { tls: SERVER_TLS } : {}) });
      const address = { host: "localhost", port: server.port, network };
      await using flight = await connectFlight(tls ? { ...address, tls } : { ...address, host: "127.0.0.1" }, TIME);
      let count = 0;
      for await (const { body } of flight.doGet(ticketOf(utf8("24")))) {
        assert.equal(body.length, MIB);
        assert.deepEqual([body[0], body[MIB >> 1], body[MIB - 1]], [count, count, count]);
        count++;
      }
      assert.equal(count, 24);
      const call = flight.doPut();
      for (let i = 0; i < 24; i++) {
        const room = call.send({ header: utf8("h"), body: [new Uint8Array(MIB).fill(i)] });
        if (room !== undefined) await room;
      }
      await call.finish();
      assert.equal(served.putBytes, 24 * MIB);
    });
  }

  test(`${name}: what is kept stays as it came, while others are received into what was given back`, async () => {
    let reused = 0;
    /** Checks messages as they come, keeps every third until the end, and gives the others back. */
    const receive = async (messages: FlightStream<FlightData>, seed: number) => {
      const kept: { readonly i: number; readonly data: FlightData }[] = [];
      let i = 0;
      for (let data = await messages.take(); data !== undefined; data = await messages.take(), i++) {
        requireBody(data.body, seed, i);
        if (data.body.buffer.byteLength > data.body.byteLength + 128) reused++;
        if (i % 3 === 0) kept.push({ i, data });
        else data.release();
      }
      for (const { i, data } of kept) requireBody(data.body, seed, i);
      return i;
    };
    await using server = await serveFlight({
      async doGet(_context, { ticket }, sink) {
        for (let i = 0; i < COUNT; i++) {
          const room = sink.send({ body: [bodyOf(ticket[0]!, i)] });
          if (room !== undefined) await room;
        }
      },
      async doPut(_context, messages) {
        assert.equal(await receive(messages, 100), COUNT);
      },
    }, { port: 0, network });
    await using flight = await connectFlight({ host: "127.0.0.1", port: server.port, network }, TIME);
    const get = async (seed: number) => {
      assert.equal(await receive(flight.doGet(ticketOf(new Uint8Array([seed]))), seed), COUNT);
    };
    const cut = async () => {
      const call = flight.doGet(ticketOf(new Uint8Array([50])));
      (await call.take())!.release();
      call.cancel(); // in the middle of a message, mostly
    };
    const put = async () => {
      const call = flight.doPut();
      for (let i = 0; i < COUNT; i++) {
        const room = call.send({ body: [bodyOf(100, i)] });
        if (room !== undefined) await room;
      }
      await call.finish();
    };
    await Promise.all([get(1), get(2), cut(), put(), cut(), get(3)]);
    assert.ok(reused > 0);
  });

  test(`${name}: a server that is killed in the middle of a download`, async () => {
    await using server = await serveFlight({
      async doGet(context, _ticket, sink) {
        await sink.send({ body: [new Uint8Array(MIB)] });
        await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
      },
    }, { port: 0, network });
    await using flight = await connectFlight({ host: "127.0.0.1", port: server.port, network }, TIME);
    const call = flight.doGet(ticketOf(utf8("t")));
    assert.equal((await call.take())!.body.length, MIB);
    const next = call.take();
    server.close(0);
    await assert.rejects(next, (error: unknown) => error instanceof RpcError && error.code === "rpc.unavailable");
  });

  test(`${name}: TLS with the certificate of another authority`, async () => {
    await using server = await serveFlight(service(), { port: 0, network, tls: SERVER_TLS });
    const tls = { caCertificates: OTHER_CA_CERTIFICATE };
    const error = await failureOf({ host: "localhost", port: server.port, network, tls });
    assert.equal(error.code, "connection.tls");
  });

  test(`${name}: cleartext to a port of TLS`, async () => {
    await using server = await serveFlight(service(), { port: 0, network, tls: SERVER_TLS });
    const error = await failureOf({ host: "127.0.0.1", port: server.port, network });
    assert.equal(error.code, "connection.not_http2");
    assert.match(error.message, /TLS/);
  });

  test(`${name}: TLS to a port of cleartext`, async () => {
    await using server = await serveFlight(service(), { port: 0, network });
    const error = await failureOf({ host: "127.0.0.1", port: server.port, network, tls: {} });
    assert.equal(error.code, "connection.tls");
  });

  test(`${name}: a closed port and an unknown host`, async () => {
    const server = await serveFlight(service(), { port: 0, network });
    await server.close();
    assert.equal((await failureOf({ host: "127.0.0.1", port: server.port, network })).code, "connection.refused");
    assert.equal((await failureOf({ host: "no-such.invalid", port: 1, network })).code, "connection.unknown_host");
  });

  test(`${name}: a server of HTTP/1, and one that hangs up`, async () => {
    const http1 = (socket: Socket) =>
      socket.start({
        data: () => void socket.write([utf8("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")]),
        closed() {},
      });
    await withListener(network, http1, async (port) => {
      const error = await failureOf({ host: "127.0.0.1", port, network });
      assert.equal(error.code, "connection.not_http2");
      assert.match(error.message, /HTTP\/1\.1 400 Bad Request/);
    });
    await withListener(network, (socket) => socket.destroy(), async (port) => {
      await failureOf({ host: "127.0.0.1", port, network });
    });
  });
}
