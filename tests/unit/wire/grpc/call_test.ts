import assert from "node:assert/strict";
import { test } from "node:test";
import { delay, fromUtf8, utf8 } from "../../../../src/base/mod.ts";
import { GrpcStatus, type MethodHandler, RpcError, type ServerCall } from "../../../../src/wire/grpc/mod.ts";
import { DEAF, framed, HEAD, requestRaw, serve, serveRaw } from "./support.ts";

const MIB = 1 << 20;

const echo: MethodHandler = async (call) => {
  for (let message = await call.take(); message !== undefined; message = await call.take()) {
    const room = call.send([message]);
    if (room !== undefined) await room;
  }
};

/** The failure of something that must fail with an RpcError. */
async function failureOf(promise: Promise<unknown>): Promise<RpcError> {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof RpcError, `not an RpcError: ${error}`);
    return error;
  }
  assert.fail("it succeeded");
}

async function readAll(call: { take(): Promise<Uint8Array | undefined> }): Promise<string[]> {
  const texts: string[] = [];
  for (let message = await call.take(); message !== undefined; message = await call.take()) {
    texts.push(fromUtf8(message));
  }
  return texts;
}

test("a unary call carries metadata of the channel and of its own", async () => {
  let seen: ServerCall | undefined;
  await using fx = await serve({
    Get: async (call) => {
      seen = call;
      const request = await call.take();
      assert.equal(await call.take(), undefined);
      await call.send([utf8("re: "), request!]);
    },
  }, { channel: { metadata: { "x-key": "k" } } });
  const answer = await fx.channel.unary("/test.Test/Get", [utf8("a"), utf8("b")], {
    metadata: { "x-more-bin": new Uint8Array([1, 2]) },
  });
  assert.equal(fromUtf8(answer), "re: ab");
  assert.equal(seen!.path, "/test.Test/Get");
  assert.deepEqual(seen!.metadata.get("x-key"), ["k"]);
  assert.deepEqual(seen!.metadata.get("x-more-bin"), [new Uint8Array([1, 2])]);
});

test("messages of all sizes go both ways in order", async () => {
  await using fx = await serve({ Echo: echo });
  const call = fx.channel.call("/test.Test/Echo");
  const sizes = [0, 1, 63, 64, 65, 16_379, 16_384, 70_000, 3 * MIB, 5];
  const sender = (async () => {
    for (const [i, size] of sizes.entries()) {
      const room = call.send([new Uint8Array(size).fill(i)]);
      if (room !== undefined) await room;
    }
    call.closeSend();
  })();
  for (const [i, size] of sizes.entries()) {
    const message = await call.take();
    assert.deepEqual([message!.length, message!.every((byte) => byte === i)], [size, true]);
  }
  assert.equal(await call.take(), undefined);
  assert.equal(await call.take(), undefined);
  await sender;
});

test("messages before an error status are delivered, then the error", async () => {
  await using fx = await serve({
    Some: async (call) => {
      await call.send([utf8("one")]);
      await call.send([utf8("two")]);
      throw new RpcError(GrpcStatus.DATA_LOSS, "Lost: the disk says 100 % no. ü");
    },
  });
  const call = fx.channel.call("/test.Test/Some");
  call.closeSend();
  assert.equal(fromUtf8((await call.take())!), "one");
  assert.equal(fromUtf8((await call.take())!), "two");
  for (let i = 0; i < 2; i++) {
    const error = await failureOf(call.take());
    assert.deepEqual([error.code, error.message], ["rpc.data_loss", "Lost: the disk says 100 % no. ü"]);
  }
});

test("an error before any message comes in trailers only", async () => {
  await using fx = await serve({
    No: () => Promise.reject(new RpcError(GrpcStatus.PERMISSION_DENIED, "not you")),
  });
  const call = fx.channel.call("/test.Test/No");
  call.closeSend();
  const error = await failureOf(call.take());
  assert.deepEqual([error.code, error.message], ["rpc.permission_denied", "not you"]);
  assert.equal((await failureOf(call.headers)).code, "rpc.permission_denied");
});

test("an unknown method is UNIMPLEMENTED, a foreign error INTERNAL and told to the owner alone", async () => {
  const told: unknown[] = [];
  const bug = new TypeError("secret of the house");
  await using fx = await serve({ Bug: () => Promise.reject(bug) }, {
    server: { onInternalError: (path, error) => told.push(path, error) },
  });
  assert.equal((await failureOf(fx.channel.unary("/test.Test/Nothing", []))).code, "rpc.unimplemented");
  const error = await failureOf(fx.channel.unary("/test.Test/Bug", []));
  assert.equal(error.code, "rpc.internal");
  assert.ok(!error.message.includes("secret"));
  assert.deepEqual(told, ["/test.Test/Bug", bug]);
});

test("a unary answer is exactly one message", async () => {
  await using fx = await serve({
    None: () => Promise.resolve(),
    Two: async (call) => {
      await call.send([utf8("1")]);
      await call.send([utf8("2")]);
    },
  });
  assert.match((await failureOf(fx.channel.unary("/test.Test/None", []))).message, /no message/);
  assert.match((await failureOf(fx.channel.unary("/test.Test/Two", []))).message, /more than one/);
});

test("cancelling rejects the take under way and aborts the handler", async () => {
  const aborted = Promise.withResolvers<unknown>();
  const began = Promise.withResolvers<void>();
  await using fx = await serve({
    Wait: async (call) => {
      began.resolve();
      call.signal.addEventListener("abort", () => aborted.resolve(call.signal.reason));
      await call.take();
    },
  });
  const stop = new AbortController();
  const call = fx.channel.call("/test.Test/Wait", { signal: stop.signal });
  const taken = failureOf(call.take());
  await began.promise;
  const reason = new Error("enough");
  stop.abort(reason);
  const error = await taken;
  assert.deepEqual([error.code, error.cause], ["rpc.cancelled", reason]);
  assert.equal((await aborted.promise as RpcError).code, "rpc.cancelled");
  assert.equal((await failureOf(call.take())).code, "rpc.cancelled");
  assert.equal((await failureOf(call.send([utf8("x")])!)).code, "rpc.cancelled");
});

test("a call with an aborted signal never starts", async () => {
  let isServed = false;
  await using fx = await serve({ Get: () => Promise.resolve(void (isServed = true)) });
  await fx.channel.connect();
  const call = fx.channel.call("/test.Test/Get", { signal: AbortSignal.abort() });
  assert.equal((await failureOf(call.take())).code, "rpc.cancelled");
  await delay(5);
  assert.equal(isServed, false);
});

test("options that cannot be sent are refused at once", async () => {
  await using fx = await serve({});
  assert.throws(() => fx.channel.call("/test.Test/Get", { timeoutMs: 0 }), RangeError);
  assert.throws(() => fx.channel.call("/test.Test/Get", { metadata: { "Bad Name": "" } }), TypeError);
});

test("a deadline is enforced here, even when the server ignores it", async () => {
  await using fx = await serveRaw(() => DEAF);
  const before = performance.now();
  const error = await failureOf(fx.channel.call("/test.Test/Get", { timeoutMs: 40 }).take());
  assert.equal(error.code, "rpc.deadline_exceeded");
  assert.ok(performance.now() - before < 2_000);
});

test("a deadline reaches the handler, and the server answers by itself", async () => {
  const reason = Promise.withResolvers<unknown>();
  await using fx = await serve({
    Slow: async (call) => {
      call.signal.addEventListener("abort", () => reason.resolve(call.signal.reason));
      await new Promise(() => {}); // whatever it does, the caller gets an answer
    },
  });
  const { answer, close } = requestRaw(fx.server, "/test.Test/Slow", [["grpc-timeout", "20m"]]);
  assert.equal((await answer).get("grpc-status"), String(GrpcStatus.DEADLINE_EXCEEDED));
  assert.equal((await reason.promise as Error).name, "TimeoutError");
  close();
});

test("a malformed request gets a status", async () => {
  await using fx = await serve({ Get: () => Promise.resolve() });
  for (const [field, status] of [[["grpc-timeout", "soon"], "3"], [["x-bin", "*"], "13"]] as const) {
    const { answer, close } = requestRaw(fx.server, "/test.Test/Get", [field]);
    assert.equal((await answer).get("grpc-status"), status);
    close();
  }
});

test("a message over the server's limit is refused before it is read", async () => {
  await using fx = await serve({ Echo: echo }, { server: { maxMessageBytes: 1000 } });
  assert.equal((await fx.channel.unary("/test.Test/Echo", [new Uint8Array(1000)])).length, 1000);
  const error = await failureOf(fx.channel.unary("/test.Test/Echo", [new Uint8Array(20 * MIB)]));
  assert.equal(error.code, "rpc.resource_exhausted");
  assert.match(error.message, /20971520 .* 1000/);
});

test("a message over the client's limit ends the call", async () => {
  const ended = Promise.withResolvers<void>();
  await using fx = await serve({
    Big: async (call) => {
      call.signal.addEventListener("abort", () => ended.resolve());
      await call.send([new Uint8Array(1001)]);
      await ended.promise;
    },
  }, { channel: { maxMessageBytes: 1000 } });
  assert.equal((await failureOf(fx.channel.unary("/test.Test/Big", []))).code, "rpc.resource_exhausted");
  await ended.promise;
});

test("gzip both ways", async () => {
  let wireBytes = 0;
  await using fx = await serve({ Echo: echo }, { channel: { encoding: "gzip" } });
  await fx.channel.connect();
  const socket = fx.sockets[0]!;
  const write = socket.write.bind(socket);
  socket.write = (slices) => {
    for (const slice of slices) wireBytes += slice.length;
    return write(slices);
  };
  const text = "the same words again and again; ".repeat(10_000);
  const answer = await fx.channel.unary("/test.Test/Echo", [utf8(text)]);
  assert.equal(fromUtf8(answer), text);
  assert.ok(wireBytes < text.length / 10, `${wireBytes} bytes`);
});

test("one message of 64 MiB passes windows of 64 KiB, aligned at its end", async () => {
  const http2 = { streamWindowBytes: 65_535, connectionWindowBytes: 65_535 };
  await using fx = await serve({ Echo: echo }, {
    channel: { http2 },
    server: { http2, maxMessageBytes: 64 * MIB },
  });
  const sent = new Uint8Array(64 * MIB);
  for (let i = 0; i < sent.length; i += 4096) sent[i] = i >> 12;
  const call = fx.channel.call("/test.Test/Echo");
  call.send([sent.subarray(0, 1_000), sent.subarray(1_000)]);
  call.closeSend();
  const received = (await call.take())!;
  assert.equal(received.length, sent.length);
  assert.equal((received.byteOffset + received.length) % 64, 0);
  assert.ok(received.every((byte, i) => byte === sent[i]));
  assert.equal(await call.take(), undefined);
});

test("a reader that does not read holds the writer back", async () => {
  let sentBytes = 0;
  const message = new Uint8Array(MIB);
  const done = Promise.withResolvers<void>();
  await using fx = await serve({
    Much: async (call) => {
      for (let i = 0; i < 200; i++) {
        const room = call.send([message]);
        if (room !== undefined) await room;
        sentBytes += message.length;
      }
      done.resolve();
    },
  }, { channel: { http2: { streamWindowBytes: 2 * MIB } } });
  const call = fx.channel.call("/test.Test/Much");
  call.closeSend();
  await call.take();
  await delay(50);
  const held = sentBytes;
  // The windows, what may wait here (4 MiB) and there (1 MiB), and the message that crosses each limit.
  assert.ok(held <= 12 * MIB, `${held} bytes are under way`);
  await delay(20);
  assert.equal(sentBytes, held);
  let count = 1;
  while (await call.take() !== undefined) count++;
  assert.equal(count, 200);
  await done.promise;
});

test("calls that nobody reads stop no other, and each holds what its window says", async () => {
  const sent = new Map<number, number>();
  const message = new Uint8Array(100_000);
  await using fx = await serve({
    Much: async (call) => {
      const caller = (await call.take())![0]!;
      for (let i = 0; i < 30; i++) {
        const room = call.send([message]);
        if (room !== undefined) await room;
        sent.set(caller, (sent.get(caller) ?? 0) + message.length);
      }
    },
  }, {
    channel: { http2: { connectionWindowBytes: 65_535 } },
    server: { http2: { sendBufferBytes: 1 } },
  });
  const calls = Array.from({ length: 50 }, (_, i) => {
    const call = fx.channel.call("/test.Test/Much", { windowBytes: 300_000 });
    call.send([new Uint8Array([i])]);
    call.closeSend();
    return call;
  });
  for (let count = 0; count < 30; count++) assert.equal((await calls[49]!.take())!.length, 100_000);
  assert.equal(await calls[49]!.take(), undefined);
  await delay(20);
  // The window, what may wait beside it (75 kB), and the message that crosses each limit.
  for (let i = 0; i < 49; i++) assert.ok(sent.get(i)! >= 200_000 && sent.get(i)! <= 600_000, `${i}: ${sent.get(i)}`);
  for (const call of calls) call.cancel();
  for (const windowBytes of [65_534, 2 ** 31, 1.5]) {
    assert.throws(() => fx.channel.call("/test.Test/Much", { windowBytes }), RangeError);
  }
});

test("a handler that does not read holds the caller back", async () => {
  const go = Promise.withResolvers<void>();
  let received = 0;
  await using fx = await serve({
    Put: async (call) => {
      await go.promise;
      while (await call.take() !== undefined) received++;
    },
  }, { server: { http2: { streamWindowBytes: 2 * MIB } } });
  const call = fx.channel.call("/test.Test/Put");
  let sent = 0;
  const sender = (async () => {
    for (; sent < 100; sent++) {
      const room = call.send([new Uint8Array(MIB)]);
      if (room !== undefined) await room;
    }
    call.closeSend();
  })();
  await delay(50);
  assert.ok(sent <= 12, `${sent} MiB are under way`);
  go.resolve();
  await sender;
  assert.equal(await call.take(), undefined);
  assert.equal(received, 100);
});

test("downloads that nobody reads do not stop the others on their connection", async () => {
  await using fx = await serve({
    Much: async (call) => {
      for (let i = 0; i < 64; i++) {
        const room = call.send([new Uint8Array(MIB)]);
        if (room !== undefined) await room;
      }
    },
    Small: async (call) => void await call.send([utf8("here")]),
  });
  const unread = [1, 2, 3, 4].map(() => {
    const call = fx.channel.call("/test.Test/Much");
    call.closeSend();
    return call;
  });
  await Promise.all(unread.map((call) => call.headers));
  await delay(30);
  const answer = await fx.channel.unary("/test.Test/Small", [], { timeoutMs: 3_000 });
  assert.equal(fromUtf8(answer), "here");
  for (const call of unread) call.cancel();
});

test("an end without a status is an error, not the end of data", async () => {
  await using fx = await serveRaw((stream) => {
    stream.sendHeaders(HEAD);
    stream.write([framed("one")], true);
    return DEAF;
  });
  const call = fx.channel.call("/test.Test/Get");
  call.closeSend();
  assert.equal(fromUtf8((await call.take())!), "one");
  const error = await failureOf(call.take());
  assert.equal(error.code, "rpc.internal");
  assert.match(error.message, /without a status/);
});

test("status OK inside a message is an error", async () => {
  await using fx = await serveRaw((stream) => {
    stream.sendHeaders(HEAD);
    stream.write([framed("one"), framed("cut short").subarray(0, 8)]);
    stream.sendTrailers([["grpc-status", "0"]]);
    return DEAF;
  });
  const call = fx.channel.call("/test.Test/Get");
  assert.equal(fromUtf8((await call.take())!), "one");
  assert.match((await failureOf(call.take())).message, /inside a message/);
});

test("a status that is none is an error", async () => {
  await using fx = await serveRaw((stream) => {
    stream.sendHeaders([...HEAD, ["grpc-status", "OK"]], true);
    return DEAF;
  });
  assert.match((await failureOf(fx.channel.call("/test.Test/Get").take())).message, /with status "OK"/);
});

test("a reset in the middle is an error", async () => {
  await using fx = await serveRaw((stream) => {
    stream.sendHeaders(HEAD);
    stream.write([framed("one")]);
    setTimeout(() => stream.reset(2), 5);
    return DEAF;
  });
  const call = fx.channel.call("/test.Test/Get");
  assert.equal(fromUtf8((await call.take())!), "one");
  assert.equal((await failureOf(call.take())).code, "rpc.internal");
});

test("a cut connection is an error, for every call on it", async () => {
  await using fx = await serveRaw((stream) => {
    stream.sendHeaders(HEAD);
    stream.write([framed("one")]);
    return DEAF;
  });
  const calls = [fx.channel.call("/test.Test/Get"), fx.channel.call("/test.Test/Get")];
  for (const call of calls) assert.equal(fromUtf8((await call.take())!), "one");
  fx.sockets[0]!.destroy();
  for (const call of calls) {
    const error = await failureOf(call.take());
    assert.equal(error.code, "rpc.unavailable");
    assert.match((error.cause as { code: string }).code, /^connection\./);
  }
});

test("an orderly end of the connection in the middle is an error too", async () => {
  await using fx = await serveRaw((stream) => {
    stream.sendHeaders(HEAD);
    stream.write([framed("one")]);
    return DEAF;
  });
  const call = fx.channel.call("/test.Test/Get");
  await call.take();
  fx.sockets[0]!.end();
  assert.equal((await failureOf(call.take())).code, "rpc.unavailable");
});

test("an answer that is not gRPC is named, with its beginning", async () => {
  const page = "<html><h1>502 Bad Gateway</h1></html>";
  const answers: { head: [string, string][]; body?: string; code: string; text: RegExp }[] = [
    {
      head: [[":status", "502"], ["content-type", "text/html"]],
      body: page,
      code: "rpc.unavailable",
      text: /HTTP status 502 with content type "text\/html": "<html><h1>502 Bad Gateway/,
    },
    {
      head: [[":status", "200"], ["content-type", "text/html"]],
      body: page.repeat(1000),
      code: "rpc.unknown",
      text: /not gRPC/,
    },
    { head: [[":status", "401"]], code: "rpc.unauthenticated", text: /HTTP status 401 with no content type$/ },
    { head: [[":status", "404"]], code: "rpc.unimplemented", text: /HTTP status 404/ },
  ];
  for (const { head, body, code, text } of answers) {
    await using fx = await serveRaw((stream) => {
      stream.sendHeaders(head, body === undefined);
      if (body !== undefined) stream.write([utf8(body)], true);
      return DEAF;
    });
    const error = await failureOf(fx.channel.call("/test.Test/Get").take());
    assert.equal(error.code, code);
    assert.match(error.message, text);
    assert.ok(error.message.length < 500);
  }
});

test("a server that ends with OK before it has read all says so to the sender", async () => {
  await using fx = await serve({
    First: async (call) => {
      await call.take();
      await call.send([utf8("got one")]);
    },
  });
  const call = fx.channel.call("/test.Test/First");
  call.send([utf8("1")]);
  assert.deepEqual(await readAll(call), ["got one"]);
  const error = await failureOf(call.send([utf8("2")])!);
  assert.equal(error.code, "rpc.aborted");
  assert.throws(() => {
    call.closeSend();
    call.send([utf8("3")]);
  }, TypeError);
});

test("a sender that waits for room hears of the end", async () => {
  await using fx = await serve({
    Refuse: async (call) => {
      await call.take();
      throw new RpcError(GrpcStatus.FAILED_PRECONDITION, "full");
    },
  }, { server: { http2: { streamWindowBytes: 65_535 } } });
  const call = fx.channel.call("/test.Test/Refuse");
  const error = await failureOf((async () => {
    for (;;) {
      const room = call.send([new Uint8Array(MIB)]);
      if (room !== undefined) await room;
    }
  })());
  assert.deepEqual([error.code, error.message], ["rpc.failed_precondition", "full"]);
});

test("a request cut inside a message is the caller's fault", async () => {
  const failed = Promise.withResolvers<unknown>();
  await using fx = await serve({
    Put: async (call) => {
      try {
        await call.take();
      } catch (error) {
        failed.resolve(error);
        throw error;
      }
    },
  });
  const { stream, answer, close } = requestRaw(fx.server, "/test.Test/Put");
  stream.write([framed("cut short").subarray(0, 7)], true);
  assert.equal((await failed.promise as RpcError).code, "rpc.invalid_argument");
  assert.equal((await answer).get("grpc-status"), "3");
  close();
});

test("a server refuses what is not gRPC, and does not wait for all of it", async () => {
  await using fx = await serve({});
  for (const isEndless of [false, true]) {
    const { stream, answer, close } = requestRaw(fx.server, "/", [], "text/html");
    stream.write([new Uint8Array(isEndless ? MIB : 10)], !isEndless);
    assert.equal((await answer).get(":status"), "415");
    close();
  }
});
