import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import process from "node:process";
import { test } from "node:test";
import { concat } from "../../../src/base/mod.ts";
import { lz4Codec } from "../../../src/codecs/mod.ts";
import {
  type Batch,
  BatchBuilder,
  BatchDecoder,
  type BodyCodec,
  encapsulate,
  encodeBatch,
  encodeSchema,
  type IpcMessage,
  rowReader,
  sliceBatch,
  SparseEncoder,
  ZeroFrameCodec,
} from "../../../src/columnar/mod.ts";
import { Floating64, IMU, type OntologyType } from "../../../src/ontology/mod.ts";
import { startEmbedded } from "../../support/embedded.ts";

const CODEC = lz4Codec();
const python = process.env["MOSAICO_PYTHON"];

const sample = (i: number): IMU => ({
  acceleration: { x: i, y: 0.5, z: -i },
  angularVelocity: { x: 0.01, y: i / 3, z: 0.03 },
});

function batchOf<T extends object>(type: OntologyType<T>, count: number, row: (i: number) => T): Batch {
  const builder = new BatchBuilder(type.schema);
  for (let i = 0; i < count; i++) builder.append(BigInt(i), row(i));
  return builder.finish();
}

function decode(batch: Batch, { header, body }: IpcMessage): object[] {
  const decoded = new BatchDecoder(batch.schema, [CODEC]).decode(header, concat([...body]))!;
  const rows = rowReader(decoded.schema);
  return Array.from({ length: decoded.numRows }, (_, i) => rows.row(decoded, i));
}

test("columns without a value take next to nothing, and the rows are those sent in full", () => {
  const batch = batchOf(IMU, 2_000, sample);
  const full = encodeBatch(batch);
  const sparse = new SparseEncoder(CODEC).encode(batch);
  assert.ok(sparse.bodyLength < full.bodyLength / 2.5, `${sparse.bodyLength} of ${full.bodyLength}`);
  assert.deepEqual(decode(batch, sparse), decode(batch, full));
});

test("what has values, or is small, is sent as without compression", () => {
  for (const batch of [batchOf(Floating64, 2_000, () => ({ data: 0 })), batchOf(IMU, 3, sample)]) {
    assert.deepEqual(new SparseEncoder(CODEC).encode(batch), encodeBatch(batch));
  }
});

test("frames of zeros are made once and known again; anything else is the codec's", () => {
  let [compressed, decompressed] = [0, 0];
  const codec = new ZeroFrameCodec({
    name: "lz4",
    compress: (input) => (compressed++, CODEC.compress(input)),
    decompress: (input, size) => (decompressed++, CODEC.decompress(input, size)),
  });
  const encoder = new SparseEncoder(codec);
  const message = encoder.encode(batchOf(IMU, 2_000, sample));
  const made = compressed;
  assert.ok(made > 0);
  assert.deepEqual(encoder.encode(batchOf(IMU, 2_000, sample)), message);
  assert.equal(compressed, made);

  const zeros = CODEC.compress(new Uint8Array(5_000))!;
  const ones = CODEC.compress(new Uint8Array(5_000).fill(1))!;
  for (let time = 0; time < 3; time++) {
    const output = codec.decompress(zeros, 5_000);
    assert.deepEqual(output, new Uint8Array(5_000));
    output.fill(7); // each is the caller's own
    assert.deepEqual(codec.decompress(ones, 5_000), new Uint8Array(5_000).fill(1));
  }
  assert.equal(decompressed, 1 + 3);
  assert.throws(() => codec.decompress(zeros.subarray(0, -1), 5_000), /lz4|LZ4/);
  assert.throws(() => codec.decompress(zeros, 5_001), /lz4|LZ4/);
});

test("what is cut out of a batch of shared zeros is as sparse, and has the same rows", () => {
  const batch = batchOf(IMU, 2_000, sample);
  const { header, body } = new SparseEncoder(CODEC).encode(batch);
  const decodeWith = (codec: BodyCodec) => new BatchDecoder(batch.schema, [codec]).decode(header, concat([...body]))!;
  const shared = decodeWith(new ZeroFrameCodec(CODEC, { shared: true }));
  const own = decodeWith(new ZeroFrameCodec(CODEC));
  for (const [from, to] of [[0, 1_000], [1_000, 2_000], [333, 1_444], [5, 6], [7, 7]] as const) {
    const cut = sliceBatch(shared, from, to);
    const sparse = new SparseEncoder(CODEC).encode(cut);
    const full = encodeBatch(sliceBatch(own, from, to));
    assert.deepEqual(decode(batch, sparse), decode(batch, full));
    assert.deepEqual(decode(batch, encodeBatch(cut)), decode(batch, full));
    if (to - from > 512) assert.ok(sparse.bodyLength < full.bodyLength / 2.5, `${sparse.bodyLength}`);
    assert.deepEqual(new SparseEncoder(undefined).encode(cut), encodeBatch(cut));
  }
});

for (const workers of [0, 1]) {
  test(`a server keeps and serves what came sparse (workers: ${workers})`, async () => {
    await using fx = await startEmbedded({ tcp: true, client: { workers } });
    const count = 20_000;
    const sizes: bigint[] = [];
    for (const compression of ["none", "sparse"] as const) {
      await using drive = await fx.client.sequenceCreate(compression);
      const topic = await drive.topicCreate("/imu", IMU, { compression });
      for (let i = 0; i < count; i++) await topic.push(BigInt(i), sample(i));
      await drive.finalize();
      const handler = (await fx.client.topicHandler(compression, "/imu"))!;
      sizes.push(handler.totalSizeBytes);
      let i = 0;
      for await (const { timestampNs, data } of await handler.stream({ startNs: 1n })) {
        assert.equal(timestampNs, BigInt(++i));
        const { acceleration, angularVelocity, orientation } = data as IMU;
        assert.deepEqual([acceleration.x, angularVelocity.y, orientation], [i, i / 3, undefined]);
      }
      assert.equal(i, count - 1);
    }
    assert.ok(sizes[1]! * 5n < sizes[0]! * 2n, String(sizes));
  });
}

test("pyarrow reads what came sparse", { skip: python === undefined && "MOSAICO_PYTHON is not set" }, () => {
  const batch = batchOf(IMU, 2_000, sample);
  const { header, body } = new SparseEncoder(CODEC).encode(batch);
  const input = concat([encapsulate(encodeSchema(batch.schema)), encapsulate(header), ...body]);
  const script = `
import sys, pyarrow as pa
table = pa.ipc.open_stream(sys.stdin.buffer.read()).read_all()
table.validate(full=True)
rows = table.to_pylist()
assert all(row["acceleration"]["x"] == i and row["acceleration"]["covariance"] is None for i, row in enumerate(rows))
print(len(rows), table["orientation"].null_count)
`;
  assert.equal(execFileSync(python!, ["-c", script], { input, encoding: "utf8" }).trim(), "2000 2000");
});
