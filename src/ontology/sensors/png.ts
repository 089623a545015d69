/**
 * The one kind of PNG that stores rows of bytes without loss: 8-bit gray, not interlaced.
 *
 * @module
 */
import { concat, equalBytes, fromHex, MosaicoError, utf8 } from "../../base/mod.ts";

const SIGNATURE = fromHex("89504e470d0a1a0a");
/** A byte of deflate stands for 1032 at most. */
const MAX_EXPANSION = 1032;
/** Filters of a row. */
const SUB = 1, UP = 2, AVERAGE = 3, PAETH = 4;

/** Packs `height` rows of `width` bytes. Returns a copy. */
export async function encodeGrayPng(rows: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint8(8, 8);
  const pixels = await throughStream(new CompressionStream("deflate"), filterUp(rows, width, height));
  return concat([
    SIGNATURE,
    chunk("IHDR", new Uint8Array(header.buffer)),
    chunk("IDAT", pixels),
    chunk("IEND", new Uint8Array(0)),
  ]);
}

/**
 * The rows of an 8-bit gray PNG of exactly `width` × `height`. Returns a copy.
 *
 * @throws {MosaicoError} `codec.png_invalid` when the bytes are no such PNG, whatever they are
 */
export async function decodeGrayPng(png: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  if (!equalBytes(png.subarray(0, 8), SIGNATURE)) throw invalid("the signature is missing");
  const pixels: Uint8Array[] = [];
  let at = 8;
  for (let type = ""; type !== "IEND";) {
    if (at + 12 > png.length) throw invalid("it ends too early");
    const length = view.getUint32(at);
    if (length > png.length - at - 12) throw invalid("it ends inside a chunk");
    const named = png.subarray(at + 4, at + 8 + length);
    if (crc32(named) !== view.getUint32(at + 8 + length)) throw invalid(`the chunk at byte ${at} is damaged`);
    const data = named.subarray(4);
    type = Array.from(named.subarray(0, 4), (byte) => String.fromCharCode(byte)).join("");
    if ((at === 8) !== (type === "IHDR")) throw invalid("the header is not its first chunk");
    if (type === "IHDR") checkHeader(data, width, height);
    if (type === "IDAT") pixels.push(data);
    at += 12 + length;
  }
  return await unfilter(concat(pixels), width, height);
}

function checkHeader(data: Uint8Array, width: number, height: number): void {
  if (data.length !== 13) throw invalid("its header has a wrong length");
  const view = new DataView(data.buffer, data.byteOffset, 13);
  if (view.getUint32(0) !== width || view.getUint32(4) !== height) {
    throw invalid(`it is ${view.getUint32(0)}×${view.getUint32(4)}, not ${width}×${height}`);
  }
  const [depth, colour, compression, filter, interlace] = data.subarray(8);
  if (depth !== 8 || colour !== 0 || compression !== 0 || filter !== 0 || interlace !== 0) {
    throw invalid("it is not 8-bit gray without interlacing");
  }
}

/** Each row as its difference from the one above: good for pictures of any layout of pixels. */
function filterUp(rows: Uint8Array, width: number, height: number): Uint8Array {
  const out = new Uint8Array((width + 1) * height);
  for (let y = 0; y < height; y++) {
    const to = y * (width + 1) + 1, from = y * width;
    out[to - 1] = UP;
    for (let x = 0; x < width; x++) out[to + x] = rows[from + x]! - (y > 0 ? rows[from + x - width]! : 0);
  }
  return out;
}

async function unfilter(deflated: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  const size = (width + 1) * height;
  if (size > deflated.length * MAX_EXPANSION) throw invalid("its pixels are too few");
  let filtered: Uint8Array;
  try {
    filtered = await throughStream(new DecompressionStream("deflate"), deflated, size);
  } catch (error) {
    throw invalid("its pixels are damaged", { cause: error });
  }
  if (filtered.length !== size) throw invalid("it has another number of pixels than it says");

  const out = new Uint8Array(width * height);
  const none = new Uint8Array(width);
  for (let y = 0; y < height; y++) {
    const filter = filtered[y * (width + 1)]!;
    const source = filtered.subarray(y * (width + 1) + 1, (y + 1) * (width + 1));
    const above = y > 0 ? out.subarray((y - 1) * width, y * width) : none;
    unfilterRow(filter, source, above, out.subarray(y * width, (y + 1) * width));
  }
  return out;
}

function unfilterRow(filter: number, source: Uint8Array, above: Uint8Array, row: Uint8Array): void {
  if (filter === 0) return row.set(source);
  if (filter > PAETH) throw invalid(`its row filter ${filter} is unknown`);
  for (let x = 0, left = 0; x < row.length; x++) {
    const up = above[x]!;
    const guess = filter === SUB
      ? left
      : filter === UP
      ? up
      : filter === AVERAGE
      ? (left + up) >> 1
      : paeth(left, up, x > 0 ? above[x - 1]! : 0);
    left = row[x] = (source[x]! + guess) & 255;
  }
}

/** Whichever of left, up and corner lies nearest to left + up − corner. */
function paeth(left: number, up: number, corner: number): number {
  const toLeft = Math.abs(up - corner), toUp = Math.abs(left - corner), toCorner = Math.abs(left + up - 2 * corner);
  return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
}

/** All that comes out of `stream` for `input`; more than `limit` bytes are an error. */
async function throughStream(
  stream: CompressionStream | DecompressionStream,
  input: Uint8Array,
  limit: number = Infinity,
): Promise<Uint8Array> {
  const writer = stream.writable.getWriter();
  // A failure shows on the reading side too; there it is thrown.
  Promise.all([writer.write(new Uint8Array(input)), writer.close()]).catch(() => {});
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of stream.readable) {
    length += part.length;
    if (length > limit) throw new RangeError(`more than ${limit} bytes come out`);
    parts.push(part);
  }
  return concat(parts);
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const named = concat([utf8(type), data]);
  const frame = new DataView(new ArrayBuffer(8));
  frame.setUint32(0, data.length);
  frame.setUint32(4, crc32(named));
  return concat([new Uint8Array(frame.buffer, 0, 4), named, new Uint8Array(frame.buffer, 4, 4)]);
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n;
});

function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (let i = 0; i < bytes.length; i++) crc = CRC_TABLE[(crc ^ bytes[i]!) & 255]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

function invalid(why: string, options?: ErrorOptions): MosaicoError {
  return new MosaicoError("codec.png_invalid", `Cannot decode the image: ${why}`, {}, options);
}
