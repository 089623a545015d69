/**
 * The public HTTP/2 conformance tool against the embedded server.
 *
 * @module
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { MosaicoServer } from "../../src/server/mod.ts";

const h2spec = process.env["MOSAICO_H2SPEC"];

test(
  "h2spec finds nothing wrong with the embedded server",
  { skip: h2spec === undefined ? "MOSAICO_H2SPEC names no h2spec binary" : false, timeout: 120_000 },
  async () => {
    const directory = await mkdtemp(join(tmpdir(), "mosaico-h2spec-"));
    try {
      await using server = await MosaicoServer.start({ directory, port: 0 });
      const output = await new Promise<string>((resolve) => {
        const args = ["-h", server.host, "-p", String(server.port), "-o", "2", "generic", "http2", "hpack"];
        execFile(h2spec!, args, { maxBuffer: 1 << 24 }, (_error, stdout, stderr) => resolve(stdout + stderr));
      });
      const summary = /(\d+) tests, (\d+) passed, (\d+) skipped, (\d+) failed/.exec(output);
      assert.ok(summary !== null, output.slice(-2000));
      assert.equal(summary[4], "0", output.slice(-8000));
      assert.ok(Number(summary[1]) >= 140, `only ${summary[1]} cases ran`);
    } finally {
      await rm(directory, { recursive: true });
    }
  },
);
