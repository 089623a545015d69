import assert from "node:assert/strict";
import { test } from "node:test";
import { Inbox } from "../../../../src/wire/grpc/inbox.ts";
import { MessageMemory } from "../../../../src/wire/grpc/message_memory.ts";
import type { Http2Stream } from "../../../../src/wire/http2/mod.ts";

const MIB = 1 << 20;

/** A stream that counts what is given back to the peer. */
class Credit implements Pick<Http2Stream, "consume"> {
  bytes = 0;

  consume(byteCount: number): void {
    this.bytes += byteCount;
  }
}

/** An inbox that got `messages`, and the last of them without its last `missing` bytes; and what it was sent. */
function inboxWith(messages: readonly number[], missing = 0): { inbox: Inbox; credit: Credit; sent: number } {
  const inbox = new Inbox(64 * MIB, new MessageMemory(), 16 * MIB);
  const credit = new Credit();
  let sent = 0;
  for (const [i, size] of messages.entries()) {
    const bytes = new Uint8Array(5 + size);
    new DataView(bytes.buffer).setUint32(1, size);
    const end = bytes.length - (i === messages.length - 1 ? missing : 0);
    for (let at = 0; at < end; at += 100_000) {
      inbox.receive(credit as unknown as Http2Stream, bytes.subarray(at, Math.min(end, at + 100_000)));
    }
    sent += end;
  }
  return { inbox, credit, sent };
}

test("Inbox gives back at once while little waits", () => {
  const { credit, sent } = inboxWith([MIB, MIB, MIB]);
  assert.equal(credit.bytes, sent);
});

test("Inbox gives back at once while a single large message comes in", () => {
  const { credit, sent } = inboxWith([60 * MIB], 1);
  assert.equal(credit.bytes, sent);
});

test("Inbox holds back what comes while much waits, until that is taken", async () => {
  const { inbox, credit, sent } = inboxWith([MIB, MIB, MIB, MIB, MIB, MIB]);
  assert.ok(credit.bytes <= 4 * MIB + 20 && credit.bytes >= 4 * MIB - 100_000, `${credit.bytes}`);
  await inbox.take();
  await inbox.take();
  assert.ok(credit.bytes < sent);
  await inbox.take();
  assert.equal(credit.bytes, sent);
});

test("Inbox gives everything back when it is discarded, after the end too", async () => {
  for (const isEnded of [false, true]) {
    const { inbox, credit, sent } = inboxWith([MIB, MIB, MIB, MIB, MIB, MIB]);
    if (isEnded) inbox.close();
    assert.ok(credit.bytes < sent);
    inbox.discard(new Error("not wanted"));
    assert.equal(credit.bytes, sent);
    await assert.rejects(inbox.take(), { message: "not wanted" });
    inbox.receive(credit as unknown as Http2Stream, new Uint8Array(10));
    assert.equal(credit.bytes, sent + 10);
  }
});

test("Inbox keeps an end that was read", async () => {
  const { inbox } = inboxWith([3]);
  inbox.close();
  await inbox.take();
  assert.equal(await inbox.take(), undefined);
  inbox.discard(new Error("too late"));
  assert.equal(await inbox.take(), undefined);
});

test("Inbox delivers what came before a failure", async () => {
  const { inbox } = inboxWith([3, 4]);
  inbox.fail(new Error("broken"));
  assert.deepEqual([(await inbox.take())!.length, (await inbox.take())!.length], [3, 4]);
  await assert.rejects(inbox.take(), { message: "broken" });
});
