import assert from "node:assert/strict";
import { test } from "node:test";
import { isMosaicoError } from "../../../src/base/mod.ts";
import { decodeFrame } from "../../../src/codecs/lz4_decoder.ts";
import { lz4Codec, lz4Module } from "../../../src/codecs/mod.ts";
import { Lz4Kernel } from "../../../src/codecs/lz4_kernel.ts";
import { damaged, randomOf, someBytes } from "./support.ts";

/** The blocks of a frame of ours that has one, without the frame. */
function blockOf(plain: Uint8Array): Uint8Array {
  const frame = lz4Codec().compress(plain)!;
  return frame.subarray(19, frame.byteLength - 4);
}

test("damaged blocks decode to the same whatever lies around them, and change nothing but their output", () => {
  const random = randomOf(61);
  const [history, room] = [300, 1200];
  const kernel = new Lz4Kernel(lz4Module());
  const slack = kernel.wasm.SLACK.value as number;
  kernel.reserve(2000, 2000);
  const start = kernel.window;
  const end = kernel.blocks + 2000 + slack;
  const blocks = [0.3, 0.8, 0.97].map((repetition) => blockOf(someBytes(1000, repetition, random)));
  let refused = 0;
  for (let n = 0; n < 6000; n++) {
    const block = damaged(blocks[n % blocks.length]!, random).subarray(0, 1500);
    const past = someBytes(history, 0, random);
    const outcomes = [0xa5, 0x5a].map((around) => {
      kernel.bytes.fill(around, start, end);
      kernel.bytes.set(past, start);
      kernel.bytes.set(block, kernel.blocks);
      const to = start + history;
      const stop = kernel.wasm.decompressBlock(to, to + room, start, kernel.blocks, block.byteLength);
      assert.ok(stop === 0 || (stop >= to && stop <= to + room), `ended at ${stop - to}`);
      const outside = [
        kernel.bytes.subarray(start + history + room + slack, kernel.blocks),
        kernel.bytes.subarray(kernel.blocks + block.byteLength, end),
      ];
      for (const region of outside) assert.ok(region.every((byte) => byte === around), "wrote outside");
      assert.deepEqual(kernel.bytes.subarray(start, to), past, "wrote into what came before");
      assert.deepEqual(kernel.bytes.subarray(kernel.blocks, kernel.blocks + block.byteLength), block);
      return { stop, output: kernel.bytes.slice(to, Math.max(to, stop)) };
    });
    assert.deepEqual(outcomes[0], outcomes[1], "it depends on what lies around it");
    if (outcomes[0]!.stop === 0) refused++;
  }
  assert.ok(refused > 1000 && refused < 6000, `${refused} refused`);
});

test("what a frame claims takes no more memory than the kernel's maximum", () => {
  const random = randomOf(62);
  const kernel = new Lz4Kernel(lz4Module());
  const plain = someBytes(5_000_000, 0.9, random);
  const frame = lz4Codec({ blockSize: 4_194_304 }).compress(plain)!;
  const sizes = [
    0,
    1,
    plain.byteLength,
    plain.byteLength + 1,
    255 * frame.byteLength,
    2 ** 40,
    Number.MAX_SAFE_INTEGER,
  ];
  for (let n = 0; n < 40; n++) {
    const bad = n < sizes.length ? frame : damaged(frame, random);
    try {
      const back = decodeFrame(kernel, bad, sizes[n % sizes.length]!);
      assert.equal(back.byteLength, sizes[n % sizes.length]);
    } catch (error) {
      assert.ok(isMosaicoError(error, "codec."), String(error));
    }
    assert.ok(kernel.bytes.byteLength <= 9 * 2 ** 20, `${kernel.bytes.byteLength} bytes`);
  }
});
