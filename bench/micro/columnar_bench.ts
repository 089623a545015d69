/**
 * Columnar core: rows into columns, columns into messages, messages into columns, columns into rows.
 *
 * `deno run -A bench/micro/columnar_bench.ts` or `bun bench/micro/columnar_bench.ts`; options as in `../harness.ts`.
 *
 * @module
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
import { bench, benchArguments } from "../harness.ts";

benchArguments({});

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

/** Rows of `batches` batches. */
function rowsIn(batches: number) {
  return { count: batches * ROWS, unit: "rows" };
}

for (const [shape, make] of Object.entries(SHAPES)) {
  const rows = Array.from({ length: ROWS }, (_, i) => make(i));
  const times = Array.from({ length: ROWS }, (_, i) => 1_700_000_000_000_000_000n + BigInt(i));
  const build = (builder: BatchBuilder): Batch => {
    for (let i = 0; i < ROWS; i++) builder.append(times[i]!, rows[i]!);
    return builder.finish();
  };
  const batch = build(new BatchBuilder(SCHEMA));
  const message = encodeBatch(batch);
  const body = concat(message.body);

  for (const codeGeneration of [true, false]) {
    const builder = new BatchBuilder(SCHEMA, { codeGeneration });
    const batches = codeGeneration ? 10 : 2;
    await bench("columnar/append rows", {
      params: { shape, codeGeneration },
      items: rowsIn(batches),
      bytes: batches * message.bodyLength,
      runs: 40,
      run: () => {
        let last: Batch | undefined;
        for (let k = 0; k < batches; k++) last = build(builder);
        return last!;
      },
      verify: ({ numRows }) => assert.equal(numRows, ROWS),
    });
  }
  await bench("columnar/encode a batch", {
    params: { shape },
    items: rowsIn(1),
    bytes: message.bodyLength,
    runs: 2000,
    run: () => encodeBatch(batch),
    verify: ({ bodyLength }) => assert.equal(bodyLength, message.bodyLength),
  });
  const decoder = new BatchDecoder(decodeSchema(encodeSchema(SCHEMA)));
  await bench("columnar/decode a batch", {
    params: { shape },
    items: rowsIn(1),
    bytes: message.bodyLength,
    runs: 300,
    run: () => decoder.decode(message.header, body)!,
    verify: ({ numRows }) => assert.equal(numRows, ROWS),
  });
  const decoded = decoder.decode(message.header, body)!;
  for (const codeGeneration of [true, false]) {
    const reader = rowReader(SCHEMA, { emptyStructs: "absent", codeGeneration });
    await bench("columnar/read rows", {
      params: { shape, codeGeneration },
      items: rowsIn(1),
      bytes: message.bodyLength,
      runs: 20,
      run: () => {
        let sum = 0;
        for (let i = 0; i < ROWS; i++) sum += (reader.row(decoded, i)["acceleration"] as { y: number }).y;
        return sum;
      },
      verify: (sum) => assert.equal(sum, ROWS * 1.25),
    });
  }
}
