/**
 * `compression: "auto"` on a slow connection.
 *
 * @module
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Floating64 } from "../../src/ontology/mod.ts";
import { type DialOptions, memoryNetwork, type Network, type Socket } from "../../src/wire/net/mod.ts";
import { startEmbedded } from "../support/embedded.ts";

/** A network whose dialled sockets take no more than so many bytes in a millisecond, and count them. */
class SlowNetwork implements Network {
  readonly #network = memoryNetwork();
  bytesPerMs = Infinity;
  bytesOut = 0;

  listen(...args: Parameters<Network["listen"]>): ReturnType<Network["listen"]> {
    return this.#network.listen(...args);
  }

  async dial(host: string, port: number, options?: DialOptions): Promise<Socket> {
    const inner = await this.#network.dial(host, port, options);
    let free = performance.now();
    return {
      remote: inner.remote,
      alpn: inner.alpn,
      start: (handler) => inner.start(handler),
      end: () => inner.end(),
      destroy: (error) => inner.destroy(error),
      write: (slices) => {
        const bytes = slices.reduce((sum, slice) => sum + slice.byteLength, 0);
        this.bytesOut += bytes;
        const room = inner.write(slices);
        free = Math.max(free, performance.now()) + bytes / this.bytesPerMs;
        const wait = free - performance.now();
        return wait < 1 ? room : new Promise<void>((resolve) => setTimeout(resolve, wait)).then(() => room);
      },
    };
  }
}

/** Bytes on the wire for `count` batches of 2 MiB that shrink well. */
async function bytesFor(count: number, bytesPerMs: number): Promise<number> {
  const network = new SlowNetwork();
  await using fx = await startEmbedded({ network, client: { lanes: 1, compression: "auto" } });
  await using drive = await fx.client.sequenceCreate("drive");
  const topic = await drive.topicCreate("/numbers", Floating64);
  network.bytesPerMs = bytesPerMs;
  const rows = 131_072;
  for (let part = 0; part < count; part++) {
    await topic.pushColumns({
      timestampNs: BigInt64Array.from({ length: rows }, (_, i) => BigInt(part * rows + i)),
      data: Float64Array.from({ length: rows }, (_, i) => i % 16),
    });
  }
  await topic.finalize();
  network.bytesPerMs = Infinity;
  await drive.finalize();
  const bytes = network.bytesOut;
  let next = 0n;
  for await (const batch of (await fx.client.topicHandler("drive", "/numbers"))!.batches()) {
    for (const time of batch.getChildAt(0)!.toArray() as BigInt64Array) assert.equal(time, next++);
  }
  assert.equal(next, BigInt(count * rows));
  return bytes;
}

test("auto compresses on a connection that does not keep up, and what arrives is whole", async () => {
  const raw = 24 * (2 << 20);
  const bytes = await bytesFor(24, 40_000); // 40 MB/s
  assert.ok(bytes < 0.7 * raw, `${bytes} of ${raw}`);
});
