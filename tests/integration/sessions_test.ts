/**
 * What becomes of sessions that fail or are left, and of the notes about them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MosaicoClient, type Notification } from "../../src/client/mod.ts";
import { Floating64, Integer64, String as Text } from "../../src/ontology/mod.ts";
import { jsonCodec } from "../../src/protocol/mod.ts";
import { GrpcStatus, RpcError, serveFlight } from "../../src/wire/flight/mod.ts";
import { ConnectionError, memoryNetwork, type Network } from "../../src/wire/net/mod.ts";
import { type Embedded, startEmbedded } from "../support/embedded.ts";
import { failure } from "../support/errors.ts";

const texts = (notifications: readonly Notification[]) => notifications.map((it) => it.message);

async function leave(fx: Embedded, onError: "report" | "delete", end: "abort" | "leave" | "throw"): Promise<void> {
  try {
    await using drive = await fx.client.sequenceCreate("drive", { onError });
    const topic = await drive.topicCreate("/a", Floating64);
    await topic.push(1n, { data: 1 });
    await topic.flush();
    await topic.push(2n, { data: 2 });
    if (end === "throw") throw new Error("sensor unplugged");
    if (end === "abort") await drive.abort(new Error("sensor unplugged"));
    await topic.push(3n, { data: 3 });
  } catch (error) {
    if (end === "leave") throw error;
    assert.match(String(error), /sensor unplugged|writer is finalized_with_error/);
  }
}

for (const end of ["abort", "leave", "throw"] as const) {
  const reason = end === "abort" ? /sensor unplugged/ : /left without finalize\(\)/;

  test(`report: what was sent stays, locked, with a note (${end})`, async () => {
    await using fx = await startEmbedded();
    await leave(fx, "report", end);
    const sequence = await fx.client.sequenceHandler("drive");
    assert.equal(sequence?.locked, true);
    const rows = [];
    for await (const { timestampNs } of sequence!.stream()) rows.push(timestampNs);
    assert.deepEqual(rows, [1n], "the flushed row; the buffered ones are dropped");
    const notes = await fx.client.listSequenceNotifications("drive");
    const own = notes.filter((note) => note.topic === undefined);
    assert.equal(own.length, 1, texts(notes).join("; "));
    assert.match(own[0]!.message, reason);
    assert.equal(own[0]!.sequence, "drive");
    assert.ok((own[0]!.createdAtNs ?? 0n) > 1_600_000_000_000_000_000n);
    const [note, ...more] = await fx.client.listTopicNotifications("drive", "/a");
    assert.equal(more.length, 0);
    assert.match(
      note!.message,
      end === "leave" ? /\(2 buffered records discarded\)/ : /\(1 buffered records discarded\)/,
    );
    assert.equal(note!.topic, "/a");
  });

  test(`delete: nothing stays (${end})`, async () => {
    await using fx = await startEmbedded();
    await leave(fx, "delete", end);
    assert.equal(await fx.client.sequenceExists("drive"), false);
    assert.deepEqual(await fx.client.listSequences(), []);
    await using again = await fx.client.sequenceCreate("drive");
    await (await again.topicCreate("/a", Floating64)).push(1n, { data: 1 });
    await again.finalize();
  });
}

test("delete removes a further session alone", async () => {
  await using fx = await startEmbedded();
  {
    await using first = await fx.client.sequenceCreate("drive");
    await (await first.topicCreate("/kept", Floating64)).push(1n, { data: 1 });
    await first.finalize();
  }
  {
    await using second = await fx.client.sequenceUpdate("drive", { onError: "delete" });
    await (await second.topicCreate("/gone", Floating64)).push(1n, { data: 1 });
  }
  const sequence = await fx.client.sequenceHandler("drive");
  assert.deepEqual(sequence?.topics, ["/kept"]);
  assert.equal(sequence?.sessions.length, 1);
});

test("a session that is left before it has a topic leaves without a word", async () => {
  await using fx = await startEmbedded();
  {
    await using _ = await fx.client.sequenceCreate("empty");
  }
  {
    await using _ = await fx.client.sequenceCreate("gone", { onError: "delete" });
  }
  assert.deepEqual(await fx.client.listSequences(), ["empty"]);
  assert.equal((await fx.client.listSequenceNotifications("empty")).length, 1);
});

test("finalize() of a session without topics says why it fails", async () => {
  await using fx = await startEmbedded();
  await using drive = await fx.client.sequenceCreate("drive");
  const error = await failure(drive.finalize(), "rpc.failed_precondition");
  assert.match(error.message, /empty/);
});

test("a sequence whose session the server refuses is not left behind", async () => {
  const network = memoryNetwork();
  const actions: string[] = [];
  const server = await serveFlight({
    *doAction(_context, { type }) {
      actions.push(type);
      if (type === "session_create") throw new RpcError(GrpcStatus.RESOURCE_EXHAUSTED, "no more sessions");
      const semver = { major: 0, minor: 7, patch: 0 };
      const config = {
        maxDecodeMessageBytes: 1 << 20,
        maxEncodeMessageBytes: 1 << 20,
        targetEncodeMessageBytes: 1 << 20,
      };
      if (type === "info") yield jsonCodec.encodeAnswer("info", { version: "0.7.0", semver, config });
      else yield jsonCodec.encodeAnswer(type as "sequence_create", {});
    },
  }, { host: "peer", port: 0, network });
  try {
    await using client = await MosaicoClient.connect("peer", server.port, { network });
    const error = await failure(client.sequenceCreate("drive"), "rpc.resource_exhausted");
    assert.match(error.message, /no more sessions/);
    assert.deepEqual(actions, ["info", "sequence_create", "session_create", "sequence_delete"]);
  } finally {
    await server.close();
  }
});

test("a topic that the server refuses fails the session, and the policy is applied", async () => {
  await using fx = await startEmbedded();
  await using other = await fx.connect();
  await using drive = await fx.client.sequenceCreate("drive", { onError: "report" });
  const a = await drive.topicCreate("/a", Floating64);
  const b = await drive.topicCreate("/b", Text);
  await b.push(1n, { data: "kept" });
  await b.flush();
  await other.topicDelete("drive", "/a");
  await a.push(1n, { data: 1 });
  const error = await failure(drive.finalize(), "rpc.");
  assert.ok(["rpc.aborted", "rpc.not_found"].includes(error.code), error.code);
  assert.equal(drive.status, "error");
  assert.equal(a.status, "raised_exception");
  assert.equal(a.isActive, false);
  await failure(() => a.push(2n, { data: 2 }), error.code);
  const sequence = await fx.client.sequenceHandler("drive");
  assert.equal(sequence?.locked, true);
  assert.equal((await fx.client.topicHandler("drive", "/b"))?.messageCount, 1n);
  assert.equal((await fx.client.listSequenceNotifications("drive")).length, 1);
});

test("notes are listed and cleared, under today's names and the mission's", async () => {
  await using fx = await startEmbedded();
  await leave(fx, "report", "leave");
  assert.deepEqual(await fx.client.listSequenceNotify("drive"), await fx.client.listSequenceNotifications("drive"));
  assert.deepEqual(
    await fx.client.listTopicNotify("drive", "/a"),
    await fx.client.listTopicNotifications("drive", "/a"),
  );
  await fx.client.clearTopicNotify("drive", "/a");
  assert.deepEqual(await fx.client.listTopicNotifications("drive", "/a"), []);
  await fx.client.clearSequenceNotify("drive");
  assert.deepEqual(await fx.client.listSequenceNotifications("drive"), []);
  await leaveAnother(fx);
  assert.equal((await fx.client.listTopicNotifications("drive", "/more")).length, 1);
  await fx.client.clearTopicNotifications("drive", "/more");
  await fx.client.clearSequenceNotifications("drive");
  assert.deepEqual(await fx.client.listTopicNotifications("drive", "/more"), []);
  assert.deepEqual(await fx.client.listSequenceNotifications("drive"), []);
  await failure(fx.client.listSequenceNotifications("absent"), "rpc.not_found");
});

async function leaveAnother(fx: Embedded): Promise<void> {
  await using drive = await fx.client.sequenceUpdate("drive");
  await (await drive.topicCreate("/more", Floating64)).push(1n, { data: 1 });
}

test("a topic whose data connection cannot be opened leaves nothing in the way of the next try", async () => {
  const inner = memoryNetwork();
  let isCut = false;
  const network: Network = {
    dial: (...args) => isCut ? Promise.reject(new ConnectionError("connection.refused", "cut")) : inner.dial(...args),
    listen: (...args) => inner.listen(...args),
  };
  await using fx = await startEmbedded({ network, client: { timeoutMs: 300 } });
  await using drive = await fx.client.sequenceCreate("drive");
  isCut = true;
  await failure(drive.topicCreate("/numbers", Integer64), "connection.");
  assert.equal(await fx.client.topicExists("drive", "/numbers"), false);
  assert.deepEqual(drive.listTopicWriters(), []);
  isCut = false;
  await (await drive.topicCreate("/numbers", Integer64)).push(1n, { data: 1n });
  await drive.finalize();
  assert.equal((await fx.client.topicHandler("drive", "/numbers"))?.messageCount, 1n);
});
