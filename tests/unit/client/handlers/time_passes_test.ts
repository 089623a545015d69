/**
 * How a sequence is cut into passes, and what becomes of them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { TopicEndpoint } from "../../../../src/client/control/mod.ts";
import { TimePasses } from "../../../../src/client/handlers/time_passes.ts";
import type { TopicStreamer } from "../../../../src/client/reading/mod.ts";
import type { TimestampRange } from "../../../../src/protocol/mod.ts";

/** A topic whose rows are at the given times, in chunks of 10 kB. */
interface FakeTopic {
  readonly name: string;
  /** @default 1000 */
  readonly rowBytes?: number;
  readonly times: readonly bigint[];
}

/** What a server says of topics in a window; an old one does not count rows. */
function endpointsOf(topics: readonly FakeTopic[], window: TimestampRange, counts: boolean): TopicEndpoint[] {
  const { startNs = -(2n ** 63n), endNs = 2n ** 63n } = window;
  const isWhole = window.startNs === undefined && window.endNs === undefined;
  return topics.flatMap(({ name, times, rowBytes = 1_000 }) => {
    const inside = times.filter((time) => time >= startNs && time < endNs);
    if (inside.length === 0) return [];
    const metadata: TopicEndpoint["metadata"] = {
      locator: `drive${name}`,
      createdAtNs: 0n,
      locked: true,
      ontologyTag: "Fake",
      serializationFormat: "default",
      userMetadata: {},
      dataInfo: {
        interval: { startNs: times[0]!, endNs: times.at(-1)! },
        ...(counts ? { totalRowCount: BigInt(times.length) } : {}),
        totalBytes: BigInt(times.length * rowBytes),
        totalChunksCount: BigInt(Math.ceil(times.length * rowBytes / 10_000)),
      },
      ...(counts && !isWhole
        ? {
          timeWindowInfo: { interval: { startNs: inside[0]!, endNs: inside.at(-1)! }, rowCount: BigInt(inside.length) },
        }
        : {}),
    };
    return [{ metadata, ticket: new TextEncoder().encode(`${window.startNs}..${window.endNs}`) }];
  });
}

/** Passes over `topics`, what windows they were opened with, and how many downloads are open. */
function passesOver(
  topics: readonly FakeTopic[],
  maxBufferedBytes: number,
  { window = {}, counts = true, failAt = 99 } = {},
) {
  const opened: { readonly window: string; readonly rows: number; readonly readAheadBytes: number }[] = [];
  const asked: TimestampRange[] = [];
  const state = { open: 0, most: 0 };
  const passes = new TimePasses({
    endpoints: endpointsOf(topics, window, counts),
    window,
    maxBufferedBytes,
    endpointsIn: (part) => {
      asked.push(part);
      return Promise.resolve(endpointsOf(topics, part, counts));
    },
    open: (endpoints, readAheadBytes) => {
      if (opened.length === failAt) return Promise.reject(new Error("refused"));
      const rows = endpoints.reduce((sum, { metadata }) => sum + Number(metadata.timeWindowInfo?.rowCount ?? 0n), 0);
      opened.push({ window: new TextDecoder().decode(endpoints[0]?.ticket), rows, readAheadBytes });
      state.most = Math.max(state.most, ++state.open);
      let isOpen = true;
      const close = () => {
        if (isOpen) state.open--;
        isOpen = false;
      };
      return Promise.resolve([{ close } as TopicStreamer<unknown>]);
    },
  });
  return { passes, opened, asked, state };
}

async function readAll({ passes, state }: ReturnType<typeof passesOver>): Promise<number> {
  let count = 0;
  for (let pass = await passes.next(); pass !== undefined; pass = await passes.next()) {
    count++;
    assert.ok(state.open <= 2, "one is read, one is on its way");
    pass.forEach((streamer) => streamer.close());
  }
  assert.equal(await passes.next(), undefined);
  return count;
}

const every = (step: bigint, count: number, from = 0n) =>
  Array.from({ length: count }, (_, i) => from + BigInt(i) * step);
const MIB = 1 << 20;
/** Too little to read a topic ahead: passes of 200 rows. */
const LITTLE = 400_000;

test("what fits is one pass, with the tickets that are there", async () => {
  const fx = passesOver([{ name: "/a", times: every(5n, 100) }, { name: "/b", times: every(7n, 50, 3n) }], MIB);
  assert.deepEqual([fx.passes.info.messageCount, fx.passes.info.startNs, fx.passes.info.endNs], [150n, 0n, 495n]);
  assert.equal(await readAll(fx), 1);
  assert.deepEqual([fx.asked.length, fx.opened[0]?.window], [0, "undefined..undefined"]);
});

test("the fewer topics, the further each is read ahead, within bounds", async () => {
  const readAhead = async (topics: number, maxBufferedBytes: number) => {
    const times = every(1n, 100);
    const fx = passesOver(
      Array.from({ length: topics }, (_, i) => ({ name: `/t${i}`, times, rowBytes: 1_000_000 })),
      maxBufferedBytes,
    );
    await fx.passes.next();
    return fx.opened[0]!;
  };
  await Promise.all([
    readAhead(1, 128 * MIB).then(({ readAheadBytes }) => assert.equal(readAheadBytes, 16 * MIB)),
    readAhead(20, 128 * MIB).then(({ readAheadBytes, window }) => {
      assert.ok(readAheadBytes > 2 * MIB && readAheadBytes < 3 * MIB, `${readAheadBytes}`);
      assert.equal(window, "undefined..undefined", "one pass");
    }),
    readAhead(300, 128 * MIB).then(({ readAheadBytes, window }) => {
      assert.equal(readAheadBytes, MIB / 4);
      assert.match(window, /^0\.\.\d+$/, "the first of many passes");
    }),
  ]);
});

test("passes have every row once, leave out time without rows, and hold what they should", async () => {
  const topics = [
    { name: "/dense", times: every(10n, 5_000) },
    { name: "/burst", times: every(1n, 3_000, 20_000n) },
    { name: "/far", times: [0n, 10n ** 15n] },
  ];
  for (const window of [{}, { startNs: 5_001n, endNs: 33_333n }, { startNs: -500n }]) {
    const fx = passesOver(topics, LITTLE, { window });
    const count = await readAll(fx);
    assert.ok(count > 5 && count < 100, `${count} passes`);
    const bounds = fx.opened.map(({ window }) => window.split(".."));
    assert.equal(bounds[0]![0], String(fx.passes.info.startNs));
    for (let i = 1; i < count; i++) assert.ok(BigInt(bounds[i]![0]!) >= BigInt(bounds[i - 1]![1]!), "no overlap");
    assert.equal(bounds.at(-1)![1], String(window.endNs), "open ends stay open");
    assert.ok(fx.opened.every((pass) => pass.rows > 0));
    const rows = fx.opened.reduce((sum, pass) => sum + pass.rows, 0);
    assert.equal(BigInt(rows), fx.passes.info.messageCount);
    assert.ok(fx.opened.every((pass) => pass.rows * 1_000 <= 0.75 * LITTLE));
  }
});

test("a server that does not count rows is believed to record evenly", async () => {
  const fx = passesOver([{ name: "/a", times: every(10n, 5_000) }], LITTLE, { counts: false });
  assert.equal(fx.passes.info.messageCount, undefined);
  const count = await readAll(fx);
  assert.ok(count >= 24 && count <= 28, `${count} passes of 200 kB over 5 MB`);
});

test("rows that are all at one time are one pass, however many", async () => {
  const fx = passesOver([{ name: "/a", times: [...every(1n, 10), ...new Array<bigint>(4_000).fill(500n)] }], LITTLE);
  await readAll(fx);
  assert.equal(Math.max(...fx.opened.map((pass) => pass.rows)), 4_000);
});

test("a pass that cannot be opened fails the read that needs it, not the one before", async () => {
  const fx = passesOver([{ name: "/a", times: every(10n, 5_000) }], LITTLE, { failAt: 2 });
  for (let i = 0; i < 2; i++) assert.equal((await fx.passes.next())?.length, 1);
  await assert.rejects(fx.passes.next(), /refused/);
});

test("closing ends the pass that is on its way", async () => {
  const fx = passesOver([{ name: "/a", times: every(10n, 5_000) }], LITTLE);
  const [first] = (await fx.passes.next())!;
  fx.passes.close();
  fx.passes.close();
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(fx.state.most, 2, "there was one");
  first!.close();
  assert.equal(fx.state.open, 0);
});

test("without topics there is nothing", async () => {
  const fx = passesOver([], MIB);
  assert.deepEqual(fx.passes.info, { messageCount: 0n, startNs: undefined, endNs: undefined, topics: [] });
  assert.equal(await readAll(fx), 0);
});
