import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { isMosaicoError } from "../../../src/base/mod.ts";
import { importMcap, type ImportReport } from "../../../src/bridges/mcap/mod.ts";
import { importRosbag2 } from "../../../src/bridges/rosbag2/mod.ts";
import { Random } from "../../../src/bridges/simulation/random.ts";
import { temporaryFolder } from "../../support/folder.ts";
import { MemorySink } from "./memory_sink.ts";
import { cdr, needsData, pieces, readTestData, testData } from "./support.ts";

const TOPICS = "CREATE TABLE topics(id INTEGER PRIMARY KEY, name TEXT, type TEXT, serialization_format TEXT)";
const MESSAGES = "CREATE TABLE messages(id INTEGER PRIMARY KEY, topic_id INTEGER, timestamp INTEGER, data BLOB)";
const DEFINITIONS =
  "CREATE TABLE message_definitions(id INTEGER PRIMARY KEY, topic_type, encoding, encoded_message_definition)";

const said = (text: string) => cdr("string data", { data: text });

/** Runs statements on a new file; one with `?` runs once for each list of parameters that stands behind it. */
function writeDatabase(path: string, ...statements: (string | readonly unknown[])[]): void {
  const database = new DatabaseSync(path);
  let sql = "";
  for (const statement of statements) {
    if (typeof statement !== "string") database.prepare(sql).run(...statement as never[]);
    else if (statement.includes("?")) sql = statement;
    else database.prepare(statement).run();
  }
  database.close();
}

const TOPIC = "INSERT INTO topics VALUES (1, '/a', 'std_msgs/msg/String', 'cdr')";
const MESSAGE = "INSERT INTO messages VALUES (?, ?, ?, ?)";

async function imported(path: string): Promise<[ImportReport, MemorySink]> {
  const sink = new MemorySink();
  return [await importRosbag2(path, sink, { maxRecordBytes: 1 << 16 }), sink];
}

/** Answers what an import of a file of these statements comes to. */
async function importOf(...statements: (string | readonly unknown[])[]): Promise<[ImportReport, MemorySink]> {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "a ? b # c.db3");
  writeDatabase(path, ...statements);
  const result = await imported(path);
  assert.deepEqual(readdirSync(folder.path), ["a ? b # c.db3"], "nothing is left beside the file");
  return result;
}

test("importRosbag2() writes the topics of a file by its own definitions", async () => {
  const definition = "# ours\nstring data\nint8 mood";
  const type = "pkg/msg/Word";
  const payload = cdr(definition, { data: "hello", mood: -3 });
  const [report, sink] = await importOf(
    "PRAGMA journal_mode = WAL",
    TOPICS,
    MESSAGES,
    DEFINITIONS,
    `INSERT INTO topics VALUES (3, '/word', '${type}', 'cdr')`,
    "INSERT INTO message_definitions VALUES (1, ?, 'ros2msg', ?)",
    [type, definition],
    MESSAGE,
    [1, 3, 1_700_000_000_000_000_007n, payload],
    [2, 3, 1_700_000_000_000_000_009n, payload],
  );
  assert.equal(report.complete, true, JSON.stringify(report.damage));
  const topic = sink.topics.get("/word")!;
  assert.deepEqual(topic.timestamps, [1_700_000_000_000_000_007n, 1_700_000_000_000_000_009n]);
  assert.deepEqual(topic.rows()[1], { data: "hello", mood: -3 });
  assert.deepEqual([report.messagesRead, report.messagesPushed, report.topics[0]!.modeled], [2, 2, false]);
});

test("importRosbag2() knows the common types of ROS 2 where the file defines none", async () => {
  const definition = "builtin_interfaces/Time stamp\nstring frame_id";
  const range = [
    "std_msgs/Header header",
    "uint8 radiation_type",
    "float32 field_of_view",
    "float32 min_range",
    "float32 max_range",
    "float32 range",
    "float32 variance",
    "=".repeat(80),
    "MSG: std_msgs/Header",
    definition,
  ].join("\n");
  const [report, sink] = await importOf(
    TOPICS,
    MESSAGES,
    "INSERT INTO topics VALUES (1, '/range', 'sensor_msgs/msg/Range', 'cdr')",
    "INSERT INTO topics VALUES (2, '/own', 'pkg/msg/Unknown', 'cdr')",
    MESSAGE,
    [
      1,
      1,
      5n,
      cdr(range, {
        header: { stamp: { sec: 1, nanosec: 2 }, frame_id: "front" },
        radiation_type: 1,
        field_of_view: 0.5,
        min_range: 0.25,
        max_range: 4,
        range: 2,
        variance: 0,
      }),
    ],
    [2, 2, 6n, said("x")],
  );
  const row = sink.topics.get("/range")!.rows<{ range: number; header: { frame_id: string } }>()[0]!;
  assert.deepEqual([row.range, row.header.frame_id, sink.topics.get("/range")!.type.tag], [2, "front", "Range"]);
  assert.deepEqual(report.topics[1]!.skipped.map(({ code, count }) => [code, count]), [["schema.missing", 1]]);
  assert.equal(report.complete, false);
});

test("importRosbag2() tells of rows that are no messages, and reads the others", async () => {
  const [report, sink] = await importOf(
    TOPICS,
    MESSAGES,
    TOPIC,
    MESSAGE,
    [1, 1, 1n, said("first")],
    [2, 9, 2n, said("of nobody")],
    [3, 1, 3n, new Uint8Array((1 << 16) + 1)],
    [4, 1, 4n, "text"],
    [5, 1, 5.5, said("at half past")],
    [6, 1, 6n, null],
    [7, 1, -7n, said("last")],
  );
  assert.deepEqual(sink.topics.get("/a")!.rows(), [{ data: "first" }, { data: "last" }]);
  assert.deepEqual(report.damage.map(({ reason }) => reason), [
    "message 2 belongs to topic 9, which the file has not",
    "message 3 has 65537 bytes, at most 65536 are read",
    "message 4 holds no bytes",
    "message 5 has the time 5.5",
    "message 6 has null bytes, at most 65536 are read",
  ]);
  assert.equal(report.complete, false);
});

test("importRosbag2() refuses files that are no bags, and questions in the place of tables", async () => {
  await using folder = await temporaryFolder();
  const path = (name: string) => join(folder.path, name);
  await writeFile(path("notes.db3"), "these are notes, and far from a database".repeat(100));
  writeDatabase(path("other.db3"), "CREATE TABLE x(y)");
  writeDatabase(
    path("view.db3"),
    TOPICS,
    "CREATE VIEW messages AS SELECT 1 AS id, 1 AS topic_id, 1 AS timestamp, x'00' AS data",
  );
  for (const name of ["notes", "other", "view", "absent"]) {
    await assert.rejects(imported(path(`${name}.db3`)), (error) => isMosaicoError(error, "codec.rosbag2"), name);
  }
});

test("importRosbag2() reads damaged files as far as it can, or refuses them", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "damaged.db3");
  const rows = Array.from({ length: 300 }, (_, i) => [i, 1, BigInt(i), said(`message ${i}`)]);
  writeDatabase(path, TOPICS, MESSAGES, TOPIC, MESSAGE, ...rows);
  const whole = await readFile(path);
  const random = new Random(17);
  let damaged = 0;
  for (let i = 0; i < 200; i++) {
    const bytes = Uint8Array.from(whole);
    for (let n = 0; n < 20; n++) bytes[random.bits() % bytes.length] = random.bits();
    await writeFile(path, i % 4 === 0 ? bytes.subarray(0, random.bits() % bytes.length) : bytes);
    try {
      const [report] = await imported(path);
      assert.ok(report.messagesRead <= 300);
      if (!report.complete) damaged++;
    } catch (error) {
      assert.ok(isMosaicoError(error, "codec.rosbag2"), String(error));
      damaged++;
    }
  }
  assert.ok(damaged > 50, `${damaged}`);
});

test("an aborted importRosbag2() ends with the reason", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "a.db3");
  writeDatabase(path, TOPICS, MESSAGES, TOPIC, MESSAGE, [1, 1, 1n, said("x")]);
  const signal = AbortSignal.abort(new Error("enough"));
  await assert.rejects(importRosbag2(path, new MemorySink(), { signal }), /enough/);
});

test("what SQLite holds of a recording reads as what MCAP holds of it", needsData, async () => {
  const [sqlite, mcap] = [new MemorySink(), new MemorySink()];
  const report = await importRosbag2(`${testData}/rosbag2/husky_gps_sqlite3/husky_gps_sqlite3.db3`, sqlite);
  assert.deepEqual([report.complete, report.messagesPushed], [true, 989]);
  await importMcap(pieces(await readTestData("rosbag2/husky_ros2_mcap/husky_ros2_mcap.mcap")), mcap);
  const [ours, theirs] = [sqlite.topics.get("/fix")!, mcap.topics.get("/fix")!];
  assert.deepEqual(ours.timestamps, theirs.timestamps);
  assert.deepEqual(ours.rows(), theirs.rows());
});
