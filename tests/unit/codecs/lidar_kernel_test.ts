import assert from "node:assert/strict";
import { test } from "node:test";
import { LIDAR_COLUMNS } from "../../../src/codecs/lidar_columns.ts";
import { LidarKernel, lidarModule } from "../../../src/codecs/lidar_kernel.ts";
import { randomOf } from "./support.ts";

const kernel = new LidarKernel(lidarModule());
kernel.begin(4096);
const { wasm } = kernel;
const { steps, section } = kernel.laneOf(LIDAR_COLUMNS[0]!);
const random = randomOf(61);

/** Numbers of up to `width` bits, one of them of just so many. */
function numbersOf(width: number, count: number): number[] {
  const numbers = Array.from({ length: count }, () => Math.floor(random() * 2 ** Math.floor(random() * (width + 1))));
  if (count > 0 && width > 0) numbers[Math.floor(random() * count)] = 2 ** width - 1 - (width > 1 ? 1 : 0);
  return numbers;
}

function put(at: number, numbers: readonly number[]): void {
  new Uint32Array(kernel.bytes.buffer, at, numbers.length).set(numbers);
}

function numbersAt(at: number, count: number): number[] {
  return [...new Uint32Array(kernel.bytes.buffer, at, count)];
}

function bytesAt(at: number, length: number): number[] {
  return [...kernel.bytes.subarray(at, at + length)];
}

/** Fills what a kernel function is to write with noise, so that nothing is right by chance. */
function noise(at: number, length: number): void {
  for (let i = 0; i < length; i++) kernel.bytes[at + i] = random() * 256;
}

/** Packing as bits, as the format is written down: bit by bit. */
function bitsOf(numbers: readonly number[]): number[] {
  const out: number[] = [];
  for (let i = 0; i < numbers.length; i += 8) {
    const block = numbers.slice(i, i + 8);
    const width = Math.max(...block).toString(2).length * Number(block.some((n) => n > 0));
    const bits = block.flatMap((n) => Array.from({ length: width }, (_, bit) => Math.floor(n / 2 ** bit) % 2));
    out.push(width);
    for (let j = 0; j < bits.length; j += 8) {
      out.push(bits.slice(j, j + 8).reduce((byte, bit, at) => byte + bit * 2 ** at, 0));
    }
  }
  return out;
}

/** Packing as bytes, as the format is written down. */
function septetsOf(numbers: readonly number[]): number[] {
  return numbers.flatMap((n) => {
    const out: number[] = [];
    for (; n >= 128; n = Math.floor(n / 128)) out.push(n % 128 + 128);
    return [...out, n];
  });
}

test("numbers of all widths are packed and unpacked as the format says", () => {
  for (let width = 0; width <= 32; width++) {
    for (let count = 0; count < 40; count++) {
      const numbers = numbersOf(width, count);
      for (
        const [pack, unpack, expected] of [
          [wasm.packBits, wasm.unpackBits, bitsOf(numbers)],
          [wasm.packBytes, wasm.unpackBytes, septetsOf(numbers)],
        ] as const
      ) {
        put(steps, numbers);
        noise(section, 8 * count + 64);
        assert.equal(pack(steps, count, section), expected.length);
        assert.deepEqual(bytesAt(section, expected.length), expected);
        noise(section + expected.length, 64);
        noise(steps, 4 * count + 64);
        assert.equal(unpack(section, expected.length + 3, count, steps), expected.length);
        assert.deepEqual(numbersAt(steps, count), numbers);
      }
    }
  }
});

test("numbers that end early, or are too wide, are not unpacked", () => {
  for (const count of [1, 7, 8, 9, 24]) {
    const numbers = numbersOf(20, count);
    for (const [pack, unpack] of [[wasm.packBits, wasm.unpackBits], [wasm.packBytes, wasm.unpackBytes]] as const) {
      put(steps, numbers);
      const length = pack(steps, count, section);
      for (let available = 0; available < length; available++) {
        assert.equal(unpack(section, available, count, steps), 0, `${available} of ${length} bytes`);
      }
    }
    for (const width of [33, 64, 255]) {
      kernel.bytes[section] = width;
      assert.equal(wasm.unpackBits(section, 4000, count, steps), 0, `width ${width}`);
    }
  }
});

test("values are gathered by the bits of a mask, and its bits are counted", () => {
  for (let n = 0; n < 300; n++) {
    const share = [0, 0.05, 0.5, 0.95, 1][n % 5]!;
    const points = n % 7 === 0 ? 1000 + n : n % 90;
    let run = 0;
    const bits = Array.from({ length: points }, (_, i) => i % 20 === 0 ? run = Number(random() < share) : run);
    noise(kernel.mask, Math.ceil(points / 8) + 8);
    for (const [i, bit] of bits.entries()) {
      const byte = kernel.bytes[kernel.mask + (i >> 3)]!;
      kernel.bytes[kernel.mask + (i >> 3)] = byte & ~(1 << (i & 7)) | bit << (i & 7);
    }
    assert.equal(wasm.countSet(kernel.mask, points), bits.filter((bit) => bit === 1).length);
    for (const size of [2, 4, 8]) {
      for (const wanted of [0, 1]) {
        noise(steps, size * points + 64);
        const values = bits.map((_, i) => bytesAt(steps + size * i, size));
        const expected = values.filter((_, i) => bits[i] === wanted);
        assert.equal(wasm.gather(steps, points, size, kernel.mask, wanted, section), expected.length);
        assert.deepEqual(bytesAt(section, size * expected.length), expected.flat(), `${size} bytes, ${wanted}`);
      }
    }
  }
});
