/**
 * Columnar core: rows into columns, columns into messages, messages into columns, columns into rows.
 *
 * `deno run -A bench/micro/columnar_bench.ts` or `bun bench/micro/columnar_bench.ts`: one JSON line a case.
 */
import assert from "node:assert/strict";
import {
  type Batch,
  BatchBuilder,
  BatchDecoder,
  decodeSchema,
  encodeBatch,
  encodeSchema,
  type Field,
  rowReader,
  type Schema,
} from "../../src/columnar/mod.ts";
import { concat } from "../../src/base/mod.ts";

const ROWS = 10_000;
const float64 = { kind: "float", bits: 64 } as const;

function field(name: string, type: Field["type"], nullable = true, key = name): Field {
  return { name, key, type, nullable };
}

function int(bits: 16 | 32 | 64, signed = true): Field["type"] {
  return { kind: "int", bits, signed };
}

function header(): Field {
  const timestamp: Field["type"] = {
    kind: "struct",
    fields: [field("seconds", int(32), false), field("nanoseconds", int(32, false), false)],
  };
  return field("header", {
    kind: "struct",
    fields: [
      field("timestamp", timestamp),
      field("frame_id", { kind: "utf8" }, true, "frameId"),
      field("sample_counter", int(64, false), true, "sampleCounter"),
    ],
  });
}

function vector(name: string, nullable: boolean, axes: string, key = name): Field {
  const fields = [
    header(),
    field("covariance", { kind: "list", item: field("item", float64) }),
    field("covariance_type", int(16), true, "covarianceType"),
    ...[...axes].map((axis) => field(axis, float64)),
  ];
  return field(name, { kind: "struct", fields }, nullable, key);
}

const SCHEMA: Schema = {
  fields: [
    field("timestamp_ns", int(64), false, "timestampNs"),
    header(),
    vector("acceleration", false, "xyz"),
    vector("angular_velocity", false, "xyz", "angularVelocity"),
    vector("orientation", true, "xyzw"),
  ],
};

function makeHeader(i: number) {
  return { timestamp: { seconds: i, nanoseconds: i * 5 }, frameId: "imu_link", sampleCounter: BigInt(i) };
}

/** IMU rows as they come: values alone; with the message's header; with everything the type has. */
const SHAPES: Record<string, (i: number) => object> = {
  values: (i) => ({
    acceleration: { x: i + 0.5, y: 1.25, z: 9.8 },
    angularVelocity: { x: 0.1, y: 0.2, z: 0.3 },
    orientation: { x: 0, y: 0, z: 0.5, w: 1 },
  }),
  header: (i) => ({ header: makeHeader(i), ...SHAPES["values"]!(i) }),
  full: (i) => {
    const covariance = Float64Array.from({ length: 9 }, (_, k) => k / 8);
    const rest = { header: makeHeader(i), covariance, covarianceType: 1 };
    return {
      header: makeHeader(i),
      acceleration: { ...rest, x: i + 0.5, y: 1.25, z: 9.8 },
      angularVelocity: { ...rest, x: 0.1, y: 0.2, z: 0.3 },
      orientation: { ...rest, x: 0, y: 0, z: 0.5, w: 1 },
    };
  },
};

/** Least and median milliseconds of `runs` runs. */
function time(runs: number, run: () => void): { least: number; median: number } {
  const times = Array.from({ length: runs }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  }).sort((a, b) => a - b);
  return { least: times[0]!, median: times[runs >> 1]! };
}

function report(bench: string, facts: Record<string, unknown>): void {
  const runtime = "Bun" in globalThis ? "bun" : "deno";
  console.log(JSON.stringify({ bench: `columnar/${bench}`, runtime, ...facts }));
}

/** Millions of rows a second for `batches` batches of {@linkcode ROWS}. */
function rate(batches: number, { least, median }: { least: number; median: number }) {
  const perSecond = (ms: number) => Math.round(batches * ROWS / ms / 10) / 100;
  return { mrowsPerSecond: perSecond(median), best: perSecond(least) };
}

for (const [shape, make] of Object.entries(SHAPES)) {
  const rows = Array.from({ length: ROWS }, (_, i) => make(i));
  const times = Array.from({ length: ROWS }, (_, i) => 1_700_000_000_000_000_000n + BigInt(i));
  let batch: Batch | undefined;
  for (const codeGeneration of [true, false]) {
    const builder = new BatchBuilder(SCHEMA, { codeGeneration });
    const batches = codeGeneration ? 10 : 2;
    const taken = time(40, () => {
      for (let k = 0; k < batches; k++) {
        for (let i = 0; i < ROWS; i++) builder.append(times[i]!, rows[i]!);
        batch = builder.finish();
      }
    });
    assert.equal(batch!.numRows, ROWS);
    report(`append ${shape}${codeGeneration ? "" : ", closures"}`, rate(batches, taken));
  }
  const encoded = time(2000, () => encodeBatch(batch!));
  const message = encodeBatch(batch!);
  report(`encode ${shape}`, {
    us: Math.round(encoded.median * 1e5) / 100,
    best: Math.round(encoded.least * 1e5) / 100,
    bytes: message.bodyLength,
  });
  const body = concat(message.body);
  const decoder = new BatchDecoder(decodeSchema(encodeSchema(SCHEMA)));
  let decoded: Batch | undefined;
  const taken = time(300, () => decoded = decoder.decode(message.header, body));
  report(`decode ${shape}`, {
    mbPerSecond: Math.round(message.bodyLength / taken.median / 1e3),
    us: Math.round(taken.median * 1e5) / 100,
  });
  for (const codeGeneration of [true, false]) {
    const reader = rowReader(SCHEMA, { emptyStructs: "absent", codeGeneration });
    let sum = 0;
    const read = time(20, () => {
      for (let i = 0; i < ROWS; i++) {
        sum += (reader.row(decoded!, i)["acceleration"] as { y: number }).y;
      }
    });
    assert.equal(sum, 20 * ROWS * 1.25);
    report(`read rows ${shape}${codeGeneration ? "" : ", closures"}`, rate(1, read));
  }
}
