import assert from "node:assert/strict";
import { test } from "node:test";
import { isMosaicoError, type JsonObject } from "../../../src/base/mod.ts";
import type { ClusterizeRequest } from "../../../src/protocol/mod.ts";
import { ServiceFixture } from "./service_support.ts";
import { message, range } from "./support.ts";

/** `x` of a row is its time, `label` is `t<time>`, but null for every third. */
async function fixtureWithDrives(): Promise<ServiceFixture> {
  const fixture = await ServiceFixture.start();
  const create = async (
    name: string,
    userMetadata: JsonObject,
    topics: Record<string, [tag: string, times: number[][]]>,
  ) => {
    await fixture.act("sequence_create", { locator: name, userMetadata });
    const session = await fixture.act("session_create", { locator: name });
    for (const [path, [ontologyTag, batches]] of Object.entries(topics)) {
      const locator = `${name}/${path}`;
      const { uuid } = await fixture.act("topic_create", {
        sessionUuid: session.uuid,
        locator,
        serializationFormat: "default",
        ontologyTag,
        userMetadata: { rate: batches.length * 10, place: { side: path } },
      });
      await fixture.put(locator, uuid, batches.map((times) => message(times)));
    }
  };
  await create("drive_1", { driver: "Ada", weather: { rain: true } }, {
    "front/imu": ["IMU", [range(0, 50), range(50, 100)]],
    "gps": ["GPS", [range(100, 110)]],
  });
  await create("drive_2", { driver: "Bob", weather: { rain: false } }, { "front/imu": ["IMU", [range(500, 510)]] });
  await create("empty", {}, {});
  return fixture;
}

async function find(fixture: ServiceFixture, query: JsonObject): Promise<string[]> {
  const { items } = await fixture.act("query", { query });
  return items.flatMap((item) => item.topics.map((topic) => topic.locator));
}

const ALL = ["drive_1/front/imu", "drive_1/gps", "drive_2/front/imu"];
const [IMU_1, GPS_1, IMU_2] = ALL as [string, string, string];

test("query finds topics by what the catalogue knows", async () => {
  await using fixture = await fixtureWithDrives();
  const cases: [query: JsonObject, found: string[]][] = [
    [{}, []],
    [{ sequence: {} }, []],
    [{ sequence: { name: { $eq: "drive_1" } } }, [IMU_1, GPS_1]],
    [{ sequence: { locator: { $eq: "drive_1" } } }, [IMU_1, GPS_1]],
    [{ sequence: { locator: { $match: "rive" } } }, ALL],
    [{ sequence: { name: { $match: "rive" } } }, []],
    [{ sequence: { name: { $match: "drive_#" } } }, ALL],
    [{ sequence: { name: { $in: ["empty", "drive_2"] } } }, [IMU_2]],
    [{ sequence: { name: { $neq: "drive_1" } } }, [IMU_2]],
    [{ sequence: { name: { $eq: "x' OR '1'='1" } } }, []],
    [{ topic: { name: { $eq: "/front/imu" } } }, [IMU_1, IMU_2]],
    [{ topic: { name: { $eq: "gps" } } }, [GPS_1]],
    [{ topic: { name: { $match: "/*/imu" } }, sequence: { user_metadata: { driver: { $eq: "Bob" } } } }, [IMU_2]],
    [{ topic: { ontology_tag: { $eq: "GPS" } } }, [GPS_1]],
    [{ topic: { serialization_format: { $eq: "image" } } }, []],
    [{ topic: { user_metadata: { rate: { $between: [15, 25] } } } }, [IMU_1]],
    [{ topic: { user_metadata: { "place.side": { $match: "g*" } } } }, [GPS_1]],
    [{ sequence: { user_metadata: { "weather.rain": { $eq: true } } } }, [IMU_1, GPS_1]],
    [{ sequence: { user_metadata: { "**.rain": { $ex: null } } } }, ALL],
    [{ sequence: { user_metadata: { absent: "$nex" } } }, ALL],
    [{ sequence: { created_at_ns: { $geq: 1 } } }, ALL],
    [{ sequence: { created_at_ns: { $lt: 1 } } }, []],
    [{ topic: { created_at_ns: { $outside: [0, 9_223_372_036_854_775_807n] } } }, []],
  ];
  for (const [query, found] of cases) {
    assert.deepEqual(
      await find(fixture, query),
      found,
      JSON.stringify(query, (_, v) => String(v)),
    );
  }
});

test("query finds topics by what they hold", async () => {
  await using fixture = await fixtureWithDrives();
  const cases: [ontology: JsonObject, found: string[]][] = [
    [{ "IMU.x": { $gt: 98.5 } }, [IMU_1, IMU_2]],
    [{ "IMU.x": { $gt: 98.5 }, "IMU.timestamp_ns": { $lt: 200 } }, [IMU_1]],
    [{ "IMU.x": { $gt: 98.5 }, "IMU.label": { $eq: "t98" } }, []], // no record has both
    [{ "IMU.label": { $match: "t50?" } }, [IMU_2]],
    [{ "IMU.x": { $lt: 0 } }, []],
    [{ "IMU.x": { $lt: 5 }, "GPS.x": { $gt: 105 } }, [IMU_1, GPS_1]], // a sequence needs a topic of each type
    [{ "IMU.x": { $ex: null } }, [IMU_1, IMU_2]],
    [{ "IMU.absent": { $ex: null } }, []],
    [{ "IMU.absent": { $nex: null } }, [IMU_1, IMU_2]],
    [{ "IMU.absent": { $eq: 1 } }, []],
    [{ "Odd.x": { $eq: 1 } }, []],
    [{ "IMU.x": { $gt: 98.5 }, include_timestamp_range: true }, [IMU_1, IMU_2]],
  ];
  for (const [ontology, found] of cases) {
    assert.deepEqual(await find(fixture, { ontology }), found, JSON.stringify(ontology));
  }
  const both = {
    sequence: { name: { $eq: "drive_2" } },
    topic: { ontology_tag: { $eq: "IMU" } },
    ontology: { "IMU.x": { $eq: 505 } },
  };
  assert.deepEqual(await find(fixture, both), [IMU_2]);
  const { items } = await fixture.act("query", { query: both });
  assert.deepEqual(items, [{ sequence: "drive_2", topics: [{ locator: IMU_2, ontologyTag: "IMU" }] }]);
});

test("query refuses what is none, with INVALID_ARGUMENT", async () => {
  await using fixture = await fixtureWithDrives();
  const bad: JsonObject[] = [
    { sequences: {} },
    { sequence: { name: { $gt: "a" } } },
    { sequence: { name: { $eq: 1 } } },
    { sequence: { name: { $match: "" } } },
    { sequence: { name: { $in: [] } } },
    { topic: { odd: { $eq: 1 } } },
    { ontology: { x: { $eq: 1 } } },
    { ontology: { "IMU.x[?][?]": { $eq: 1 } } },
    { ontology: { "IMU.x[?]": { $eq: 1 } } },
    { ontology: { "IMU.x": { $odd: 1 } } },
    { ontology: { "IMU.x": { $between: [2, 1] } } },
  ];
  for (const query of bad) {
    await assert.rejects(
      find(fixture, query),
      (error) => isMosaicoError(error, "rpc.invalid_argument"),
      JSON.stringify(query),
    );
  }
});

async function clusters(fixture: ServiceFixture, request: Partial<ClusterizeRequest>): Promise<[number, number][]> {
  const base = { locator: IMU_1, clusteringDtNs: 0n, ontology: {} };
  const pages = await fixture.pages("topic_filter_clusterize", { ...base, ...request });
  assert.deepEqual(pages.map(({ id }) => Number(id)), range(0, pages.length));
  return pages.map(({ range }) => [Number(range.startNs), Number(range.endNs)]);
}

test("topic_filter_clusterize groups matching records by their gaps", async () => {
  await using fixture = await fixtureWithDrives();
  const ontology = { "IMU.x": { $in: [10, 11, 14, 49, 50, 52, 99] } };
  assert.deepEqual(await clusters(fixture, { ontology }), [[10, 99]]);
  assert.deepEqual(await clusters(fixture, { ontology, clusteringDtNs: 1n }), [[10, 11], [14, 14], [49, 50], [52, 52], [
    99,
    99,
  ]]);
  assert.deepEqual(await clusters(fixture, { ontology, clusteringDtNs: 2n }), [[10, 11], [14, 14], [49, 52], [99, 99]]);
  assert.deepEqual(await clusters(fixture, { ontology, clusteringDtNs: 3n }), [[10, 14], [49, 52], [99, 99]]);
  const timestampRange = { startNs: 11n, endNs: 50n };
  assert.deepEqual(await clusters(fixture, { ontology, clusteringDtNs: 1n, timestampRange }), [[11, 11], [14, 14], [
    49,
    49,
  ]]);
  assert.deepEqual(await clusters(fixture, { ontology, timestampRange: { endNs: 12n } }), [[10, 11]]);
  assert.deepEqual(await clusters(fixture, { ontology: { "IMU.x": { $gt: 1000 } } }), []);
  assert.deepEqual(await clusters(fixture, { ontology: { "IMU.absent": { $eq: 1 } } }), []);

  const refused = async (request: Partial<ClusterizeRequest>, code: string, words: string) =>
    await assert.rejects(clusters(fixture, request), (error) => {
      assert.ok(isMosaicoError(error, `rpc.${code}`), String(error));
      assert.ok(error.message.includes(words), error.message);
      return true;
    });
  await refused({}, "invalid_argument", "At least 1 filtering condition is required, found 0");
  await refused({ ontology: { "GPS.x": { $eq: 1 } } }, "invalid_argument", "wrong ontology tag GPS");
  await refused({ ontology, timestampRange: { startNs: 5n, endNs: 5n } }, "invalid_argument", "");
  await refused({ ontology, locator: "drive_1/absent" }, "not_found", "drive_1/absent");
});

test("topic_filter_intersect finds where runs of all topics overlap, or nearly", async () => {
  await using fixture = await ServiceFixture.start();
  await fixture.act("sequence_create", { locator: "d", userMetadata: {} });
  const session = await fixture.act("session_create", { locator: "d" });
  for (const [path, times] of [["a", range(0, 100)], ["b", range(0, 100)], ["c", []]] as const) {
    const uuid = await fixture.createTopic(session.uuid, `d/${path}`);
    await fixture.put(`d/${path}`, uuid, [message(times)]);
  }
  await fixture.record("e", { a: [message([1])] });
  const topic = (path: string, $in: number[], clusteringDtNs = 1n) => ({
    locator: `d/${path}`,
    clusteringDtNs,
    ontology: { "IMU.x": { $in } },
  });
  const run = async (topics: ClusterizeRequest[], intersectDtNs = 0n) =>
    (await fixture.pages("topic_filter_intersect", { topics, intersectDtNs }))
      .map(({ range }) => [Number(range.startNs), Number(range.endNs)]);
  const a = topic("a", [...range(10, 20), ...range(30, 40), ...range(60, 70)]);
  const b = topic("b", [...range(15, 35), 45, 69, 70, 71]);
  assert.deepEqual(await run([a, b]), [[15, 19], [30, 34], [69, 69]]);
  assert.deepEqual(await run([b, a]), [[15, 19], [30, 34], [69, 69]]);
  // 39 and 45 miss each other by 6: within a tolerance of 7 the gap is covered, 3 below its end and 4 above its start.
  assert.deepEqual(await run([a, b], 7n), [[15, 19], [30, 34], [42, 43], [69, 69]]);
  assert.deepEqual(await run([a, topic("c", [1])]), []);
  await assert.rejects(run([a]), /at least 2/);
  const foreign = { ...topic("a", [1]), locator: "e/a" };
  await assert.rejects(run([a, foreign]), /all topics must belong to sequence d, but e\/a belongs to e/);
  await assert.rejects(run([a, { ...b, ontology: {} }]), /At least 1 filtering condition/);
});
