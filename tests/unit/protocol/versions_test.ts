import assert from "node:assert/strict";
import { test } from "node:test";
import { MosaicoError, utf8 } from "../../../src/base/mod.ts";
import {
  adaptQuery,
  capabilitiesOf,
  formOf,
  infoOfOldServer,
  isUnknownAction,
  jsonCodec,
  loadBinaryCodec,
  parseVersion,
} from "../../../src/protocol/mod.ts";

const old = (minor: number) => infoOfOldServer(`0.${minor}.0`, { major: 0, minor, patch: 0 });

test("isUnknownAction() knows both wordings and nothing else", () => {
  const text = "Bad request: no available action for string `info`.";
  assert.ok(isUnknownAction(new MosaicoError("rpc.invalid_argument", text)));
  assert.ok(
    isUnknownAction(new MosaicoError("rpc.internal", "action error :: no available action for string `info` ")),
  );
  assert.ok(!isUnknownAction(new MosaicoError("rpc.permission_denied", text)));
  assert.ok(!isUnknownAction(new MosaicoError("rpc.invalid_argument", "Bad request.")));
  assert.ok(!isUnknownAction(new Error(text)));
});

test("capabilitiesOf() tells 0.5, 0.6 and 0.7 apart", () => {
  const { limits, ...v05 } = capabilitiesOf("version", old(5));
  assert.deepEqual(v05, { getSchema: false, fullMetadata: false, topicFilters: false, queryNameKey: "locator" });
  assert.equal(limits.maxMessageBytes, 10 << 20);
  assert.equal(capabilitiesOf("version", old(6)).topicFilters, true);
  assert.equal(capabilitiesOf("version", old(6)).queryNameKey, "name");
  const info = {
    ...old(7),
    config: { maxDecodeMessageBytes: 7, maxEncodeMessageBytes: 8, targetEncodeMessageBytes: 9 },
  };
  assert.equal(capabilitiesOf("info", info).fullMetadata, true);
  assert.equal(capabilitiesOf("binary", info).limits.maxMessageBytes, 7);
});

test("adaptQuery() renames the name of sequence and topic for servers before 0.6", () => {
  const query = {
    sequence: { name: { $eq: "a" }, created_at_ns: { $geq: 1 } },
    ontology: { "name.x": { $gt: 1 }, name: 1 },
  };
  assert.equal(adaptQuery(query, capabilitiesOf("version", old(6))), query);
  assert.deepEqual(adaptQuery(query, capabilitiesOf("version", old(5))), {
    ...query,
    sequence: { locator: { $eq: "a" }, created_at_ns: { $geq: 1 } },
  });
});

test("parseVersion() reads what is there", () => {
  assert.deepEqual(parseVersion("0.7.1"), { major: 0, minor: 7, patch: 1 });
  assert.deepEqual(parseVersion("v1.2.3-rc.1"), { major: 1, minor: 2, patch: 3, pre: "rc.1" });
  assert.deepEqual(parseVersion("1"), { major: 1, minor: 0, patch: 0 });
  assert.deepEqual(parseVersion("next"), { major: 0, minor: 0, patch: 0 });
});

test("formOf() tells the answers of info apart", async () => {
  const info = infoOfOldServer("0.8.0", { major: 0, minor: 8, patch: 0 });
  assert.equal(formOf(jsonCodec.encodeAnswer("info", info)), "json");
  assert.equal(formOf(utf8('\n {"action": "info"}')), "json");
  const binary = await loadBinaryCodec();
  // 9, 10, 13 and 32 characters: lengths that would be blanks in JSON.
  for (const version of ["0.8.0", "0.8.0-rc1", "0.8.0-rc10", "0.8.0-nightly", "0.8.0-".padEnd(32, "x")]) {
    assert.equal(formOf(binary.encodeAnswer("info", { ...info, version })), "binary");
  }
  assert.equal(formOf(new Uint8Array(0)), "binary");
});
