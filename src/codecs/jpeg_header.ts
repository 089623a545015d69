/**
 * What a JPEG says before it is decoded: enough to refuse what would take too much memory or time.
 *
 * Source: ITU-T T.81, annex B.
 *
 * @module
 */
import { CodecError } from "./errors.ts";

/** Size and kind of a JPEG. */
export interface JpegHeader {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Components: 1 gray, 3 colour. */
  readonly channels: 1 | 3;
}

/** libjpeg's own limit of rows and of columns. */
export const MAX_JPEG_SIDE = 65_500;
/** A progressive picture is decoded once per scan; more than this many times the maximum of pixels is an attack. */
const MAX_SCAN_FACTOR = 16;

const START_OF_IMAGE = 0xd8;
const END_OF_IMAGE = 0xd9;
const START_OF_SCAN = 0xda;

/**
 * Reads the header of `bytes`, and walks over the scans to count them.
 *
 * @throws {CodecError} `codec.jpeg_header`, `codec.jpeg_unsupported`, `codec.jpeg_too_large`
 */
export function readJpegHeader(bytes: Uint8Array, maxPixels: number): JpegHeader {
  if (bytes[0] !== 0xff || bytes[1] !== START_OF_IMAGE) throw headerError("it does not start with ff d8");
  let header: JpegHeader | undefined;
  let scans = 0;
  let at = 2;
  while (at < bytes.byteLength) {
    if (bytes[at] !== 0xff) throw headerError(`${at} is no marker`);
    const marker = bytes[at + 1];
    if (marker === 0xff) { // a fill byte
      at++;
      continue;
    }
    if (marker === END_OF_IMAGE) break;
    const length = (bytes[at + 2] ?? 0) << 8 | (bytes[at + 3] ?? 0);
    const end = at + 2 + length;
    if (length < 2 || end > bytes.byteLength) throw headerError(`the segment at ${at} does not end inside`);
    if (marker !== undefined && isFrame(marker)) header ??= readFrame(bytes.subarray(at, end), maxPixels);
    at = end;
    if (marker === START_OF_SCAN) {
      if (header === undefined) throw headerError("a scan comes before the frame");
      scans++;
      if (scans * header.width * header.height > maxPixels * MAX_SCAN_FACTOR) {
        throw new CodecError("codec.jpeg_too_large", `Cannot decode JPEG: more than ${scans} scans`, { scans });
      }
      at = endOfScan(bytes, at);
    }
  }
  if (header === undefined || scans === 0) throw headerError("it holds no picture");
  return header;
}

function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function readFrame(segment: Uint8Array, maxPixels: number): JpegHeader {
  if (segment.byteLength < 10) throw headerError("the frame's segment is too short");
  const view = new DataView(segment.buffer, segment.byteOffset);
  const kind = view.getUint8(1) - 0xc0;
  const bits = view.getUint8(4);
  const height = view.getUint16(5);
  const width = view.getUint16(7);
  const channels = view.getUint8(9);
  if (kind > 2 || bits !== 8 || (channels !== 1 && channels !== 3)) {
    const text = `Cannot decode JPEG: process ${kind} with ${channels} components of ${bits} bits is not supported`;
    throw new CodecError("codec.jpeg_unsupported", text, { process: kind, channels, bits });
  }
  if (width === 0 || height === 0) throw headerError(`it has ${width} × ${height} pixels`);
  if (width > MAX_JPEG_SIDE || height > MAX_JPEG_SIDE || width * height > maxPixels) {
    throw tooLarge("decode", width, height, maxPixels);
  }
  return { width, height, channels };
}

/** Where the first marker after the entropy-coded bytes at `at` stands. */
function endOfScan(bytes: Uint8Array, at: number): number {
  while (true) {
    at = bytes.indexOf(0xff, at);
    if (at < 0 || at + 1 >= bytes.byteLength) return bytes.byteLength;
    const next = bytes[at + 1]!;
    if (next !== 0 && (next < 0xd0 || next > 0xd7)) return at; // neither a stuffed ff nor a restart
    at += 2;
  }
}

/** The picture has more pixels than allowed. */
export function tooLarge(what: "encode" | "decode", width: number, height: number, maxPixels: number): CodecError {
  const text = `Cannot ${what} JPEG: ${width} × ${height} pixels exceed ` +
    `the maximum of ${maxPixels}, or of ${MAX_JPEG_SIDE} a side`;
  return new CodecError("codec.jpeg_too_large", text, { width, height, maxPixels });
}

function headerError(what: string): CodecError {
  return new CodecError("codec.jpeg_header", `Cannot decode JPEG: ${what}`);
}
