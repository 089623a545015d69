/**
 * The table of targets: what it makes of results.
 *
 * @module
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { BenchResult } from "../../../bench/harness.ts";
import { type Findings, targetRows } from "../../../bench/targets.ts";

const NOTHING: Findings = { flight: [], own: {}, shared: {}, sdk: [] };
const RUNTIMES = ["Deno", "Bun"];

function result(bench: string, params: BenchResult["params"], figures: BenchResult["figures"]): BenchResult {
  return { bench, params, figures, runs: 1, runtime: "", machine: "", load: 0, commit: "", date: "" };
}

function row(findings: Partial<Findings>, what: string): string[] {
  return targetRows({ ...NOTHING, ...findings }, RUNTIMES).find(([title]) => title === what)!.slice(2);
}

test("what was not measured is neither reached nor missed", () => {
  for (const [what, wanted, ...cells] of targetRows(NOTHING, RUNTIMES)) {
    assert.ok(what!.length > 0 && wanted!.length > 0);
    assert.deepEqual(cells, ["–", "–", ""], what);
  }
});

test("each runtime has its own verdict, and its own limit", () => {
  const push = (rowsPerSecond: number) => [
    result("e2e/push IMU rows", { shape: "every field", workers: 2 }, { rowsPerSecond: 9e9 }),
    result("e2e/push IMU rows", { shape: "two vectors", workers: 0 }, { rowsPerSecond: 9e9 }),
    result("e2e/push IMU rows", { shape: "two vectors", workers: 2 }, { rowsPerSecond }),
  ];
  const what = "push IMU rows, objects, one topic";
  assert.deepEqual(row({ shared: { Deno: push(3e6), Bun: push(3e6) } }, what), [
    "3.00 M rows/s",
    "3.00 M rows/s",
    "Bun only",
  ]);
  assert.equal(row({ shared: { Deno: push(4e6), Bun: push(3e6) } }, what)[2], "yes");
  assert.equal(row({ shared: { Deno: push(2e6), Bun: push(2e6) } }, what)[2], "no");
  assert.equal(row({ own: { Deno: push(9e6), Bun: push(9e6) } }, what)[2], "", "only against the shared server");
});

test("ratios are taken against the Python SDK and pyarrow", () => {
  const imu = (rowsPerSecond: number) => [
    result("e2e/read IMU rows", { shape: "two vectors", workers: 2 }, { rowsPerSecond }),
  ];
  const sdk = [result("e2e/read IMU rows", { shape: "two vectors" }, { rowsPerSecond: 10_000 })];
  const what = "read IMU rows as objects, by the Python SDK's";
  assert.deepEqual(row({ sdk, shared: { Deno: imu(1e6), Bun: imu(990_000) } }, what), ["100×", "99.0×", "Deno only"]);

  const flight = (client: string, rate: number) => ({
    ...result("flight", {}, {}),
    client,
    mebibytes: "1024",
    put: { megabytesPerSecond: rate, cpuSecondsPerGibibyte: 0.1 },
    get: { megabytesPerSecond: rate, cpuSecondsPerGibibyte: 0.1 },
  });
  const both = { flight: [flight("pyarrow", 1000), flight("ours, Deno", 1500), flight("ours, Bun", 1400)] };
  assert.deepEqual(row(both, "get float64 batches, by pyarrow's"), ["1.50×", "1.40×", "Deno only"]);
});

test("LZ4 beside native: the worst source counts", () => {
  const lz4 = (way: string, source: string, implementation: string, bytesPerSecond: number) =>
    result(`codecs/lz4 ${way}`, { source, implementation }, { bytesPerSecond });
  const Deno = ["encode", "decode"].flatMap((way) => [
    lz4(way, "a", "wasm", 90),
    lz4(way, "a", "native", 100),
    lz4(way, "b", "native", 100),
    lz4(way, "b", "wasm", 70),
  ]);
  assert.deepEqual(row({ own: { Deno } }, "LZ4 WASM, by native: encode, decode"), [
    "0.700×, 0.700×",
    "–",
    "no",
  ]);
});

test("the LIDAR codec is judged on real scans, mostly empty ones apart", () => {
  const scan = (name: string, implementation: string, ratio: number, pointsPerSecond: number) =>
    result("codecs/lidar encode", { scan: name, implementation, ratio }, { pointsPerSecond });
  const Bun = [
    scan("simulated", "small", 0.9, 1),
    scan("OS1", "small", 0.11, 30e6),
    scan("OS1, returns only", "small", 0.18, 29e6),
    scan("OS1", "Draco", 0.2, 2e6),
    scan("OS1, returns only", "Draco", 0.3, 2e6),
  ];
  const of = (what: string) => row({ own: { Bun } }, what)[1];
  assert.equal(of("LIDAR codec, small: encode"), "29.0 M");
  assert.equal(of("    share of float32: returns only, organised"), "0.180, 0.110");
});

test("the reference case is judged at its full rate", () => {
  const trial = (hz: number, lateFrames: number) =>
    result("e2e/reference case", { codecs: "native", workers: 2, hz }, { lateFrames, droppedFrames: 0 });
  const what = "reference case, native JPEG: frames late, dropped";
  assert.deepEqual(row({ own: { Deno: [trial(30, 3), trial(22, 0)], Bun: [trial(30, 0)] } }, what), [
    "3, 0",
    "0, 0",
    "Bun only",
  ]);
});

test("flat types may lie twofold apart; none with no more values than IMU rows may be slower", () => {
  const types = (spread: number, slowestByImu: number) =>
    ["push", "read"].flatMap((way) => [
      result(`e2e/flat types: ${way} rows, bytesPerSecond`, { workers: 2 }, { spread }),
      result(`e2e/flat types: ${way} ${way === "push" ? "columns" : "batches"}, bytesPerSecond`, {}, { spread: 1.5 }),
      result(`e2e/types of no more values than IMU: ${way} rows`, { workers: 2 }, { slowestByImu }),
    ]);
  const own = { Deno: types(1.9, 1.25), Bun: types(2.1, 0.9) };
  assert.deepEqual(row({ own }, "bytes/s of flat types, as columns: push, read"), [
    "1.50×, 1.50×",
    "1.50×, 1.50×",
    "yes",
  ]);
  assert.deepEqual(row({ own }, "    as rows: push, read"), ["1.90×, 1.90×", "2.10×, 2.10×", "Deno only"]);
  assert.deepEqual(row({ own }, "rows/s of types of ≤ 6 values, by IMU of 6: push, read"), [
    "1.25×, 1.25×",
    "0.900×, 0.900×",
    "Deno only",
  ]);
});
