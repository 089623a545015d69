/**
 * LZ4 frames of ours, read by pyarrow and `lz4`, and theirs read by us: random inputs, and those that are hard on matches, blocks and
 * lengths. One Python process takes all of them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { type BodyCodec, type Lz4BlockSize, lz4Codec } from "../../src/codecs/mod.ts";
import { temporaryFolder } from "../support/folder.ts";
import { pythonOf, runPython } from "../support/python.ts";
import { randomOf, someBytes } from "../unit/codecs/support.ts";

const python = pythonOf("MOSAICO_PYTHON", { anyRuntime: true });
const BLOCK_SIZES: readonly Lz4BlockSize[] = [65_536, 262_144, 1_048_576, 4_194_304];
const MINIMUM = 1000;

/** Bytes that repeat with a period, between some that do not. */
function repeated(period: number, length: number, random: () => number): Uint8Array {
  const edge = () => Uint8Array.from({ length: 5 + 11 * random() }, () => 256 * random());
  const pattern = Uint8Array.from({ length: period }, () => 256 * random());
  return Buffer.concat([edge(), Uint8Array.from({ length }, (_, i) => pattern[i % period]!), edge()]);
}

/** A piece of noise, again after `distance` bytes: a match just within reach, or just out of it. */
function farMatch(distance: number, random: () => number): Uint8Array {
  const noise = Uint8Array.from({ length: distance }, () => 256 * random());
  return Buffer.concat([noise, noise.subarray(0, 500)]);
}

function* inputs(): Generator<Uint8Array> {
  const random = randomOf(51);
  for (let size = 0; size <= 40; size++) {
    yield new Uint8Array(size).fill(7);
    yield someBytes(size, 0.5, random);
  }
  for (let distance = 1; distance <= 32; distance++) {
    for (const length of [distance + 4, 18, 19, 64, 273, 274, 275, 5000]) yield repeated(distance, length, random);
  }
  for (const length of [15, 270, 525, 65_550]) { // where a length takes one more byte
    for (const more of [-1, 0, 1]) {
      yield Buffer.concat([someBytes(length + more, 0, random), new Uint8Array(300)]);
      yield Buffer.concat([someBytes(20, 0, random), new Uint8Array(length + more + 4), someBytes(20, 0, random)]);
    }
  }
  for (const distance of [65_534, 65_535, 65_536, 65_537]) yield farMatch(distance, random);
  const large = someBytes(4_500_000, 0.97, random);
  for (const size of BLOCK_SIZES) for (const more of [-1, 0, 1]) yield large.subarray(0, size + more);
  yield large;
  yield new Uint8Array(5_000_000);
  yield someBytes(4_200_000, 0, random);
  for (let n = 0; n < 1200; n++) yield someBytes(30 + Math.floor(random() ** 6 * 300_000), random() ** 0.3, random);
}

function* framesOf(file: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  for (let at = 0; at < file.byteLength;) {
    const length = view.getUint32(at, true);
    yield file.subarray(at + 4, at += 4 + length);
  }
}

test("pyarrow and lz4 read our LZ4 frames, and we read theirs", { skip: python.skip, timeout: 120_000 }, async () => {
  const codecs: BodyCodec[] = BLOCK_SIZES.flatMap((blockSize) => [
    lz4Codec({ blockSize }),
    lz4Codec({ blockSize, linked: false }),
  ]);
  const plains = [...inputs()];
  const pieces: Uint8Array[] = [];
  const put = (bytes: Uint8Array) => pieces.push(new Uint8Array(Uint32Array.of(bytes.byteLength).buffer), bytes);
  let sent = 0;
  for (const [i, plain] of plains.entries()) {
    const frame = codecs[i % codecs.length]!.compress(plain);
    put(plain);
    put(frame ?? new Uint8Array(0));
    if (frame !== undefined) sent++;
  }
  assert.ok(sent >= MINIMUM && plains.length >= MINIMUM, `${sent} frames of ${plains.length} inputs`);

  await using folder = await temporaryFolder();
  const [input, output] = [join(folder.path, "ours"), join(folder.path, "theirs")];
  await writeFile(input, Buffer.concat(pieces));
  const printed = await runPython(python.path, "codecs_lz4.py", ["--input", input, "--output", output]);
  assert.equal(Number(printed), sent);
  let read = 0;
  for (const frame of framesOf(await readFile(output))) {
    const plain = plains[read]!;
    const back = codecs[0]!.decompress(frame, plain.byteLength);
    assert.ok(Buffer.compare(back, plain) === 0, `input ${read} of ${plain.byteLength} bytes`);
    read++;
  }
  assert.equal(read, plains.length);
});
