/**
 * Input: what each received frame means for its stream and for the connection.
 *
 * @module
 */
import { connectionError, Http2ErrorCode } from "./errors.ts";
import { FloodBudget } from "./flood_budget.ts";
import type { FrameHandler } from "./frame_reader.ts";
import { checkReceived, type HeaderSummary } from "./header_rules.ts";
import { type HeaderField, HpackDecoder } from "./hpack/mod.ts";
import type { ReceiveWindow } from "./receive_window.ts";
import type { Sender } from "./sender.ts";
import type { Limits, Role } from "./settings.ts";
import type { Stream } from "./stream.ts";
import { Ending, type StreamTable } from "./stream_table.ts";
import type { HeaderList } from "./types.ts";

/** What the receiving half asks of its connection. */
export interface ReceiverHost {
  /** Which side we are. */
  readonly role: Role;
  /** Our limits. */
  readonly limits: Limits;
  /** The streams. */
  readonly table: StreamTable;
  /** The sending half. */
  readonly sender: Sender;
  /** Whether new streams of the peer come too late. */
  readonly isDraining: boolean;
  /** A well-formed request opens a stream. */
  openedByPeer(id: number, headers: HeaderList, summary: HeaderSummary, endOfStream: boolean): void;
  /** The peer broke a rule that concerns one stream. */
  violated(stream: Stream, code: number, what: string): void;
  /** The owner's sink threw. */
  sinkThrew(stream: Stream, reason: unknown): void;
  /** RST_STREAM came. */
  resetByPeer(stream: Stream, code: number): void;
  /** The peer's END_STREAM came. */
  receiveDone(stream: Stream): void;
  /** So many bytes of the connection's window were used. They are body that `holder` holds from now on, if there is one. */
  received(byteCount: number, holder: Stream | undefined): void;
  /** The peer may have raised its limit of streams. */
  openWaiting(): void;
  /** GOAWAY came. */
  goaway(lastStreamId: number, code: number, text: Uint8Array): void;
  /** An answer to a PING came. */
  pong(payload: Uint8Array): void;
}

/** Replies, headers of answers included, that a peer may leave unread before it is taken for a flood. */
const MAX_UNREAD_BYTES = 4 << 20;

/** The receiving half of a connection, behind the parser. */
export class Receiver implements FrameHandler {
  readonly #host: ReceiverHost;
  readonly #decoder: HpackDecoder;
  readonly #window: ReceiveWindow;
  /** Frames that cost us work and carry nothing. Bodies both ways and requests justify some, and earn it back. */
  readonly #control: FloodBudget;
  /** Streams that came to nothing. Only a server is at the mercy of its peer here. */
  readonly #resets: FloodBudget;
  #hasSettings = false;
  /** Stream of the DATA frame under way; `undefined` when its body is thrown away. */
  #dataStream: Stream | undefined;
  #dataEndsStream = false;

  /** Creates the receiving half; `window` is that of the connection, `now` a clock in milliseconds. */
  constructor(host: ReceiverHost, window: ReceiveWindow, control: FloodBudget, now: () => number) {
    this.#host = host;
    this.#window = window;
    this.#control = control;
    this.#decoder = new HpackDecoder(host.limits.maxHeaderListBytes);
    this.#resets = new FloodBudget(Math.max(200, 2 * host.limits.maxConcurrentStreams), 500, now);
  }

  /** See {@linkcode FrameHandler.beginData}. */
  beginData(streamId: number, dataBytes: number, paddingBytes: number, endStream: boolean): void {
    const frameBytes = dataBytes + paddingBytes;
    if (!this.#window.receive(frameBytes)) {
      throw connectionError(Http2ErrorCode.FLOW_CONTROL_ERROR, "the peer sent more than the connection's window");
    }
    if (dataBytes > 0) this.#control.earn(1);
    else if (!endStream) this.#control.spend("empty DATA frames");
    this.#dataEndsStream = endStream;
    this.#dataStream = this.#acceptData(streamId, frameBytes, dataBytes, endStream);
    if (paddingBytes > 0) {
      this.#host.received(paddingBytes, undefined);
      const increment = this.#dataStream?.window.consume(paddingBytes) ?? 0;
      if (increment > 0 && !endStream) this.#host.sender.frames.windowUpdate(streamId, increment);
    }
  }

  /** The stream that takes the body of a DATA frame, if any does. */
  #acceptData(streamId: number, frameBytes: number, dataBytes: number, endStream: boolean): Stream | undefined {
    const stream = this.#host.table.get(streamId);
    if (stream === undefined) {
      this.#late(streamId, "DATA");
    } else if (stream.isReceiveDone) {
      this.#violated(stream, Http2ErrorCode.STREAM_CLOSED, "DATA came after its end");
    } else if (!stream.isPeerHeaded) {
      this.#violated(stream, Http2ErrorCode.PROTOCOL_ERROR, "DATA came before its headers");
    } else if (!stream.window.receive(frameBytes)) {
      this.#violated(stream, Http2ErrorCode.FLOW_CONTROL_ERROR, "the peer sent more than its window");
    } else if (!announces(stream, dataBytes, endStream)) {
      this.#violated(stream, Http2ErrorCode.PROTOCOL_ERROR, "its body is not as long as content-length says");
    } else {
      return stream;
    }
    return undefined;
  }

  /** See {@linkcode FrameHandler.data}. */
  data(chunk: Uint8Array, isLast: boolean): void {
    const stream = this.#dataStream;
    // The owner may have reset it since the frame began.
    if (stream === undefined || stream.failure !== undefined) return this.#host.received(chunk.length, undefined);
    const endOfStream = isLast && this.#dataEndsStream;
    if (endOfStream) stream.isReceiveDone = true;
    this.#host.received(chunk.length, stream.isDeaf ? undefined : stream);
    if (!stream.isDeaf && (chunk.length > 0 || endOfStream)) {
      try {
        stream.sink.data(chunk, endOfStream);
      } catch (reason) {
        return this.#host.sinkThrew(stream, reason);
      }
    }
    if (endOfStream) this.#host.receiveDone(stream);
  }

  /** See {@linkcode FrameHandler.target}. */
  target(maxBytes: number): Uint8Array | undefined {
    const stream = this.#dataStream;
    if (stream === undefined || stream.failure !== undefined || stream.isDeaf) return undefined;
    return stream.sink.target?.(maxBytes);
  }

  /** See {@linkcode FrameHandler.headers}. */
  headers(streamId: number, block: Uint8Array, endStream: boolean): void {
    const { role, table } = this.#host;
    // Before anything else, whatever the stream: the tables of both sides must stay alike.
    const list = this.#decoder.decode(block);
    const stream = table.get(streamId);
    if (stream !== undefined) return this.#openStreamHeaders(stream, list, endStream);
    if (!table.isIdle(streamId)) return this.#late(streamId, "HEADERS");
    if (role === "client" || (streamId & 1) === 0) {
      throw connectionError(Http2ErrorCode.PROTOCOL_ERROR, `the peer opened stream ${streamId}, which it must not`);
    }
    if (this.#host.isDraining) return this.#refuse(streamId, undefined);
    if (table.size >= this.#host.limits.maxConcurrentStreams) {
      return this.#refuse(streamId, Http2ErrorCode.REFUSED_STREAM);
    }
    if (list === undefined) return this.#refuse(streamId, Http2ErrorCode.ENHANCE_YOUR_CALM);
    const summary = checkReceived(list, "request");
    if (summary.fault !== undefined || (endStream && summary.contentLength > 0)) {
      return this.#refuse(streamId, Http2ErrorCode.PROTOCOL_ERROR);
    }
    this.#control.earn(1);
    this.#reply();
    this.#host.openedByPeer(streamId, list, summary, endStream);
  }

  /** Does not open a stream; after GOAWAY not even an answer is due. */
  #refuse(streamId: number, code: number | undefined): void {
    this.#resets.spend("requests that are refused");
    this.#host.table.refuse(streamId);
    if (code !== undefined) this.#reply().rstStream(streamId, code);
  }

  #openStreamHeaders(stream: Stream, list: HeaderField[] | undefined, endStream: boolean): void {
    const isResponse = !stream.isPeerHeaded;
    if (stream.isReceiveDone) {
      return this.#violated(stream, Http2ErrorCode.STREAM_CLOSED, "HEADERS came after its end");
    }
    if (list === undefined) {
      const most = this.#host.limits.maxHeaderListBytes;
      return this.#violated(stream, Http2ErrorCode.ENHANCE_YOUR_CALM, `its headers are over ${most} bytes`);
    }
    const summary = checkReceived(list, isResponse ? "response" : "trailers");
    const isInformational = summary.status >= 100 && summary.status < 200;
    let fault = summary.fault;
    if (fault === undefined && !isResponse && !endStream) fault = "trailers do not end the stream";
    if (fault === undefined && isInformational && (endStream || summary.status === 101)) {
      fault = `status ${summary.status} is no end and no upgrade`;
    }
    if (fault === undefined && !isInformational) {
      if (isResponse) expectBody(stream, summary);
      if (!announces(stream, 0, endStream)) fault = "its body is not as long as content-length says";
    }
    if (fault !== undefined) return this.#violated(stream, Http2ErrorCode.PROTOCOL_ERROR, fault);
    if (isInformational) return this.#control.spend("informational responses");
    stream.isPeerHeaded = true;
    if (endStream) stream.isReceiveDone = true;
    if (!stream.isDeaf) {
      try {
        if (isResponse) stream.sink.headers(list, endStream);
        else stream.sink.trailers(list);
      } catch (reason) {
        return this.#host.sinkThrew(stream, reason);
      }
    }
    if (endStream) this.#host.receiveDone(stream);
  }

  /** See {@linkcode FrameHandler.rstStream}. */
  rstStream(streamId: number, code: number): void {
    const stream = this.#host.table.get(streamId);
    if (stream !== undefined) {
      if (this.#host.role === "server") this.#resets.spend("requests and their resets");
      return this.#host.resetByPeer(stream, code);
    }
    this.#requireUsed(streamId, "RST_STREAM");
    this.#control.spend("resets of closed streams");
  }

  /** See {@linkcode FrameHandler.settings}. */
  settings(payload: Uint8Array): void {
    const { sender, table, role } = this.#host;
    this.#control.spend("SETTINGS");
    // What the peer's first SETTINGS leave out has no bound.
    if (!this.#hasSettings) sender.peer.maxConcurrentStreams = Infinity;
    this.#hasSettings = true;
    sender.applySettings(payload, role, table.values());
    this.#reply().settingsAck();
    this.#host.openWaiting();
  }

  /** See {@linkcode FrameHandler.ping}. */
  ping(payload: Uint8Array): void {
    this.#control.spend("PINGs");
    this.#reply().ping(payload, true);
  }

  /** See {@linkcode FrameHandler.pong}. */
  pong(payload: Uint8Array): void {
    this.#control.spend("answers to PINGs");
    this.#host.pong(payload);
  }

  /** See {@linkcode FrameHandler.goaway}. */
  goaway(lastStreamId: number, code: number, text: Uint8Array): void {
    this.#control.spend("GOAWAYs");
    this.#host.goaway(lastStreamId, code, text);
  }

  /** See {@linkcode FrameHandler.windowUpdate}. */
  windowUpdate(streamId: number, increment: number): void {
    const { sender, table } = this.#host;
    this.#control.spend("WINDOW_UPDATEs");
    if (streamId === 0) {
      if (increment === 0) throw connectionError(Http2ErrorCode.PROTOCOL_ERROR, "a window was opened by 0 bytes");
      return sender.openConnection(increment);
    }
    const stream = table.get(streamId);
    if (stream === undefined) return this.#requireUsed(streamId, "WINDOW_UPDATE");
    if (increment === 0) {
      this.#violated(stream, Http2ErrorCode.PROTOCOL_ERROR, "its window was opened by 0 bytes");
    } else if (!sender.openStream(stream, increment)) {
      this.#violated(stream, Http2ErrorCode.FLOW_CONTROL_ERROR, "its window was opened past its maximum");
    }
  }

  /** See {@linkcode FrameHandler.ignored}. */
  ignored(): void {
    this.#control.spend("frames without effect");
  }

  /** A stream came to its proper end. */
  completed(): void {
    this.#resets.earn(1);
  }

  /** DATA or HEADERS for a stream that is not open. */
  #late(streamId: number, what: string): void {
    this.#requireUsed(streamId, what);
    const ending = this.#host.table.endingOf(streamId);
    if (ending === Ending.COMPLETE) {
      throw connectionError(Http2ErrorCode.STREAM_CLOSED, `${what} came for stream ${streamId}, which is closed`);
    }
    if (ending === Ending.RESET_BY_PEER) {
      this.#resets.spend("frames of streams it has reset");
      this.#reply().rstStream(streamId, Http2ErrorCode.STREAM_CLOSED);
    } else if (ending === undefined && what === "HEADERS" && this.#host.role === "server") {
      const highest = this.#host.table.highestId;
      throw connectionError(Http2ErrorCode.PROTOCOL_ERROR, `stream ${streamId} opened after stream ${highest}`);
    } else {
      this.#control.spend("frames of streams that were reset");
    }
  }

  #requireUsed(streamId: number, what: string): void {
    if (this.#host.table.isIdle(streamId)) {
      throw connectionError(Http2ErrorCode.PROTOCOL_ERROR, `${what} came for stream ${streamId}, which is idle`);
    }
  }

  /** Also a violation makes us reset a stream, so it counts like a reset of the peer. */
  #violated(stream: Stream, code: number, what: string): void {
    if (this.#host.role === "server") this.#resets.spend("broken requests");
    this.#reply();
    this.#host.violated(stream, code, what);
  }

  /** Where replies go, as long as the peer reads them. */
  #reply(): Sender["frames"] {
    const { frames } = this.#host.sender;
    if (frames.pendingBytes > MAX_UNREAD_BYTES) {
      throw connectionError(Http2ErrorCode.ENHANCE_YOUR_CALM, "the peer asks without reading the answers");
    }
    return frames;
  }
}

/** Takes body bytes off what `content-length` announced. Answers whether that is possible. */
function announces(stream: Stream, dataBytes: number, endStream: boolean): boolean {
  if (stream.announcedLeft < 0) return true;
  stream.announcedLeft -= dataBytes;
  return endStream ? stream.announcedLeft === 0 : stream.announcedLeft >= 0;
}

/** Notes the announced length of a response, unless that has no body by nature. */
function expectBody(stream: Stream, summary: HeaderSummary): void {
  const { status } = summary;
  const isBodiless = stream.method === "HEAD" || status === 204 || status === 304;
  stream.announcedLeft = isBodiless ? -1 : summary.contentLength;
}
