import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { lz4Codec, zstdCodec } from "../../../src/codecs/mod.ts";
import { BatchBuilder, type BodyCodec } from "../../../src/columnar/mod.ts";
import { type Table, tables } from "./support/arbitrary.ts";
import { type Outcome, readHostile } from "./support/hostile.ts";
import { streamOf } from "./support/messages.ts";
import { filesOf, testData } from "./support/test_data.ts";

const MAX_MS = 50;
/** Compressed streams may rightly unpack to many times their size, which takes its time. */
const MAX_UNPACKING_MS = 1_000;

/** The outcome for `bytes`, which must come in time; a pause of the machine does not count, so there are eight tries. */
function inTime(bytes: Uint8Array, name: string, maxMs: number = MAX_MS): Outcome {
  for (let attempt = 1;; attempt++) {
    const start = performance.now();
    const outcome = readHostile(bytes);
    const ms = performance.now() - start;
    if (ms < maxMs) return outcome;
    assert.ok(attempt < 8, `${name}: took ${ms.toFixed(0)} ms for ${bytes.byteLength} bytes`);
  }
}

const fuzzFolder = testData("arrow", "fuzz");

test(
  "streams that broke other decoders end in time, in an error or a table",
  { skip: fuzzFolder === undefined },
  () => {
    const files = filesOf(fuzzFolder!);
    assert.ok(files.length >= 40);
    for (const path of files) {
      const bytes = new Uint8Array(readFileSync(path));
      const { heldBytes } = inTime(bytes, basename(path));
      assert.ok(heldBytes <= 300 * bytes.byteLength + 262_144, `${basename(path)} held ${heldBytes} bytes`);
    }
  },
);

/** Pseudo-random integers below a bound (xorshift32). */
function randomOf(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
}

const EXTREMES = [0, 1, -1, 2, 4, 8, 255, 256, 65_535, 0x7fff_ffff, -0x8000_0000, 0x4000_0000, 1 << 20];

/** `bytes` with one to four injuries. Returns a copy. */
function injured(bytes: Uint8Array, random: (bound: number) => number): Uint8Array {
  let out = bytes.slice();
  for (let k = random(4); k >= 0; k--) {
    const at = random(out.byteLength);
    const view = new DataView(out.buffer, out.byteOffset, out.byteLength);
    const aligned = at & ~3;
    switch (random(7)) {
      case 0:
        out[at]! ^= 1 << random(8);
        break;
      case 1:
        out[at] = random(256);
        break;
      case 2:
      case 3:
        if (aligned + 4 <= out.byteLength) view.setInt32(aligned, EXTREMES[random(EXTREMES.length)]!, true);
        break;
      case 4:
        if (aligned + 4 <= out.byteLength) {
          view.setInt32(aligned, view.getInt32(aligned, true) + random(33) - 16, true);
        }
        break;
      case 5:
        out.copyWithin(at, random(out.byteLength), random(out.byteLength));
        break;
      case 6:
        if (random(4) === 0) out = out.slice(0, Math.max(1, at));
        break;
    }
  }
  return out;
}

function streamOfTable({ schema, rows }: Table, codec?: BodyCodec): Uint8Array {
  const builder = new BatchBuilder(schema);
  const half = rows.length >> 1;
  const batches = [rows.slice(0, half), rows.slice(half)].map((part) => {
    for (const { time, write } of part) builder.append(time, write);
    return builder.finish();
  });
  return streamOf(schema, batches, codec);
}

function fuzz(streams: readonly Uint8Array[], cases: number, seed: number, maxMs: number = MAX_MS): void {
  const random = randomOf(seed);
  const codes = new Map<string, number>();
  for (let i = 0; i < cases; i++) {
    const bytes = injured(streams[i % streams.length]!, random);
    let outcome: Outcome;
    try {
      outcome = inTime(bytes, `case ${i} of seed ${seed}`, maxMs);
    } catch (cause) {
      throw new Error(`case ${i} of seed ${seed} escaped`, { cause });
    }
    const code = outcome.code ?? "table";
    codes.set(code, (codes.get(code) ?? 0) + 1);
    assert.ok(outcome.heldBytes <= 33_000 * bytes.byteLength + 4_194_304, `case ${i} held ${outcome.heldBytes} bytes`);
  }
  // Both ends are met: injuries that are seen, and some that leave a table.
  assert.ok((codes.get("codec.ipc_invalid") ?? 0) > cases / 50, JSON.stringify([...codes]));
  assert.ok((codes.get("table") ?? 0) > cases / 50, JSON.stringify([...codes]));
}

test("injured streams of ours end in time, in an error or a table", () => {
  const samples = fc.sample(tables, { numRuns: 40, seed: 7 });
  fuzz(samples.map((table) => streamOfTable(table)), 2_000, 12_345);
});

test("injured compressed streams end in time, in an error or a table", () => {
  const samples = fc.sample(tables, { numRuns: 20, seed: 8 });
  const codecs = [lz4Codec(), zstdCodec()];
  fuzz(samples.map((table, i) => streamOfTable(table, codecs[i % 2])), 500, 54_321, MAX_UNPACKING_MS);
});

const goldFolder = testData("arrow", "gold");

test("injured gold streams end in time, in an error or a table", { skip: goldFolder === undefined }, () => {
  const streams = filesOf(goldFolder!, ".stream").map((path) => new Uint8Array(readFileSync(path)))
    .filter((bytes) => bytes.byteLength < 16_000);
  fuzz(streams, 2_500, 99, MAX_UNPACKING_MS); // some of them are compressed
});
