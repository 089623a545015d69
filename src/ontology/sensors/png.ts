/**
 * PNG without interlacing: chunks, filters, deflate.
 *
 * @module
 */
import { concat, equalBytes, fromHex, MosaicoError, utf8 } from "../../base/mod.ts";

const SIGNATURE = fromHex("89504e470d0a1a0a");
/** A byte of deflate stands for 1032 at most. */
const MAX_EXPANSION = 1032;
/** Filters of a row. */
const SUB = 1, UP = 2, AVERAGE = 3, PAETH = 4;

/** What the header of a PNG says. */
export interface PngHeader {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Bits of a sample. */
  readonly depth: number;
  /** Colour type: 0 gray, 2 red green blue, 3 palette, 4 gray and alpha, 6 red green blue alpha. */
  readonly colour: number;
}

/** A PNG taken apart. */
export interface PngParts extends PngHeader {
  /** Rows of `rowBytes` bytes, filters undone. */
  readonly rows: Uint8Array;
  /** Bytes of a row. */
  readonly rowBytes: number;
  /** Colours of the palette, red green blue each; empty without one. */
  readonly palette: Uint8Array;
  /** Alpha of the palette's first colours; empty without transparency. */
  readonly alpha: Uint8Array;
}

/** Samples of a pixel, by colour type. */
const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** Packs rows of samples of 8 bits. Borrows `rows`; returns a copy. */
export async function encodePng(
  rows: Uint8Array,
  { width, height, colour }: Omit<PngHeader, "depth">,
): Promise<Uint8Array> {
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint8(8, 8);
  header.setUint8(9, colour);
  const filtered = filterUp(rows, width * SAMPLES[colour]!, height);
  const pixels = await throughStream(new CompressionStream("deflate"), filtered);
  return concat([
    SIGNATURE,
    chunk("IHDR", new Uint8Array(header.buffer)),
    chunk("IDAT", pixels),
    chunk("IEND", new Uint8Array(0)),
  ]);
}

/** Packs `height` rows of `width` bytes as 8-bit gray. Returns a copy. */
export async function encodeGrayPng(rows: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  return await encodePng(rows, { width, height, colour: 0 });
}

/**
 * The rows of an 8-bit gray PNG of exactly `width` × `height`. Returns a copy.
 *
 * @throws {MosaicoError} `codec.png_invalid` when the bytes are no such PNG, whatever they are
 */
export async function decodeGrayPng(png: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  const { rows } = await decodePng(png, (header) => {
    if (header.width !== width || header.height !== height) {
      throw invalidPng(`it is ${header.width}×${header.height}, not ${width}×${height}`);
    }
    if (header.depth !== 8 || header.colour !== 0) throw invalidPng("it is not 8-bit gray without interlacing");
  });
  return rows;
}

/**
 * Takes a PNG apart. `accept` sees the header before anything is unpacked, and may throw.
 *
 * @throws {MosaicoError} `codec.png_invalid` when the bytes are no PNG, or an interlaced one
 */
export async function decodePng(png: Uint8Array, accept: (header: PngHeader) => void): Promise<PngParts> {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  if (!equalBytes(png.subarray(0, 8), SIGNATURE)) throw invalidPng("the signature is missing");
  const pixels: Uint8Array[] = [];
  let palette: Uint8Array = new Uint8Array(0);
  let alpha: Uint8Array = new Uint8Array(0);
  let header: PngHeader | undefined;
  let at = 8;
  for (let type = ""; type !== "IEND";) {
    if (at + 12 > png.length) throw invalidPng("it ends too early");
    const length = view.getUint32(at);
    if (length > png.length - at - 12) throw invalidPng("it ends inside a chunk");
    const named = png.subarray(at + 4, at + 8 + length);
    if (crc32(named) !== view.getUint32(at + 8 + length)) throw invalidPng(`the chunk at byte ${at} is damaged`);
    const data = named.subarray(4);
    type = Array.from(named.subarray(0, 4), (byte) => String.fromCharCode(byte)).join("");
    if ((at === 8) !== (type === "IHDR")) throw invalidPng("the header is not its first chunk");
    if (type === "IHDR") accept(header = readHeader(data));
    if (type === "PLTE") palette = data;
    if (type === "tRNS") alpha = data;
    if (type === "IDAT") pixels.push(data);
    at += 12 + length;
  }
  const { width, height, depth, colour } = header!;
  const bits = depth * SAMPLES[colour]!;
  const rowBytes = Math.ceil(width * bits / 8);
  const rows = await unfilter(concat(pixels), rowBytes, height, Math.max(1, bits >> 3));
  return { ...header!, rows, rowBytes, palette, alpha };
}

function readHeader(data: Uint8Array): PngHeader {
  if (data.length !== 13) throw invalidPng("its header has a wrong length");
  const view = new DataView(data.buffer, data.byteOffset, 13);
  const [depth, colour, compression, filter, interlace] = data.subarray(8) as unknown as [number, number, ...number[]];
  const depths = colour === 0 ? [1, 2, 4, 8, 16] : colour === 3 ? [1, 2, 4, 8] : [8, 16];
  if (SAMPLES[colour] === undefined || !depths.includes(depth) || compression !== 0 || filter !== 0) {
    throw invalidPng(`its header is of no known sort (depth ${depth}, colour type ${colour})`);
  }
  if (interlace !== 0) throw invalidPng("it is interlaced");
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  if (width === 0 || height === 0) throw invalidPng("it has no pixels");
  return { width, height, depth, colour };
}

/** Each row of `width` bytes as its difference from the one above: good for pictures of any layout of pixels. */
function filterUp(rows: Uint8Array, width: number, height: number): Uint8Array {
  const out = new Uint8Array((width + 1) * height);
  for (let y = 0; y < height; y++) {
    const to = y * (width + 1) + 1, from = y * width;
    out[to - 1] = UP;
    for (let x = 0; x < width; x++) out[to + x] = rows[from + x]! - (y > 0 ? rows[from + x - width]! : 0);
  }
  return out;
}

/** Rows of `width` bytes; a filter looks back by `step` bytes, those of a pixel. */
async function unfilter(deflated: Uint8Array, width: number, height: number, step: number): Promise<Uint8Array> {
  const size = (width + 1) * height;
  if (size > deflated.length * MAX_EXPANSION) throw invalidPng("its pixels are too few");
  let filtered: Uint8Array;
  try {
    filtered = await throughStream(new DecompressionStream("deflate"), deflated, size);
  } catch (error) {
    throw invalidPng("its pixels are damaged", { cause: error });
  }
  if (filtered.length !== size) throw invalidPng("it has another number of pixels than it says");

  const out = new Uint8Array(width * height);
  const none = new Uint8Array(width);
  for (let y = 0; y < height; y++) {
    const filter = filtered[y * (width + 1)]!;
    const source = filtered.subarray(y * (width + 1) + 1, (y + 1) * (width + 1));
    const above = y > 0 ? out.subarray((y - 1) * width, y * width) : none;
    unfilterRow(filter, source, above, out.subarray(y * width, (y + 1) * width), step);
  }
  return out;
}

function unfilterRow(filter: number, source: Uint8Array, above: Uint8Array, row: Uint8Array, step: number): void {
  if (filter === 0) return row.set(source);
  if (filter > PAETH) throw invalidPng(`its row filter ${filter} is unknown`);
  for (let x = 0; x < row.length; x++) {
    const left = x < step ? 0 : row[x - step]!;
    const up = above[x]!;
    const guess = filter === SUB
      ? left
      : filter === UP
      ? up
      : filter === AVERAGE
      ? (left + up) >> 1
      : paeth(left, up, x < step ? 0 : above[x - step]!);
    row[x] = (source[x]! + guess) & 255;
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

/** The error for a PNG that is none, or of another sort. */
export function invalidPng(why: string, options?: ErrorOptions): MosaicoError {
  return new MosaicoError("codec.png_invalid", `Cannot decode the image: ${why}`, {}, options);
}
