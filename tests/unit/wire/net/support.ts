/**
 * What the tests of sockets share.
 *
 * @module
 */
import type { Network, Socket, SocketHandler } from "../../../../src/wire/net/mod.ts";
import { memoryNetwork, systemNetwork } from "../../../../src/wire/net/mod.ts";
import { nodeNetwork } from "../../../../src/wire/net/node.ts";

/** The networks of this runtime that reach the machine, by name. */
export const realNetworks: readonly (readonly [name: string, network: Network])[] = [
  ["system", systemNetwork()],
  ["node", nodeNetwork()],
];

/** All networks, by name. */
export const allNetworks: readonly (readonly [name: string, network: Network])[] = [
  ["memory", memoryNetwork()],
  ...realNetworks,
];

/** Collects what a socket reads. */
export class Recorder implements SocketHandler {
  /** Bytes so far. */
  byteLength = 0;
  /** See {@linkcode sampleOf}. */
  samples = 0;
  /** Number of times `closed` was called. */
  closedCount = 0;
  /** Resolves with what `closed` was told. */
  readonly whenClosed: Promise<Error | undefined>;
  /** Bytes as text, of short conversations. */
  text = "";
  #waiting: { byteLength: number; resolve(): void } | undefined;
  #resolve: (error: Error | undefined) => void = () => {};

  constructor() {
    this.whenClosed = new Promise((resolve) => this.#resolve = resolve);
  }

  data(chunk: Uint8Array): void {
    this.samples = sampleOf(chunk, this.byteLength, this.samples);
    if (this.byteLength < 1000) this.text += new TextDecoder().decode(chunk.slice(0, 1000));
    this.byteLength += chunk.byteLength;
    if (this.#waiting !== undefined && this.byteLength >= this.#waiting.byteLength) this.#waiting.resolve();
  }

  closed(error: Error | undefined): void {
    this.closedCount++;
    this.#resolve(error);
  }

  /** Waits until so many bytes have come. */
  async received(byteLength: number): Promise<void> {
    if (this.byteLength >= byteLength) return;
    await new Promise<void>((resolve) => this.#waiting = { byteLength, resolve });
  }
}

/** Goes on with a hash of every 997th byte of a stream, from `chunk` at `position` in it. */
export function sampleOf(chunk: Uint8Array, position: number, before: number): number {
  let hash = before;
  for (let at = (997 - position % 997) % 997; at < chunk.length; at += 997) {
    hash = (Math.imul(hash, 31) + chunk[at]!) | 0;
  }
  return hash;
}

/** Both ends of a connection over `network`, and its listener. */
export async function connectPair(
  network: Network,
): Promise<{ near: Socket; far: Socket; close(): Promise<void> }> {
  const { promise: accepted, resolve } = Promise.withResolvers<Socket>();
  const listener = await network.listen({ host: "127.0.0.1", port: 0 }, resolve);
  const near = await network.dial("127.0.0.1", listener.port);
  const far = await accepted;
  return {
    near,
    far,
    close: async () => {
      near.destroy();
      far.destroy();
      await listener.close();
    },
  };
}
