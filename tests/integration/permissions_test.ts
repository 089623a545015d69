/**
 * The client with few permissions, with each denied in turn, and in a Worker: everything works, and stats say what ran where
 * and why.
 *
 * @module
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import process from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { loadNativeCodecs } from "../../src/codecs/mod.ts";
import { type Embedded, startEmbedded } from "../support/embedded.ts";
import { onDeno } from "../support/python.ts";
import type { Findings } from "./programs/record_and_read.ts";

const PROGRAM = fileURLToPath(new URL("./programs/record_and_read_program.ts", import.meta.url));
const CODE = fileURLToPath(new URL("../../", import.meta.url));
const NATIVE = typeof (await loadNativeCodecs()).lz4 === "object";
const LONG = { timeout: 60_000 };
const DENO = onDeno ? LONG : { skip: "only Deno has permissions" };

let count = 0;

/** What the program found, which must end by itself, be asked for nothing, and have all its data back. */
async function run(fx: Embedded, permissions: readonly string[], where: "worker" | "" = ""): Promise<Findings> {
  const deno = onDeno ? ["run", "--no-check", "--no-prompt", ...permissions] : [];
  const args = [...deno, PROGRAM, String(fx.server.port), `drive-${count++}`, where];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { timeout: 30_000 });
  assert.doesNotMatch(stderr, /permission|prompt/i);
  const findings = JSON.parse(stdout) as Findings;
  assert.deepEqual([findings.rows, findings.formats], [5_000, ["jpeg", "jpeg", "jpeg"]]);
  return findings;
}

const placeOf = ({ stats }: Findings) => stats.lanes[0]!.place;

function codecOf({ codecs }: Findings, name: string): string {
  return codecs.find(({ codec }) => codec === name)!.implementation;
}

test("with nothing but --allow-net=HOST all works: inline, in WASM, and it is said why", DENO, async () => {
  await using fx = await startEmbedded({ tcp: true });
  const found = await run(fx, ["--allow-net=127.0.0.1"]);
  assert.equal(placeOf(found), "inline");
  assert.match(
    found.stats.lanes[0]!.reason,
    /^Cannot start a lane's Worker: it needs permission to read .*worker\.ts$/,
  );
  assert.deepEqual(["lz4", "zstd", "jpeg"].map((name) => codecOf(found, name)), ["wasm", "runtime", "wasm"]);
  for (const { codec, reason } of found.codecs) {
    if (codec === "lz4" || codec === "jpeg") assert.match(reason, /^no permission to call .* \(--allow-ffi\)$/);
  }
});

test("with the code's folder lanes run in Workers; with --allow-ffi codecs are native", DENO, async () => {
  await using fx = await startEmbedded({ tcp: true });
  const net = "--allow-net=127.0.0.1";
  const inWasm = await run(fx, [net, `--allow-read=${CODE}`]);
  assert.deepEqual([placeOf(inWasm), codecOf(inWasm, "lz4"), codecOf(inWasm, "jpeg")], ["worker", "wasm", "wasm"]);
  const native = await run(fx, [net, `--allow-read=${CODE}`, "--allow-ffi"]);
  assert.deepEqual([placeOf(native), codecOf(native, "lz4")], ["worker", NATIVE ? "native" : "wasm"]);
  const inline = await run(fx, [net, "--allow-ffi"]);
  assert.deepEqual([placeOf(inline), codecOf(inline, "lz4")], ["inline", NATIVE ? "native" : "wasm"]);
});

for (const denied of ["read", "ffi", "env", "sys", "import", "write", "run"] as const) {
  test(`with everything but --allow-${denied} all works`, DENO, async () => {
    await using fx = await startEmbedded({ tcp: true });
    const found = await run(fx, ["--allow-all", `--deny-${denied}`]);
    assert.equal(placeOf(found), denied === "read" ? "inline" : "worker", found.stats.lanes[0]!.reason);
    assert.equal(codecOf(found, "lz4"), NATIVE && denied !== "ffi" ? "native" : "wasm");
  });
}

test("in a Worker of the user's all works, its lanes in Workers of their own", LONG, async () => {
  await using fx = await startEmbedded({ tcp: true });
  const found = await run(fx, ["--allow-net=127.0.0.1", `--allow-read=${CODE}`], "worker");
  assert.equal(placeOf(found), "worker");
});
