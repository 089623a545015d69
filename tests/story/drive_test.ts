/**
 * A drive from its sensors to an answer: recorded, finalized, read back merged, looked into, extended, deleted.
 *
 * @module
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type SimulatedMessage, simulateDrive } from "../../src/bridges/simulation/mod.ts";
import type { TopicWriter } from "../../src/client/mod.ts";
import { IMU, String as Text } from "../../src/ontology/mod.ts";
import { QueryOntologyCatalog, QuerySequence } from "../../src/query/mod.ts";
import { startEmbedded } from "../support/embedded.ts";

/** The same value on both sides of the wire: what is absent and what is undefined are one. */
function plain(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as Iterable<unknown>);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value ?? undefined;
  const entries = Object.entries(value).map(([key, member]) => [key, plain(member)] as const);
  return Object.fromEntries(entries.filter(([, member]) => member !== undefined));
}

for (
  const { name, tcp, client } of [
    { name: "in one process", tcp: false, client: { compression: "lz4" } },
    { name: "over TCP, lanes inline", tcp: true, client: { workers: 0, compression: "zstd" } },
    { name: "over TCP, lanes in Workers", tcp: true, client: { workers: 2, compression: "lz4" } },
  ] as const
) {
  test(`a drive, ${name}`, { timeout: 60_000 }, async () => {
    await using fx = await startEmbedded({ tcp, client });
    const messages: SimulatedMessage[] = await Array.fromAsync(simulateDrive({ seconds: 1.5, seed: 7 }));
    {
      await using drive = await fx.client.sequenceCreate("drive", { metadata: { car: "v7" } });
      const topics = new Map<string, TopicWriter<unknown>>();
      for (const { topic, type, timestampNs, data } of messages) {
        if (!topics.has(topic)) topics.set(topic, await drive.topicCreate(topic, type));
        await topics.get(topic)!.push(timestampNs, data);
      }
      await drive.finalize();
    }
    const sequence = (await fx.client.sequenceHandler("drive"))!;
    const expected = new Map<string, SimulatedMessage[]>();
    for (const message of messages) {
      if (!expected.has(message.topic)) expected.set(message.topic, []);
      expected.get(message.topic)!.push(message);
    }
    assert.deepEqual(sequence.topics, [...expected.keys()]);
    let before = -1n;
    for await (const { topic, timestampNs, ontologyTag, data } of sequence.stream()) {
      assert.ok(timestampNs >= before);
      before = timestampNs;
      const source = expected.get(topic)!.shift()!;
      assert.deepEqual([timestampNs, ontologyTag], [source.timestampNs, source.type.tag], topic);
      assert.deepEqual(plain(data), plain(source.data), `${topic} at ${timestampNs}`);
    }
    assert.ok([...expected.values()].every((left) => left.length === 0));

    const samples = messages.filter(({ type }) => type.tag === IMU.tag) as (SimulatedMessage & { data: IMU })[];
    const sorted = samples.map(({ data }) => data.acceleration.x).sort((a, b) => a - b);
    const middle = sorted[sorted.length >> 1]!;
    const found = await fx.client.query(
      new QuerySequence().withUserMetadata("car", { eq: "v7" }),
      new QueryOntologyCatalog(IMU.Q.acceleration.x.gt(middle)),
    );
    assert.deepEqual(found.at(0)?.topics.map((topic) => topic.name), ["/imu"]);
    const [span] = await found.at(0)!.topics[0]!.clusterize();
    const over = samples.filter(({ data }) => data.acceleration.x > middle);
    assert.deepEqual(span!.range, { startNs: over[0]!.timestampNs, endNs: over.at(-1)!.timestampNs });

    {
      await using more = await fx.client.sequenceUpdate("drive");
      await (await more.topicCreate("/remarks", Text)).push(messages[0]!.timestampNs, { data: "a calm drive" });
      await more.finalize();
    }
    await sequence.reload();
    assert.equal(sequence.topics.at(-1), "/remarks");
    await fx.client.sequenceDelete("drive", { locked: true });
    assert.deepEqual(await fx.client.listSequences(), []);
  });
}
