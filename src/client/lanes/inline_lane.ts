/**
 * A lane on the thread it is called on: encodes, sends, receives, verifies and decodes inline.
 *
 * @module
 */
import type { CodecStatus } from "../../codecs/mod.ts";
import {
  type Batch,
  BatchDecoder,
  type BodyCodec,
  decodeSchema,
  encodeSchema,
  type Schema,
  SparseEncoder,
} from "../../columnar/mod.ts";
import {
  commandDescriptor,
  type FlightClient,
  type FlightData,
  type FlightStream,
  type FlightUpload,
  type OutgoingFlightData,
  ticketOf,
} from "../../wire/flight/mod.ts";
import { ConnectionError } from "../../wire/net/mod.ts";
import { JpegUpload } from "./jpeg_upload.ts";
import { AutoEncoder, type BodyEncoder, fixedEncoder } from "./auto_compression.ts";
import type { LaneCodecs } from "./lane_codecs.ts";
import type { Lane, LaneDownload, LaneUpload, UploadStart } from "./types.ts";

/** A data connection that a lane owns. */
export interface DataConnection extends FlightClient {
  /** Closes it; what is under way fails. */
  close(): Promise<void>;
}

/** HTTP/2 knows no smaller window. */
const LEAST_WINDOW_BYTES = 65_535;

/** A {@linkcode Lane} without a Worker. */
export class InlineLane implements Lane {
  /** See {@linkcode Lane.inWorker}. */
  readonly inWorker = false;
  /** Never: its connection repairs itself. */
  readonly isLost = false;
  /** See {@linkcode Lane.reason}. */
  readonly reason: string;
  readonly #flight: DataConnection;
  readonly #codecs: LaneCodecs;
  #active = 0;

  /** Wraps a data connection, which is *taken*. `reason` says why there is no Worker. */
  constructor(flight: DataConnection, codecs: LaneCodecs, reason: string) {
    this.#flight = flight;
    this.#codecs = codecs;
    this.reason = reason;
  }

  /** See {@linkcode Lane.codecs}. */
  get codecs(): readonly CodecStatus[] {
    return this.#codecs.status;
  }

  /** See {@linkcode Lane.active}. */
  get active(): number {
    return this.#active;
  }

  /** See {@linkcode Lane.upload}. */
  upload(start: UploadStart): LaneUpload {
    const { command, jpeg } = start;
    const schema = encodeSchema(jpeg?.schema ?? start.schema); // throws before there is a call
    this.#active++;
    const upload = new InlineUpload(this.#flight.doPut(), command, schema, this.#encoder(start), () => this.#active--);
    return jpeg === undefined ? upload : new JpegUpload(upload, this.#codecs.jpeg(jpeg.module), jpeg, start.schema);
  }

  /** See {@linkcode Lane.download}. */
  download(ticket: Uint8Array, readAheadBytes?: number): LaneDownload {
    this.#active++;
    const limits = readAheadBytes === undefined ? {} : { windowBytes: Math.max(LEAST_WINDOW_BYTES, readAheadBytes) };
    return new InlineDownload(
      this.#flight.doGet(ticketOf(ticket), limits),
      Object.values(this.#codecs.bodies),
      () => this.#active--,
    );
  }

  #encoder({ compression }: UploadStart): BodyEncoder {
    const { lz4, zstd } = this.#codecs.bodies;
    if (compression === "auto") return new AutoEncoder(new SparseEncoder(lz4), [lz4, zstd]);
    if (compression === "sparse") return new SparseEncoder(lz4);
    return fixedEncoder(compression === "none" ? undefined : this.#codecs.bodies[compression]);
  }

  /** See {@linkcode Lane.close}. */
  close(): Promise<void> {
    return this.#flight.close();
  }
}

class InlineUpload implements LaneUpload {
  readonly failed: Promise<unknown>;
  readonly #call: FlightUpload<OutgoingFlightData, Uint8Array>;
  readonly #encoder: BodyEncoder;
  /** Settles with the status of the call. */
  readonly #status: Promise<void>;

  constructor(
    call: FlightUpload<OutgoingFlightData, Uint8Array>,
    command: Uint8Array,
    schema: Uint8Array,
    encoder: BodyEncoder,
    onEnd: () => void,
  ) {
    this.#call = call;
    this.#encoder = encoder;
    this.#status = readToEnd(call).finally(onEnd);
    this.failed = new Promise((resolve) => this.#status.catch(resolve));
    call.send({ descriptor: commandDescriptor(command), header: schema })?.catch(() => {});
  }

  send(batch: Batch): Promise<void> | undefined {
    try {
      const { header, body, bodyLength } = this.#encoder.encode(batch);
      const room = this.#call.send({ header, body });
      if (room !== undefined) this.#encoder.waits?.(bodyLength, room);
      return room;
    } catch (error) { // a batch that cannot be encoded, or a call that has failed: a rejection like any other
      return Promise.reject(error);
    }
  }

  async finish(): Promise<void> {
    this.#call.closeSend();
    await this.#status;
  }

  cancel(): void {
    this.#call.cancel();
  }
}

class InlineDownload implements LaneDownload {
  readonly schema: Promise<Schema>;
  readonly #call: FlightStream<FlightData>;
  readonly #decoder: Promise<BatchDecoder>;
  #onEnd: (() => void) | undefined;

  constructor(call: FlightStream<FlightData>, codecs: readonly BodyCodec[], onEnd: () => void) {
    this.#call = call;
    this.#onEnd = onEnd;
    this.schema = this.#readSchema();
    this.#decoder = this.schema.then((schema) => new BatchDecoder(schema, codecs));
    this.#decoder.catch(() => {});
  }

  async take(): Promise<Batch | undefined> {
    try {
      const decoder = await this.#decoder;
      for (let data = await this.#call.take(); data !== undefined; data = await this.#call.take()) {
        if (data.header.byteLength === 0) continue; // metadata only
        const batch = decoder.decode(data.header, data.body);
        if (batch !== undefined && batch.numRows > 0) return batch;
      }
      this.#ended();
      return undefined;
    } catch (error) {
      this.cancel();
      throw error;
    }
  }

  cancel(): void {
    this.#call.cancel();
    this.#ended();
  }

  async #readSchema(): Promise<Schema> {
    const first = await this.#call.take();
    if (first === undefined) {
      throw new ConnectionError("connection.protocol", "Cannot read the download: it ended before its schema came");
    }
    return decodeSchema(first.header);
  }

  #ended(): void {
    this.#onEnd?.();
    this.#onEnd = undefined;
  }
}

async function readToEnd(stream: FlightStream<unknown>): Promise<void> {
  while (await stream.take() !== undefined);
}
