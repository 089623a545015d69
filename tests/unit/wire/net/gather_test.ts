import assert from "node:assert/strict";
import { test } from "node:test";
import { concat } from "../../../../src/base/mod.ts";
import { Gatherer } from "../../../../src/wire/net/gather.ts";

function slicesOf(...lengths: readonly number[]): Uint8Array[] {
  let value = 0;
  return lengths.map((length) => Uint8Array.from({ length }, () => value++));
}

function gather(slices: readonly Uint8Array[]): { lengths: number[]; bytes: Uint8Array } {
  const gatherer = new Gatherer();
  gatherer.begin(slices);
  const copies: Uint8Array[] = [];
  for (let piece = gatherer.next(); piece !== undefined; piece = gatherer.next()) copies.push(piece.slice());
  return { lengths: copies.map((copy) => copy.byteLength), bytes: concat(copies) };
}

test("Gatherer joins small slices", () => {
  const slices = slicesOf(9, 0, 100, 9, 20_000);
  assert.deepEqual(gather(slices), { lengths: [20_118], bytes: concat(slices) });
});

test("Gatherer passes a large slice as it is", () => {
  const slices = slicesOf(300_000);
  const gatherer = new Gatherer();
  gatherer.begin(slices);
  assert.equal(gatherer.next(), slices[0]);
  assert.equal(gatherer.next(), undefined);
});

test("Gatherer gives a small slice before a large one the beginning of that", () => {
  const slices = slicesOf(9, 300_000, 9, 70_000, 5);
  const { lengths, bytes } = gather(slices);
  assert.deepEqual(lengths, [16_384, 283_625, 70_014]);
  assert.deepEqual(bytes, concat(slices));
});

test("Gatherer keeps every byte when small slices are more than one piece holds", () => {
  const slices = slicesOf(...Array.from({ length: 200 }, () => [9, 16_384]).flat());
  const { lengths, bytes } = gather(slices);
  assert.ok(lengths.every((length) => length <= 1 << 20));
  assert.equal(lengths.length, Math.ceil(bytes.byteLength / (1 << 20)));
  assert.deepEqual(bytes, concat(slices));
});
