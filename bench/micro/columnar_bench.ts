/**
 * Columnar core: rows into columns, columns into messages, messages into columns, columns into rows. At the end, what rows cost a
 * runtime whoever makes them: objects alone, of one and of five numbers, in a loop and by `for await`.
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

const COUNT = 200_000;
const times = new DataView(
  BigInt64Array.from({ length: COUNT }, (_, i) => 1_700_000_000_000_000_000n + BigInt(i)).buffer,
);
const numbers = Float64Array.from({ length: COUNT }, (_, i) => i + 0.5);

/** Messages as a streamer hands them out, of data that is made from an index. */
class Messages<T> {
  readonly #data: (i: number) => T;
  #index = 0;

  constructor(data: (i: number) => T) {
    this.#data = data;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<{ timestampNs: bigint; data: T }, undefined>> {
    const i = this.#index++;
    if (i === COUNT) return Promise.resolve({ done: true, value: undefined });
    return Promise.resolve({
      done: false,
      value: { timestampNs: times.getBigInt64(8 * i, true), data: this.#data(i) },
    });
  }
}

const OBJECTS: Readonly<Record<number, (i: number) => { a: number }>> = {
  1: (i) => ({ a: numbers[i]! }),
  5: (i) => ({ a: numbers[i]!, b: numbers[i]!, c: numbers[i]!, d: numbers[i]!, e: numbers[i]! }),
};

for (const [members, data] of Object.entries(OBJECTS)) {
  const common = { items: { count: COUNT, unit: "rows" }, runs: 20 };
  const kept: unknown[] = []; // the latest, so that all are made
  await bench("columnar/objects of rows alone", {
    ...common,
    params: { members: Number(members), iteration: "for" },
    run: () => {
      for (let i = 0; i < COUNT; i++) kept[i & 15] = { timestampNs: times.getBigInt64(8 * i, true), data: data(i) };
    },
    verify: () => assert.equal(kept.length, 16),
  });
  await bench("columnar/objects of rows alone", {
    ...common,
    params: { members: Number(members), iteration: "for await" },
    run: async () => {
      let seen = 0;
      for await (const message of new Messages(data)) if (message.data.a > 0) seen++;
      return seen;
    },
    verify: (seen) => assert.equal(seen, COUNT),
  });
}
