import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { isMosaicoError } from "../../../src/base/mod.ts";
import { MosaicoServer } from "../../../src/server/mod.ts";
import { connectFlight, type FlightConnection } from "../../../src/wire/flight/mod.ts";
import { temporaryFolder } from "../../support/folder.ts";
import { range } from "../../unit/server/support.ts";
import { act, createTopic, describe, listSequences, put, timesOf } from "./support.ts";

const CHILD = fileURLToPath(new URL("./serve_child.ts", import.meta.url));

/** A server process; the port is its first line. */
async function startChild(directory: string): Promise<{ child: ChildProcess; port: number }> {
  const runtime = "Deno" in globalThis ? ["run", "-A", "--no-check", "-q"] : [];
  const child = spawn(process.execPath, [...runtime, CHILD, directory], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout!, child.stderr!]) stream.on("data", (chunk) => output += chunk);
  const exited = once(child, "exit").then(() => {
    throw new Error(`the server process has ended: ${output}`);
  });
  exited.catch(() => {});
  while (!output.includes("\n")) {
    await Promise.race([new Promise((resolve) => setTimeout(resolve, 10)), exited]);
  }
  return { child, port: Number(output.split("\n")[0]) };
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

const BATCH = 250;

/** Records sequence after sequence until the server is gone. Answers what the server said was done. */
async function record(connection: FlightConnection, name: string): Promise<{ topics: string[]; sessions: string[] }> {
  const done = { topics: [] as string[], sessions: [] as string[] };
  try {
    for (let i = 0;; i++) {
      const sequence = `${name}_${i}`;
      await act(connection, "sequence_create", { locator: sequence, userMetadata: {} });
      const session = await act(connection, "session_create", { locator: sequence });
      await Promise.all(
        range(0, 3).map(async (k) => {
          const locator = `${sequence}/t${k}`;
          const uuid = await createTopic(connection, session.uuid, locator);
          await put(connection, locator, uuid, range(0, 20 * (k + 1)).map((b) => range(b * BATCH, (b + 1) * BATCH)));
          done.topics.push(locator);
        }),
      );
      await act(connection, "session_finalize", { sessionUuid: session.uuid });
      done.sessions.push(session.locator);
    }
  } catch (error) {
    if (!isMosaicoError(error, "rpc.", "connection.")) throw error;
  }
  return done;
}

test("what was finished survives kill -9, what was not is visible as unfinished and can be removed", async () => {
  await using folder = await temporaryFolder();
  const finished = { topics: new Set<string>(), sessions: new Set<string>() };
  let interrupted = 0;
  // The moment is random; rounds go on until one has struck an upload.
  for (let round = 0; round < 4 || (interrupted === 0 && round < 20); round++) {
    const { child, port } = await startChild(folder.path);
    const connection = await connectFlight({ host: "127.0.0.1", port });
    const recording = record(connection, `r${round}`);
    await new Promise((resolve) => setTimeout(resolve, 30 + Math.random() * 250));
    await kill(child);
    const { topics, sessions } = await recording;
    await connection.close();
    topics.forEach((locator) => finished.topics.add(locator));
    sessions.forEach((locator) => finished.sessions.add(locator));

    await using server = await MosaicoServer.start({ directory: folder.path, port: 0 });
    await using check = await connectFlight({ host: server.host, port: server.port });
    const seen = { topics: new Set<string>(), sessions: new Set<string>() };
    for (const name of await listSequences(check)) {
      const { sequence, topics, tickets } = await describe(check, { locator: name });
      for (const session of sequence!.sessions) if (session.locked) seen.sessions.add(session.locator);
      for (const [i, topic] of topics.entries()) {
        const rows = Number(topic.dataInfo.totalRowCount);
        const expected = 20 * BATCH * (Number(topic.locator.at(-1)) + 1);
        if (topic.locked) {
          seen.topics.add(topic.locator);
          assert.equal(rows, expected, topic.locator);
        } else {
          assert.ok(rows <= expected && rows % BATCH === 0, `${topic.locator} has ${rows} rows`);
        }
        if (topic.locked || rows > 0) assert.deepEqual(await timesOf(check, tickets[i]!), range(0, rows));
        if (!topic.locked) {
          interrupted++;
          await act(check, "topic_delete", { locator: topic.locator });
        }
      }
    }
    for (const locator of finished.topics) assert.ok(seen.topics.has(locator), `${locator} is lost`);
    for (const locator of finished.sessions) assert.ok(seen.sessions.has(locator), `${locator} is lost`);
    const files = await readdir(join(folder.path, "data"));
    assert.equal(files.length, seen.topics.size); // nothing of the others is left
  }
  assert.ok(interrupted > 0, "no upload was interrupted");
});

test("a second server process on a folder says which process has it", async () => {
  await using folder = await temporaryFolder();
  const { child } = await startChild(folder.path);
  try {
    await assert.rejects(MosaicoServer.start({ directory: folder.path, port: 0 }), (error) => {
      assert.ok(isMosaicoError(error, "session.directory_locked"), String(error));
      assert.equal(error.facts["pid"], child.pid);
      return true;
    });
  } finally {
    await kill(child);
  }
  // The lock died with its process.
  await using _server = await MosaicoServer.start({ directory: folder.path, port: 0 });
});
