/**
 * The command line, as a shell sees it: output, exit codes, signals.
 *
 * @module
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { McapWriter } from "@mcap/core";
import { type JsonObject, parseJson } from "../../src/base/mod.ts";
import { startServerProcess } from "../../src/cli/server_process.ts";
import { MosaicoClient } from "../../src/client/mod.ts";
import { Integer64, Unsigned64 } from "../../src/ontology/mod.ts";
import { MosaicoServer } from "../../src/server/mod.ts";
import { runCommand, startCommand } from "../support/command_line.ts";
import { until, within } from "../support/errors.ts";
import { temporaryFolder } from "../support/folder.ts";
import { bagChunk, bagConnection, bagMessage, Ros1Writer, writeBag } from "../unit/bridges/support.ts";

const DATA = process.env["MOSAICO_TEST_DATA"];
const INDEXED = `${DATA}/edge/mcap/good_indexed.mcap`;
const skip = DATA !== undefined && existsSync(INDEXED) ? false : "MOSAICO_TEST_DATA is not set";
if (skip) console.log(`SKIPPED: imports of recordings by the command line: ${skip}`);

const START = 1_700_000_000_000_000_001n;

/** A folder with a finalized sequence `drive`: `/signed` and `/unsigned`, 100 rows each by default, 10 ns apart. */
async function recorded(directory: string, rows = 100n): Promise<void> {
  await using server = await MosaicoServer.start({ directory, port: 0 });
  await using client = await MosaicoClient.connect(server.host, server.port);
  await using drive = await client.sequenceCreate("drive", { metadata: { big: 2n ** 63n } });
  const signed = await drive.topicCreate("/signed", Integer64);
  const unsigned = await drive.topicCreate("/unsigned", Unsigned64);
  for (let i = 0n; i < rows; i++) {
    await signed.push(START + 10n * i, { data: -(2n ** 63n) + i });
    await unsigned.push(START + 10n * i + 5n, { data: 2n ** 64n - 1n - i });
  }
  await drive.finalize();
}

const linesOf = (text: string) =>
  text.split("\n").filter((line) => line !== "").map((line) => parseJson(line) as JsonObject);

test(
  "serve says where it listens on its first line, and ends on SIGINT and SIGTERM with 0",
  { timeout: 60_000 },
  async () => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      await using folder = await temporaryFolder();
      const { child, outcome } = startCommand(["serve", join(folder.path, "new"), "--port", "0"]);
      const line = await within(
        10_000,
        new Promise<string>((resolve) => child.stdout!.once("data", (text) => resolve(String(text)))),
      );
      const match = /^listening on 127\.0\.0\.1:(\d+)\n$/.exec(line);
      assert.ok(match, line);
      await using client = await MosaicoClient.connect("127.0.0.1", Number(match[1]));
      assert.deepEqual(await client.listSequences(), []);
      process.kill(child.pid!, signal);
      assert.deepEqual(await within(5_000, outcome), { code: 0, stdout: line, stderr: "" });
    }
  },
);

test("ls, info, cat and rm work on a server and on a folder", { timeout: 60_000 }, async () => {
  await using folder = await temporaryFolder();
  await recorded(folder.path);
  {
    await using server = await startServerProcess(folder.path);
    const where = ["--host", server.host, "--port", String(server.port)];
    const [sequence] = parseJson((await runCommand(["ls", "--json", ...where])).stdout) as unknown as JsonObject[];
    assert.deepEqual(
      [sequence!["name"], sequence!["topics"], sequence!["locked"]],
      ["drive", ["/signed", "/unsigned"], true],
    );
    const held = await runCommand(["ls", "--directory", folder.path]);
    assert.equal(held.code, 1);
    assert.match(held.stderr, /session\.directory_locked/);
    assert.ok(held.stderr.includes(folder.path));
  }
  const here = ["--directory", folder.path];
  const ls = await runCommand(["ls", ...here]);
  assert.equal(ls.code, 0, ls.stderr);
  assert.match(ls.stdout, /^SEQUENCE .*\ndrive +2 +200 .*finalized\n$/);
  assert.equal((await runCommand(["ls", "dr?ve", ...here])).stdout, ls.stdout);
  assert.equal((await runCommand(["ls", "d#*", "--json", ...here])).stdout, "[]\n");

  const info = await runCommand(["info", "drive", "--json", ...here]);
  assert.equal(info.code, 0, info.stderr);
  const shown = parseJson(info.stdout) as JsonObject;
  assert.deepEqual(Object.keys(shown), ["name", "createdAtNs", "locked", "userMetadata", "sessions", "topics"]);
  assert.deepEqual(shown["userMetadata"], { big: 2n ** 63n });
  const [signed] = shown["topics"] as JsonObject[];
  assert.deepEqual(
    [signed!["name"], signed!["ontologyTag"], signed!["rows"], signed!["startNs"], signed!["endNs"]].map(String),
    ["/signed", "Integer64", "100", `${START}`, `${START + 990n}`],
  );
  assert.match(info.stdout, new RegExp(`"startNs":${START}[,}]`), "digits are kept");
  assert.match(
    (await runCommand(["info", "drive", ...here])).stdout,
    /drive .*1 session.*finalized[^]*\/unsigned +Unsigned64 +100/,
  );

  const all = linesOf((await runCommand(["cat", "drive", ...here])).stdout);
  assert.equal(all.length, 200);
  assert.deepEqual(all[0], {
    topic: "/signed",
    timestampNs: START,
    ontologyTag: "Integer64",
    data: { data: -(2n ** 63n) },
  });
  assert.deepEqual((all[1]!["data"] as JsonObject)["data"], 2n ** 64n - 1n);
  const part = await runCommand([
    ...["cat", "drive", "--topic", "/unsigned", "--start", `${START + 15n}`, "--end", `${START + 995n}`],
    ...["--limit", "3", ...here],
  ]);
  assert.deepEqual(
    linesOf(part.stdout).map((line) => line["timestampNs"]),
    [15n, 25n, 35n].map((time) => START + time),
  );
  const dated = await runCommand([
    "cat",
    "drive",
    "--start",
    "2023-11-14T22:13:20.000000002Z",
    "--limit",
    "1",
    ...here,
  ]);
  assert.deepEqual(linesOf(dated.stdout)[0]!["timestampNs"], START + 5n);
  assert.equal((await runCommand(["cat", "drive", "--end", `${START}`, ...here])).stdout, "");
  assert.equal((await runCommand(["cat", "drive", "--limit", "0", ...here])).stdout, "");

  const refused = await runCommand(["rm", "drive", ...here]);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /finalized; --force .*\[session\.locked\]/);
  const removed = await runCommand(["rm", "drive", "--force", ...here]);
  assert.deepEqual([removed.code, removed.stdout], [0, "deleted drive\n"]);
  assert.equal((await runCommand(["ls", "--json", ...here])).stdout, "[]\n");
});

test("names that are not there end with 1", { timeout: 60_000 }, async () => {
  await using folder = await temporaryFolder();
  for (const args of [["info", "absent"], ["cat", "absent"], ["rm", "absent"], ["rm", "absent", "--force"]]) {
    const { code, stdout, stderr } = await runCommand([...args, "--directory", folder.path]);
    assert.equal(code, 1, args.join(" "));
    assert.equal(stdout, "");
    assert.match(stderr, /^mosaico (info|cat|rm): .*absent.*\n$/);
  }
});

test("a command line that cannot be understood ends with 2 and says why", { timeout: 60_000 }, async () => {
  const wrong: readonly (readonly [string[], RegExp])[] = [
    [["fly"], /no command "fly"/],
    [["ls", "--colour"], /--colour/],
    [["ls", "drive-1", "drive-2"], /one pattern in quotes, got drive-1 drive-2/],
    [["info"], /expected one sequence name/],
    [["cat", "a", "b"], /expected one/],
    [["cat", "a", "--limit", "many"], /--limit.*many/],
    [["cat", "a", "--start", "yesterday"], /--start.*yesterday/],
    [["serve"], /folder/],
    [["serve", "x", "--port", "70000"], /70000/],
    [["import"], /file/],
    [["ls", "--directory", "x", "--port", "1"], /exclude/],
  ];
  const outcomes = await Promise.all(wrong.map(([args]) => runCommand(args)));
  for (const [i, { code, stdout, stderr }] of outcomes.entries()) {
    const [args, says] = wrong[i]!;
    assert.equal(code, 2, args.join(" "));
    assert.equal(stdout, "", args.join(" "));
    assert.match(stderr, says);
  }
  assert.ok(!existsSync("x"));
  const help = await runCommand(["--help"]);
  assert.equal(help.code, 0);
  for (const name of ["serve", "import", "ls", "info", "cat", "query", "stats", "rm", "doctor", "demo"]) {
    assert.match(help.stdout, new RegExp(`^  ${name}`, "m"));
  }
  const usage = await runCommand(["cat", "--help"]);
  assert.equal(usage.code, 0);
  assert.match(usage.stdout, /--limit[^]*--host[^]*--directory/);
  assert.equal((await runCommand([])).code, 2);
});

test("a server that is not there ends with 1, and names itself", { timeout: 60_000 }, async () => {
  const { code, stderr } = await runCommand(["ls", "--port", "1"]);
  assert.equal(code, 1);
  assert.match(stderr, /127\.0\.0\.1:1.*\[connection\.refused\]/);
});

test("cat into a pipe that closes early ends quietly", { timeout: 60_000 }, async () => {
  await using folder = await temporaryFolder();
  await recorded(folder.path, 20_000n); // megabytes: more than pipes hold
  const { child, outcome } = startCommand(["cat", "drive", "--directory", folder.path]);
  child.stdout!.once("data", () => child.stdout!.destroy());
  const { code, stderr } = await within(20_000, outcome);
  assert.deepEqual([code, stderr], [0, ""]);
});

test("import records an indexed MCAP file", { skip, timeout: 60_000 }, async () => {
  await using folder = await temporaryFolder();
  const here = ["--directory", join(folder.path, "data")];
  const run = await runCommand(["import", INDEXED, ...here]);
  assert.equal(run.code, 0, run.stderr + run.stdout);
  assert.match(run.stdout, /good_indexed\.mcap → good_indexed\n[^]*(\d+) of \1 messages written\n$/);
  const again = await runCommand(["import", INDEXED, "--name", "second", "--json", ...here]);
  const [report] = parseJson(again.stdout) as unknown as JsonObject[];
  assert.equal(report!["sequence"], "second");
  assert.equal(report!["complete"], true);
  const lines = linesOf((await runCommand(["cat", "second", ...here])).stdout);
  assert.equal(lines.length, Number(report!["messagesPushed"]));
  assert.ok(lines.length > 0);
  const taken = await runCommand(["import", INDEXED, ...here]);
  assert.equal(taken.code, 1);
  assert.match(taken.stderr, /already exists.*\[rpc\.already_exists\]/);
  assert.equal(linesOf((await runCommand(["cat", "good_indexed", ...here])).stdout).length, lines.length, "untouched");
});

test("import of a truncated file keeps what could be read, and ends with 1", { skip, timeout: 60_000 }, async () => {
  await using folder = await temporaryFolder();
  const here = ["--directory", join(folder.path, "data")];
  const whole = await readFile(`${DATA}/recordings/assembled_drive_ros2.mcap`);
  const path = join(folder.path, "cut.mcap");
  await writeFile(path, whole.subarray(0, whole.length >> 1));
  const run = await runCommand(["import", path, ...here, "--json"]);
  assert.equal(run.code, 1, run.stderr);
  const [report] = parseJson(run.stdout) as unknown as JsonObject[];
  assert.equal(report!["complete"], false);
  const pushed = Number(report!["messagesPushed"]);
  assert.ok(pushed > 100, String(pushed));
  const [sequence] = parseJson((await runCommand(["ls", "--json", ...here])).stdout) as unknown as JsonObject[];
  assert.equal(sequence!["locked"], true);
  const info = parseJson((await runCommand(["info", "cut", "--json", ...here])).stdout) as JsonObject;
  const rows = (info["topics"] as JsonObject[]).reduce((sum, topic) => sum + Number(topic["rows"]), 0);
  assert.equal(rows, pushed);
});

test("import of what is no recording ends with 1 and leaves no sequence", { timeout: 60_000 }, async () => {
  await using folder = await temporaryFolder();
  const here = ["--directory", join(folder.path, "data")];
  const text = join(folder.path, "notes.mcap");
  await writeFile(text, "these are notes, and no recording");
  await writeFile(join(folder.path, "empty.mcap"), "");
  for (const path of [text, join(folder.path, "empty.mcap"), join(folder.path, "absent.mcap"), folder.path]) {
    const run = await runCommand(["import", path, "--name", "n", ...here]);
    assert.equal(run.code, 1, path);
    assert.equal((await runCommand(["ls", "--json", ...here])).stdout, "[]\n", path);
  }
});

test("a bag of ROS 1 is recorded like any file; one without a message leaves no sequence, and ends with 1", {
  timeout: 60_000,
}, async () => {
  await using folder = await temporaryFolder();
  const here = ["--directory", join(folder.path, "data")];
  const said = bagMessage(0, 1_000_000_007n, new Ros1Writer().string("hello").bytes);
  const drive = join(folder.path, "drive.bag");
  await writeFile(
    drive,
    writeBag([bagChunk([bagConnection(0, "/a", "std_msgs/String", "string data"), said])], { 0: 1 }),
  );
  const run = await runCommand(["import", drive, ...here]);
  assert.deepEqual([run.code, run.stderr], [0, ""]);
  assert.match(run.stdout, /\/a +std_msgs\/String +String +1 +1\n1 of 1 messages written/);
  const [message] = linesOf((await runCommand(["cat", "drive", ...here])).stdout);
  assert.deepEqual(message, {
    topic: "/a",
    timestampNs: 1_000_000_007,
    ontologyTag: "String",
    data: { data: "hello" },
  });

  const empty = join(folder.path, "empty.bag");
  await writeFile(empty, writeBag([], {}));
  for (const command of ["import", "demo"]) {
    const nothing = await runCommand([command, empty, ...here]);
    assert.equal(nothing.code, 1);
    assert.match(nothing.stdout, /0 of 0 messages written\nnothing of the file could be written/);
  }
  const listed = parseJson((await runCommand(["ls", "--json", ...here])).stdout) as JsonObject[];
  assert.deepEqual(listed.map(({ name }) => name), ["drive"]);
});

test("import --json reports the files before the one that failed", { timeout: 60_000 }, async () => {
  await using folder = await temporaryFolder();
  const good = join(folder.path, "good.mcap");
  await largeFile(good, 3);
  const run = await runCommand([
    "import",
    good,
    join(folder.path, "absent.mcap"),
    "--json",
    "--directory",
    folder.path,
  ]);
  assert.equal(run.code, 1);
  assert.match(run.stderr, /absent\.mcap/);
  const reports = parseJson(run.stdout) as unknown as JsonObject[];
  assert.deepEqual(reports.map((report) => [report["sequence"], report["messagesPushed"]]), [["good", 3]]);
});

test("demo records a file, reads it back, and can be run again", { timeout: 60_000 }, async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "texts.mcap");
  await largeFile(path, 500);
  for (const name of ["texts", "texts-2"]) {
    const { code, stdout, stderr } = await runCommand(["demo", path, "--directory", join(folder.path, "drives")]);
    assert.deepEqual([code, stderr], [0, ""], stdout);
    assert.match(stdout, new RegExp(`^${name}: [^]*/text +String +500 [^]*write: 500 rows[^]*read: 500 rows`, "m"));
    assert.match(stdout, /every row came back, in time order\n$/);
  }
});

/** An MCAP file of `count` JSON-free ROS 2 messages, large enough to be interrupted. */
async function largeFile(path: string, count: number): Promise<void> {
  const { open } = await import("node:fs/promises");
  const file = await open(path, "w");
  let position = 0n;
  const writer = new McapWriter({
    writable: {
      position: () => position,
      write: async (bytes) => {
        await file.write(bytes);
        position += BigInt(bytes.byteLength);
      },
    },
  });
  await writer.start({ profile: "ros2", library: "" });
  const schemaId = await writer.registerSchema({
    name: "std_msgs/msg/String",
    encoding: "ros2msg",
    data: new TextEncoder().encode("string data\n"),
  });
  const channelId = await writer.registerChannel({
    schemaId,
    topic: "/text",
    messageEncoding: "cdr",
    metadata: new Map(),
  });
  const data = new Uint8Array(1_000);
  data.set([0, 1, 0, 0]);
  new DataView(data.buffer).setUint32(4, 992, true);
  data.fill(0x61, 8, 999);
  for (let i = 0; i < count; i++) {
    await writer.addMessage({ channelId, sequence: i, logTime: BigInt(i), publishTime: BigInt(i), data });
  }
  await writer.end();
  await file.close();
}

test("SIGINT in an import ends with 130 and leaves no sequence", { timeout: 60_000 }, async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "large.mcap");
  await largeFile(path, 60_000);
  const copy = join(folder.path, "more.mcap");
  await copyFile(path, copy);
  await using server = await startServerProcess(join(folder.path, "data"));
  await using client = await MosaicoClient.connect(server.host, server.port);
  const { child, outcome } = startCommand(["import", path, copy, "--host", server.host, "--port", String(server.port)]);
  await until(async () => (await client.listSequences()).length > 0, 10_000);
  process.kill(child.pid!, "SIGINT"); // not child.kill(): it would make up the end of the child
  const { code, stdout, stderr } = await within(10_000, outcome);
  assert.equal(code, 130, `${stdout}\n${stderr}`);
  assert.match(stderr, /interrupted/);
  assert.deepEqual(await client.listSequences(), []);
});
