import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHex, isMosaicoError, toHex } from "../../../src/base/mod.ts";
import { loadBinaryCodec } from "../../../src/protocol/mod.ts";

const codec = await loadBinaryCodec();
const malformed = (error: unknown) => isMosaicoError(error, "message.malformed");

test("fields have their numbers on the wire", () => {
  assert.equal(toHex(codec.encodeRequest("info", {})), "");
  assert.equal(toHex(codec.encodeRequest("session_create", { locator: "a" })), "0a0161");
  const topic = {
    locator: "a/b",
    sessionUuid: "u",
    serializationFormat: "image",
    ontologyTag: "T",
    userMetadata: { k: 1 },
  } as const;
  assert.equal(
    toHex(codec.encodeRequest("topic_create", topic)),
    "0a03612f62" + "120175" + "1803" + "220154" + "2a077b226b223a317d",
  );
  const command = { locator: "a", window: { startNs: 0n, endNs: -1n } };
  assert.equal(toHex(codec.encodeFlightInfoCommand(command)), "0a0161" + "1000" + "18ffffffffffffffffff01");
  assert.equal(toHex(codec.encodePutCommand({ locator: "a/b", topicUuid: "u" })), "0a03612f62" + "120175");
  assert.equal(
    toHex(codec.encodeAnswer("topic_filter_clusterize", { id: 3n, range: { startNs: 1n, endNs: 2n } })),
    "0a0408011002" + "1003",
  );
  assert.equal(
    toHex(codec.encodeTopicMetadata({
      createdAtNs: 1n,
      completedAtNs: 2n,
      locked: true,
      locator: "a/b",
      ontologyTag: "T",
      serializationFormat: "default",
      userMetadata: {},
      dataInfo: { interval: { startNs: 1n, endNs: 2n }, totalRowCount: 3n, totalBytes: 4n, totalChunksCount: 5n },
      timeWindowInfo: { rowCount: 6n },
      sessionLocator: "s",
    })),
    "0801" + "1002" + "1801" + "2203612f62" + "2a0154" + "3001" + "420c" + "0a0408011002" + "1003" + "1804" + "2005" +
      "4a02" + "1006" + "520173",
  );
});

test("void answers are zero bytes; others may be cut into several results", () => {
  assert.equal(codec.encodeAnswer("sequence_delete", {}).byteLength, 0);
  assert.deepEqual(codec.decodeAnswer("sequence_delete", []), {});
  assert.deepEqual(codec.decodeAnswer("topic_create", [fromHex("0a02"), fromHex("7575")]), { uuid: "uu" });
});

test("unknown fields are passed over, missing parts named", () => {
  assert.deepEqual(codec.decodeRequest("session_create", fromHex("0a0161" + "f80107")), { locator: "a" });
  assert.throws(() => codec.decodeAnswer("info", [fromHex("0a0131")]), /config is missing/);
  assert.throws(
    () => codec.decodeRequest("topic_create", fromHex("1807")),
    /serialization_format is 7, which has no name/,
  );
  assert.throws(() => codec.decodeRequest("topic_create", fromHex("1801" + "2a017b")), malformed);
  assert.throws(() => codec.decodeRequest("session_create", fromHex("0a05")), malformed);
});
