import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isMosaicoError } from "../../../src/base/mod.ts";
import {
  checkSequenceName,
  checkTopicName,
  isUlid,
  isUuid,
  newUlid,
  newUuid,
  packLocator,
  parseLocator,
  sanitizeSequenceName,
  sessionLocator,
  unpackLocator,
  validateCommand,
  validateRequest,
} from "../../../src/protocol/mod.ts";

const invalidName = (error: unknown) => isMosaicoError(error, "message.invalid_name");
const invalidLocator = (error: unknown) => isMosaicoError(error, "message.invalid_locator");

test("checkSequenceName() takes letters, digits, - and _, and drops one leading slash", () => {
  assert.equal(checkSequenceName("drive_1"), "drive_1");
  assert.equal(checkSequenceName("/9-a"), "9-a");
  for (const name of ["", "/", "//a", "_a", "-a", "a b", "a/b", "a.b", "a:b", "é", "a\n"]) {
    assert.throws(() => checkSequenceName(name), invalidName, name);
  }
  assert.throws(() => checkSequenceName("a b:c"), /"a b:c" as a sequence name: it holds " :"/);
});

test("checkTopicName() takes segments and answers with a leading slash", () => {
  assert.equal(checkTopicName("sensors/imu"), "/sensors/imu");
  assert.equal(checkTopicName("/sensors/_imu"), "/sensors/_imu");
  for (const name of ["", "/", "//a", "a//b", "a/", "_a", "a b", "a/../b"]) {
    assert.throws(() => checkTopicName(name), invalidName, name);
  }
});

test("packLocator() and unpackLocator() join and split", () => {
  assert.equal(packLocator("drive_1", "/sensors/imu"), "drive_1/sensors/imu");
  assert.equal(packLocator("/drive_1", "//sensors/.//imu/"), "drive_1/sensors/imu");
  assert.equal(packLocator("a", "../b"), "a/../b");
  assert.deepEqual(unpackLocator("/drive_1/sensors/imu/"), { sequence: "drive_1", topic: "/sensors/imu" });
  assert.deepEqual(unpackLocator("a//b"), { sequence: "a", topic: "/b" });
  for (const locator of ["", "/", "drive_1", "/drive_1/"]) assert.throws(() => unpackLocator(locator), invalidLocator);
});

test("unpackLocator() undoes packLocator() for every valid name", () => {
  const first = fc.constantFrom(..."abcXYZ019");
  const rest = fc.string({ unit: fc.constantFrom(..."aZ0_-"), maxLength: 5 });
  const name = fc.tuple(first, rest).map((parts) => parts.join(""));
  const topic = fc.array(name, { minLength: 1, maxLength: 4 }).map((segments) => segments.join("/"));
  fc.assert(fc.property(name, topic, (sequence, path) => {
    const locator = packLocator(checkSequenceName(sequence), checkTopicName(path));
    assert.deepEqual(unpackLocator(locator), { sequence, topic: `/${path}` });
    assert.deepEqual(parseLocator(locator), { kind: "topic", sequence, topic: `/${path}` });
  }));
});

test("names are sanitized without more than linear time", () => {
  assert.equal(sanitizeSequenceName("//a//"), "a");
  assert.equal(sanitizeSequenceName("/".repeat(1 << 20)), "");
  assert.equal(sanitizeSequenceName("/".repeat(1 << 20) + "x"), "x");
});

test("parseLocator() tells sequences, topics and sessions apart", () => {
  const ulid = "01M81Y1W8YMY1XHK9HGW9P2DY1";
  assert.deepEqual(parseLocator("drive_1"), { kind: "sequence", sequence: "drive_1" });
  assert.deepEqual(parseLocator("a/b/c"), { kind: "topic", sequence: "a", topic: "/b/c" });
  assert.deepEqual(parseLocator(`a:${ulid}`), { kind: "session", sequence: "a", session: ulid });
  assert.equal(parseLocator(sessionLocator("a", newUlid())).kind, "session");
  for (
    const locator of [
      "",
      "/a",
      "a/",
      "a//b",
      "a.b",
      "a b",
      "a:",
      `a:${ulid}:x`,
      `a/b:${ulid}`,
      `a:${ulid.toLowerCase()}`,
      "£",
    ]
  ) {
    assert.throws(() => parseLocator(locator), invalidLocator, locator);
  }
});

test("parseLocator() and the rules of the messages agree", async () => {
  const text = fc.string({ unit: fc.constantFrom(..."aZ0_-/:.!~@ £\n"), maxLength: 6 });
  const ulid = fc.constantFrom("", ":01M81Y1W8YMY1XHK9HGW9P2DY1", ":01M81Y1W8YMY1XHK9HGW9P2DYI");
  const allowed = async (kinds: readonly string[], locator: string, check: () => Promise<void>) => {
    let kind = "none";
    try {
      kind = parseLocator(locator).kind;
    } catch {
      // Not a locator at all.
    }
    if (kinds.includes(kind)) await check();
    else await assert.rejects(check(), (error) => isMosaicoError(error, "message.invalid_request"), locator);
  };
  await fc.assert(
    fc.asyncProperty(text, ulid, async (head, tail) => {
      const locator = head + tail;
      await allowed(["sequence", "topic", "session"], locator, () => validateRequest("topic_delete", { locator }));
      await allowed(["sequence", "topic"], locator, () => validateCommand("GetFlightInfo", { locator }));
      await allowed(["topic"], locator, () => validateCommand("GetSchema", locator));
    }),
    { numRuns: 300 },
  );
});

test("ULIDs hold their time and differ", () => {
  assert.match(newUlid(0), /^0{10}/);
  assert.match(newUlid(2 ** 48 - 1), /^7ZZZZZZZZZ/);
  assert.ok(newUlid(1_000) < newUlid(1_001));
  assert.ok(isUlid(newUlid()));
  assert.notEqual(newUlid(5), newUlid(5));
  assert.ok(!isUlid("81M81Y1W8YMY1XHK9HGW9P2DY1"));
  for (const time of [-1, 0.5, NaN, 2 ** 48]) assert.throws(() => newUlid(time), RangeError);
});

test("UUIDs are recognised", () => {
  assert.ok(isUuid(newUuid()));
  assert.ok(!isUuid("a7ec80f6-3b4e-4b9c-a039-18d745d444b"));
  assert.ok(!isUuid("a7ec80f63b4e4b9ca03918d745d444ba"));
});
