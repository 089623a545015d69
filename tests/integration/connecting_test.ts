/**
 * Connecting: what is wrong with an address, a protocol, a key or a certificate is said in time, and by name.
 *
 * @module
 */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { MosaicoClient } from "../../src/client/mod.ts";
import { Floating64 } from "../../src/ontology/mod.ts";
import { startEmbedded } from "../support/embedded.ts";
import { failure, within } from "../support/errors.ts";
import { temporaryFolder } from "../support/folder.ts";
import { CA_CERTIFICATE, OTHER_CA_CERTIFICATE, SERVER_TLS } from "../unit/wire/net/certificates.ts";

/** A TCP server that does to its callers what `talk` says. */
async function rawServer(talk: (socket: Socket) => void): Promise<{ readonly port: number } & AsyncDisposable> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    talk(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as { port: number }).port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test("connect, close, await using; closing twice is fine", async () => {
  await using fx = await startEmbedded({ tcp: true });
  let kept: MosaicoClient;
  {
    await using client = await MosaicoClient.connect(fx.server.host, fx.server.port);
    assert.equal(client.info.semver.minor, 7);
    assert.ok(client.info.config.maxDecodeMessageBytes > 1_000_000);
    kept = client;
  }
  await within(1_000, kept.close());
  const error = await failure(within(2_000, kept.listSequences()), "rpc.unavailable");
  assert.match(error.message, /closed/);
  assert.deepEqual(await fx.client.listSequences(), []);
});

test("closing a client with a session open ends what is under way", async () => {
  await using fx = await startEmbedded({ tcp: true });
  const client = await fx.connect();
  const drive = await client.sequenceCreate("drive");
  const topic = await drive.topicCreate("/a", Floating64);
  await topic.push(1n, { data: 1 });
  await within(2_000, client.close());
  await assert.rejects(within(2_000, drive.finalize()));
  await assert.rejects(async () => {
    for (let i = 0; i < 1e6; i++) await topic.push(2n, { data: 2 });
  });
});

test("an unknown host is named, within the timeout", async () => {
  const started = performance.now();
  const error = await failure(MosaicoClient.connect("nowhere.invalid", 6726, { timeoutMs: 3_000 }), "connection.");
  assert.ok(["connection.unknown_host", "connection.timeout"].includes(error.code), error.code);
  assert.match(error.message, /nowhere\.invalid:6726/);
  assert.ok(performance.now() - started < 4_500);
});

test("a closed port is named, within the timeout", async () => {
  let port: number;
  {
    await using server = await rawServer(() => {});
    port = server.port;
  }
  const started = performance.now();
  const error = await failure(MosaicoClient.connect("127.0.0.1", port, { timeoutMs: 1_000 }), "connection.refused");
  assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${port}`));
  assert.ok(performance.now() - started < 2_000);
});

const strangers: Readonly<Record<string, (socket: Socket) => void>> = {
  "an HTTP/1 server": (socket) =>
    socket.once("data", () => socket.end("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")),
  "a silent server": () => {},
  "a server that hangs up": (socket) => socket.end(),
  "a server that resets": (socket) => socket.resetAndDestroy(),
  "a server that sends noise": (socket) => socket.write(Uint8Array.from({ length: 512 }, (_, i) => (i * 89) & 255)),
  "a server that greets as SSH does": (socket) => socket.write("SSH-2.0-OpenSSH_9.6\r\n"),
};
for (const [name, talk] of Object.entries(strangers)) {
  test(`${name} on the port fails within the timeout, with host and port in the text`, async () => {
    await using server = await rawServer(talk);
    const started = performance.now();
    const work = MosaicoClient.connect("127.0.0.1", server.port, { timeoutMs: 600 });
    const error = await failure(within(3_000, work), "connection.");
    assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${server.port}`));
    assert.ok(performance.now() - started < 2_000, `took ${performance.now() - started} ms`);
  });
}

test("a silent server fails in time with TLS too", async () => {
  await using server = await rawServer(() => {});
  const tls = { caCertificates: CA_CERTIFICATE };
  const work = MosaicoClient.connect("127.0.0.1", server.port, { timeoutMs: 500, tls });
  const error = await failure(within(3_000, work), "connection.timeout");
  assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${server.port}`));
});

test("a signal gives up connecting", async () => {
  await using server = await rawServer(() => {});
  const controller = new AbortController();
  const work = MosaicoClient.connect("127.0.0.1", server.port, { timeoutMs: 60_000, signal: controller.signal });
  setTimeout(() => controller.abort(new Error("never mind")), 50);
  await assert.rejects(within(3_000, work), /never mind/);
});

test("TLS with a root of one's own carries a whole session; strangers' roots and cleartext do not", async () => {
  await using fx = await startEmbedded({
    tcp: true,
    server: { tls: SERVER_TLS, host: "127.0.0.1" },
    client: { tls: { caCertificates: CA_CERTIFICATE } },
  });
  await using drive = await fx.client.sequenceCreate("drive");
  const topic = await drive.topicCreate("/a", Floating64);
  const count = 200_000;
  await topic.pushColumns({
    timestampNs: BigInt64Array.from({ length: count }, (_, i) => BigInt(i)),
    data: Float64Array.from({ length: count }, (_, i) => i / 2),
  });
  await drive.finalize();
  let sum = 0;
  for await (const batch of (await fx.client.topicHandler("drive", "/a"))!.batches()) {
    for (const value of batch.getChild("data")!.toArray() as Float64Array) sum += value;
  }
  assert.equal(sum, count * (count - 1) / 4);

  const { host, port } = fx.server;
  const strange = MosaicoClient.connect(host, port, {
    timeoutMs: 1_000,
    tls: { caCertificates: OTHER_CA_CERTIFICATE },
  });
  const error = await failure(within(3_000, strange), "connection.tls");
  assert.match(error.message, new RegExp(`${host}:${port}`));
  await failure(within(3_000, MosaicoClient.connect(host, port, { timeoutMs: 1_000, tls: true })), "connection.tls");
  const clear = await failure(within(3_000, MosaicoClient.connect(host, port, { timeoutMs: 1_000 })), "connection.");
  assert.match(clear.message, new RegExp(`${host}:${port}`));
});

test("TLS to a cleartext server fails in time", async () => {
  await using fx = await startEmbedded({ tcp: true });
  const { host, port } = fx.server;
  const tls = { caCertificates: CA_CERTIFICATE };
  const error = await failure(
    within(3_000, MosaicoClient.connect(host, port, { timeoutMs: 1_000, tls })),
    "connection.",
  );
  assert.match(error.message, new RegExp(`${host}:${port}`));
});

const KEY = "msco_s3cr3ts3cr3ts3cr3ts3cr3ts3cr3t_00c0ffee";

test("API keys: one that is missing, wrong, expired or too narrow is refused, and never shows in a text", async () => {
  const READ_ONLY = "msco_readonlyreadonlyreadonlyreadonly_0badf00d";
  const OLD = "msco_oldoldoldoldoldoldoldoldoldoldol_00000000";
  const apiKeys = [
    { token: KEY, scopes: ["read", "write", "delete"] },
    { token: READ_ONLY, scopes: ["read"] },
    { token: OLD, scopes: ["read"], expiresAt: new Date(1) },
  ] as const;
  await using fx = await startEmbedded({ server: { apiKeys }, client: { apiKey: KEY } });
  {
    await using drive = await fx.client.sequenceCreate("drive");
    await (await drive.topicCreate("/a", Floating64)).push(1n, { data: 1 });
    await drive.finalize();
  }
  for (const apiKey of ["", `${KEY}x`, KEY.slice(1), OLD, "x"]) {
    const error = await failure(within(3_000, fx.connect({ apiKey })), "rpc.permission_denied");
    assertSilent(error, apiKey.length > 1 ? [KEY, OLD, apiKey] : [KEY, OLD]);
  }
  await using reader = await fx.connect({ apiKey: READ_ONLY });
  assert.deepEqual(await reader.listSequences(), ["drive"]);
  const stream = (await reader.sequenceHandler("drive"))!.stream();
  assert.equal((await stream.next()).value?.timestampNs, 1n);
  await stream.return();
  assertSilent(await failure(reader.sequenceCreate("other"), "rpc.permission_denied"), [READ_ONLY]);
  assertSilent(await failure(reader.sequenceDelete("drive", { locked: true }), "rpc.permission_denied"), [READ_ONLY]);
});

/** Neither text nor stack nor facts nor causes hold a secret. */
function assertSilent(error: Error, secrets: readonly string[]): void {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const said = `${at.message}\n${at.stack}\n${
      JSON.stringify({ ...at }, (_, v) => typeof v === "bigint" ? `${v}` : v)
    }`;
    for (const secret of secrets) assert.ok(!said.includes(secret), `the key is in: ${said}`);
  }
}

test("an API key that no header can hold is refused without showing it", async () => {
  await using fx = await startEmbedded();
  const bad = "line one\nline two \u2603";
  try {
    await using _ = await fx.connect({ apiKey: bad });
    assert.fail("it was taken");
  } catch (error) {
    assert.ok(error instanceof Error && error.name !== "AssertionError", String(error));
    assertSilent(error, [bad, "line two"]);
  }
});

test("fromEnv() takes certificate and key out of the environment", async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, "ca.pem");
  await writeFile(file, CA_CERTIFICATE);
  const apiKeys = [{ token: KEY, scopes: ["read"] }] as const;
  await using fx = await startEmbedded({
    tcp: true,
    server: { tls: SERVER_TLS, apiKeys },
    client: { apiKey: KEY, tls: { caCertificates: CA_CERTIFICATE } },
  });
  const { MOSAICO_TLS_CERT_FILE, MOSAICO_API_KEY } = process.env;
  process.env["MOSAICO_TLS_CERT_FILE"] = file;
  process.env["MOSAICO_API_KEY"] = KEY;
  try {
    await using client = await MosaicoClient.fromEnv(fx.server.host, fx.server.port);
    assert.deepEqual(await client.listSequences(), []);
    process.env["MOSAICO_TLS_CERT_FILE"] = join(folder.path, "absent.pem");
    await assert.rejects(MosaicoClient.fromEnv(fx.server.host, fx.server.port), /MOSAICO_TLS_CERT_FILE.*absent\.pem/);
  } finally {
    delete process.env["MOSAICO_TLS_CERT_FILE"];
    delete process.env["MOSAICO_API_KEY"];
    if (MOSAICO_TLS_CERT_FILE !== undefined) process.env["MOSAICO_TLS_CERT_FILE"] = MOSAICO_TLS_CERT_FILE;
    if (MOSAICO_API_KEY !== undefined) process.env["MOSAICO_API_KEY"] = MOSAICO_API_KEY;
  }
});
