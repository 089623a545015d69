import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  type Batch,
  BatchBuilder,
  encodeBatch,
  equalSchemas,
  fromArrow,
  rowReader,
  sliceBatch,
  timestamps,
  toArrow,
} from "../../../src/columnar/mod.ts";
import { type Table, tables } from "./support/arbitrary.ts";
import { bodyOf, roundTrip } from "./support/messages.ts";

function build({ schema, rows }: Table, codeGeneration: boolean): Batch {
  const builder = new BatchBuilder(schema, { codeGeneration });
  for (const { time, write } of rows) builder.append(time, write);
  return builder.finish();
}

/** What `batch` holds is what was to be read, from row `from` on. */
function assertRows(batch: Batch, table: Table, codeGeneration: boolean, from = 0): void {
  const reader = rowReader(table.schema, { codeGeneration });
  const times = timestamps(batch);
  for (let i = 0; i < batch.numRows; i++) {
    const { time, read } = table.rows[from + i]!;
    assert.equal(times[i], time);
    assert.deepEqual(reader.row(batch, i), read);
  }
}

test("rows of any schema come back from the wire as they were written", () => {
  fc.assert(
    fc.property(tables, (table) => {
      const decoded = roundTrip(build(table, true));
      assert.equal(decoded.numRows, table.rows.length);
      assert.ok(equalSchemas(decoded.schema, table.schema));
      assertRows(decoded, table, true);
      assertRows(decoded, table, false);
    }),
    { numRuns: 300, seed: 1 },
  );
});

test("generated code and closures build the same bytes", () => {
  fc.assert(
    fc.property(tables, (table) => {
      const [generated, closures] = [true, false].map((codeGeneration) => encodeBatch(build(table, codeGeneration)));
      assert.deepEqual(generated!.header, closures!.header);
      assert.deepEqual(bodyOf(generated!), bodyOf(closures!));
    }),
    { numRuns: 200, seed: 2 },
  );
});

test("a builder that is used again builds the same", () => {
  fc.assert(
    fc.property(tables, (table) => {
      const builder = new BatchBuilder(table.schema);
      const [first, second] = [1, 2].map(() => {
        for (const { time, write } of table.rows) builder.append(time, write);
        return builder.finish();
      });
      assert.equal(builder.byteLength, 0);
      assert.deepEqual(bodyOf(encodeBatch(first!)), bodyOf(encodeBatch(second!)));
    }),
    { numRuns: 100, seed: 3 },
  );
});

test("a window of a batch reads, encodes and decodes as its rows", () => {
  fc.assert(
    fc.property(tables, fc.nat(20), fc.nat(20), (table, a, b) => {
      const count = table.rows.length;
      const [from, to] = [Math.min(a, b, count), Math.min(Math.max(a, b), count)];
      const batch = build(table, true);
      for (const window of [sliceBatch(batch, from, to), roundTrip(sliceBatch(batch, from, to))]) {
        assert.equal(window.numRows, to - from);
        assertRows(window, table, true, from);
      }
      const inner = sliceBatch(sliceBatch(batch, from, count), 0, to - from);
      assertRows(inner, table, false, from);
    }),
    { numRuns: 200, seed: 4 },
  );
});

test("apache-arrow takes a batch and gives the same one back", async () => {
  await fc.assert(
    fc.asyncProperty(tables, async (table) => {
      const batch = build(table, true);
      const back = fromArrow(await toArrow(batch));
      assert.ok(equalSchemas(back.schema, table.schema));
      assertRows(back, table, true);
      assert.deepEqual(bodyOf(encodeBatch(back)), bodyOf(encodeBatch(batch)));
    }),
    { numRuns: 100, seed: 6 },
  );
});
