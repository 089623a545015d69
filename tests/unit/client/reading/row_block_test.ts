import assert from "node:assert/strict";
import { test } from "node:test";
import { RowBlock } from "../../../../src/client/reading/row_block.ts";
import { type Batch, BatchBuilder, type RowReader, rowReader } from "../../../../src/columnar/mod.ts";
import { Floating64 } from "../../../../src/ontology/mod.ts";

function batchOf(numRows: number): Batch {
  const builder = new BatchBuilder(Floating64.schema);
  for (let i = 0; i < numRows; i++) builder.append(BigInt(i), { data: i / 3 });
  return builder.finish();
}

/** A reader that notes which rows it made, and cannot make those of `bad`. */
function watched(bad: readonly number[] = []): { reader: RowReader; made: number[] } {
  const [reader, made] = [rowReader(Floating64.schema), [] as number[]];
  const row: RowReader["row"] = (batch, index) => {
    if (bad.includes(index)) throw new RangeError(`row ${index}`);
    made.push(index);
    return reader.row(batch, index);
  };
  return { reader: { row, fork: () => assert.fail() }, made };
}

test("blocks give the rows that their reader gives, each made once", () => {
  const direct = rowReader(Floating64.schema);
  const block = new RowBlock();
  for (const numRows of [1, 31, 255, 256, 511, 512, 8_191, 8_192, 10_001]) {
    const batch = batchOf(numRows);
    const { reader, made } = watched();
    block.clear();
    for (let i = 0; i < numRows; i++) {
      assert.deepEqual(block.take(reader, batch, i), direct.row(batch, i));
      assert.ok(
        made.length - i <= Math.max(1, Math.min(32, numRows / 256)),
        `${made.length} rows at ${i} of ${numRows}`,
      );
    }
    assert.deepEqual(made, Array.from({ length: numRows }, (_, i) => i));
  }
});

test("rows may be passed over, inside of a block and beyond it", () => {
  const [direct, batch, block] = [rowReader(Floating64.schema), batchOf(10_000), new RowBlock()];
  const { reader } = watched();
  for (const index of [0, 1, 7, 31, 32, 40, 400, 9_990, 9_999]) {
    assert.deepEqual(block.take(reader, batch, index), direct.row(batch, index));
  }
});

test("a row that cannot be made is an error in its turn, and the ones around it are read", () => {
  const [direct, batch, block] = [rowReader(Floating64.schema), batchOf(10_000), new RowBlock()];
  const bad = [0, 5, 6, 70, 9_999];
  const { reader } = watched(bad);
  for (let i = 0; i < 10_000; i++) {
    if (bad.includes(i)) assert.throws(() => block.take(reader, batch, i), new RegExp(`row ${i}$`));
    else assert.deepEqual(block.take(reader, batch, i), direct.row(batch, i));
  }
});
