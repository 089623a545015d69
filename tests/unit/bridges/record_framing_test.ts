import assert from "node:assert/strict";
import { test } from "node:test";
import { isMosaicoError } from "../../../src/base/mod.ts";
import { RecordFraming } from "../../../src/bridges/mcap/record_framing.ts";

const MAGIC = [0x89, 0x4d, 0x43, 0x41, 0x50, 0x30, 0x0d, 0x0a];
const [HEADER, FOOTER, MESSAGE, ATTACHMENT] = [1, 2, 5, 9];

function record(opcode: number, content: readonly number[], claimed = BigInt(content.length)): number[] {
  const length = new Uint8Array(new BigUint64Array([claimed]).buffer);
  return [opcode, ...length, ...content];
}

function framing(maxRecordBytes = 100): RecordFraming {
  return new RecordFraming({ wanted: new Set([HEADER, FOOTER, MESSAGE]), maxRecordBytes });
}

const file = Uint8Array.from([
  ...MAGIC,
  ...record(HEADER, [1, 2]),
  ...record(ATTACHMENT, new Array(50).fill(7)),
  ...record(MESSAGE, [3, 4, 5]),
  ...record(FOOTER, []),
  ...MAGIC,
]);

test("RecordFraming finds the records however the bytes come", () => {
  const expected = [
    { opcode: HEADER, offset: 8, content: [1, 2] },
    { opcode: ATTACHMENT, offset: 19, content: undefined },
    { opcode: MESSAGE, offset: 78, content: [3, 4, 5] },
    { opcode: FOOTER, offset: 90, content: [] },
  ];
  for (const size of [1, 2, 3, 7, 20, file.length]) {
    const reader = framing();
    const found = [];
    for (let at = 0; at < file.length; at += size) {
      reader.push(file.subarray(at, at + size));
      for (let next; (next = reader.next()) !== undefined;) {
        const content = next.bytes && [...next.bytes.subarray(9)];
        found.push({ opcode: next.opcode, offset: next.offset, content });
      }
    }
    assert.deepEqual(found, expected, `pieces of ${size}`);
    assert.equal(reader.complete, true);
    assert.equal(reader.end(), undefined);
  }
});

test("RecordFraming passes over a record that claims too much", () => {
  const reader = framing(10);
  reader.push(Uint8Array.from([...MAGIC, ...record(MESSAGE, new Array(11).fill(0)), ...record(MESSAGE, [1])]));
  assert.deepEqual(reader.next(), { opcode: MESSAGE, offset: 8, contentBytes: 11, bytes: undefined });
  assert.deepEqual(reader.next()?.bytes?.at(-1), 1);

  const huge = framing(10);
  huge.push(Uint8Array.from([...MAGIC, ...record(MESSAGE, [1, 2, 3], 1n << 62n)]));
  assert.equal(huge.next()?.contentBytes, 2 ** 62);
  assert.equal(huge.next(), undefined);
  assert.equal(huge.insideSkipped, true);
});

test("RecordFraming tells where a file is cut", () => {
  const reader = framing();
  reader.push(file.subarray(0, 80));
  while (reader.next() !== undefined);
  assert.equal(reader.complete, false);
  assert.equal(reader.offset, 78);
  assert.equal(reader.end()?.bytes.length, 2);
});

test("RecordFraming counts what follows the end", () => {
  for (const size of [1, 5, 1000]) {
    for (
      const [bytes, trailing] of [[[...file, 1, 2, 3], 3], [
        [...file.subarray(0, -8), ...new Array(9).fill(0)],
        9,
      ]] as const
    ) {
      const reader = framing();
      for (let at = 0; at < bytes.length; at += size) {
        reader.push(Uint8Array.from(bytes.slice(at, at + size)));
        while (reader.next() !== undefined);
      }
      assert.equal(reader.trailingBytes, trailing);
      assert.equal(reader.complete, false);
      assert.equal(reader.end(), undefined);
    }
  }
});

test("RecordFraming says what a file is that is no MCAP file", () => {
  const cases: [number[] | string, RegExp][] = [
    [[], /it is empty/],
    ["#ROSBAG V2.0\n", /bag of ROS 1/],
    ["SQLite format 3\0", /SQLite.*importRosbag2/],
    [[...MAGIC.slice(0, 5), 0x31, 0x0d, 0x0a], /version "1"/],
    [[...MAGIC.slice(0, 6), 0x0a, 1, 1], /line endings/],
    [[1, 2, 3], /010203/],
  ];
  for (const [start, reason] of cases) {
    const reader = framing();
    reader.push(typeof start === "string" ? new TextEncoder().encode(start) : Uint8Array.from(start));
    assert.throws(() => {
      reader.next();
      reader.end();
    }, (error) => {
      assert.ok(isMosaicoError(error, "codec.mcap_magic"), String(error));
      assert.match(error.message, reason);
      return true;
    });
  }
});
