import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { type Lz4BlockSize, lz4Codec } from "../../../src/codecs/mod.ts";
import { fromEnvironment, randomOf, someBytes } from "./support.ts";

const { value: python, skip } = fromEnvironment("MOSAICO_PYTHON");

/** Reads `[size, base64 frame]…`; prints for each whether lz4 and pyarrow agree, the SHA-256, and a frame of its own. */
const SCRIPT = `
import base64, hashlib, json, sys
import pyarrow
try:
    import lz4.frame
except ImportError:
    lz4 = None

def write(plain, i):
    if lz4 is None or i % 13 == 0:
        return pyarrow.compress(plain, codec="lz4", asbytes=True)
    return lz4.frame.compress(plain, block_size=4 + i % 4, block_linked=i % 3 == 0, content_checksum=i % 2 == 0,
                              block_checksum=i % 5 == 0, store_size=i % 7 < 4, compression_level=i % 11)

answers = []
for i, (size, text) in enumerate(json.load(sys.stdin)):
    frame = base64.b64decode(text)
    plain = pyarrow.decompress(frame, size, codec="lz4", asbytes=True)
    equal = lz4 is None or plain == lz4.frame.decompress(frame)
    answers.append([equal, hashlib.sha256(plain).hexdigest(), base64.b64encode(write(plain, i)).decode()])
json.dump(answers, sys.stdout)
`;

test("Python (pyarrow, and lz4 when installed) reads our frames, and we read its", { skip }, () => {
  const random = randomOf(21);
  const sent: { plain: Uint8Array; frame: Uint8Array }[] = [];
  for (let n = 0; n < 60; n++) {
    const blockSize = 4 ** (n % 4) * 65_536 as Lz4BlockSize;
    const plain = someBytes(30 + Math.floor(random() ** 3 * 400_000), 0.7 + 0.3 * random(), random);
    const frame = lz4Codec({ blockSize, linked: n % 3 > 0 }).compress(plain);
    if (frame !== undefined) sent.push({ plain, frame });
  }
  assert.ok(sent.length > 40);
  const input = JSON.stringify(
    sent.map(({ plain, frame }) => [plain.byteLength, Buffer.from(frame).toString("base64")]),
  );
  const { stdout, stderr } = spawnSync(python, ["-c", SCRIPT], { input, encoding: "utf8", maxBuffer: 1 << 28 });
  assert.equal(stderr, "");
  const answers: [boolean, string, string][] = JSON.parse(stdout);
  assert.equal(answers.length, sent.length);
  const codec = lz4Codec();
  for (const [i, [equal, hash, own]] of answers.entries()) {
    const { plain } = sent[i]!;
    assert.ok(equal);
    assert.equal(hash, createHash("sha256").update(plain).digest("hex"));
    assert.deepEqual(codec.decompress(Buffer.from(own, "base64"), plain.byteLength), plain);
  }
});
