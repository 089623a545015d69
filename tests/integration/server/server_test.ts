import assert from "node:assert/strict";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { isMosaicoError } from "../../../src/base/mod.ts";
import { loadBinaryCodec } from "../../../src/protocol/mod.ts";
import { MosaicoServer, type MosaicoServerOptions } from "../../../src/server/mod.ts";
import {
  actionOf,
  commandDescriptor,
  connectFlight,
  type FlightConnection,
  ticketOf,
} from "../../../src/wire/flight/mod.ts";
import { memoryNetwork, type Network } from "../../../src/wire/net/mod.ts";
import { temporaryFolder } from "../../support/folder.ts";
import { range } from "../../unit/server/support.ts";
import { act, createTopic, describe, listSequences, put, timesOf } from "./support.ts";

interface Fixture extends AsyncDisposable {
  readonly server: MosaicoServer;
  readonly connection: FlightConnection;
}

/** A server on a folder, and a connection to it. */
async function start(
  directory: string,
  network: Network | undefined,
  options: Partial<MosaicoServerOptions> = {},
  metadata: Record<string, string> = {},
): Promise<Fixture> {
  const over = network === undefined ? {} : { network };
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await MosaicoServer.start({ directory, port: 0, ...over, ...options }));
  const connection = stack.use(await connectFlight({ host: server.host, port: server.port, ...over, metadata }));
  const resources = stack.move();
  return { server, connection, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

/** Creates the sequence `d` and opens a session of it. */
async function openSession(connection: FlightConnection): Promise<{ readonly uuid: string }> {
  await act(connection, "sequence_create", { locator: "d", userMetadata: {} });
  return await act(connection, "session_create", { locator: "d" });
}

for (const [name, network] of [["memory", memoryNetwork()], ["TCP", undefined]] as const) {
  test(`a sequence goes up and comes down over ${name}, also after a restart`, async () => {
    await using folder = await temporaryFolder();
    const batches = [range(0, 40_000), range(40_000, 40_010), range(40_010, 90_000)];
    {
      await using fixture = await start(folder.path, network);
      const { connection } = fixture;
      await act(connection, "sequence_create", {
        locator: "d",
        userMetadata: { car: "v7", n: 9_007_199_254_740_993n },
      });
      const session = await act(connection, "session_create", { locator: "d" });
      const uuid = await createTopic(connection, session.uuid, "d/imu");
      await put(connection, "d/imu", uuid, batches);
      await act(connection, "session_finalize", { sessionUuid: session.uuid });
    }
    await using fixture = await start(folder.path, network);
    const { connection } = fixture;
    assert.deepEqual(await listSequences(connection), ["d"]);
    const { sequence, topics, tickets } = await describe(connection, { locator: "d" });
    assert.deepEqual(sequence!.userMetadata, { car: "v7", n: 9_007_199_254_740_993n });
    assert.equal(topics[0]!.dataInfo.totalRowCount, 90_000n);
    assert.deepEqual(await timesOf(connection, tickets[0]!), batches.flat());
    const window = await describe(connection, { locator: "d/imu", window: { startNs: 39_990n, endNs: 40_020n } });
    assert.deepEqual(await timesOf(connection, window.tickets[0]!), range(39_990, 40_020));
  });

  test(`many uploads and downloads at once over ${name}`, async () => {
    await using folder = await temporaryFolder();
    await using fixture = await start(folder.path, network);
    const { connection } = fixture;
    const session = await openSession(connection);
    const locators = range(0, 40).map((i) => `d/t${i}`);
    await Promise.all(locators.map(async (locator, i) => {
      const uuid = await createTopic(connection, session.uuid, locator);
      await put(connection, locator, uuid, range(0, 5).map((k) => range(k * 200, k * 200 + 200 + i)));
    }));
    await act(connection, "session_finalize", { sessionUuid: session.uuid });
    const { tickets } = await describe(connection, { locator: "d" });
    const lengths = await Promise.all(tickets.map(async (ticket) => (await timesOf(connection, ticket)).length));
    assert.deepEqual(lengths, range(0, 40).map((i) => 5 * (200 + i)));
  });

  test(`a client that goes away in mid-upload leaves an unfinished topic over ${name}`, async () => {
    await using folder = await temporaryFolder();
    await using fixture = await start(folder.path, network);
    const { server, connection } = fixture;
    const session = await openSession(connection);
    const uuid = await createTopic(connection, session.uuid, "d/x");
    const other = await connectFlight({ host: server.host, port: server.port, ...(network ? { network } : {}) });
    const put_ = put(
      other,
      "d/x",
      uuid,
      function* () {
        yield range(0, 100);
        yield range(100, 200);
        void other.close();
        for (let at = 200; at < 100_000; at += 100) yield range(at, at + 100);
      }(),
    );
    await assert.rejects(put_, (error) => isMosaicoError(error, "rpc.", "connection."));
    const read = async () => (await describe(connection, { locator: "d/x" }));
    for (;;) {
      const failure = await act(connection, "session_finalize", { sessionUuid: session.uuid }).catch((error) => error);
      assert.ok(isMosaicoError(failure, "rpc.failed_precondition"), String(failure));
      if (!/uploading/.test(failure.message)) break;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const { topics, tickets } = await read();
    assert.equal(topics[0]!.locked, false);
    const times = topics[0]!.dataInfo.interval === undefined ? [] : await timesOf(connection, tickets[0]!);
    assert.deepEqual(times, range(0, times.length));
    await act(connection, "topic_delete", { locator: "d/x" });
    assert.deepEqual(await readdir(join(folder.path, "data")), []);
  });
}

test("a download that is left early does not hold up the server", async () => {
  await using folder = await temporaryFolder();
  await using fixture = await start(folder.path, undefined);
  const { connection } = fixture;
  const session = await openSession(connection);
  const uuid = await createTopic(connection, session.uuid, "d/x");
  await put(connection, "d/x", uuid, range(0, 30).map((k) => range(k * 50_000, (k + 1) * 50_000)));
  const { tickets } = await describe(connection, { locator: "d/x" });
  for (let i = 0; i < 5; i++) {
    await using stream = connection.doGet(ticketOf(tickets[0]!));
    await stream.take();
    await stream.take();
  }
  assert.equal((await timesOf(connection, tickets[0]!)).length, 1_500_000);
});

test("a download of a topic that is deleted meanwhile is whole or fails, and never ends early", async () => {
  await using folder = await temporaryFolder();
  await using fixture = await start(folder.path, undefined);
  const { connection } = fixture;
  const session = await openSession(connection);
  const uuid = await createTopic(connection, session.uuid, "d/x");
  await put(connection, "d/x", uuid, range(0, 60).map((k) => range(k * 50_000, (k + 1) * 50_000)));
  const { tickets } = await describe(connection, { locator: "d/x" });
  await using stream = connection.doGet(ticketOf(tickets[0]!));
  await stream.take();
  await act(connection, "topic_delete", { locator: "d/x" });
  // What the server has at hand may still come; but a stream that ends well has to be whole.
  let batches = 0;
  try {
    while (await stream.take() !== undefined) batches++;
    assert.equal(batches, 60);
  } catch (error) {
    assert.ok(isMosaicoError(error, "rpc.aborted"), String(error));
    assert.match((error as Error).message, /it was deleted/);
  }
  await assert.rejects(describe(connection, { locator: "d/x" }), (error) => isMosaicoError(error, "rpc.not_found"));
});

test("MosaicoServer.start({ form: 'binary' }) speaks the protocol after 0.7", async () => {
  await using folder = await temporaryFolder();
  await using fixture = await start(folder.path, memoryNetwork(), { form: "binary" });
  const { connection } = fixture;
  const codec = await loadBinaryCodec();
  const bodies: Uint8Array[] = [];
  for await (const body of connection.doAction(actionOf("info"))) bodies.push(body);
  assert.equal(codec.decodeAnswer("info", bodies).version, "0.7.0");
  const create = codec.encodeRequest("sequence_create", { locator: "d", userMetadata: { a: 1 } });
  for await (const body of connection.doAction(actionOf("sequence_create", create))) assert.equal(body.byteLength, 0);
  const info = await connection.getFlightInfo(commandDescriptor(codec.encodeFlightInfoCommand({ locator: "d" })));
  assert.deepEqual(codec.decodeSequenceMetadata(info.appMetadata).userMetadata, { a: 1 });
});

test("MosaicoServer.start() refuses a folder that another server has, and a folder that is a file", async () => {
  await using folder = await temporaryFolder();
  await using server = await MosaicoServer.start({ directory: folder.path, port: 0, network: memoryNetwork() });
  await assert.rejects(MosaicoServer.start({ directory: folder.path, port: 0 }), (error) => {
    assert.ok(isMosaicoError(error, "session.directory_locked"));
    assert.deepEqual(error.facts, { directory: folder.path, pid: process.pid });
    return true;
  });
  await server.close();
  await server.close();
  await using _again = await MosaicoServer.start({ directory: folder.path, port: 0, network: memoryNetwork() });
  const file = join(folder.path, "file");
  await writeFile(file, "");
  await assert.rejects(MosaicoServer.start({ directory: file, port: 0 }), (error) => isMosaicoError(error, "session."));
});

test("MosaicoServer.start() gives the folder free when it cannot listen", async () => {
  await using folder = await temporaryFolder();
  await using other = await temporaryFolder();
  await using server = await MosaicoServer.start({ directory: other.path, port: 0 });
  const taken = MosaicoServer.start({ directory: folder.path, port: server.port });
  await assert.rejects(taken, (error) => isMosaicoError(error, "connection.address_in_use"));
  await using _free = await MosaicoServer.start({ directory: folder.path, port: 0 });
});

test("MosaicoServer.close() ends uploads that run, and keeps what came", async () => {
  await using folder = await temporaryFolder();
  const network = memoryNetwork();
  {
    await using fixture = await start(folder.path, network);
    const { server, connection } = fixture;
    const session = await openSession(connection);
    const uuid = await createTopic(connection, session.uuid, "d/x");
    let closing: Promise<void> | undefined;
    const failing = put(
      connection,
      "d/x",
      uuid,
      function* () {
        yield range(0, 10);
        closing = server.close();
        for (let at = 10; at < 1_000_000; at += 10) yield range(at, at + 10);
      }(),
    );
    await assert.rejects(failing);
    await closing;
  }
  await using fixture = await start(folder.path, network);
  const { topics } = await describe(fixture.connection, { locator: "d/x" });
  assert.equal(topics[0]!.locked, false);
});

test("MosaicoServer.start({ apiKeys }) asks every call for a key", async () => {
  await using folder = await temporaryFolder();
  const apiKeys = [{ token: "msco_key", scopes: ["read", "write"] as const }];
  {
    await using fixture = await start(folder.path, undefined, { apiKeys }, { "mosaico-api-key-token": "msco_key" });
    await act(fixture.connection, "sequence_create", { locator: "d", userMetadata: {} });
    const refused = act(fixture.connection, "sequence_delete", { locator: "d" });
    await assert.rejects(refused, (error) => isMosaicoError(error, "rpc.permission_denied"));
  }
  await using fixture = await start(folder.path, undefined, { apiKeys });
  await assert.rejects(listSequences(fixture.connection), (error) => {
    assert.ok(isMosaicoError(error, "rpc.permission_denied"));
    assert.equal(error.message, "Missing API key in request header.");
    return true;
  });
});

test("MosaicoServer refuses messages above its limit and goes on", async () => {
  await using folder = await temporaryFolder();
  await using fixture = await start(folder.path, undefined, { limits: { maxMessageBytes: 100_000 } });
  const { connection } = fixture;
  assert.equal((await act(connection, "info", {})).config.maxDecodeMessageBytes, 100_000);
  const session = await openSession(connection);
  const uuid = await createTopic(connection, session.uuid, "d/x");
  const failing = put(connection, "d/x", uuid, [range(0, 10), range(10, 50_000)]);
  await assert.rejects(failing, (error) => isMosaicoError(error, "rpc.resource_exhausted", "rpc.out_of_range"));
  await put(connection, "d/x", uuid, [range(0, 10)]);
});
