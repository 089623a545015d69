import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { bitAt, bitmapBytes, copyBits, countBits, setBits, sliceBits } from "../../../src/columnar/bitmap.ts";
import { ValidRuns } from "../../../src/columnar/building/valid_runs.ts";
import { fromFloat16Bits, toFloat16Bits } from "../../../src/columnar/float16.ts";
import { isUtf8 } from "../../../src/columnar/utf8.ts";

/** Bits as booleans, in a bitmap that begins anywhere in its buffer. */
const bits = fc.tuple(fc.array(fc.boolean(), { maxLength: 200 }), fc.nat(5)).map(([values, lead]) => {
  const bitmap = new Uint8Array(lead + bitmapBytes(values.length)).subarray(lead);
  values.forEach((value, i) => value && (bitmap[i >> 3]! |= 1 << (i & 7)));
  return { values, bitmap };
});

function valuesOf(bitmap: Uint8Array, length: number): boolean[] {
  return Array.from({ length }, (_, i) => bitAt(bitmap, i));
}

test("bitmaps count, slice, copy and set as arrays of booleans do", () => {
  fc.assert(fc.property(bits, fc.nat(200), fc.nat(200), ({ values, bitmap }, a, b) => {
    const [from, to] = [Math.min(a, b, values.length), Math.min(Math.max(a, b), values.length)];
    const window = values.slice(from, to);
    assert.equal(countBits(bitmap, to), values.slice(0, to).filter(Boolean).length);
    assert.deepEqual(valuesOf(sliceBits(bitmap, from, to - from), to - from), window);
    const copied = new Uint8Array(bitmapBytes(from + values.length));
    copyBits(copied, from, bitmap, values.length);
    assert.deepEqual(valuesOf(copied, from + values.length), [...new Array(from).fill(false), ...values]);
    setBits(bitmap, from, to);
    assert.deepEqual(valuesOf(bitmap, values.length), values.map((value, i) => value || (i >= from && i < to)));
  }));
});

test("ValidRuns holds what was marked, and forgets what was rolled back", () => {
  const step = fc.record({ gap: fc.nat(9), run: fc.nat(9), undo: fc.option(fc.nat(12), { nil: undefined }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), fc.nat(9), (steps, tail) => {
      const runs = new ValidRuns();
      let expected: boolean[] = [];
      for (const { gap, run, undo } of steps) {
        expected.push(...new Array(gap).fill(false));
        for (let i = 0; i < run; i++) {
          runs.mark(expected.length);
          expected.push(true);
        }
        if (undo === undefined) continue;
        expected = expected.slice(0, Math.max(0, expected.length - undo));
        runs.rollback(expected.length);
      }
      expected.push(...new Array(tail).fill(false));
      const { validity, nullCount } = runs.finish(expected.length);
      assert.equal(nullCount, expected.filter((value) => !value).length);
      assert.equal(validity === undefined, nullCount === 0);
      if (validity !== undefined) assert.deepEqual(valuesOf(validity, expected.length), expected);
    }),
    { numRuns: 500 },
  );
});

test("float16 bit patterns are those of the runtime", () => {
  const half = (Math as unknown as { f16round(value: number): number }).f16round;
  for (let pattern = 0; pattern < 0x10000; pattern++) {
    const value = fromFloat16Bits(pattern);
    if (Number.isNaN(value)) continue;
    assert.ok(Object.is(half(value), value), `${pattern}`);
    assert.equal(toFloat16Bits(value), pattern);
  }
  fc.assert(fc.property(fc.oneof(fc.double({ noNaN: true }), fc.double({ min: -1, max: 1, noNaN: true })), (value) => {
    assert.ok(Object.is(fromFloat16Bits(toFloat16Bits(value)), half(value)), `${value}`);
  }));
  // Ties go to even, also where a detour over float32 would round twice.
  for (
    const value of [
      1 + 2 ** -11,
      1 + 3 * 2 ** -11,
      1 + 2 ** -11 + 2 ** -40,
      2 ** -25,
      2 ** -25 + 2 ** -60,
      65519.99,
      65520,
    ]
  ) {
    assert.equal(fromFloat16Bits(toFloat16Bits(value)), half(value), `${value}`);
  }
  assert.equal(toFloat16Bits(NaN), 0x7e00);
});

test("isUtf8() agrees with the runtime's decoder", () => {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const byte = fc.oneof(
    fc.integer({ min: 0x80, max: 0xff }),
    fc.constantFrom(0x41, 0xc1, 0xe0, 0xed, 0xf0, 0xf4, 0xf5, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf),
  );
  const bytes = fc.oneof(
    fc.array(byte, { maxLength: 6 }),
    fc.string({ unit: "binary", maxLength: 40 }).map((text) => [...new TextEncoder().encode(text)]),
  );
  fc.assert(
    fc.property(bytes, fc.nat(40), fc.nat(8), (middle, lead, shift) => {
      const all = Uint8Array.from([...new Array(shift).fill(0), ...new Array(lead).fill(0x61), ...middle, 0x62]);
      const value = all.subarray(shift);
      let expected = true;
      try {
        decoder.decode(value);
      } catch {
        expected = false;
      }
      assert.equal(isUtf8(value), expected);
    }),
    { numRuns: 3_000 },
  );
});
