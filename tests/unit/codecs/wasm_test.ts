import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { brotliDecompressSync } from "node:zlib";
import { JPEG_PACKAGE, KERNELS, modulePath, sourceHash } from "../../../wasm/build.ts";
import { WASM_BASE64 } from "../../../wasm/jpeg/jpeg.wasm.ts";

for (const name of KERNELS) {
  test(`the compiled ${name} kernel is of the source beside it`, () => {
    const text = readFileSync(modulePath(name), "utf8");
    assert.equal(/sha256 ([0-9a-f]{64})/.exec(text)?.[1], sourceHash(name), "run: deno run -A wasm/build.ts");
  });
}

test("the embedded JPEG binary is the one of the package the glue code comes from", () => {
  const config = readFileSync(new URL("../../../deno.json", import.meta.url), "utf8");
  assert.ok(config.includes(`"npm:${JPEG_PACKAGE}/wasmjs"`));
  const binary = brotliDecompressSync(Buffer.from(WASM_BASE64, "base64"));
  const hash = createHash("sha256").update(binary).digest("hex");
  assert.ok(readFileSync(modulePath("jpeg"), "utf8").includes(`from ${JPEG_PACKAGE}, sha256 ${hash}.`));
});
