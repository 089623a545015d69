import assert from "node:assert/strict";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { errorToData, isMosaicoError, MosaicoError } from "../../../src/base/mod.ts";

test("isMosaicoError narrows by code and by family", () => {
  const error = new MosaicoError("connection.refused", "Cannot connect", { port: 1 });
  assert.ok(isMosaicoError(error));
  assert.ok(isMosaicoError(error, "connection.refused"));
  assert.ok(isMosaicoError(error, "rpc.", "connection."));
  assert.ok(!isMosaicoError(error, "connection.timeout"));
  assert.ok(!isMosaicoError(new Error("x")));
  assert.ok(!isMosaicoError(null));
});

test("isMosaicoError knows errors of another copy of the package", async () => {
  const folder = await mkdtemp(join(tmpdir(), "mosaico-copy-"));
  await copyFile(fileURLToPath(new URL("../../../src/base/errors.ts", import.meta.url)), join(folder, "errors.ts"));
  const copy = await import(
    pathToFileURL(join(folder, "errors.ts")).href
  ) as typeof import("../../../src/base/errors.ts");
  await rm(folder, { recursive: true });
  const foreign = new copy.MosaicoError("schema.mismatch", "no");
  assert.ok(!(foreign instanceof MosaicoError));
  assert.ok(isMosaicoError(foreign, "schema."));
});

test("errorToData keeps what a thrown value says", () => {
  const error = new MosaicoError("codec.truncated", "short", { sizeBytes: 3n });
  assert.deepEqual(errorToData(error), {
    code: "codec.truncated",
    name: "MosaicoError",
    message: "short",
    facts: { sizeBytes: 3n },
  });
  assert.equal(errorToData("text").message, "text");
  assert.deepEqual(structuredClone(errorToData(error)), errorToData(error));
});
