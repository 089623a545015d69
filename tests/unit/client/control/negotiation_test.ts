import assert from "node:assert/strict";
import { test } from "node:test";
import { isMosaicoError, utf8 } from "../../../../src/base/mod.ts";
import { ControlConnection, negotiate } from "../../../../src/client/control/mod.ts";
import { infoOfOldServer, jsonCodec, loadBinaryCodec } from "../../../../src/protocol/mod.ts";
import { RpcError } from "../../../../src/wire/flight/mod.ts";
import { FakeFlight, Status, status, unknownAction } from "./fake_flight.ts";

const INFO = {
  version: "0.7.0",
  semver: { major: 0, minor: 7, patch: 0 },
  config: {
    maxDecodeMessageBytes: 52_428_800,
    maxEncodeMessageBytes: 536_870_912,
    targetEncodeMessageBytes: 26_214_400,
  },
};
const V05 = '{"action":"version","response":{"version":"0.5.0","semver":{"major":0,"minor":5,"patch":0,"pre":""}}}';

const unsupported = (error: unknown) => isMosaicoError(error, "session.unsupported_server");

test("a 0.7 server is known by the JSON answer of info", async () => {
  const flight = new FakeFlight({
    doAction: (_type, body) => {
      assert.deepEqual(body, utf8("{}"));
      return [jsonCodec.encodeAnswer("info", INFO)];
    },
  });
  const { era, info, codec, capabilities } = await negotiate(flight);
  assert.equal(era, "info");
  assert.deepEqual(info, INFO);
  assert.equal(codec.form, "json");
  assert.equal(capabilities.limits.maxMessageBytes, 52_428_800);
  assert.deepEqual(flight.calls, ["info"]);
});

test("a server after 0.7 is known by its protobuf answer, or by refusing JSON", async () => {
  const binary = await loadBinaryCodec();
  const info = { ...INFO, config: { ...INFO.config, maxEncodeMessageBytes: INFO.config.maxDecodeMessageBytes } };
  for (const strict of [false, true]) {
    const flight = new FakeFlight({
      doAction: (_type, body) => {
        if (strict && body.byteLength > 0) throw status(Status.invalidArgument, "failed to decode Protobuf message");
        return [binary.encodeAnswer("info", info)];
      },
    });
    const agreed = await negotiate(flight);
    assert.equal(agreed.era, "binary");
    assert.equal(agreed.codec, binary);
    assert.deepEqual(agreed.info, info);
    assert.deepEqual(flight.calls, strict ? ["info", "info"] : ["info"]);
  }
});

test("a server without info is asked for version", async () => {
  const flight = new FakeFlight({
    doAction: (type) => {
      if (type !== "version") throw unknownAction(type);
      return [utf8(V05)];
    },
  });
  const { era, info, capabilities } = await negotiate(flight);
  assert.equal(era, "version");
  assert.deepEqual(info, infoOfOldServer("0.5.0", { major: 0, minor: 5, patch: 0 }));
  assert.equal(capabilities.getSchema, false);
  assert.deepEqual(flight.calls, ["info", "version"]);
});

test("servers that are too old, or none of ours, are said to be so", async () => {
  const neither = new FakeFlight({
    doAction: (type) => {
      throw status(Status.internal, `action error :: no available action for string \`${type}\` `);
    },
  });
  await assert.rejects(negotiate(neither, { peer: "host:1" }), (error) => {
    assert.ok(unsupported(error));
    assert.match((error as Error).message, /^Cannot agree on a protocol with host:1: .*neither `info` nor `version`/);
    return true;
  });
  const v03 = new FakeFlight({
    doAction: (type) => {
      if (type !== "version") throw unknownAction(type);
      return [utf8('{"action":"version","response":"0.3.0"}')];
    },
  });
  await assert.rejects(negotiate(v03), /its version is 0\.3\.0, the oldest known is 0\.5/);
  await assert.rejects(negotiate(new FakeFlight({})), unsupported);
});

test("only an unknown action leads to another question; all else fails at once", async () => {
  for (const code of [Status.permissionDenied, Status.invalidArgument, Status.notFound, Status.internal]) {
    const flight = new FakeFlight({
      doAction: () => {
        throw status(code, "Missing API key in request header.");
      },
    });
    await assert.rejects(negotiate(flight), (error) => {
      assert.ok(error instanceof RpcError);
      assert.equal(error.status, code);
      assert.match(error.message, /Cannot agree on a protocol with the server: .*Missing API key/);
      assert.ok(error.cause instanceof RpcError);
      return true;
    });
    assert.ok(!flight.calls.includes("version"));
  }
});

test("an answer that is neither form ends in a typed error", async () => {
  for (const answer of [[], [utf8("<html>")], [utf8("{}")], [utf8('{"action":"info","response":{}}')]]) {
    const flight = new FakeFlight({ doAction: () => answer });
    await assert.rejects(negotiate(flight), (error) => isMosaicoError(error, "message."));
  }
});

test("a server that is not available is asked again", async () => {
  let failures = 2;
  const flight = new FakeFlight({
    doAction: () => {
      if (failures-- > 0) throw status(Status.unavailable, "connection refused");
      return [jsonCodec.encodeAnswer("info", INFO)];
    },
  });
  assert.equal((await negotiate(flight)).era, "info");
  assert.equal(flight.calls.length, 3);
});

test("the timeout ends the asking, with the last failure as cause", async () => {
  const flight = new FakeFlight({
    doAction: () => {
      throw status(Status.unavailable, "connection refused");
    },
  });
  const startMs = performance.now();
  await assert.rejects(negotiate(flight, { timeoutMs: 60, peer: "host:1" }), (error) => {
    assert.ok(isMosaicoError(error, "connection.timeout"));
    assert.match(
      error.message,
      /^Cannot connect to host:1: it did not become available within 60 ms: .*connection refused/,
    );
    assert.ok(error.cause instanceof RpcError);
    return true;
  });
  assert.ok(performance.now() - startMs < 2_000);
});

test("a server that never answers ends in the timeout too", async () => {
  const flight = new FakeFlight({ doAction: () => new Promise(() => {}) });
  const hanging = flight.doAction.bind(flight);
  flight.doAction = (action, options) => {
    const stream = hanging(action, options);
    const aborted = new Promise<never>((_, reject) => {
      options?.signal?.addEventListener("abort", () => reject(status(1, "cancelled")), { once: true });
    });
    return {
      ...stream,
      async *[Symbol.asyncIterator]() {
        yield await aborted;
      },
    };
  };
  await assert.rejects(negotiate(flight, { timeoutMs: 30 }), (error) => isMosaicoError(error, "connection.timeout"));
});

test("abort ends the asking with its reason", async () => {
  const flight = new FakeFlight({
    doAction: () => {
      throw status(Status.unavailable, "connection refused");
    },
  });
  const controller = new AbortController();
  const reason = new Error("enough");
  const agreed = negotiate(flight, { signal: controller.signal });
  setTimeout(() => controller.abort(reason), 10);
  await assert.rejects(agreed, (error) => error === reason);
});

test("a connection without agreement is closed", async () => {
  const flight = new FakeFlight({
    doAction: () => {
      throw status(Status.permissionDenied, "no");
    },
  });
  await assert.rejects(ControlConnection.over(flight));
  assert.equal(flight.closed, 1);
});
