/**
 * Finds out what server is on the other side, and which form of the protocol it speaks.
 *
 * @module
 */
import { concat, delay, isMosaicoError, messageOf, MosaicoError } from "../../base/mod.ts";
import {
  type ActionName,
  capabilitiesOf,
  formOf,
  infoOfOldServer,
  isUnknownAction,
  jsonCodec,
  loadBinaryCodec,
  ProtocolError,
  type ServerEra,
  type ServerInfo,
  type WireCodec,
} from "../../protocol/mod.ts";
import { actionOf, type FlightClient } from "../../wire/flight/mod.ts";
import { inContext } from "./context.ts";
import type { Negotiated } from "./types.ts";

/** Options of {@linkcode negotiate}. */
export interface NegotiateOptions {
  /** Longest time to wait for the server to become available, milliseconds. @default 5000 */
  readonly timeoutMs?: number;
  /** Gives up when aborted. */
  readonly signal?: AbortSignal;
  /** The server in errors, such as `localhost:6726`. @default "the server" */
  readonly peer?: string;
}

const FIRST_WAIT_MS = 25;
const LONGEST_WAIT_MS = 400;

/**
 * Asks the server for `info`, then, if it has no such action, for `version`. A server that is not available is asked again
 * until the timeout; any other failure ends it at once.
 *
 * @throws {MosaicoError} `connection.timeout`, with the last failure as cause
 * @throws {RpcError} what the server answers instead, such as `rpc.permission_denied`
 * @throws {ProtocolError} `session.unsupported_server`
 */
export async function negotiate(flight: FlightClient, options: NegotiateOptions = {}): Promise<Negotiated> {
  const { timeoutMs = 5_000, signal, peer = "the server" } = options;
  // Not AbortSignal.timeout(): its timer would keep the program alive after the agreement.
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), timeoutMs);
  const limit = signal === undefined ? timeout.signal : AbortSignal.any([signal, timeout.signal]);
  let last: unknown;
  try {
    for (let waitMs = FIRST_WAIT_MS;; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
      try {
        return await inContext(`Cannot agree on a protocol with ${peer}`, () => tellApart(flight, limit));
      } catch (error) {
        if (limit.aborted) throw last ?? error;
        if (!isMosaicoError(error, "rpc.unavailable")) throw error;
        last = error;
      }
      await delay(waitMs, limit);
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (!timeout.signal.aborted) throw error;
    const cause = last ?? error;
    const text = `Cannot connect to ${peer}: it did not become available within ${timeoutMs} ms: ${messageOf(cause)}`;
    throw new MosaicoError("connection.timeout", text, { timeoutMs }, { cause });
  } finally {
    clearTimeout(timer);
  }
}

async function tellApart(flight: FlightClient, signal: AbortSignal): Promise<Negotiated> {
  let bodies;
  try {
    bodies = await ask(flight, "info", jsonCodec, signal);
  } catch (error) {
    if (isUnknownAction(error)) return await askVersion(flight, signal);
    if (isMosaicoError(error, "rpc.unimplemented")) throw unsupported("it runs no actions", error);
    if (!isMosaicoError(error, "rpc.invalid_argument", "rpc.internal")) throw error;
    // A server that reads requests as protobuf refuses the JSON of ours: ask again in its form.
    bodies = await ask(flight, "info", await loadBinaryCodec(), signal).catch(() => Promise.reject(error));
  }
  const form = formOf(concat(bodies));
  const codec = form === "json" ? jsonCodec : await loadBinaryCodec();
  return agreed(form === "json" ? "info" : "binary", codec.decodeAnswer("info", bodies), codec);
}

async function askVersion(flight: FlightClient, signal: AbortSignal): Promise<Negotiated> {
  let bodies;
  try {
    bodies = await ask(flight, "version", jsonCodec, signal);
  } catch (error) {
    throw isUnknownAction(error) ? unsupported("it has neither `info` nor `version`", error) : error;
  }
  const { version, semver } = jsonCodec.decodeAnswer("version", bodies);
  if (semver.major === 0 && semver.minor < 5) throw unsupported(`its version is ${version}, the oldest known is 0.5`);
  return agreed("version", infoOfOldServer(version, semver), jsonCodec);
}

async function ask(
  flight: FlightClient,
  action: ActionName & ("info" | "version"),
  codec: WireCodec,
  signal: AbortSignal,
): Promise<Uint8Array[]> {
  const body = codec.encodeRequest(action, {});
  return await Array.fromAsync(flight.doAction(actionOf(action, body), { signal }));
}

function agreed(era: ServerEra, info: ServerInfo, codec: WireCodec): Negotiated {
  return { era, info, codec, capabilities: capabilitiesOf(era, info) };
}

function unsupported(problem: string, cause?: unknown): ProtocolError {
  return new ProtocolError("session.unsupported_server", `no version of the protocol fits: ${problem}`, {}, { cause });
}
