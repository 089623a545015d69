/**
 * A Flight server for lanes to talk to, and batches to talk about.
 *
 * @module
 */
import { LaneOpener, type LaneOpenerOptions } from "../../../../src/client/lanes/mod.ts";
import {
  type Batch,
  BatchBuilder,
  BatchDecoder,
  decodeSchema,
  encodeBatch,
  encodeSchema,
  type Schema,
  timestamps,
} from "../../../../src/columnar/mod.ts";
import { lz4Codec, zstdCodec } from "../../../../src/codecs/mod.ts";
import {
  type FlightServer,
  type FlightService,
  GrpcStatus,
  RpcError,
  serveFlight,
} from "../../../../src/wire/flight/mod.ts";

export const SCHEMA: Schema = {
  fields: [
    { name: "timestamp_ns", type: { kind: "int", bits: 64, signed: true }, nullable: false },
    { name: "value", type: { kind: "float", bits: 64 }, nullable: true, metadata: new Map([["unit", "m"]]) },
    { name: "text", type: { kind: "utf8" }, nullable: true },
    {
      name: "axes",
      type: { kind: "list", item: { name: "item", type: { kind: "float", bits: 32 }, nullable: false } },
      nullable: true,
    },
    { name: "absent", type: { kind: "float", bits: 64 }, nullable: true },
    { name: "note", type: { kind: "utf8" }, nullable: true },
  ],
  metadata: new Map([["made by", "a test"]]),
};

export function row(i: number): object {
  return { value: i % 3 === 0 ? null : i / 2, text: `row ${i}`, axes: [i, -i] };
}

/** A batch of `rows` rows; the times go on from `first`. */
export function batchOf(rows: number, first = 0): Batch {
  const builder = new BatchBuilder(SCHEMA);
  for (let i = first; i < first + rows; i++) builder.append(BigInt(i), row(i));
  return builder.finish();
}

/** A batch of about `bytes` bytes. */
export function largeBatch(bytes: number): Batch {
  const builder = new BatchBuilder(SCHEMA);
  const text = "x".repeat(4096);
  for (let i = 0; builder.byteLength < bytes; i++) builder.append(BigInt(i), { text });
  return builder.finish();
}

/** Times of all rows. */
export function timesOf(batches: readonly Batch[]): bigint[] {
  return batches.flatMap((batch) => [...timestamps(batch)]);
}

/** What the server was told and did. */
export class Recorder {
  readonly batches: Batch[] = [];
  /** Bytes of bodies that came, as they were on the wire. */
  wireBytes = 0;
  /** Bytes the server has been able to send. */
  servedBytes = 0;
  /** Resolves when a call was cancelled. */
  readonly cancelled: PromiseWithResolvers<void> = Promise.withResolvers();
  /** Keeps the server from reading until it resolves. */
  hold: Promise<void> = Promise.resolve();
}

/**
 * Uploads by command: `keep` records, `refuse` answers NOT_FOUND at the end, `break` after the first batch.
 * Downloads by ticket: `kept` serves what was recorded, `endless` never ends, `silent` neither, `damaged` sends a batch that is none,
 * `missing` answers NOT_FOUND.
 */
function serviceOf(recorder: Recorder): FlightService {
  const say = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return {
    async doPut({ signal }, messages): Promise<void> {
      signal.addEventListener("abort", () => recorder.cancelled.resolve());
      const first = await messages.take();
      const command = say(first!.descriptor!.cmd);
      const decoder = new BatchDecoder(decodeSchema(first!.header), [lz4Codec(), zstdCodec()]);
      await recorder.hold;
      for (let data = await messages.take(); data !== undefined; data = await messages.take()) {
        if (command === "break") throw new RpcError(GrpcStatus.RESOURCE_EXHAUSTED, "the disk is full");
        recorder.wireBytes += data.body.byteLength;
        recorder.batches.push(decoder.decode(data.header, data.body)!);
      }
      if (command === "refuse") throw new RpcError(GrpcStatus.NOT_FOUND, "no such topic: /imu");
    },
    async doGet({ signal }, ticket, sink): Promise<void> {
      signal.addEventListener("abort", () => recorder.cancelled.resolve());
      const what = say(ticket.ticket);
      if (what === "missing") throw new RpcError(GrpcStatus.NOT_FOUND, "no such topic: /imu");
      await sink.send({ header: encodeSchema(SCHEMA) });
      if (what === "damaged") return void await sink.send({ header: new Uint8Array(64).fill(7) });
      if (what === "kept") {
        for (const batch of recorder.batches) await sink.send(encodeBatch(batch));
        return;
      }
      if (what === "silent") return void await recorder.cancelled.promise;
      const message = encodeBatch(largeBatch(1 << 20));
      while (!signal.aborted) {
        await sink.send(message);
        recorder.servedBytes += message.bodyLength;
      }
    },
  };
}

/** A server, its recorder, and a way to open lanes to it. */
export interface LaneFixture extends AsyncDisposable {
  readonly recorder: Recorder;
  readonly server: FlightServer;
  opener(options?: Partial<LaneOpenerOptions>): LaneOpener;
}

/** Starts a server on a real socket. `workers` is the default of its openers. */
export async function startLanes(workers: number): Promise<LaneFixture> {
  const recorder = new Recorder();
  const server = await serveFlight(serviceOf(recorder), { port: 0 });
  return {
    recorder,
    server,
    opener: (options = {}) =>
      new LaneOpener({ address: { host: server.host, port: server.port }, timeoutMs: 5_000, workers, ...options }),
    [Symbol.asyncDispose]: () => server.close(0),
  };
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Whether `promise` settles while other work has its turns. */
export async function settlesSoon(promise: Promise<unknown>, withinMs = 150): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<false>((resolve) => timer = setTimeout(() => resolve(false), withinMs));
  const settled = await Promise.race([promise.then(() => true, () => true), late]);
  clearTimeout(timer);
  return settled;
}
