import assert from "node:assert/strict";
import { test } from "node:test";
import { delay, fromUtf8, isMosaicoError, utf8 } from "../../../../src/base/mod.ts";
import { GrpcChannel, GrpcServer, type MethodHandler, RpcError } from "../../../../src/wire/grpc/mod.ts";
import { ConnectionError, memoryNetwork, type Network, type Socket } from "../../../../src/wire/net/mod.ts";
import { serve, silenceable } from "./support.ts";

const hello: MethodHandler = async (call) => void await call.send([utf8("hello")]);
const wait: MethodHandler = async (call) => {
  await call.send([utf8("waiting")]);
  await call.take();
};

async function failureOf(promise: Promise<unknown>): Promise<Error & { code: string }> {
  try {
    await promise;
  } catch (error) {
    assert.ok(isMosaicoError(error), `not ours: ${error}`);
    return error;
  }
  assert.fail("it succeeded");
}

test("GrpcChannel names its states", async () => {
  const network = memoryNetwork();
  await using fx = await serve({ Hello: hello }, { network });
  const { channel } = fx;
  assert.equal(channel.state, "idle");
  const connected = channel.connect();
  assert.equal(channel.state, "connecting");
  await connected;
  assert.equal(channel.state, "ready");
  await channel.close();
  assert.equal(channel.state, "closed");

  const lost = new GrpcChannel({ host: "nowhere", port: 1 }, { network });
  await failureOf(lost.connect());
  const again = failureOf(lost.connect());
  assert.equal(lost.state, "waiting");
  await lost.close();
  assert.equal((await again).code, "connection.closed");
});

test("GrpcChannel.connect() fails with host and port", async () => {
  const network = memoryNetwork();
  const error = await failureOf(new GrpcChannel({ host: "robot", port: 6726 }, { network }).connect());
  assert.ok(error instanceof ConnectionError);
  assert.equal(error.code, "connection.unknown_host");
  assert.match(error.message, /robot:6726/);
});

test("a call without a connection is unavailable, with the reason", async () => {
  const network = memoryNetwork();
  const channel = new GrpcChannel({ host: "robot", port: 6726 }, { network, metadata: { "x-key": "s3cr3t" } });
  const error = await failureOf(channel.unary("/a/b", [utf8("request")]));
  assert.ok(error instanceof RpcError);
  assert.equal(error.code, "rpc.unavailable");
  assert.ok(error.cause instanceof ConnectionError);
  assert.match(error.message, /robot:6726/);
  assert.ok(!JSON.stringify([error.message, error.facts, error.stack]).includes("s3cr3t"));
  await channel.close();
});

test("a peer that takes the connection and says nothing runs into the deadline", async () => {
  const network = memoryNetwork();
  const sockets: Socket[] = [];
  await network.listen({ host: "mute", port: 1 }, (socket) => {
    sockets.push(socket);
    socket.start({ data() {}, closed() {} });
  });
  for (
    const connect of [
      () => new GrpcChannel({ host: "mute", port: 1 }, { network, connectTimeoutMs: 30 }).connect(),
      () => new GrpcChannel({ host: "mute", port: 1 }, { network }).connect(AbortSignal.timeout(30)),
    ]
  ) {
    const error = await failureOf(connect());
    assert.equal(error.code, "connection.timeout");
    assert.match(error.message, /mute:1: no answer in time/);
  }
  for (const socket of sockets) socket.destroy();
});

test("a peer that speaks HTTP/1 is told from a lost one", async () => {
  const network = memoryNetwork();
  await network.listen({ host: "web", port: 80 }, (socket) => {
    socket.start({
      data: async () => {
        await socket.write([utf8("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n<h1>400</h1>")]);
        socket.end();
      },
      closed() {},
    });
  });
  const channel = new GrpcChannel({ host: "web", port: 80 }, { network });
  const error = await failureOf(channel.connect());
  assert.equal(error.code, "connection.not_http2");
  assert.match(error.message, /web:80.*HTTP\/1.1 400 Bad Request/);
  const call = await failureOf(channel.unary("/a/b", []));
  assert.equal(call.code, "rpc.unavailable");
  assert.match(call.message, /HTTP\/1/);
  await channel.close();
});

test("the next call after a loss connects again", async () => {
  await using fx = await serve({ Hello: hello, Wait: wait });
  const waiting = fx.channel.call("/test.Test/Wait");
  await waiting.take();
  fx.sockets[0]!.destroy();
  assert.equal((await failureOf(waiting.take())).code, "rpc.unavailable");
  assert.equal(fx.channel.state, "idle");
  assert.equal(fromUtf8(await fx.channel.unary("/test.Test/Hello", [])), "hello");
  assert.equal(fx.sockets.length, 2);
});

test("calls made while the channel connects share one dial and keep what they send", async () => {
  const echo: MethodHandler = async (call) => {
    for (let message = await call.take(); message !== undefined; message = await call.take()) {
      await call.send([message]);
    }
  };
  await using fx = await serve({ Echo: echo });
  const calls = ["a", "b", "c"].map((text) => {
    const call = fx.channel.call("/test.Test/Echo");
    call.send([utf8(text), utf8("1")]);
    const room = call.send([utf8(text), utf8("2")]);
    call.closeSend();
    return { call, room, text };
  });
  for (const { call, room, text } of calls) {
    await room;
    assert.equal(fromUtf8((await call.take())!), `${text}1`);
    assert.equal(fromUtf8((await call.take())!), `${text}2`);
    assert.equal(await call.take(), undefined);
  }
  assert.equal(fx.sockets.length, 1);
});

test("dials after failures come later and later, and a success ends that", async () => {
  const inner = memoryNetwork();
  const dialed: number[] = [];
  const network: Network = {
    dial: (...args) => {
      dialed.push(performance.now());
      return inner.dial(...args);
    },
    listen: (...args) => inner.listen(...args),
  };
  const channel = new GrpcChannel({ host: "late", port: 1 }, { network });
  for (let i = 0; i < 3; i++) await failureOf(channel.unary("/test.Test/Hello", []));
  const [first, second, third] = dialed as [number, number, number];
  assert.ok(second - first >= 45 && third - second >= 95, `${second - first}, ${third - second} ms`);
  const server = new GrpcServer(new Map([["/test.Test/Hello", hello]]));
  const listener = await inner.listen({ host: "late", port: 1 }, (socket) => server.serve(socket));
  assert.equal(fromUtf8(await channel.unary("/test.Test/Hello", [])), "hello");
  assert.equal(channel.state, "ready");
  await channel.close();
  await listener.close();
  await server.close();
});

test("the deadline of a call counts while the channel waits to dial", async () => {
  const channel = new GrpcChannel({ host: "nowhere", port: 1 }, { network: memoryNetwork() });
  for (let i = 0; i < 2; i++) await failureOf(channel.connect());
  assert.equal((await failureOf(channel.call("/a/b", { timeoutMs: 10 }).take())).code, "rpc.deadline_exceeded");
  await channel.close();
});

test("keepalive ends the calls of a peer that went silent", async () => {
  const { network, silence } = silenceable(memoryNetwork());
  await using fx = await serve({ Hello: hello, Wait: wait }, {
    network,
    channel: { keepaliveMs: 30, keepaliveTimeoutMs: 30 },
  });
  const call = fx.channel.call("/test.Test/Wait");
  await call.take();
  await delay(150);
  assert.equal(fx.channel.state, "ready", "a peer that answers stays");
  silence();
  const error = await failureOf(call.take());
  assert.equal(error.code, "rpc.unavailable");
  assert.match(error.message, /no sign of life within 30 ms/);
  assert.equal(fromUtf8(await fx.channel.unary("/test.Test/Hello", [])), "hello");
});

test("a server notices callers that went silent", async () => {
  const { network, silence } = silenceable(memoryNetwork());
  const aborted = Promise.withResolvers<unknown>();
  const hang: MethodHandler = async (call) => {
    call.signal.addEventListener("abort", () => aborted.resolve(call.signal.reason));
    await wait(call);
  };
  await using fx = await serve({ Hang: hang }, { network, server: { keepaliveMs: 30, keepaliveTimeoutMs: 30 } });
  await fx.channel.call("/test.Test/Hang").take();
  silence(); // what the server sends no longer arrives, so its PING stays without an answer
  assert.equal((await aborted.promise as RpcError).code, "rpc.unavailable");
  await delay(1);
  assert.equal(fx.server.connectionCount, 0);
});

test("a connection that was idle is tried before it is used", async () => {
  const { network, silence } = silenceable(memoryNetwork());
  await using fx = await serve({ Hello: hello }, {
    network,
    channel: { verifyAfterMs: 20, keepaliveTimeoutMs: 30 },
  });
  await fx.channel.unary("/test.Test/Hello", []);
  await delay(30);
  await fx.channel.unary("/test.Test/Hello", []);
  assert.equal(fx.sockets.length, 1, "it stands, and is used");
  await delay(30);
  silence();
  assert.equal(fx.channel.state, "ready", "nobody has noticed");
  assert.equal(fromUtf8(await fx.channel.unary("/test.Test/Hello", [])), "hello");
  assert.equal(fx.sockets.length, 2);
});

test("GrpcChannel.close() cancels what is under way, waits for no one, and may be repeated", async () => {
  await using fx = await serve({ Wait: wait });
  const call = fx.channel.call("/test.Test/Wait");
  await call.take();
  const failed = failureOf(call.take());
  await Promise.all([fx.channel.close(), fx.channel.close()]);
  assert.equal((await failed).code, "rpc.cancelled");
  const late = await failureOf(fx.channel.unary("/test.Test/Wait", []));
  assert.equal(late.code, "rpc.unavailable");
  assert.match(late.message, /closed by this side/);
  await fx.channel.close();
  await delay(5);
  assert.equal(fx.server.connectionCount, 0);
});

test("GrpcServer.close() lets calls under way end, and takes no new ones", async () => {
  const go = Promise.withResolvers<void>();
  await using fx = await serve({
    Slow: async (call) => {
      await call.send([utf8("begun")]);
      await go.promise;
      await call.send([utf8("done")]);
    },
  });
  const call = fx.channel.call("/test.Test/Slow");
  call.closeSend();
  await call.take();
  const closed = fx.server.close(5_000);
  await delay(5);
  assert.equal(fx.channel.state, "idle", "it was told that no new calls are taken");
  go.resolve();
  assert.equal(fromUtf8((await call.take())!), "done");
  assert.equal(await call.take(), undefined);
  await closed;
  assert.equal((await failureOf(fx.channel.unary("/test.Test/Slow", []))).code, "rpc.unavailable");
});

test("GrpcServer.close() ends calls that take too long", async () => {
  const aborted = Promise.withResolvers<void>();
  await using fx = await serve({
    Hang: async (call) => {
      call.signal.addEventListener("abort", () => aborted.resolve());
      await wait(call);
    },
  });
  const call = fx.channel.call("/test.Test/Hang");
  await call.take();
  await fx.server.close(20);
  await aborted.promise;
  assert.equal((await failureOf(call.take())).code, "rpc.unavailable");
});

test("GrpcServer refuses connections over its maximum, and ends those that never speak", async () => {
  const network = memoryNetwork();
  await using fx = await serve({ Hello: hello }, { network, server: { maxConnections: 2, handshakeTimeoutMs: 30 } });
  await fx.channel.connect();
  const mute = await network.dial(fx.listener.host, fx.listener.port);
  const closed = new Promise<void>((resolve) => mute.start({ data() {}, closed: () => resolve() }));
  await delay(5);
  const third = new GrpcChannel(fx.channel.address, { network });
  await failureOf(third.connect());
  await third.close();
  await closed;
  assert.equal(fx.server.connectionCount, 1);
  assert.equal(fromUtf8(await fx.channel.unary("/test.Test/Hello", [])), "hello");
});
