import assert from "node:assert/strict";
import { test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import { concat, utf8 } from "../../../../src/base/mod.ts";
import { frameMessage, MessageAssembler } from "../../../../src/wire/grpc/framing.ts";
import { MessageMemory } from "../../../../src/wire/grpc/message_memory.ts";
import { GrpcStatus, RpcError } from "../../../../src/wire/grpc/mod.ts";

const MAX = 1 << 20;

function assembler(maxBytes = MAX): { messages: Uint8Array[]; assembler: MessageAssembler } {
  const messages: Uint8Array[] = [];
  return {
    messages,
    assembler: new MessageAssembler(maxBytes, new MessageMemory(), (message) => messages.push(message)),
  };
}

function prefix(flag: number, length: number): Uint8Array {
  const bytes = new Uint8Array(5);
  bytes[0] = flag;
  new DataView(bytes.buffer).setUint32(1, length);
  return bytes;
}

test("frameMessage() puts the prefix in front and copies no slice", () => {
  const slices = [utf8("ab"), utf8("c")];
  const framed = frameMessage(slices, "identity");
  assert.deepEqual([...framed[0]!], [0, 0, 0, 0, 3]);
  assert.equal(framed[1], slices[0]);
  assert.equal(framed[2], slices[1]);
  assert.deepEqual(frameMessage([], "identity"), [prefix(0, 0)]);
});

test("frameMessage() with gzip", () => {
  const text = utf8("a".repeat(1000));
  const framed = concat(frameMessage([text.subarray(0, 400), text.subarray(400)], "gzip"));
  assert.equal(framed[0], 1);
  assert.deepEqual(new Uint8Array(gunzipSync(framed.subarray(5))), text);
});

test("MessageAssembler takes pieces of any size", () => {
  const sent = [utf8("first"), new Uint8Array(0), Uint8Array.from({ length: 3000 }, (_, i) => i), utf8("last")];
  const bytes = concat(sent.flatMap((message) => frameMessage([message], "identity")));
  for (const step of [1, 2, 7, 1000, bytes.length]) {
    const { messages, assembler: it } = assembler();
    for (let at = 0; at < bytes.length; at += step) it.push(bytes.subarray(at, at + step));
    assert.deepEqual(messages, sent, `in pieces of ${step}`);
    assert.equal(it.isInsideMessage, false);
  }
});

test("MessageAssembler takes bytes that were read into its own memory", () => {
  const { messages, assembler: it } = assembler();
  const sent = Uint8Array.from({ length: 1000 }, (_, i) => i);
  it.push(prefix(0, 1000));
  assert.equal(it.target(10)!.length, 10);
  for (let at = 0; at < 1000;) {
    const target = it.target(300)!;
    target.set(sent.subarray(at, at + target.length));
    it.push(target);
    at += target.length;
  }
  assert.deepEqual(messages, [sent]);
  assert.equal(it.target(300), undefined);
});

test("MessageAssembler tells a message that has begun from none", () => {
  const { assembler: it } = assembler();
  assert.equal(it.isInsideMessage, false);
  it.push(prefix(0, 2).subarray(0, 1));
  assert.equal(it.isInsideMessage, true);
  it.push(prefix(0, 2).subarray(1));
  it.push(utf8("a"));
  assert.equal(it.isInsideMessage, true);
  it.push(utf8("b"));
  assert.equal(it.isInsideMessage, false);
});

test("MessageAssembler places the end of a message at a multiple of 64, in a buffer of its own", () => {
  const { messages, assembler: it } = assembler();
  const plain = utf8("x".repeat(777));
  it.encoding = "gzip";
  it.push(concat([...frameMessage([plain], "identity"), ...frameMessage([plain], "gzip")]));
  for (const message of messages) {
    assert.equal((message.byteOffset + message.byteLength) % 64, 0);
    assert.equal(message.byteOffset + message.byteLength, message.buffer.byteLength);
    assert.ok(message.buffer.byteLength < message.byteLength + 64);
    assert.deepEqual(message, plain);
  }
  assert.equal(messages.length, 2);
});

test("MessageAssembler checks the size before anything of the message has come", () => {
  const { messages, assembler: it } = assembler();
  assert.throws(() => it.push(prefix(0, MAX + 1)), (error: unknown) => {
    assert.ok(error instanceof RpcError);
    assert.equal(error.status, GrpcStatus.RESOURCE_EXHAUSTED);
    assert.match(error.message, /1048577 bytes .* maximum of 1048576/);
    return true;
  });
  assert.deepEqual(messages, []);
  const { assembler: other } = assembler();
  other.push(prefix(0, MAX));
  assert.throws(() => assembler().assembler.push(prefix(0, 0xffff_ffff)), { code: "rpc.resource_exhausted" });
});

test("MessageAssembler stops a gzip bomb at the limit", () => {
  const { messages, assembler: it } = assembler();
  it.encoding = "gzip";
  const bomb = gzipSync(new Uint8Array(MAX + 1));
  assert.ok(bomb.length < 5000);
  assert.throws(() => it.push(concat([prefix(1, bomb.length), bomb])), { code: "rpc.resource_exhausted" });
  const largest = gzipSync(new Uint8Array(MAX));
  const { messages: taken, assembler: other } = assembler();
  other.encoding = "gzip";
  other.push(concat([prefix(1, largest.length), largest]));
  assert.deepEqual([messages.length, taken[0]!.length], [0, MAX]);
});

test("MessageAssembler refuses damaged gzip, unknown compression and unknown flags", () => {
  const cases = [
    { flag: 1, encoding: "gzip", code: "rpc.internal" },
    { flag: 1, encoding: "identity", code: "rpc.unimplemented" },
    { flag: 1, encoding: "snappy", code: "rpc.unimplemented" },
    { flag: 2, encoding: "gzip", code: "rpc.internal" },
  ];
  for (const { flag, encoding, code } of cases) {
    const { assembler: it } = assembler();
    it.encoding = encoding;
    assert.throws(() => it.push(concat([prefix(flag, 4), utf8("oops")])), { code }, `${flag} ${encoding}`);
  }
});
