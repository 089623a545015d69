import assert from "node:assert/strict";
import { test } from "node:test";
import { isMosaicoError } from "../../../src/base/mod.ts";
import { importBag, type ImportReport } from "../../../src/bridges/bag/mod.ts";
import { importMcap } from "../../../src/bridges/mcap/mod.ts";
import { Random } from "../../../src/bridges/simulation/random.ts";
import { lz4Codec } from "../../../src/codecs/mod.ts";
import { MemorySink } from "./memory_sink.ts";
import {
  bagChunk,
  bagConnection,
  bagMessage,
  bagRecord,
  needsData,
  pieces,
  readTestData,
  Ros1Writer,
  writeBag,
} from "./support.ts";

const SECOND = 1_000_000_000n;
const text = (id: number, topic: string) => bagConnection(id, topic, "std_msgs/String", "string data");
const said = (id: number, timeNs: bigint) => bagMessage(id, timeNs, new Ros1Writer().string(`at ${timeNs}`).bytes);

async function imported(bag: Uint8Array, pieceBytes?: number): Promise<[ImportReport, MemorySink]> {
  const sink = new MemorySink();
  return [await importBag(pieces(bag, pieceBytes), sink, { maxRecordBytes: 1 << 20 }), sink];
}

test("importBag() writes the topics of a bag, in pieces of any size", async () => {
  const [first, last] = [1_700_000_000n * SECOND + 1n, 4_000_000_000n * SECOND + 999_999_999n];
  const bag = writeBag([bagChunk([text(0, "/a"), said(0, first), text(7, "b"), said(7, last), said(0, last)])], {
    0: 2,
    7: 1,
  });
  for (const size of [1, 7, 4096]) {
    const [report, sink] = await imported(bag, size);
    assert.equal(report.complete, true, JSON.stringify(report));
    assert.deepEqual([report.messagesRead, report.messagesDeclared, report.bytesRead], [3, 3, bag.length]);
    assert.deepEqual([...sink.topics.keys()], ["/a", "/b"]);
    assert.deepEqual(sink.topics.get("/a")!.timestamps, [first, last]);
    assert.deepEqual(sink.topics.get("/b")!.rows(), [{ data: `at ${last}` }]);
    assert.deepEqual(sink.topics.get("/a")!.metadata["_ros_"], {
      msgtype: "std_msgs/String",
      enums: {},
      msgdef: "string data",
    });
  }
});

test("importBag() writes what several publishers said on one topic to one topic, and what is of another type beside it", async () => {
  const number = bagConnection(2, "/a", "std_msgs/Int8", "int8 data");
  const [report, sink] = await imported(writeBag([
    bagChunk([text(0, "/a"), said(0, 1n), text(1, "/a"), said(1, 2n)]),
    bagChunk([number, bagMessage(2, 3n, Uint8Array.of(0xfe)), said(0, 4n)]),
  ], { 0: 2, 1: 1, 2: 1 }));
  assert.equal(report.complete, true);
  assert.deepEqual(sink.topics.get("/a")!.timestamps, [1n, 2n, 4n]);
  assert.deepEqual(sink.topics.get("/a_2")!.rows(), [{ data: -2 }]);
});

test("importBag() unpacks LZ4", async () => {
  const records = [text(0, "/a"), ...Array.from({ length: 500 }, (_, i) => said(0, BigInt(i)))];
  const plain = Uint8Array.from(records.flatMap((bytes) => [...bytes]));
  const bag = writeBag([bagChunk(records, "lz4", lz4Codec().compress(plain)!)], { 0: 500 });
  const [report, sink] = await imported(bag);
  assert.equal(report.complete, true, JSON.stringify(report.damage));
  assert.equal(sink.topics.get("/a")!.timestamps.length, 500);
});

test("importBag() refuses what is no bag, and says what it is", async () => {
  const cases: [string, RegExp][] = [
    ["", /it is empty/],
    ["#ROSBAG V1.2\n...", /version "1.2", expected "2.0"/],
    ["notes, no recording", /begins with "notes, no rec"/],
  ];
  for (const [bytes, reason] of cases) {
    await assert.rejects(imported(new TextEncoder().encode(bytes)), (error) => {
      assert.ok(isMosaicoError(error, "codec.bag_magic"), String(error));
      assert.match(error.message, reason);
      return true;
    });
  }
});

test("importBag() tells what is wrong, and reads the rest", async () => {
  const good = bagChunk([text(0, "/a"), said(0, 1n)]);
  const more = bagChunk([said(0, 2n)]);
  const huge = new Ros1Writer().string(bagRecord(4, {}, new Uint8Array(0)).subarray(4, 13)).uint32(0xffffffff).bytes;
  const cases: [what: string, records: Uint8Array[], read: number, reason: RegExp][] = [
    [
      "an unknown compression",
      [good, bagChunk([], "xz", new Uint8Array(9)), more],
      2,
      /as "xz", expected none, lz4 or bz2/,
    ],
    [
      "a chunk of another size",
      [good, bagChunk([said(0, 2n)], "none", new Uint8Array(3)), more],
      2,
      /3 bytes where it claims/,
    ],
    ["broken bzip2", [good, bagChunk([said(0, 2n)], "bz2", new Uint8Array(99)), more], 2, /bzip2: /],
    ["broken LZ4", [good, bagChunk([said(0, 2n)], "lz4", new Uint8Array(99)), more], 2, /LZ4/],
    ["a chunk in a chunk", [good, bagChunk([good]), more], 2, /a chunk lies in a chunk/],
    ["a message of nobody", [good, bagChunk([said(5, 2n), said(0, 3n)]), more], 3, /connection 5, which/],
    [
      "a chunk that ends early",
      [good, bagChunk([said(0, 2n), said(0, 3n).subarray(0, 20)]), more],
      3,
      /bytes|ends inside/,
    ],
    ["a record without its kind", [good, bagRecord(2, {}, new Uint8Array(0)).with(8, 0x2b), more], 2, /op/],
    [
      "a field that is too long",
      [good, bagRecord(2, { conn: "12345" }, new Uint8Array(0)), more],
      2,
      /conn has 5 bytes, expected 4/,
    ],
    ["lengths that lead nowhere", [good, new Uint8Array(64).fill(0xff), more], 1, /what follows cannot be found/],
    ["more than is read", [good, huge], 1, /at most 1048576 are read/],
    [
      "a size that is not read",
      [good, bagRecord(5, { compression: "bz2", size: "\u007f\u007f\u007f\u007f" }, more), more],
      2,
      /unpacked, at most/,
    ],
  ];
  for (const [what, records, read, reason] of cases) {
    const [report] = await imported(writeBag(records, { 0: read }));
    assert.equal(report.complete, false, what);
    assert.equal(report.messagesRead, read, `${what}: ${JSON.stringify(report.damage)}`);
    assert.match(report.damage[0]!.reason, reason, what);
  }
});

test("importBag() reads a bag that nobody closed, and says so", async () => {
  const [report] = await imported(writeBag([bagChunk([text(0, "/a"), said(0, 1n)])]));
  assert.deepEqual([report.messagesPushed, report.complete], [1, false]);
  assert.match(report.damage[0]!.reason, /not closed by its writer/);
});

test("importBag() gives what comes before the end of a bag that is cut anywhere", async () => {
  const chunks = [0n, 1n, 2n].map((i) => bagChunk([...(i === 0n ? [text(0, "/a")] : []), said(0, i)]));
  const bag = writeBag(chunks, { 0: 3 });
  let before = 0;
  for (let length = 13; length < bag.length; length++) {
    const [report] = await imported(bag.subarray(0, length));
    assert.equal(report.complete, false, `${length}`);
    assert.ok(report.messagesRead >= before && report.messagesRead <= 3);
    before = report.messagesRead;
  }
  assert.equal(before, 3);
});

test("importBag() reads damaged bags as far as it can, and never fails otherwise", async () => {
  const random = new Random(11);
  const chunk = bagChunk([text(0, "/a"), ...Array.from({ length: 20 }, (_, i) => said(0, BigInt(i)))]);
  const bag = writeBag([chunk, bagChunk([said(0, 99n)])], { 0: 21 });
  let damaged = 0;
  for (let i = 0; i < 1_000; i++) {
    const bytes = bag.slice();
    for (let n = 0; n < 3; n++) {
      bytes[13 + random.bits() % (bytes.length - 13)] = random.bits();
    }
    const [report] = await imported(bytes);
    assert.ok(report.messagesRead <= 21);
    if (!report.complete) damaged++;
  }
  assert.ok(damaged > 300, `${damaged}`);
});

test("importBag() survives damage in bzip2", needsData, async () => {
  const bag = await readTestData("edge/bag/small_fix_bz2.bag");
  const random = new Random(13);
  for (let i = 0; i < 200; i++) {
    const bytes = bag.slice();
    bytes[4_200 + random.bits() % 2_000] = random.bits();
    const [report] = await imported(bytes);
    assert.ok(report.messagesRead <= 60);
  }
});

const edges: Record<string, [messages: number, complete: boolean, damage: RegExp]> = {
  "bag/small_fix_bz2": [60, true, /^$/],
  "bag/unindexed": [60, false, /not closed/],
  "bag/corrupt_bz2": [0, false, /bzip2/],
  "bag/truncated": [0, false, /ends inside a record/],
  "no_messages": [0, true, /^$/],
};

for (const [name, [messages, complete, damage]] of Object.entries(edges)) {
  test(`importBag() reads of ${name} what there is`, needsData, async () => {
    const [report] = await imported(await readTestData(`edge/${name}.bag`));
    assert.deepEqual([report.messagesPushed, report.complete], [messages, complete]);
    assert.match(report.damage[0]?.reason ?? "", damage);
  });
}

/** Recordings of ROS 1, and the same converted to ROS 2 by others. */
const twins: [one: string, two: string, topics: readonly string[]][] = [
  ["recordings/husky_ros1.bag", "rosbag2/husky_ros2_mcap/husky_ros2_mcap.mcap", [
    "/imu/data",
    "/husky_velocity_controller/odom",
    "/fix",
  ]],
  ["recordings/sick_lms_rms_ros1.bag", "rosbag2/sick_ros2_mcap/sick_ros2_mcap.mcap", [
    "/sick_lms_1xx/scan",
    "/cloud",
    "/cloud_radar_track",
    "/cloud_radar_rawtarget",
    "/tf",
  ]],
  ["recordings/ouster_os1_ros1.mcap", "rosbag2/ouster_os1_ros2_mcap/ouster_os1_ros2_mcap.mcap", [
    "/tf_static",
    "/os1_cloud_node/imu",
    "/os1_cloud_node/points",
    "/img_node/range_image",
  ]],
];

for (const [one, two, topics] of twins) {
  test(`what ROS 1 recorded in ${one} reads as its conversion to ROS 2`, needsData, async () => {
    const [ours, theirs] = [new MemorySink(), new MemorySink()];
    const report = await (one.endsWith(".bag") ? importBag : importMcap)(pieces(await readTestData(one)), ours);
    assert.equal(report.complete, true, JSON.stringify(report.damage));
    await importMcap(pieces(await readTestData(two)), theirs);
    for (const topic of topics) {
      const [mine, converted] = [ours.topics.get(topic)!, theirs.topics.get(topic)!];
      assert.equal(mine.type.tag, converted.type.tag, topic);
      assert.deepEqual(mine.timestamps, converted.timestamps, topic);
      assert.deepEqual(mine.rows(), converted.rows(), topic);
    }
  });
}
