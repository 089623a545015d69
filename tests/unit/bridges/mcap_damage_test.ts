import assert from "node:assert/strict";
import { test } from "node:test";
import { isMosaicoError } from "../../../src/base/mod.ts";
import { importMcap, type ImportReport } from "../../../src/bridges/mcap/mod.ts";
import { checkTopicName, checkUserMetadata } from "../../../src/protocol/mod.ts";
import { Random } from "../../../src/bridges/simulation/random.ts";
import { MemorySink } from "./memory_sink.ts";
import { needsData, pieces, readTestData } from "./support.ts";

/** What an import of a file under `edge/mcap` must come to. */
interface Outcome {
  /** Messages written. */
  readonly pushed: number;
  /** Whether all of the file was written. */
  readonly complete?: true;
  /** Damage of the file. */
  readonly damage?: readonly RegExp[];
  /** Code, count and text of what was left out. */
  readonly skipped?: readonly [code: string, count: number, first: RegExp];
}

const outcomes: Record<string, Outcome> = {
  "bad_chunk_crc": { pushed: 35, damage: [/Incorrect chunk CRC/] },
  "cdr_bad_encapsulation": { pushed: 13, skipped: ["codec.cdr", 1, /encapsulation is ff ff/] },
  "cdr_length_bomb": { pushed: 0, skipped: ["codec.cdr", 1, /4294967295 bytes announced where 4 are left/] },
  "cdr_payload_truncated": { pushed: 13, skipped: ["codec.cdr", 1, /ends before its message.*40 bytes/] },
  "channel_redefined": { pushed: 24, damage: [/differs from previous channel record/] },
  "channel_unknown_schema": { pushed: 0, skipped: ["schema.missing", 5, /schema 9 is not in the file/] },
  "chunk_claims_1tib": { pushed: 0, damage: [/claims 1099511627776 bytes/] },
  "corrupt_zstd_chunk": { pushed: 35, damage: [/CRC|Zstandard/] },
  "good_indexed": { pushed: 48, complete: true },
  "huge_record_length": { pushed: 0, damage: [/claims 4611686018427388000 bytes/, /ends inside a record/] },
  "image_truncated_jpeg": { pushed: 4, complete: true },
  "index_offset_wrong": { pushed: 48, complete: true },
  "magic_only": { pushed: 0, damage: [/without a footer and closing magic/] },
  "message_unknown_channel": { pushed: 24, damage: [/channel 77/] },
  "pointcloud_inconsistent": { pushed: 1, skipped: ["schema.ros_message", 3, /60 bytes/] },
  "schema_missing_dependency": {
    pushed: 0,
    skipped: ["schema.ros_definition", 3, /geometry_msgs\/Quaternion is not defined/],
  },
  "schema_self_reference": { pushed: 0, skipped: ["schema.ros_definition", 1, /contains itself/] },
  "summary_past_eof": { pushed: 24, complete: true },
  "truncated_indexed": { pushed: 7, damage: [/ends inside a record of 1309 bytes: 650/] },
  "truncated_mid_chunk": { pushed: 18, damage: [/ends inside a record of 9679 bytes/] },
  "unfinished_no_footer": { pushed: 24, damage: [/without a footer and closing magic/] },
  "unknown_compression": { pushed: 0, damage: [/brotli/] },
  "valid_big_endian_cdr": { pushed: 14, complete: true },
  "valid_extreme_times": { pushed: 6, skipped: ["message.time_range", 2, /9223372036854775808/] },
  "valid_nan_fix": { pushed: 22, complete: true },
  "valid_odd_topics": { pushed: 10, complete: true },
  "valid_pointcloud_empty": { pushed: 2, complete: true },
  "valid_unknown_opcode": { pushed: 24, complete: true },
  "valid_zero_length_payload": { pushed: 0, skipped: ["schema.unsupported_encoding", 2, /messages are ""/] },
};

async function importEdge(name: string, pieceBytes?: number): Promise<[ImportReport, MemorySink]> {
  const sink = new MemorySink();
  const report = await importMcap(pieces(await readTestData(`edge/mcap/${name}.mcap`), pieceBytes), sink);
  return [report, sink];
}

for (const [name, outcome] of Object.entries(outcomes)) {
  test(`importMcap() of ${name}`, needsData, async () => {
    const [report, sink] = await importEdge(name);
    assert.equal(report.messagesPushed, outcome.pushed);
    const rows = [...sink.topics.values()].map((topic) => topic.rows().length);
    assert.equal(rows.reduce((total, count) => total + count, 0), outcome.pushed);
    assert.equal(report.complete, outcome.complete ?? false);
    const expected = outcome.damage ?? [];
    assert.equal(report.damageCount, expected.length, JSON.stringify(report.damage));
    expected.forEach((reason, i) => assert.match(report.damage[i]!.reason, reason));
    const skipped = report.topics.flatMap((topic) => topic.skipped);
    if (outcome.skipped === undefined) assert.deepEqual(skipped, []);
    else {
      const [code, count, first] = outcome.skipped;
      assert.deepEqual(skipped.map((reason) => [reason.code, reason.count]), [[code, count]]);
      assert.match(skipped[0]!.first, first);
    }
    for (const topic of report.topics) {
      const out = topic.skipped.reduce((total, reason) => total + reason.count, 0);
      assert.equal(topic.messagesPushed + out, topic.messagesRead, topic.channel);
    }
  });
}

for (
  const [name, reason] of Object.entries({
    bad_magic: /version "1"/,
    newline_mangled: /line endings/,
    zero_bytes: /empty/,
  })
) {
  test(`importMcap() refuses ${name}`, needsData, async () => {
    await assert.rejects(importEdge(name), (error) => {
      assert.ok(isMosaicoError(error, "codec.mcap_magic"));
      assert.match(error.message, reason);
      return true;
    });
  });
}

test("importMcap() gives the same whatever pieces the file comes in", needsData, async () => {
  for (const name of ["good_indexed", "truncated_mid_chunk", "huge_record_length"]) {
    const [whole] = await importEdge(name, 1 << 20);
    for (const size of [1, 13, 1000]) assert.deepEqual((await importEdge(name, size))[0], whole);
  }
});

test("importMcap() keeps times exact, in the order of the file", needsData, async () => {
  const [report, sink] = await importEdge("valid_extreme_times");
  const { timestamps } = sink.topics.get("/gps/fix")!;
  assert.equal(report.topics.find((topic) => topic.topic === "/gps/fix")?.outOfOrder, 1);
  assert.ok(timestamps.includes((1n << 63n) - 1n));
  assert.ok(timestamps.includes((1n << 53n) + 1n), timestamps.join());
});

test("importMcap() gives every odd channel name a topic of its own", needsData, async () => {
  const [report, sink] = await importEdge("valid_odd_topics");
  assert.equal(sink.topics.size, 10);
  for (const { channel, topic } of report.topics) {
    checkTopicName(topic!);
    const { channel_name } = checkUserMetadata(sink.topics.get(topic!)!.metadata);
    assert.equal(channel_name, channel === topic ? undefined : channel);
  }
});

test("importMcap() reads big-endian payloads as it does little-endian ones", needsData, async () => {
  const big = (await importEdge("valid_big_endian_cdr"))[1].topics.get("/imu/data")!;
  const little = (await importEdge("good_indexed"))[1].topics.get("/imu/data")!;
  assert.deepEqual(big.rows().slice(0, 3), little.rows().slice(0, 3));
});

test("importMcap() comes to an end with a report, whatever bytes are changed", needsData, async () => {
  const random = new Random(1);
  for (const name of ["good_indexed", "truncated_mid_chunk"]) {
    const good = await readTestData(`edge/mcap/${name}.mcap`);
    for (let i = 0; i < 100; i++) {
      const bytes = good.slice();
      for (let changes = 1 + random.bits() % 4; changes > 0; changes--) {
        bytes[8 + random.bits() % (bytes.length - 8)] = random.bits();
      }
      const sink = new MemorySink();
      const report = await importMcap(pieces(bytes, 1000), sink);
      const rows = [...sink.topics.values()].reduce((total, topic) => total + topic.timestamps.length, 0);
      assert.equal(report.messagesPushed, rows);
      assert.ok(rows <= 48);
    }
  }
});
