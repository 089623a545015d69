/**
 * `mosaico query` and `mosaico stats`, as a shell sees them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type JsonObject, parseJson } from "../../src/base/mod.ts";
import { IMU, LaserScan, String as Text } from "../../src/ontology/mod.ts";
import { MosaicoClient } from "../../src/client/mod.ts";
import { MosaicoServer } from "../../src/server/mod.ts";
import { type Outcome, runCommand } from "../support/command_line.ts";
import { temporaryFolder } from "../support/folder.ts";

const START = 1_700_000_000_000_000_001n;
const SECOND = 1_000_000_000n;

/** A server with `drive-1`, which brakes in seconds 2–4 and 8 and reports rain in 4 and 5, and `drive-2`, which does neither. */
async function serveDrives(): Promise<{ readonly where: readonly string[] } & AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  const { path: directory } = stack.use(await temporaryFolder());
  const server = stack.use(await MosaicoServer.start({ directory, port: 0 }));
  await using client = await MosaicoClient.connect(server.host, server.port);
  for (const [name, brakes, rains] of [["drive-1", [2, 3, 4, 8], [4, 5]], ["drive-2", [], []]] as const) {
    await using drive = await client.sequenceCreate(name, { metadata: { car: name === "drive-1" ? "v7" : "v8" } });
    const imu = await drive.topicCreate("/imu", IMU);
    const log = await drive.topicCreate("/log", Text);
    for (let i = 0; i < 10; i++) {
      const time = START + BigInt(i) * SECOND;
      const brake = (brakes as readonly number[]).includes(i);
      await imu.push(time, {
        acceleration: { x: brake ? -6.5 : i / 4, y: 0, z: 9.8 },
        angularVelocity: { x: 0, y: 0, z: 0 },
      });
      await log.push(time, { data: (rains as readonly number[]).includes(i) ? "rain" : "dry" });
    }
    await drive.finalize();
  }
  await using scans = await client.sequenceCreate("scans");
  const scan = await scans.topicCreate("/scan", LaserScan);
  const range = { angleMin: 0, angleMax: 1, angleIncrement: 0.5, rangeMin: 0, rangeMax: 9 };
  await scan.push(1n, { ...range, timeIncrement: 0, scanTime: 0, ranges: [1, 2, 3] });
  await scans.finalize();
  const resources = stack.move();
  return { where: ["--port", String(server.port)], [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

/** Runs them at once. */
const runAll = (runs: readonly (readonly string[])[]) => Promise.all(runs.map((args) => runCommand(args)));

const linesOf = ({ stdout }: Outcome) => stdout.trimEnd().split("\n").map((line) => line.split(/ {2,}/));
const jsonOf = (run: Outcome) => {
  assert.deepEqual([run.code, run.stderr], [0, ""], run.stdout);
  return parseJson(run.stdout) as JsonObject;
};

test("query finds topics, moments, and moments together", { timeout: 60_000 }, async () => {
  await using fx = await serveDrives();
  const query = (...args: string[]) => runCommand(["query", ...args, ...fx.where]);

  const plain = await query(`IMU.acceleration.x < -5 and sequence ~ "drive*" and sequence.meta.car = 'v7'`);
  assert.deepEqual([plain.code, plain.stderr], [0, ""]);
  assert.deepEqual(linesOf(plain), [["SEQUENCE", "TOPIC", "TYPE"], ["drive-1", "/imu", "IMU"]]);

  const braking = linesOf(await query("IMU.acceleration.x < -5", "--clusters"));
  assert.deepEqual(braking, [
    ["SEQUENCE", "TOPIC", "TYPE", "START", "END", "SPAN"],
    ["drive-1", "/imu", "IMU", "2023-11-14T22:13:22.000000001Z", "2023-11-14T22:13:24.000000001Z", "2.000 s"],
    ["drive-1", "/imu", "IMU", "2023-11-14T22:13:28.000000001Z", "2023-11-14T22:13:28.000000001Z", "0 ns"],
  ]);
  // What it prints as times, cat takes.
  const [start] = braking[1]!.slice(3);
  const cat = await runCommand([
    "cat",
    "drive-1",
    "--topic",
    "/imu",
    "--start",
    start!,
    "--limit",
    "1",
    ...fx.where,
  ]);
  assert.equal((parseJson(cat.stdout) as JsonObject)["timestampNs"], START + 2n * SECOND);

  const gaps: [args: string[], clusters: number][] = [
    [["--clusters"], 2],
    [["--clusters", "1s"], 2],
    [["--clusters", "999.999ms"], 4],
    [["--clusters=4s"], 1],
    [["--clusters", "0"], 1],
    [["--clusters", "4000000000"], 1],
  ];
  const found = await runAll(
    gaps.map(([args]) => ["query", "IMU.acceleration.x < -5", ...args, "--json", ...fx.where]),
  );
  for (const [i, run] of found.entries()) {
    const { items } = jsonOf(run) as unknown as { items: { topics: { clusters: unknown[] }[] }[] };
    const [args, clusters] = gaps[i]!;
    assert.equal(items[0]!.topics[0]!.clusters.length, clusters, args.join(" "));
  }

  const together = `IMU.acceleration.x < -5 and String.data = "rain"`;
  const table = linesOf(await query(together, "--intersect"));
  const [from, to] = [START + 4n * SECOND, START + 5n * SECOND];
  assert.deepEqual(table, [
    ["SEQUENCE", "TOPICS TOGETHER", "START", "END", "SPAN"],
    ["drive-1", "/imu /log", "2023-11-14T22:13:24.000000001Z", "2023-11-14T22:13:24.000000001Z", "0 ns"],
  ]);
  assert.deepEqual(jsonOf(await query(together, "--intersect", "--clusters", "--json")), {
    items: [{
      sequence: "drive-1",
      topics: [
        {
          name: "/imu",
          locator: "drive-1/imu",
          ontologyTag: "IMU",
          clusters: [
            { startNs: START + 2n * SECOND, endNs: from },
            { startNs: START + 8n * SECOND, endNs: START + 8n * SECOND },
          ],
        },
        { name: "/log", locator: "drive-1/log", ontologyTag: "String", clusters: [{ startNs: from, endNs: to }] },
      ],
      intersections: [{ startNs: from, endNs: from }],
    }],
  });
});

test("query says how it was answered, and when there is nothing", { timeout: 60_000 }, async () => {
  await using fx = await serveDrives();
  const query = (...args: string[]) => runCommand(["query", ...args, ...fx.where]);

  const explained = await query("IMU.acceleration.x < -5", "--explain");
  assert.deepEqual([explained.code, explained.stderr], [0, ""]);
  assert.match(
    explained.stdout,
    /\nanswered in [\d.]+ [mu]?s: 2 topics, \d ruled out as a whole\n2 chunks: .*\n.* of [\d.]+ kB read/,
  );
  assert.match((await query(`topic = "/log"`, "--explain")).stdout, /\nanswered by names and metadata alone, in /);
  const { statistics } = jsonOf(await query("IMU.acceleration.x < -5", "--explain", "--json"));
  assert.deepEqual(
    [(statistics as JsonObject)["topics"], (statistics as JsonObject)["chunks"]],
    [2, 2],
  );

  const nothing = await query("IMU.acceleration.x > 1e6");
  assert.deepEqual([nothing.code, nothing.stdout, nothing.stderr], [0, "", "nothing found\n"]);
  assert.deepEqual(jsonOf(await query("IMU.acceleration.x > 1e6", "--json")), { items: [] });
});

test("query refuses what it cannot ask, and says where", { timeout: 60_000 }, async () => {
  await using fx = await serveDrives();
  const wrong: [args: string[], code: number, says: RegExp][] = [
    [["IMU.accel.x > 5"], 1, /column 5: IMU has no column "accel".*\[query\.unknown_field\]/],
    [["IMU.acceleration.x > 5 or topic = 'a'"], 1, /column 24: there is no "or".*\[query\.unsupported_operator\]/],
    [[], 2, /expected one expression in quotes, got none[^]*--clusters/],
    [["IMU.acceleration.x", ">", "5"], 2, /expected one expression in quotes/],
    [["topic = '/a'", "--clusters=soon"], 2, /--clusters takes a length of time/],
    [["topic = '/a'", "--gap", "1s"], 2, /--gap/],
    [["topic = '/imu'", "--clusters"], 1, /no condition on IMU \[query\.no_condition\]/],
  ];
  const outcomes = await runAll(wrong.map(([args]) => ["query", ...args, ...fx.where]));
  for (const [i, { code, stdout, stderr }] of outcomes.entries()) {
    const [args, expected, says] = wrong[i]!;
    assert.deepEqual([code, stdout], [expected, ""], `${args.join(" ")}: ${stderr}`);
    assert.match(stderr, says);
  }
});

test("stats prints figures over columns", { timeout: 60_000 }, async () => {
  await using fx = await serveDrives();
  const stats = (...args: string[]) => runCommand(["stats", ...args, ...fx.where]);

  const table = linesOf(await stats("drive-2", "/imu"));
  assert.equal(table[0]!.join(" "), "drive-2/imu IMU, 10 records, 1 per second");
  assert.deepEqual(table[1], ["COLUMN", "COUNT", "MEAN", "STD", "MIN", "P50", "P95", "P99", "MAX"]);
  assert.deepEqual(table.slice(2).map(([column]) => column!.trim()), [
    ...["acceleration.x", "acceleration.y", "acceleration.z"],
    ...["angular_velocity.x", "angular_velocity.y", "angular_velocity.z"],
  ], "columns without values are left out");
  assert.deepEqual(table[2], [
    "acceleration.x",
    "10",
    "1.1250",
    "0.756913",
    "0",
    "1.1250",
    "2.1375",
    "2.2275",
    "2.2500",
  ]);

  const found = jsonOf(
    await stats("drive-1", "/imu", "acceleration.x", "--where", "IMU.acceleration.x < -5", "--json"),
  );
  assert.deepEqual(found, {
    locator: "drive-1/imu",
    ontologyTag: "IMU",
    records: 4,
    rate: 0.5,
    columns: [{
      column: "acceleration.x",
      count: 4,
      mean: -6.5,
      std: 0,
      min: -6.5,
      p50: -6.5,
      p95: -6.5,
      p99: -6.5,
      max: -6.5,
    }],
  });
  const window = ["--start", `${START + SECOND}`, "--end", `${START + 3n * SECOND}`];
  const part = jsonOf(await stats("drive-2", "/imu", "acceleration", ...window, "--json"));
  assert.equal(part["records"], 2);
  assert.deepEqual(
    (part["columns"] as JsonObject[]).map(({ column, mean }) => [column, mean]),
    [["acceleration.x", 0.375], ["acceleration.y", 0], ["acceleration.z", 9.8]],
  );
  const text = jsonOf(await stats("drive-1", "/log", "data", "--json"));
  assert.deepEqual(text["columns"], [{
    column: "data",
    count: 10,
    min: "dry",
    max: "rain",
    first: "dry",
    last: "dry",
  }]);
});

test("stats refuses what there are no figures over", { timeout: 60_000 }, async () => {
  await using fx = await serveDrives();
  const wrong: [args: string[], code: number, says: RegExp][] = [
    [["drive-1"], 2, /expected a sequence and a topic/],
    [["drive-1", "/gone"], 1, /no topic "\/gone"/],
    [["drive-1", "/imu", "accel"], 1, /IMU has no accel: there is no "accel", only .*acceleration/],
    [["drive-1", "/imu", "acceleration.x[0]"], 1, /is no list/],
    [["drive-1", "/imu", "[0].x"], 2, /is no column/],
    [["drive-1", "/imu", "--where", "topic = '/imu'"], 2, /--where is about records, not about the topic/],
    [
      ["drive-1", "/imu", "--where", "String.data = 'a'"],
      1,
      /holds IMU, which has no String\.data \[query\.invalid_path\]/,
    ],
    [["scans", "/scan", "ranges"], 1, /name an item/],
  ];
  const outcomes = await runAll(wrong.map(([args]) => ["stats", ...args, ...fx.where]));
  for (const [i, { code, stdout, stderr }] of outcomes.entries()) {
    const [args, expected, says] = wrong[i]!;
    assert.deepEqual([code, stdout], [expected, ""], `${args.join(" ")}: ${stderr}`);
    assert.match(stderr, says);
  }
  const item = jsonOf(await runCommand(["stats", "scans", "/scan", "ranges[1]", "--json", ...fx.where]));
  assert.equal((item["columns"] as JsonObject[])[0]!["max"], 2);
});
