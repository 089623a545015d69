/**
 * JPEG by the system's libturbojpeg.
 *
 * @module
 */
import { CodecError } from "./errors.ts";
import { type ForeignLibrary, openNative } from "./foreign.ts";
import { type JpegEngine, SUBSAMPLING } from "./jpeg_engine.ts";
import type { JpegSource, JpegSubsampling } from "./types.ts";

const NAMES: Readonly<Record<string, readonly string[]>> = {
  linux: ["libturbojpeg.so.0"],
  darwin: [
    "libturbojpeg.0.dylib",
    "/opt/homebrew/opt/jpeg-turbo/lib/libturbojpeg.0.dylib",
    "/usr/local/opt/jpeg-turbo/lib/libturbojpeg.0.dylib",
  ],
};

const SIGNATURES = {
  tjInitCompress: { args: [], result: "size" },
  tjInitDecompress: { args: [], result: "size" },
  tjDestroy: { args: ["size"], result: "int" },
  tjCompress2: {
    args: ["size", "buffer", "int", "int", "int", "int", "buffer", "buffer", "int", "int", "int"],
    result: "int",
  },
  tjDecompress2: { args: ["size", "buffer", "size", "buffer", "int", "int", "int", "int", "int"], result: "int" },
} as const;

/** TurboJPEG's pixel formats. */
const FORMAT = { rgb: { 1: 6, 3: 0, 4: 2 }, bgr: { 1: 6, 3: 1, 4: 3 } } as const;
/** The output buffer is ours, and large enough. */
const NO_REALLOC = 1024;
/** Room for a JPEG is kept for the next, up to this: fresh memory costs a fifth of the time of a 1080p picture. */
const MAX_KEPT_BYTES = 64 * 2 ** 20;

/** JPEG in native code. */
export interface NativeJpeg extends JpegEngine {
  /** The library's name. */
  readonly library: string;
}

/** Opens libturbojpeg, or says why not. `path` replaces the names that are tried. */
export function openNativeJpeg(path?: string): Promise<NativeJpeg | string> {
  return openNative(path ?? NAMES, SIGNATURES, (library) => new Libturbojpeg(library), works);
}

class Libturbojpeg implements NativeJpeg {
  readonly library: string;
  readonly #lib: ForeignLibrary<keyof typeof SIGNATURES>;
  #kept: Uint8Array = new Uint8Array(0);

  constructor(lib: ForeignLibrary<keyof typeof SIGNATURES>) {
    this.library = lib.name;
    this.#lib = lib;
  }

  encode(pixels: Required<JpegSource>, quality: number, subsampling: JpegSubsampling): Uint8Array<ArrayBuffer> {
    const { call, addressOf } = this.#lib;
    const { width, height, channels, data, stride, order } = pixels;
    const { id, maxBytes } = SUBSAMPLING[subsampling];
    const output = this.#room(maxBytes(width, height));
    const address = BigUint64Array.of(addressOf(output));
    const size = BigUint64Array.of(BigInt(output.byteLength));
    const handle = call.tjInitCompress();
    const format = FORMAT[order][channels];
    const result = handle === 0
      ? -1
      : call.tjCompress2(handle, data, width, stride, height, format, address, size, id, quality, NO_REALLOC);
    if (handle !== 0) call.tjDestroy(handle);
    if (result !== 0) throw refused("encode");
    return output.slice(0, Number(size[0]));
  }

  decode(input: Uint8Array, width: number, height: number, channels: 1 | 3): Uint8Array<ArrayBuffer> {
    const { call } = this.#lib;
    const output = new Uint8Array(width * height * channels);
    const handle = call.tjInitDecompress();
    const result = handle === 0
      ? -1
      : call.tjDecompress2(handle, input, input.byteLength, output, width, 0, height, FORMAT.rgb[channels], 0);
    if (handle !== 0) call.tjDestroy(handle);
    if (result !== 0) throw refused("decode");
    return output;
  }

  #room(bytes: number): Uint8Array {
    if (bytes <= this.#kept.byteLength) return this.#kept;
    const room = new Uint8Array(bytes);
    if (bytes <= MAX_KEPT_BYTES) this.#kept = room;
    return room;
  }
}

function refused(what: string): CodecError {
  return new CodecError("codec.jpeg_data", `Cannot ${what} JPEG: the library refuses the picture`);
}

function works(native: NativeJpeg): boolean {
  try {
    const data = Uint8Array.from({ length: 40 * 24 * 3 }, (_, i) => 60 + Math.floor(i / 30));
    const packed = native.encode({ width: 40, height: 24, channels: 3, data, stride: 120, order: "rgb" }, 95, "4:4:4");
    const back = native.decode(packed, 40, 24, 3);
    return back.every((value, i) => Math.abs(value - data[i]!) < 12);
  } catch {
    return false;
  }
}
