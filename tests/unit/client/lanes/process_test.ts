import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import process from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startLanes } from "./support.ts";

const PROGRAM = fileURLToPath(new URL("./one_upload.ts", import.meta.url));
const CODE = fileURLToPath(new URL("../../../../", import.meta.url));

/** Runs the program, which has to end by itself. */
async function upload(permissions: readonly string[]): Promise<string> {
  await using fixture = await startLanes(0);
  const deno = ["run", "--no-check", "--no-prompt", ...permissions];
  const args = [...("Deno" in globalThis ? deno : []), PROGRAM, String(fixture.server.port)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 20_000 });
  assert.equal(fixture.recorder.batches[0]!.numRows, 100);
  return stdout.trim();
}

test("a program whose lane ran in a Worker ends when the lane is closed", async () => {
  assert.equal(await upload(["-A"]), "in a Worker");
});

const noPermissions = "Deno" in globalThis ? false : "only Deno has permissions";

test("network and the code are all the permissions a Worker needs", { skip: noPermissions }, async () => {
  assert.equal(await upload(["--allow-net=127.0.0.1", `--allow-read=${CODE}`]), "in a Worker");
});

test("with nothing but network, lanes run inline and nobody is asked", { skip: noPermissions }, async () => {
  assert.match(
    await upload(["--allow-net=127.0.0.1"]),
    /^inline: Cannot start a lane's Worker: it needs permission to read/,
  );
});

test("lanes run in Workers of a Worker", async () => {
  await using fixture = await startLanes(0);
  const worker = new Worker(new URL("./user_worker.ts", import.meta.url), { type: "module" });
  const answer = new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = reject;
  });
  worker.postMessage(fixture.server.port);
  assert.equal(await answer, "in a Worker");
  worker.terminate();
  assert.equal(fixture.recorder.batches[0]!.numRows, 100);
});
