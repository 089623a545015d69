import assert from "node:assert/strict";
import { test } from "node:test";
import { AutoEncoder } from "../../../../src/client/lanes/auto_compression.ts";
import { type Batch, BatchBuilder, type BodyCodec, encodeBatch } from "../../../../src/columnar/mod.ts";
import { Floating64 } from "../../../../src/ontology/mod.ts";

/** Bytes of a batch: 8,192 rows of two columns of 8 bytes. */
const SIZE = 131_072;

const BATCH = ((): Batch => {
  const builder = new BatchBuilder(Floating64.schema);
  for (let i = 0n; i < 8_192n; i++) builder.append(i, { data: Number(i) });
  return builder.finish();
})();

interface Speed {
  /** Bytes left of one. */
  ratio: number;
  /** Milliseconds to compress a byte. */
  msPerByte: number;
}

/** A connection and codecs whose speeds the test says, on a clock of its own. */
class Bench {
  ms = 0;
  /** Bytes the connection takes in a millisecond; `Infinity` = it never waits. */
  bytesPerMs: number;
  readonly lz4: Speed;
  readonly zstd: Speed;
  /** Bytes that are left of one without a codec. */
  plainRatio = 1;
  readonly encoder: AutoEncoder;
  #used = "none";

  constructor(bytesPerMs: number, lz4: Speed, zstd: Speed) {
    this.bytesPerMs = bytesPerMs;
    this.lz4 = lz4;
    this.zstd = zstd;
    const plain = {
      encode: (batch: Batch) => {
        const message = encodeBatch(batch);
        return { ...message, bodyLength: message.bodyLength * this.plainRatio };
      },
    };
    this.encoder = new AutoEncoder(plain, [this.#codec("lz4"), this.#codec("zstd")], () => this.ms);
  }

  #codec(name: "lz4" | "zstd"): BodyCodec {
    return {
      name,
      compress: (input) => {
        this.#used = name;
        this.ms += input.byteLength * this[name].msPerByte;
        return new Uint8Array(Math.ceil(input.byteLength * this[name].ratio));
      },
      decompress: () => assert.fail("nothing is read here"),
    };
  }

  /** Sends a batch to the end; which codec it went through. */
  async send(): Promise<string> {
    this.#used = "none";
    const { bodyLength } = this.encoder.encode(BATCH);
    if (this.bytesPerMs !== Infinity) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.encoder.waits(bodyLength, promise);
      this.ms += bodyLength / this.bytesPerMs;
      resolve();
      await promise;
    }
    return this.#used;
  }

  async sendMany(count: number): Promise<string[]> {
    const used = [];
    for (let i = 0; i < count; i++) used.push(await this.send());
    return used;
  }
}

const FAST: Speed = { ratio: 0.6, msPerByte: 1e-6 };
const SMALL: Speed = { ratio: 0.3, msPerByte: 5e-6 };

test("a connection that takes everything at once gets everything as it is, and nothing is tried", async () => {
  const bench = new Bench(Infinity, FAST, SMALL);
  assert.deepEqual(new Set(await bench.sendMany(200)), new Set(["none"]));
});

test("once the connection's rate is known, each codec is tried twice, then the fastest is used", async () => {
  const bench = new Bench(1_000, FAST, SMALL); // 1 MB/s: what is smallest is fastest
  const used = await bench.sendMany(20);
  assert.deepEqual(new Set(used.slice(0, 8)), new Set(["none"]), "a MiB shows how fast the connection is");
  assert.deepEqual(used.slice(8, 12), ["lz4", "zstd", "lz4", "zstd"]);
  assert.deepEqual(new Set(used.slice(12)), new Set(["zstd"]));
});

test("between fast and slow connections the cheaper codec wins, and on fast ones none", async () => {
  const choose = async (bytesPerMs: number) => (await new Bench(bytesPerMs, FAST, SMALL).sendMany(600)).at(-1);
  assert.equal(await choose(10_000), "zstd"); // a byte takes 1e-4 ms to send: 0.61e-4 or 0.35e-4 ms with a codec
  assert.equal(await choose(150_000), "lz4"); // 6.7e-6 ms: 5.0e-6 or 7.0e-6
  assert.equal(await choose(390_000), "none"); // 2.6e-6 ms: 2.5e-6 is not a tenth less
});

test("data that does not shrink is sent as it is", async () => {
  const bench = new Bench(1_000, { ratio: 1, msPerByte: 1e-6 }, { ratio: 0.99, msPerByte: 5e-6 });
  const used = await bench.sendMany(30);
  assert.deepEqual(new Set(used.slice(12)), new Set(["none"]));
});

test("a codec must beat what is sent without one, which may have shrunk too", async () => {
  const bench = new Bench(1_000, FAST, { ratio: 0.5, msPerByte: 5e-6 });
  bench.plainRatio = 0.4;
  const used = await bench.sendMany(40);
  assert.deepEqual(new Set(used), new Set(["none", "lz4", "zstd"]));
  assert.deepEqual(new Set(used.slice(25)), new Set(["none"]));
});

test("a slow first batch of a codec is not held against it", async () => {
  const bench = new Bench(1_000, { ...FAST }, { ratio: 0.3, msPerByte: 1e-2 });
  await bench.sendMany(10);
  bench.zstd.msPerByte = 5e-6;
  assert.deepEqual(await bench.sendMany(3), ["lz4", "zstd", "zstd"]);
});

test("after a while it is found anew: another kind of data, a faster connection", async () => {
  const bench = new Bench(1_000, { ...FAST }, { ...SMALL });
  await bench.sendMany(20);
  bench.lz4.ratio = 0.1; // the data changes: nobody knows yet
  assert.equal(await bench.send(), "zstd");
  bench.ms += 30_000;
  assert.deepEqual(await bench.sendMany(6), ["lz4", "zstd", "lz4", "zstd", "lz4", "lz4"]);
  bench.bytesPerMs = Infinity; // the connection gets better: seen a whole period later
  bench.ms += 30_000;
  await bench.sendMany(5);
  bench.ms += 30_000;
  assert.deepEqual(new Set(await bench.sendMany(20)), new Set(["none"]));
  bench.bytesPerMs = 1_000; // and worse again
  assert.equal((await bench.sendMany(20)).at(-1), "lz4");
});

test("waits that overlap count once", async () => {
  const bench = new Bench(1_000, FAST, SMALL);
  for (let i = 0; i < 4; i++) {
    const rooms = [1, 2, 3].map(() => Promise.withResolvers<void>());
    for (const { promise } of rooms) {
      bench.encoder.encode(BATCH);
      bench.encoder.waits(SIZE, promise);
    }
    bench.ms += 3 * SIZE / 390_000; // together as fast as a connection that needs no codec
    for (const { resolve } of rooms) resolve();
    await Promise.all(rooms.map(({ promise }) => promise));
  }
  bench.bytesPerMs = 390_000;
  assert.equal((await bench.sendMany(600)).at(-1), "none");
});

test("a failed connection is no measure, and does no harm", async () => {
  const bench = new Bench(Infinity, FAST, SMALL);
  bench.encoder.waits(SIZE, Promise.reject(new Error("gone")));
  await Promise.resolve();
  assert.equal(await bench.send(), "none");
});
