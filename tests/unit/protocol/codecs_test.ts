import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isMosaicoError, utf8 } from "../../../src/base/mod.ts";
import { jsonCodec, loadBinaryCodec, type WireCodec } from "../../../src/protocol/mod.ts";
import {
  ACTION_NAMES,
  ACTIONS,
  flightInfoCommand,
  putCommand,
  sequenceMetadata,
  topicMetadata,
} from "./arbitraries.ts";

const CODECS: readonly WireCodec[] = [jsonCodec, await loadBinaryCodec()];

for (const codec of CODECS) {
  test(`${codec.form}: every request and answer comes back equal`, () => {
    for (const action of ACTION_NAMES) {
      fc.assert(
        fc.property(ACTIONS[action].request, ACTIONS[action].answer, (request, answer) => {
          assert.deepEqual(codec.decodeRequest(action, codec.encodeRequest(action, request)), request);
          const body = codec.encodeAnswer(action, answer);
          assert.deepEqual(codec.decodeAnswer(action, [body]), answer);
          const at = body.byteLength >> 1;
          assert.deepEqual(codec.decodeAnswer(action, [body.subarray(0, at), body.subarray(at)]), answer);
        }),
        { numRuns: 40 },
      );
    }
  });

  test(`${codec.form}: every command and metadata comes back equal`, () => {
    const text = fc.string({ unit: "grapheme" });
    fc.assert(fc.property(flightInfoCommand, putCommand, text, (flightInfo, put, schema) => {
      assert.deepEqual(codec.decodeFlightInfoCommand(codec.encodeFlightInfoCommand(flightInfo)), flightInfo);
      assert.deepEqual(codec.decodePutCommand(codec.encodePutCommand(put)), put);
      assert.equal(codec.decodeSchemaCommand(codec.encodeSchemaCommand(schema)), schema);
    }));
    fc.assert(fc.property(sequenceMetadata, topicMetadata, (sequence, topic) => {
      assert.deepEqual(codec.decodeSequenceMetadata(codec.encodeSequenceMetadata(sequence)), sequence);
      assert.deepEqual(codec.decodeTopicMetadata(codec.encodeTopicMetadata(topic)), topic);
    }));
  });

  test(`${codec.form}: any bytes decode to a message or a typed error`, () => {
    const seeds = fc.constantFrom(...ACTION_NAMES).chain((action) =>
      fc.tuple(
        fc.constant(action),
        ACTIONS[action].request as fc.Arbitrary<unknown>,
        ACTIONS[action].answer as fc.Arbitrary<unknown>,
      )
    );
    const mutation = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 4 });
    fc.assert(
      fc.property(seeds, sequenceMetadata, topicMetadata, mutation, fc.nat(), (seed, sequence, topic, changes, cut) => {
        const [action, request, answer] = seed;
        const mutate = (bytes: Uint8Array) => {
          const copy = bytes.slice(0, cut % 3 === 0 ? cut % (bytes.length + 1) : bytes.length);
          for (const [at, byte] of changes) if (copy.length > 0) copy[at % copy.length] = byte;
          return copy;
        };
        typedErrorOnly(() => codec.decodeRequest(action, mutate(codec.encodeRequest(action, request as never))));
        typedErrorOnly(() => codec.decodeAnswer(action, [mutate(codec.encodeAnswer(action, answer as never))]));
        typedErrorOnly(() => codec.decodeSequenceMetadata(mutate(codec.encodeSequenceMetadata(sequence))));
        typedErrorOnly(() => codec.decodeTopicMetadata(mutate(codec.encodeTopicMetadata(topic))));
      }),
      { numRuns: 400 },
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      for (const action of ACTION_NAMES) {
        typedErrorOnly(() => codec.decodeRequest(action, bytes));
        typedErrorOnly(() => codec.decodeAnswer(action, [bytes]));
      }
      typedErrorOnly(() => codec.decodeFlightInfoCommand(bytes));
      typedErrorOnly(() => codec.decodeSchemaCommand(bytes));
      typedErrorOnly(() => codec.decodePutCommand(bytes));
      typedErrorOnly(() => codec.decodeSequenceMetadata(bytes));
      typedErrorOnly(() => codec.decodeTopicMetadata(bytes));
    }));
  });

  test(`${codec.form}: what no side can read is not written`, () => {
    const invalid = (error: unknown) => isMosaicoError(error, "message.invalid");
    const range = { startNs: 0n, endNs: 2n ** 63n };
    assert.throws(() => codec.encodeFlightInfoCommand({ locator: "a", window: range }), invalid);
    assert.throws(() => codec.encodeAnswer("topic_filter_clusterize", { id: 0n, range }), /Cannot write the answer of/);
    assert.throws(
      () => codec.encodeAnswer("topic_filter_clusterize", { id: -1n, range: { startNs: 0n, endNs: 0n } }),
      invalid,
    );
    assert.throws(() => codec.encodeRequest("sequence_create", { locator: "a", userMetadata: { a: NaN } }), invalid);
    const cycle: Record<string, never> = {};
    cycle["a"] = cycle as never;
    assert.throws(() => codec.encodeRequest("query", { query: cycle }), invalid);
  });

  test(`${codec.form}: deep nesting is refused`, () => {
    let deep = {};
    for (let i = 0; i < 200; i++) deep = { a: deep };
    const body = codec.encodeRequest("query", { query: deep });
    assert.throws(() => codec.decodeRequest("query", body), /nested deeper than 128 levels/);
  });
}

test("binary: groups nested without end are refused", () => {
  const body = new Uint8Array(1 << 20).fill(0x7b); // field 15, start of a group, over and over
  assert.throws(
    () => CODECS[1]!.decodeRequest("session_create", body),
    (error) => isMosaicoError(error, "message.malformed"),
  );
});

test("json: arrays nested without end are refused", () => {
  const body = utf8(`{"locator":${"[".repeat(1 << 20)}`);
  assert.throws(
    () => jsonCodec.decodeRequest("session_create", body),
    (error) => isMosaicoError(error, "message.malformed"),
  );
});

function typedErrorOnly(decode: () => unknown): void {
  try {
    decode();
  } catch (error) {
    if (!isMosaicoError(error, "message.malformed", "message.unexpected_answer")) throw error;
  }
}
