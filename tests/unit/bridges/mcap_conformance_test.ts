import assert from "node:assert/strict";
import { test } from "node:test";
import { inflateRawSync } from "node:zlib";
import { type McapItem, McapRecordReader } from "../../../src/bridges/mcap/record_reader.ts";
import { needsData, readTestData } from "./support.ts";

interface ExpectedRecord {
  readonly type: string;
  readonly fields: readonly (readonly [name: string, value: unknown])[];
}

/** Files of a ZIP archive, by its central directory. */
function unzip(bytes: Uint8Array): Map<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = bytes.length - 22;
  while (view.getUint32(end, true) !== 0x06054b50) end--;
  const files = new Map<string, Uint8Array>();
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    const [packedBytes, start] = [view.getUint32(at + 20, true), view.getUint32(at + 42, true)];
    const [nameBytes, extra, comment] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true));
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameBytes!));
    const data = start + 30 + view.getUint16(start + 26, true) + view.getUint16(start + 28, true);
    files.set(name, inflateRawSync(bytes.subarray(data, data + packedBytes)));
    at += 46 + nameBytes! + extra! + comment!;
  }
  return files;
}

/** An item as the suite writes it. */
function asExpected(item: McapItem): unknown {
  const numbers = (data: Uint8Array) => Array.from(data, String);
  switch (item.type) {
    case "Schema":
      return { data: numbers(item.data), encoding: item.encoding, id: `${item.id}`, name: item.name };
    case "Channel":
      return {
        id: `${item.id}`,
        message_encoding: item.messageEncoding,
        metadata: Object.fromEntries(item.metadata),
        schema_id: `${item.schemaId}`,
        topic: item.topic,
      };
    case "Message":
      return {
        channel_id: `${item.channelId}`,
        data: numbers(item.data),
        log_time: `${item.logTime}`,
        publish_time: `${item.publishTime}`,
        sequence: `${item.sequence}`,
      };
    case "Damage":
      return item;
  }
}

test("McapRecordReader reads the conformance suite", needsData, async () => {
  const files = unzip(await readTestData("edge/mcap_conformance.zip"));
  let read = 0;
  for (const [name, bytes] of files) {
    if (!name.endsWith(".mcap")) continue;
    const reader = new McapRecordReader({ maxRecordBytes: 1 << 20 });
    reader.push(bytes);
    const items = [...reader.read(), ...reader.end()];
    const { records } = JSON.parse(new TextDecoder().decode(files.get(name.replace(".mcap", ".json"))!)) as {
      records: ExpectedRecord[];
    };
    const wanted = records.filter(({ type }) => ["Schema", "Channel", "Message"].includes(type));
    assert.deepEqual(items.map(asExpected), wanted.map(({ fields }) => Object.fromEntries(fields)), name);
    assert.equal(reader.complete, true, name);
    assert.equal(reader.attachments, records.filter(({ type }) => type === "Attachment").length, name);
    assert.equal(reader.metadataRecords, records.filter(({ type }) => type === "Metadata").length, name);
    read++;
  }
  assert.equal(read, 262);
});
