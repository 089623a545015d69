/** Two engines joined in memory, and sinks that write down what they hear. */
import { Connection, type ConnectionOptions } from "../../../../src/wire/http2/connection.ts";
import type { HeaderList, Http2Stream, StreamSink } from "../../../../src/wire/http2/mod.ts";
import { isMosaicoError } from "../../../../src/base/mod.ts";

export const REQUEST: HeaderList = [
  [":method", "POST"],
  [":scheme", "http"],
  [":path", "/echo"],
  [":authority", "test"],
];
export const OK: HeaderList = [[":status", "200"], ["content-type", "text/plain"]];

/** Writes down what a stream hears; `text` of the body, `log` of the rest. */
export class Recorder implements StreamSink {
  readonly log: string[] = [];
  text = "";
  bytes = 0;
  error: Error | undefined;
  readonly onData: ((chunk: Uint8Array, endOfStream: boolean) => void) | undefined;

  constructor(onData?: (chunk: Uint8Array, endOfStream: boolean) => void) {
    this.onData = onData;
  }

  headers(headers: HeaderList, endOfStream: boolean): void {
    this.log.push(`headers ${describe(headers)}${endOfStream ? " end" : ""}`);
  }

  data(chunk: Uint8Array, endOfStream: boolean): void {
    this.bytes += chunk.length;
    if (this.text.length < 4096) this.text += new TextDecoder().decode(chunk);
    if (endOfStream) this.log.push("end");
    this.onData?.(chunk, endOfStream);
  }

  trailers(trailers: HeaderList): void {
    this.log.push(`trailers ${describe(trailers)}`);
  }

  failed(error: Error): void {
    this.error = error;
    this.log.push(`failed ${isMosaicoError(error) ? `${error.code} ${error.facts["http2Name"]}` : error.message}`);
  }
}

function describe(headers: HeaderList): string {
  return headers.map(([name, value]) => `${name}=${value}`).join(" ");
}

/** A request at the server's side. */
export interface Incoming {
  readonly stream: Http2Stream;
  readonly headers: HeaderList;
  readonly sink: Recorder;
}

/** One engine with what it has told. */
export class Side {
  readonly connection: Connection;
  readonly incoming: Incoming[] = [];
  readonly pongs: Uint8Array[] = [];
  /** Whether the sinks of its requests give the window back at once. */
  isConsuming = true;
  isOver = false;
  error: Error | undefined;
  /** Answers a request; by default nothing. */
  serve: (incoming: Incoming, endOfStream: boolean) => void = () => {};

  constructor(role: "client" | "server", options: ConnectionOptions = {}) {
    this.connection = new Connection(role, {
      wake() {},
      opened: (stream, headers, endOfStream) => {
        const incoming = {
          stream,
          headers,
          sink: new Recorder((chunk) => this.isConsuming && stream.consume(chunk.length)),
        };
        this.incoming.push(incoming);
        this.serve(incoming, endOfStream);
        return incoming.sink;
      },
      pong: (payload) => this.pongs.push(payload.slice()),
      closed: (error) => {
        this.isOver = true;
        this.error = error;
      },
    }, options);
  }

  /** All output there is, as one array. */
  output(): Uint8Array {
    const parts: number[] = [];
    for (let slices: Uint8Array[] = []; this.connection.pull(1 << 16, slices) > 0; slices = []) {
      for (const slice of slices) for (const byte of slice) parts.push(byte);
    }
    return Uint8Array.from(parts);
  }
}

/** A client and a server that have not spoken yet. */
export interface Joined {
  readonly client: Side;
  readonly server: Side;
  /** Carries bytes both ways until nobody has any, in chunks of that size. */
  pump(chunkBytes?: number): void;
}

export function join(clientOptions: ConnectionOptions = {}, serverOptions: ConnectionOptions = {}): Joined {
  const client = new Side("client", clientOptions);
  const server = new Side("server", serverOptions);
  return {
    client,
    server,
    pump(chunkBytes = 1 << 20) {
      while (carry(client, server, chunkBytes) + carry(server, client, chunkBytes) > 0);
    },
  };
}

function carry(from: Side, to: Side, chunkBytes: number): number {
  const slices: Uint8Array[] = [];
  const bytes = from.connection.pull(1 << 18, slices);
  for (const slice of slices) {
    for (let at = 0; at < slice.length; at += chunkBytes) {
      // A copy that is wiped afterwards, as a socket would reuse its memory.
      const chunk = slice.slice(at, at + chunkBytes);
      to.connection.receive(chunk);
      chunk.fill(0xee);
    }
  }
  return bytes;
}

/** Bytes of a frame. */
export function frame(
  type: number,
  flags: number,
  streamId: number,
  payload: readonly number[] | Uint8Array,
): Uint8Array {
  const length = payload.length;
  return Uint8Array.from([
    length >>> 16,
    (length >>> 8) & 0xff,
    length & 0xff,
    type,
    flags,
    streamId >>> 24,
    (streamId >>> 16) & 0xff,
    (streamId >>> 8) & 0xff,
    streamId & 0xff,
    ...payload,
  ]);
}

/** The four bytes of a number. */
export function uint32(value: number): number[] {
  return [value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
}

/** One frame of an output. */
export interface ParsedFrame {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  readonly payload: Uint8Array;
}

/** Frames of an output, without a client's preface. */
export function parse(bytes: Uint8Array): ParsedFrame[] {
  const frames: ParsedFrame[] = [];
  for (let at = bytes[0] === 0x50 ? 24 : 0; at < bytes.length;) {
    const length = (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
    const view = new DataView(bytes.buffer, bytes.byteOffset + at);
    const payload = bytes.subarray(at + 9, at + 9 + length);
    frames.push({ type: bytes[at + 3]!, flags: bytes[at + 4]!, streamId: view.getUint32(5) & 0x7fffffff, payload });
    at += 9 + length;
  }
  return frames;
}
