import assert from "node:assert/strict";
import { test } from "node:test";
import { ConnectionError, type Network, type Socket } from "../../../../src/wire/net/mod.ts";
import { CA_CERTIFICATE, OTHER_CA_CERTIFICATE, SERVER_TLS } from "./certificates.ts";
import { allNetworks, connectPair, realNetworks, Recorder, sampleOf } from "./support.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** The failure of a dial, which must be ours. */
async function failureOf(dialed: Promise<Socket>): Promise<ConnectionError> {
  try {
    (await dialed).destroy();
  } catch (error) {
    assert.ok(error instanceof ConnectionError, `not a ConnectionError: ${error}`);
    return error;
  }
  assert.fail("the dial succeeded");
}

/** A listener that accepts and stays silent. */
async function withSilentServer(network: Network, use: (port: number) => Promise<void>): Promise<void> {
  const sockets: Socket[] = [];
  const listener = await network.listen({ host: "127.0.0.1", port: 0 }, (socket) => sockets.push(socket));
  try {
    await use(listener.port);
  } finally {
    for (const socket of sockets) socket.destroy();
    await listener.close();
  }
}

for (const [name, network] of allNetworks) {
  test(`${name}: both ways, then the orderly end`, async () => {
    const { near, far, close } = await connectPair(network);
    const [atNear, atFar] = [new Recorder(), new Recorder()];
    near.start(atNear);
    const written = near.write([bytes("he"), bytes("llo")]);
    far.start(atFar); // bytes that came before are kept
    await written;
    await atFar.received(5);
    await far.write([bytes("world")]);
    await atNear.received(5);
    assert.deepEqual([atFar.text, atNear.text], ["hello", "world"]);
    near.end();
    assert.equal(await atFar.whenClosed, undefined);
    assert.equal(await atNear.whenClosed, undefined);
    await close();
    assert.deepEqual([atNear.closedCount, atFar.closedCount], [1, 1]);
  });

  test(`${name}: every byte of 40 MiB in slices of many sizes arrives in order, and end waits for it`, async () => {
    const { near, far, close } = await connectPair(network);
    const recorder = new Recorder();
    far.start(recorder);
    near.start(new Recorder());
    const block = new Uint8Array(8 << 20);
    for (let i = 0; i < block.length; i++) block[i] = i * 7 + (i >> 11);
    let samples = 0;
    let sent = 0;
    for (const sliceBytes of [9, 5_000, 16_384, 100_000, 8 << 20]) {
      const slices: Uint8Array[] = [];
      for (let at = 0; at < (sliceBytes === 9 ? 90_000 : block.length); at += sliceBytes) {
        slices.push(block.subarray(at, at + sliceBytes));
      }
      for (const slice of slices) {
        samples = sampleOf(slice, sent, samples);
        sent += slice.byteLength;
      }
      const written = near.write(slices);
      if (sliceBytes === 8 << 20) near.end();
      await written;
    }
    assert.equal(await recorder.whenClosed, undefined);
    assert.deepEqual([recorder.byteLength, recorder.samples], [sent, samples]);
    await close();
  });

  test(`${name}: bytes go where the handler wants them, or anywhere`, async () => {
    const { near, far, close } = await connectPair(network);
    near.start(new Recorder());
    const wanted = new Uint8Array(10);
    const recorder = new Recorder();
    const chunks: Uint8Array[] = [];
    far.start({
      data: (chunk) => {
        chunks.push(chunk);
        recorder.data(chunk);
      },
      target: () => chunks.length === 0 ? wanted : undefined,
      closed: (error) => recorder.closed(error),
    });
    await near.write([bytes("0123456789abcdef")]);
    await recorder.received(16);
    assert.equal(recorder.text, "0123456789abcdef");
    const first = chunks[0]!;
    if (first.buffer === wanted.buffer) assert.equal(first.byteLength, 10);
    await close();
  });

  test(`${name}: a write waits for a peer that does not read, and a destroyed socket lets it go`, async () => {
    const { near, close } = await connectPair(network);
    near.start(new Recorder());
    let isSettled = false;
    const written = near.write([new Uint8Array(64 << 20)])!.then(() => isSettled = true);
    await new Promise((resolve) => setTimeout(resolve, 50));
    // Elsewhere the kernel, or the runtime, may take all of it.
    if (name === "memory") assert.equal(isSettled, false);
    near.destroy();
    await written;
    await close();
  });

  test(`${name}: destroy tells its own end the reason, once, and the other end that it is over`, async () => {
    const { near, far, close } = await connectPair(network);
    const [atNear, atFar] = [new Recorder(), new Recorder()];
    near.start(atNear);
    far.start(atFar);
    const reason = new Error("enough");
    near.destroy(reason);
    near.destroy();
    assert.equal(await atNear.whenClosed, reason);
    await atFar.whenClosed;
    assert.equal(near.write([bytes("x")]), undefined);
    await close();
    assert.deepEqual([atNear.closedCount, atFar.closedCount], [1, 1]);
  });

  test(`${name}: a closed port is refused, with host and port in the text`, async () => {
    const listener = await network.listen({ host: "127.0.0.1", port: 0 }, () => {});
    const other = await network.listen({ host: "127.0.0.1", port: 0 }, () => {});
    await listener.close();
    await listener.close();
    const error = await failureOf(network.dial("127.0.0.1", listener.port));
    assert.equal(error.code, "connection.refused");
    assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${listener.port}`));
    assert.deepEqual(error.facts, { host: "127.0.0.1", port: listener.port });
    await other.close();
  });

  test(`${name}: IPv6 addresses stand in brackets in texts`, async () => {
    const listener = await network.listen({ host: "::1", port: 0 }, (socket) => socket.destroy());
    const socket = await network.dial("::1", listener.port);
    assert.equal(socket.remote, `[::1]:${listener.port}`);
    socket.destroy();
    await listener.close();
    const error = await failureOf(network.dial("::1", listener.port));
    assert.match(error.message, /^Cannot connect to \[::1\]:\d+: /);
  });

  test(`${name}: an unknown host`, async () => {
    const error = await failureOf(network.dial("no-such-host.invalid", 6726, { signal: AbortSignal.timeout(4_000) }));
    assert.equal(error.code, "connection.unknown_host");
    assert.match(error.message, /no-such-host\.invalid:6726/);
  });

  test(`${name}: an address in use`, async () => {
    const listener = await network.listen({ host: "127.0.0.1", port: 0 }, () => {});
    await assert.rejects(network.listen({ host: "127.0.0.1", port: listener.port }, () => {}), {
      name: "ConnectionError",
      code: "connection.address_in_use",
      message: new RegExp(`127\\.0\\.0\\.1:${listener.port}`),
    });
    await listener.close();
  });

  test(`${name}: an aborted dial rejects with the reason`, async () => {
    await withSilentServer(network, async (port) => {
      const reason = new Error("changed my mind");
      await assert.rejects(network.dial("127.0.0.1", port, { signal: AbortSignal.abort(reason) }), reason);
    });
  });
}

for (const [name, network] of realNetworks) {
  test(`${name}: a peer that never answers the TLS handshake runs into the deadline`, async () => {
    await withSilentServer(network, async (port) => {
      const signal = AbortSignal.timeout(80);
      const error = await failureOf(network.dial("127.0.0.1", port, { tls: {}, signal }));
      assert.equal(error.code, "connection.timeout");
      assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${port}`));
    });
  });

  test(`${name}: TLS with ALPN h2, for a host name and for an address`, async () => {
    const accepted: Socket[] = [];
    const listener = await network.listen({ host: "127.0.0.1", port: 0, tls: SERVER_TLS }, (socket) => {
      accepted.push(socket);
      socket.start({ data: (chunk) => void socket.write([chunk.slice()]), closed() {} });
    });
    for (const host of ["localhost", "127.0.0.1"]) {
      const socket = await network.dial(host, listener.port, { tls: { caCertificates: CA_CERTIFICATE } });
      assert.equal(socket.alpn, "h2");
      assert.equal(socket.remote, `${host}:${listener.port}`);
      const recorder = new Recorder();
      socket.start(recorder);
      await socket.write([bytes("echo"), new Uint8Array(50_000)]);
      await recorder.received(50_004);
      assert.equal(accepted.at(-1)!.alpn, "h2");
      socket.end();
      await recorder.whenClosed;
    }
    await listener.close();
  });

  test(`${name}: a certificate of another authority is refused`, async () => {
    const listener = await network.listen(
      { host: "127.0.0.1", port: 0, tls: SERVER_TLS },
      (socket) => socket.destroy(),
    );
    for (const tls of [{ caCertificates: OTHER_CA_CERTIFICATE }, {}]) {
      const error = await failureOf(network.dial("localhost", listener.port, { tls }));
      assert.equal(error.code, "connection.tls");
      assert.match(error.message, new RegExp(`localhost:${listener.port}: .*(certificate|issuer)`, "i"));
    }
    await listener.close();
  });

  test(`${name}: TLS to a port that speaks cleartext`, async () => {
    const listener = await network.listen({ host: "127.0.0.1", port: 0 }, (socket) => {
      socket.start({ data: () => void socket.write([bytes("HTTP/1.1 400 Bad Request\r\n\r\n")]), closed() {} });
    });
    const error = await failureOf(network.dial("127.0.0.1", listener.port, { tls: {} }));
    assert.equal(error.code, "connection.tls");
    await listener.close();
  });

  test(`${name}: cleartext to a port that speaks TLS is cut off, and not handed on`, async () => {
    let accepted = 0;
    const listener = await network.listen({ host: "127.0.0.1", port: 0, tls: SERVER_TLS }, () => accepted++);
    const socket = await network.dial("127.0.0.1", listener.port);
    const recorder = new Recorder();
    socket.start(recorder);
    await socket.write([bytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")]);
    await recorder.whenClosed;
    assert.equal(accepted, 0);
    await listener.close();
  });
}
