import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import type { JsonObject, JsonValue } from "../../../src/base/mod.ts";
import { matchesSequence, matchesTopic, parseQuery, QueryError } from "../../../src/query/mod.ts";
import { Catalogue, type SequenceRecord, type TopicRecord } from "../../../src/server/catalogue/mod.ts";
import { temporaryFolder } from "../../support/folder.ts";

const KEYS = ["a", "b", 'qu"ote', "it's", "odd key", "ключ", "$x", "a'); DROP TABLE sequences; --"] as const;
const VALUES: readonly JsonValue[] = [
  null,
  true,
  false,
  0,
  1,
  -1,
  1.5,
  1e300,
  7,
  2n ** 53n + 1n,
  2n ** 63n,
  2n ** 70n,
  "",
  "a",
  "ab",
  "abc",
  "7",
  "\ue000",
  "\u{10ffff}",
  "\u{10ffff}z",
  "\u{1f600}",
  [],
  [1, "a"],
  [{ a: 7 }, { b: "ab" }],
  { a: { b: 1.5 } },
];
const value = fc.constantFrom(...VALUES);
const metadata: fc.Arbitrary<JsonObject> = fc.dictionary(
  fc.constantFrom(...KEYS),
  fc.oneof(value, fc.dictionary(fc.constantFrom(...KEYS), value, { maxKeys: 3 })),
  { maxKeys: 4 },
);
const scalar = fc.constantFrom(...VALUES.filter((value) => value !== null && typeof value !== "object"));
const ordered = fc.constantFrom(
  ...VALUES.filter((value) => typeof value === "number" || typeof value === "bigint" || typeof value === "string"),
);
const glob = fc.constantFrom(
  "*",
  "a*",
  "?",
  "*b",
  "[a-b]*",
  "ab#",
  "[^a]",
  "[^]",
  "[^-]*",
  "#",
  "a[^b]c",
  "\u{10ffff}*",
  "\ud7ff*",
  "[]",
  "s_*",
);

const metadataCondition = fc.oneof(
  fc.record({ $eq: scalar }),
  fc.record({ $neq: scalar }),
  fc.record({ $lt: ordered }),
  fc.record({ $leq: ordered }),
  fc.record({ $gt: ordered }),
  fc.record({ $geq: ordered }),
  fc.record({ $between: fc.tuple(ordered, ordered) }),
  fc.record({ $outside: fc.tuple(ordered, ordered) }),
  fc.record({ $in: fc.array(scalar, { minLength: 1, maxLength: 3 }) }),
  fc.record({ $match: glob }),
  fc.constant("$ex"),
  fc.constant("$nex"),
  fc.record({ $eq: fc.constant([1, "a"]) }),
);
const path = fc.array(fc.constantFrom(...KEYS.filter((key) => !key.includes(".")), "*", "**", "a[*]", "*[*]"), {
  minLength: 1,
  maxLength: 3,
}).map((steps) => steps.join("."));
const metadataConditions = fc.dictionary(path, metadataCondition, { maxKeys: 2 });
const NAMES = ["s_1", "s_12", "s_a", "t", "ab", "^", "a-b"];
const PATHS = ["imu", "front/imu", "front/gps", "a", "ab1", "^"];
const textCondition = (names: readonly string[]) => {
  const name = fc.constantFrom(...names, ...names.map((name) => `/${name}`), "absent", "x' OR 1=1 --");
  return fc.oneof(
    fc.record({ $eq: name }),
    fc.record({ $neq: name }),
    fc.record({ $in: fc.array(name, { minLength: 1, maxLength: 3 }) }),
    fc.record({ $match: fc.oneof(glob, fc.constantFrom("/*/imu", "front*", "/[af]*", "*imu", "s_#", "*_?")) }),
    fc.constant("$ex"),
  );
};
const timeCondition = fc.oneof(
  fc.record({ $geq: fc.integer({ min: 0, max: 40 }) }),
  fc.record({ $between: fc.constant([5, 20]) }),
  fc.record({ $outside: fc.constant([5, 20.5]) }),
  fc.record({ $neq: fc.constant(7) }),
  fc.record({ $lt: fc.constant(2n ** 64n) }),
  fc.record({ $in: fc.constant([1, 3.5, 11]) }),
);
const some = <T extends object>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record(model, { requiredKeys: [] });
const query = some({
  sequence: some({ name: textCondition(NAMES), created_at_ns: timeCondition, user_metadata: metadataConditions }),
  topic: some({
    name: textCondition(PATHS),
    created_at_ns: timeCondition,
    user_metadata: metadataConditions,
    ontology_tag: textCondition(["IMU", "GPS"]),
    serialization_format: textCondition(["default", "image"]),
  }),
}) as fc.Arbitrary<JsonObject>;

test("what SQLite narrows down is what all conditions leave of all sequences and topics", async () => {
  await using folder = await temporaryFolder();
  using catalogue = new Catalogue(join(folder.path, "c.sqlite"));
  const sequences: SequenceRecord[] = [];
  const topics: TopicRecord[] = [];
  let time = 0n;
  catalogue.transaction(() => {
    for (
      const [i, [name, userMetadata]] of fc.sample(fc.tuple(fc.constantFrom(...NAMES), metadata), {
        numRuns: 60,
        seed: 3,
      }).entries()
    ) {
      if (catalogue.sequences.byName(name) !== undefined && i < NAMES.length * 4) continue;
      const unique = catalogue.sequences.byName(name) === undefined ? name : `${name}_${i}`;
      catalogue.sequences.create({ name: unique, userMetadata, createdAtNs: time++ });
      const { id: sequenceId } = catalogue.sequences.byName(unique)!;
      catalogue.sessions.create({ sequenceId, uuid: `u${i}`, locator: `${unique}:S`, createdAtNs: 1n });
      sequences.push(catalogue.sequences.byName(unique)!);
      const own = fc.sample(fc.record({ path: fc.constantFrom(...PATHS), userMetadata: metadata }), {
        numRuns: 3,
        seed: i,
      });
      for (const [k, { path, userMetadata }] of own.entries()) {
        if (catalogue.topics.byPath(unique, path) !== undefined) continue;
        const serializationFormat = k === 2 ? "image" : "default";
        catalogue.topics.create({
          uuid: `t${i}-${k}`,
          sequenceId,
          sessionId: catalogue.sessions.byUuid(`u${i}`)!.id,
          path,
          ontologyTag: k === 1 ? "GPS" : "IMU",
          serializationFormat,
          userMetadata,
          createdAtNs: time++,
        });
        topics.push(catalogue.topics.byPath(unique, path)!);
      }
    }
  });
  assert.ok(topics.length > 50);
  let found = 0, refused = 0;
  fc.assert(
    fc.property(query, fc.option(fc.constantFrom(["IMU"], ["GPS", "IMU"], []), { nil: undefined }), (json, tags) => {
      let conditions;
      try {
        conditions = parseQuery(json);
      } catch (error) {
        assert.ok(error instanceof QueryError, String(error));
        refused++;
        return;
      }
      const { sequence, topic } = conditions;
      const expected = topics.filter((it) =>
        matchesSequence(sequence, sequences.find(({ id }) => id === it.sequenceId)!) &&
        matchesTopic(topic, { ...it, name: `/${it.path}` }) &&
        (tags === undefined || (tags as readonly string[]).includes(it.ontologyTag))
      ).map(({ sequenceName, path }) => `${sequenceName}/${path}`);
      const groups = [...catalogue.search({ sequence, topic, tags })];
      assert.deepEqual(groups.flat().map(({ sequenceName, path }) => `${sequenceName}/${path}`), expected);
      for (const group of groups) assert.equal(new Set(group.map(({ sequenceName }) => sequenceName)).size, 1);
      if (expected.length > 0 && expected.length < topics.length) found++;
    }),
    { numRuns: 600, seed: 4 },
  );
  assert.ok(found > 30, `${found} found some, ${refused} were refused`);
});

test("metadata of what is deleted is found no more", async () => {
  await using folder = await temporaryFolder();
  using catalogue = new Catalogue(join(folder.path, "c.sqlite"));
  catalogue.sequences.create({ name: "s", userMetadata: { a: 7 }, createdAtNs: 1n });
  const { id } = catalogue.sequences.byName("s")!;
  catalogue.sequences.delete(id);
  const { sequence, topic } = parseQuery({ sequence: { user_metadata: { a: { $eq: 7 } } } });
  assert.deepEqual([...catalogue.search({ sequence, topic, tags: undefined })], []);
});

test("hostile globs take no time", async () => {
  await using folder = await temporaryFolder();
  using catalogue = new Catalogue(join(folder.path, "c.sqlite"));
  catalogue.transaction(() => {
    for (let i = 0; i < 200; i++) {
      catalogue.sequences.create({ name: "a".repeat(200) + i, userMetadata: { a: "a".repeat(2000) }, createdAtNs: 1n });
    }
  });
  const before = performance.now();
  for (const pattern of ["*a".repeat(127) + "b", "*?".repeat(120) + "#b", "*[a-c]".repeat(40) + "X"]) {
    const { sequence, topic } = parseQuery({
      sequence: { name: { $match: pattern }, user_metadata: { a: { $match: pattern } } },
      topic: { name: { $match: pattern } },
    });
    assert.deepEqual([...catalogue.search({ sequence, topic, tags: undefined })], []);
  }
  assert.ok(performance.now() - before < 4000, `${performance.now() - before} ms`);
  assert.throws(() => parseQuery({ topic: { name: { $match: "a".repeat(257) } } }), { code: "query.pattern_too_long" });
});
