/**
 * Which codecs and lanes a client runs on, and what it says about them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConnectOptions, MosaicoClient } from "../../src/client/mod.ts";
import { loadNativeCodecs } from "../../src/codecs/mod.ts";
import { Floating64 } from "../../src/ontology/mod.ts";
import { startEmbedded } from "../support/embedded.ts";

const NATIVE = typeof (await loadNativeCodecs()).lz4 === "object";

async function write(client: MosaicoClient, name: string): Promise<void> {
  await using drive = await client.sequenceCreate(name);
  const topic = await drive.topicCreate("/numbers", Floating64, { compression: "lz4" });
  const [first] = client.stats().lanes;
  assert.equal(first!.active, 1);
  for (let i = 0n; i < 20_000n; i++) await topic.push(i, { data: Number(i % 7n) });
  await drive.finalize();
}

async function implementationOf(client: MosaicoClient): Promise<string> {
  return (await client.codecs()).find(({ codec }) => codec === "lz4")!.implementation;
}

for (const workers of [0, 1]) {
  test(`what native LZ4 and LZ4 in WASM write reads back the same (workers: ${workers})`, async () => {
    await using fx = await startEmbedded({ tcp: true, client: { lanes: 1, workers } });
    const clients: [string, ConnectOptions][] = [
      ["native", {}],
      ["wasm", { nativeCodecs: false }],
      ["elsewhere", { nativeCodecs: { lz4: "no-such-library.so", jpeg: "no-such-library.so" } }],
    ];
    for (const [name, options] of clients) {
      await using client = await fx.connect(options);
      const before = await implementationOf(client);
      await write(client, name);
      const [lane] = client.stats().lanes;
      assert.equal(lane!.place, workers === 0 ? "inline" : "worker");
      assert.deepEqual(lane!.codecs, await client.codecs());
      assert.deepEqual(lane!.codecs.map(({ codec }) => codec), ["lz4", "zstd", "jpeg", "lidar"]);
      assert.equal(await implementationOf(client), before);
      assert.equal(before, name === "native" && NATIVE ? "native" : "wasm", JSON.stringify(lane!.codecs));
      const { reason } = lane!.codecs[0]!;
      if (name === "wasm") assert.equal(reason, "native libraries were not asked for");
      if (name === "elsewhere") assert.match(reason, /no-such-library\.so cannot be opened/);
    }
    for (const [writer] of clients) {
      for (const [, options] of clients) {
        await using reader = await fx.connect(options);
        let i = 0n;
        for await (const { timestampNs, data } of (await reader.sequenceHandler(writer))!.stream()) {
          assert.equal(timestampNs, i);
          assert.equal((data as Floating64).data, Number(i++ % 7n));
        }
        assert.equal(i, 20_000n);
      }
    }
  });
}

test("stats say why a lane is inline, and how many bytes are on their way", async () => {
  await using fx = await startEmbedded({ client: { lanes: 2 } });
  assert.deepEqual(fx.client.stats().lanes.map(({ place }) => place), [undefined, undefined]);
  await using drive = await fx.client.sequenceCreate("drive");
  await drive.topicCreate("/a", Floating64);
  const { lanes, bytesInFlight } = fx.client.stats();
  assert.equal(bytesInFlight, 0);
  assert.deepEqual(lanes.map(({ place }) => place), ["inline", undefined]);
  assert.match(lanes[0]!.reason, /network of its own/);
  await using other = await startEmbedded({ tcp: true, client: { lanes: 2, workers: 1 } });
  await using tour = await other.client.sequenceCreate("tour");
  await Promise.all(["/a", "/b"].map((name) => tour.topicCreate(name, Floating64)));
  const stats = other.client.stats();
  assert.deepEqual(stats.lanes.map(({ place }) => place), ["worker", "inline"]);
  assert.match(stats.lanes[1]!.reason, /^1 lane was to run in a Worker/);
});
