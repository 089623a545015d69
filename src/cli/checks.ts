/**
 * What `mosaico doctor` looks at: the runtime, the codecs, Workers, a server. Each check answers; none throws.
 *
 * @module
 */
import { stat } from "node:fs/promises";
import process from "node:process";
import { equalBytes, isMosaicoError, messageOf } from "../base/mod.ts";
import { WorkerLane } from "../client/lanes/mod.ts";
import {
  type CodecStatus,
  codecStatus,
  jpegCodec,
  lidarCodec,
  loadNativeCodecs,
  lz4Codec,
  type NativeCodecs,
  zstdCodec,
} from "../codecs/mod.ts";
import type { ServerInfo } from "../protocol/mod.ts";
import { type CommonOptions, UsageError } from "./arguments.ts";
import { checkPlace, withClient } from "./connection.ts";

/** What the program runs on. */
export interface RuntimeReport {
  /** Name. */
  readonly name: "Deno" | "Bun" | "Node.js";
  /** Its version. */
  readonly version: string;
  /** Operating system and processor, such as `linux x64`. */
  readonly platform: string;
}

/** A codec: the best it can run on here, and whether it works. */
export interface CodecReport extends CodecStatus {
  /** Why it does not work. */
  readonly error?: string;
}

/** Whether lanes run in Workers. */
export interface WorkersReport {
  /** Whether a Worker could be started. */
  readonly available: boolean;
  /** Why none could. */
  readonly reason?: string;
}

/** A server, or why there is none. */
export interface ServerReport extends Partial<ServerInfo> {
  /** Whether it was reached, and answers. */
  readonly reachable: boolean;
  /** Median time of a small call, milliseconds. */
  readonly roundTripMs?: number;
  /** Code of the error, such as `connection.refused`. */
  readonly code?: string;
  /** Text of the error. */
  readonly error?: string;
}

/** Longest wait for a Worker or for an answer, milliseconds. */
const TIMEOUT_MS = 5_000;
/** Calls that are timed. */
const ROUND_TRIPS = 5;

/** What this program runs on. */
export function checkRuntime(): RuntimeReport {
  const { versions, platform, arch } = process;
  const [name, version] = versions["deno"] !== undefined
    ? ["Deno", versions["deno"]] as const
    : versions["bun"] !== undefined
    ? ["Bun", versions["bun"]] as const
    : ["Node.js", versions.node] as const;
  return { name, version, platform: `${platform} ${arch}` };
}

/** Sends a little through each codec and back. */
export async function checkCodecs(): Promise<CodecReport[]> {
  const native = await loadNativeCodecs();
  return await Promise.all(
    codecStatus(native).map(async (status) => {
      try {
        if (await ROUND_TRIP[status.codec](native)) return status;
        return { ...status, error: "what it decodes is not what it encoded" };
      } catch (error) {
        return { ...status, error: messageOf(error) };
      }
    }),
  );
}

const BYTES = new Uint8Array(4096).fill(7);

const ROUND_TRIP: Readonly<Record<CodecStatus["codec"], (native: NativeCodecs) => boolean | Promise<boolean>>> = {
  lz4: (native) => survives(lz4Codec({ native })),
  zstd: () => survives(zstdCodec()),
  jpeg: async (native) => {
    const codec = await jpegCodec({ native });
    const { width, height, data } = codec.decode(codec.encode({ width: 64, height: 64, channels: 1, data: BYTES }));
    return width === 64 && height === 64 && data.every((value) => Math.abs(value - 7) <= 2);
  },
  lidar: () => {
    const codec = lidarCodec();
    return codec.decode(codec.encode({ x: Float32Array.of(1.5) })).x?.[0] === 1.5;
  },
};

function survives(codec: ReturnType<typeof lz4Codec>): boolean {
  const packed = codec.compress(BYTES);
  return packed !== undefined && equalBytes(codec.decompress(packed, BYTES.byteLength), BYTES);
}

/** Starts the Worker of a lane. */
export async function checkWorkers(): Promise<WorkersReport> {
  try {
    // Nobody is expected to listen there: by the time the connection is refused, the Worker has started.
    const lane = await WorkerLane.open({ address: { host: "127.0.0.1", port: 1 }, timeoutMs: TIMEOUT_MS });
    await lane.close();
  } catch (error) {
    if (isMosaicoError(error, "connection.no_worker", "connection.lane_lost")) {
      return { available: false, reason: error.message };
    }
  }
  return { available: true };
}

/** Connects to the server or folder of the command line. @throws {UsageError} when it names both */
export async function checkServer(options: CommonOptions): Promise<ServerReport> {
  checkPlace(options);
  try {
    if (options.directory !== undefined) await stat(options.directory); // serving it would create it
    return await withClient(options, async (client) => {
      const times: number[] = [];
      for (let i = 0; i < ROUND_TRIPS; i++) {
        const start = performance.now();
        await client.sequenceExists("doctor", { timeoutMs: TIMEOUT_MS });
        times.push(performance.now() - start);
      }
      const roundTripMs = times.sort((a, b) => a - b)[ROUND_TRIPS >> 1]!;
      return { reachable: true, ...client.info, roundTripMs };
    });
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const { code } = error as { code?: unknown };
    return { reachable: false, ...(code !== undefined && { code: String(code) }), error: messageOf(error) };
  }
}
