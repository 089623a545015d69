/**
 * Faults on the way and at the far end: a typed error, in time, and never data that looks whole.
 *
 * @module
 */
import assert from "node:assert/strict";
import { chmod, open, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { isMosaicoError } from "../../src/base/mod.ts";
import { startServerProcess } from "../../src/cli/server_process.ts";
import { MosaicoClient } from "../../src/client/mod.ts";
import { Floating64, Integer64 } from "../../src/ontology/mod.ts";
import { MosaicoServer } from "../../src/server/mod.ts";
import { connectFlight, GrpcStatus, RpcError, serveFlight, ticketOf } from "../../src/wire/flight/mod.ts";
import { memoryNetwork, systemNetwork } from "../../src/wire/net/mod.ts";
import { startEmbedded } from "../support/embedded.ts";
import { failure, within } from "../support/errors.ts";
import { FaultyNetwork } from "../support/faulty_network.ts";
import { temporaryFolder } from "../support/folder.ts";

/** A topic `/numbers` of `parts` × 1000 rows. */
async function numbers(client: MosaicoClient, parts: number): Promise<void> {
  await using drive = await client.sequenceCreate("drive");
  const topic = await drive.topicCreate("/numbers", Integer64);
  for (let part = 0; part < parts; part++) {
    await topic.pushColumns({
      timestampNs: BigInt64Array.from({ length: 1_000 }, (_, i) => BigInt(part * 1_000 + i)),
      data: BigInt64Array.from({ length: 1_000 }, (_, i) => BigInt(i)),
    });
  }
  await drive.finalize();
}

test("a server that is killed in mid-upload fails writer, session and client in time, with typed errors", async () => {
  await using folder = await temporaryFolder();
  await using server = await startServerProcess(folder.path);
  await using client = await MosaicoClient.connect(server.host, server.port);
  const drive = await client.sequenceCreate("drive");
  const topic = await drive.topicCreate("/numbers", Floating64);
  let pushed = 0n;
  const pushing = (async () => {
    for (;; pushed++) {
      const room = topic.push(pushed, { data: 1 });
      if (room !== undefined) await room;
      if (pushed % 10_000n === 0n) await new Promise((resolve) => setTimeout(resolve, 0));
    }
  })();
  pushing.catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 150));
  process.kill(server.pid, "SIGKILL");
  const error = await within(5_000, pushing.then(() => undefined, (reason: unknown) => reason));
  assert.ok(isMosaicoError(error, "connection.", "rpc.unavailable"), String((error as Error).stack));
  assert.ok(pushed > 0n);
  assert.equal(topic.status, "raised_exception");
  assert.equal(topic.isActive, false);
  const again = await within(5_000, drive.finalize().then(() => undefined, (reason: unknown) => reason));
  assert.ok(isMosaicoError(again, "session.policy_failed"), String((again as Error).stack));
  assert.ok(isMosaicoError(again.cause, "connection.", "rpc.unavailable"), String(again.cause));
  assert.equal(drive.status, "error");
  await within(5_000, drive[Symbol.asyncDispose]());
  const asked = await within(8_000, client.listSequences().then(() => undefined, (reason: unknown) => reason));
  assert.ok(isMosaicoError(asked, "connection.", "rpc.unavailable"), String((asked as Error).stack));
});

test("after a crash the folder opens again and holds what was finalized", async () => {
  await using folder = await temporaryFolder();
  {
    await using server = await startServerProcess(folder.path);
    await using client = await MosaicoClient.connect(server.host, server.port);
    await numbers(client, 5);
    const open = await client.sequenceCreate("open");
    await (await open.topicCreate("/a", Floating64)).push(1n, { data: 1 });
    process.kill(server.pid, "SIGKILL");
  }
  await using server = await MosaicoServer.start({ directory: folder.path, port: 0 });
  await using client = await MosaicoClient.connect(server.host, server.port);
  assert.deepEqual((await client.listSequences()).sort(), ["drive", "open"]);
  let next = 0n;
  for await (const { timestampNs } of (await client.sequenceHandler("drive"))!.stream()) {
    assert.equal(timestampNs, next++);
  }
  assert.equal(next, 5_000n);
});

test("a client finds its server again after a restart on the same port", async () => {
  await using folder = await temporaryFolder();
  const first = await MosaicoServer.start({ directory: folder.path, port: 0 });
  const { port } = first;
  await using client = await MosaicoClient.connect("127.0.0.1", port);
  await numbers(client, 1);
  await first.close();
  const error = await within(8_000, client.listSequences().then(() => undefined, (reason: unknown) => reason));
  assert.ok(isMosaicoError(error, "connection.", "rpc.unavailable"), String((error as Error).stack));
  await using _ = await MosaicoServer.start({ directory: folder.path, port });
  assert.deepEqual(await within(8_000, client.listSequences()), ["drive"]);
  let rows = 0;
  for await (const _row of (await client.sequenceHandler("drive"))!.stream()) rows++;
  assert.equal(rows, 1_000);
});

for (const over of ["memory", "tcp"] as const) {
  test(`a connection that is cut anywhere in a download never looks like the end of data (${over})`, async () => {
    const network = new FaultyNetwork(over === "memory" ? memoryNetwork() : systemNetwork());
    await using fx = await startEmbedded({ network, client: { lanes: 1 } });
    await numbers(fx.client, 20);
    await using reader = await fx.connect({ lanes: 1 });
    const topic = (await reader.topicHandler("drive", "/numbers"))!;
    let whole = 0;
    {
      const before = network.dialled.length;
      for await (const _ of await topic.stream()) whole++;
      assert.equal(whole, 20_000);
      assert.equal(network.dialled.length, before + 1, "a lane");
    }
    const bytes = network.dialled.at(-1)!.bytesIn;
    assert.ok(bytes > 320_000);
    const cuts = [0.02, 0.1, 0.25, 0.4, 0.5, 0.61, 0.75, 0.9, 0.97, 1].map((part) => Math.floor(part * bytes));
    for (const cut of [100, ...cuts.map((cut) => cut - 1)]) {
      await using client = await fx.connect({ lanes: 1 });
      const handler = (await client.topicHandler("drive", "/numbers"))!;
      const dialled = network.dialled.length;
      const reading = (async () => {
        let rows = 0;
        const stream = await handler.stream();
        const lane = network.dialled[dialled]!;
        lane.cutAfterBytesIn = cut;
        for await (const { timestampNs } of stream) assert.equal(timestampNs, BigInt(rows++));
        return rows;
      })();
      const outcome = await within(5_000, reading.catch((error: unknown) => error));
      if (typeof outcome === "number") assert.equal(outcome, whole, `cut after ${cut} bytes`);
      else assert.ok(isMosaicoError(outcome, "connection.", "rpc."), String((outcome as Error).stack));
      if (cut < bytes - 200) assert.notEqual(typeof outcome, "number", `cut after ${cut} of ${bytes} bytes`);
    }
  });
}

test("a connection that is cut in an upload fails the session, and nothing of it is finalized as whole", async () => {
  const network = new FaultyNetwork(memoryNetwork());
  await using fx = await startEmbedded({ network, client: { lanes: 1 } });
  const drive = await fx.client.sequenceCreate("drive", { onError: "delete" });
  const topic = await drive.topicCreate("/numbers", Floating64);
  for (let i = 0n; i < 50_000n; i++) await topic.push(i, { data: 1 });
  await topic.flush();
  network.dialled.at(-1)!.cut();
  const error = await failure(within(5_000, drive.finalize()), "rpc.unavailable");
  assert.ok(error.cause !== undefined || error.message.length > 10);
  assert.equal(topic.status, "raised_exception");
  assert.equal(topic.isActive, false);
  await within(5_000, drive[Symbol.asyncDispose]());
  const sequence = await fx.client.sequenceHandler("drive");
  assert.ok(sequence === undefined || sequence.topics.length === 0, "the policy was applied");
});

test("a connection that is cut in an upload leaves a note, and the session open for all to see", async () => {
  const network = new FaultyNetwork(memoryNetwork());
  await using fx = await startEmbedded({ network, client: { lanes: 1 } });
  const drive = await fx.client.sequenceCreate("drive", { onError: "report" });
  const topic = await drive.topicCreate("/numbers", Floating64);
  for (let i = 0n; i < 50_000n; i++) await topic.push(i, { data: 1 });
  await topic.flush();
  network.dialled.at(-1)!.cut();
  await failure(within(5_000, drive.finalize()), "rpc.unavailable");
  assert.equal((await fx.client.sequenceHandler("drive"))?.locked, false);
  const notes = await fx.client.listSequenceNotifications("drive");
  assert.ok(notes.some((note) => note.topic === undefined && /failed/.test(note.message)));
  await fx.client.sequenceDelete("drive");
});

test("the control connection survives the loss of a data connection, and the next topic gets a new one", async () => {
  const network = new FaultyNetwork(memoryNetwork());
  await using fx = await startEmbedded({ network, client: { lanes: 1 } });
  await numbers(fx.client, 1);
  network.dialled.at(-1)!.cut();
  assert.deepEqual(await fx.client.listSequences(), ["drive"]);
  let rows = 0;
  for await (const _ of (await fx.client.sequenceHandler("drive"))!.stream()) rows++;
  assert.equal(rows, 1_000);
});

test("a download whose file was cut short ends in the server's error, not in fewer rows", async () => {
  await using fx = await startEmbedded();
  await numbers(fx.client, 50);
  const files = (await readdir(fx.directory, { recursive: true })).map((name) => join(fx.directory, name));
  const arrows = [];
  for (const path of files) {
    const { size } = await stat(path);
    if (path.endsWith(".arrow") || path.endsWith(".arrows")) arrows.push({ path, size });
  }
  assert.equal(arrows.length, 1, files.join(" "));
  const { path, size } = arrows[0]!;
  const file = await open(path, "r+");
  await file.truncate(Math.floor(size / 2));
  await file.close();
  let rows = 0;
  const reading = async () => {
    for await (const _ of (await fx.client.sequenceHandler("drive"))!.stream()) rows++;
  };
  await failure(within(5_000, reading()), "rpc.");
  assert.ok(rows < 50_000);
  assert.deepEqual(await fx.client.listSequences(), ["drive"]);
});

test("a stream that ends with an error status in its trailers raises that error after its messages", async () => {
  const network = memoryNetwork();
  const server = await serveFlight({
    async doGet(_context, _ticket, sink) {
      for (let i = 0; i < 3; i++) await sink.send({ appMetadata: new Uint8Array([i]) });
      throw new RpcError(GrpcStatus.DATA_LOSS, "the disk is gone: müll %41");
    },
    async *doPut(_context, messages) {
      await messages.take();
      yield new Uint8Array([1]);
      throw new RpcError(GrpcStatus.RESOURCE_EXHAUSTED, "no room");
    },
  }, { host: "peer", port: 0, network });
  const client = await connectFlight({ host: "peer", port: server.port, network });
  try {
    const got: number[] = [];
    const error = await failure(async () => {
      for await (const { appMetadata } of client.doGet(ticketOf(new Uint8Array(1)))) got.push(appMetadata[0]!);
    }, "rpc.data_loss");
    assert.deepEqual(got, [0, 1, 2]);
    assert.match(error.message, /the disk is gone: müll %41/);
    const upload = client.doPut();
    upload.send({ appMetadata: new Uint8Array(1) });
    assert.deepEqual(await upload.take(), new Uint8Array([1]));
    await failure(upload.finish(), "rpc.resource_exhausted");
  } finally {
    await client.close();
    await server.close();
  }
});

test("a folder that another process serves is refused by name", async () => {
  await using folder = await temporaryFolder();
  await using _server = await startServerProcess(folder.path);
  const error = await failure(MosaicoServer.start({ directory: folder.path, port: 0 }), "session.directory_locked");
  assert.ok(error.message.includes(folder.path), error.message);
});

test("a folder that this process serves is refused by name, and free after close()", async () => {
  await using folder = await temporaryFolder();
  {
    await using _first = await MosaicoServer.start({ directory: folder.path, port: 0 });
    await failure(MosaicoServer.start({ directory: folder.path, port: 0 }), "session.directory_locked");
  }
  await using _again = await MosaicoServer.start({ directory: folder.path, port: 0 });
});

test("a folder that cannot be written, or is none, is refused by name", async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, "file");
  await writeFile(file, "not a folder");
  const error = await failure(MosaicoServer.start({ directory: file, port: 0 }), "session.");
  assert.ok(error.message.includes(file), error.message);
  if (process.getuid?.() === 0) {
    console.log("SKIPPED: a folder without permission to write (root may write everywhere)");
    const system = await failure(MosaicoServer.start({ directory: "/proc/mosaico", port: 0 }), "session.");
    assert.match(system.message, /\/proc\/mosaico/);
    return;
  }
  await chmod(folder.path, 0o500);
  const denied = await failure(MosaicoServer.start({ directory: folder.path, port: 0 }), "session.directory_read_only");
  assert.ok(denied.message.includes(folder.path), denied.message);
  await chmod(folder.path, 0o700);
});

test("a port that is taken is refused by name", async () => {
  await using fx = await startEmbedded({ tcp: true });
  await using folder = await temporaryFolder();
  const { port } = fx.server;
  const error = await failure(MosaicoServer.start({ directory: folder.path, port }), "connection.address_in_use");
  assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${port}`));
  await using _free = await MosaicoServer.start({ directory: folder.path, port: 0 });
});

test("closing the server ends downloads under way with an error", async () => {
  await using fx = await startEmbedded({ tcp: true });
  await numbers(fx.client, 600);
  const stream = await (await fx.client.topicHandler("drive", "/numbers"))!.stream();
  await stream.next();
  await within(5_000, fx.server.close());
  let rows = 1;
  const outcome = await within(
    5_000,
    (async () => {
      for await (const _ of stream) rows++;
      return "ended";
    })().catch((error: unknown) => error),
  );
  if (outcome === "ended") assert.equal(rows, 600_000);
  else assert.ok(isMosaicoError(outcome, "connection.", "rpc."), String((outcome as Error).stack));
});
