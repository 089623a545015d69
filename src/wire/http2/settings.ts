/**
 * SETTINGS: what we announce, and what a peer may announce (RFC 9113 section 6.5).
 *
 * @module
 */
import { connectionError, Http2ErrorCode } from "./errors.ts";
import { INITIAL_WINDOW_BYTES, MAX_INT31, MAX_MAX_FRAME_BYTES, MIN_MAX_FRAME_BYTES, readUint32 } from "./frames.ts";
import type { Http2Options } from "./types.ts";

/** Which side of a connection. */
export type Role = "client" | "server";

/** Numbers of the settings; any other is ignored. */
export const SettingId = {
  HEADER_TABLE_SIZE: 0x1,
  ENABLE_PUSH: 0x2,
  MAX_CONCURRENT_STREAMS: 0x3,
  INITIAL_WINDOW_SIZE: 0x4,
  MAX_FRAME_SIZE: 0x5,
  MAX_HEADER_LIST_SIZE: 0x6,
} as const;

/** Bytes of one entry. */
export const SETTING_BYTES = 6;

/** What the peer allows us. */
export interface PeerSettings {
  /** Size of the dynamic table our encoder may use. */
  headerTableSize: number;
  /** Streams we may have open at once. */
  maxConcurrentStreams: number;
  /** Window of a new stream. */
  initialWindowSize: number;
  /** Largest frame we may send. */
  maxFrameSize: number;
}

/**
 * Settings of a peer that has said nothing yet. RFC 9113 puts no bound on streams then; 100, the least it advises a
 * peer to allow, keeps an early burst from being refused.
 */
export function initialPeerSettings(): PeerSettings {
  return {
    headerTableSize: 4096,
    maxConcurrentStreams: 100,
    initialWindowSize: INITIAL_WINDOW_BYTES,
    maxFrameSize: MIN_MAX_FRAME_BYTES,
  };
}

/**
 * Reads the payload of a SETTINGS frame into `settings`, entry by entry.
 *
 * @throws {Http2Error} `connection.http2` for a value out of its range
 */
export function readSettings(payload: Uint8Array, role: Role, settings: PeerSettings): void {
  for (let at = 0; at + SETTING_BYTES <= payload.length; at += SETTING_BYTES) {
    const value = readUint32(payload, at + 2);
    switch ((payload[at]! << 8) | payload[at + 1]!) {
      case SettingId.HEADER_TABLE_SIZE:
        settings.headerTableSize = value;
        break;
      case SettingId.ENABLE_PUSH:
        if (value > 1 || (value === 1 && role === "client")) throw outOfRange("ENABLE_PUSH", value);
        break;
      case SettingId.MAX_CONCURRENT_STREAMS:
        settings.maxConcurrentStreams = value;
        break;
      case SettingId.INITIAL_WINDOW_SIZE:
        if (value > MAX_INT31) throw outOfRange("INITIAL_WINDOW_SIZE", value, Http2ErrorCode.FLOW_CONTROL_ERROR);
        settings.initialWindowSize = value;
        break;
      case SettingId.MAX_FRAME_SIZE:
        if (value < MIN_MAX_FRAME_BYTES || value > MAX_MAX_FRAME_BYTES) throw outOfRange("MAX_FRAME_SIZE", value);
        settings.maxFrameSize = value;
        break;
    }
  }
}

function outOfRange(name: string, value: number, code: number = Http2ErrorCode.PROTOCOL_ERROR): Error {
  return connectionError(code, `the peer's setting ${name} is ${value}, which is out of its range`);
}

/** Receive window of a stream where nobody says otherwise. */
export const DEFAULT_STREAM_WINDOW_BYTES: number = 16 << 20;

/** Our own limits, all filled in. */
export type Limits = Required<Http2Options>;

/** Fills in the defaults. @throws {RangeError} for a value out of its range */
export function resolveLimits(role: Role, options: Http2Options): Limits {
  const limits: Limits = {
    streamWindowBytes: options.streamWindowBytes ?? DEFAULT_STREAM_WINDOW_BYTES,
    connectionWindowBytes: options.connectionWindowBytes ?? 32 << 20,
    maxHeldBytes: options.maxHeldBytes ?? (role === "server" ? 32 << 20 : Number.MAX_SAFE_INTEGER),
    maxFrameBytes: options.maxFrameBytes ?? 1 << 20,
    maxConcurrentStreams: options.maxConcurrentStreams ?? (role === "server" ? 1000 : 0),
    maxHeaderListBytes: options.maxHeaderListBytes ?? 64 << 10,
    sendBufferBytes: options.sendBufferBytes ?? 1 << 20,
  };
  // Not below the protocol's own initial value: a peer may use that before it has seen our SETTINGS.
  requireRange(limits, "streamWindowBytes", INITIAL_WINDOW_BYTES, MAX_INT31);
  requireRange(limits, "connectionWindowBytes", INITIAL_WINDOW_BYTES, MAX_INT31);
  requireRange(limits, "maxHeldBytes", 0, Number.MAX_SAFE_INTEGER);
  requireRange(limits, "maxFrameBytes", MIN_MAX_FRAME_BYTES, MAX_MAX_FRAME_BYTES);
  requireRange(limits, "maxConcurrentStreams", 0, MAX_INT31);
  requireRange(limits, "maxHeaderListBytes", 256, 16 << 20);
  requireRange(limits, "sendBufferBytes", 1, Number.MAX_SAFE_INTEGER);
  return limits;
}

/** Refuses what cannot be the window of a stream. @throws {RangeError} */
export function requireWindow(bytes: number): void {
  requireRange({ streamWindowBytes: bytes }, "streamWindowBytes", INITIAL_WINDOW_BYTES, MAX_INT31);
}

function requireRange<Name extends keyof Limits>(
  limits: Pick<Limits, Name>,
  name: Name,
  least: number,
  most: number,
): void {
  const value = limits[name];
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`Cannot use HTTP/2 option ${name}: ${value} is not an integer from ${least} to ${most}`);
  }
}

/** The entries we announce. Streams of a client get their windows one by one, so it announces the least. */
export function announcedSettings(role: Role, limits: Limits): readonly (readonly [id: number, value: number])[] {
  return [
    role === "client" ? [SettingId.ENABLE_PUSH, 0] : [SettingId.MAX_CONCURRENT_STREAMS, limits.maxConcurrentStreams],
    [SettingId.INITIAL_WINDOW_SIZE, role === "client" ? INITIAL_WINDOW_BYTES : limits.streamWindowBytes],
    [SettingId.MAX_FRAME_SIZE, limits.maxFrameBytes],
    [SettingId.MAX_HEADER_LIST_SIZE, limits.maxHeaderListBytes],
  ];
}
