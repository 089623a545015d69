import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { KERNELS, modulePath, sourceHash } from "../../../wasm/build.ts";

for (const name of KERNELS) {
  test(`the compiled ${name} kernel is of the source beside it`, () => {
    const text = readFileSync(modulePath(name), "utf8");
    assert.equal(/source sha256: ([0-9a-f]{64})/.exec(text)?.[1], sourceHash(name), "run: deno run -A wasm/build.ts");
  });
}
