/**
 * libjpeg-turbo in WASM. The glue code is an npm package, its binary comes with ours: so nothing is fetched or read.
 *
 * @module
 */
import { CodecError } from "./errors.ts";
import { type JpegEngine, SUBSAMPLING } from "./jpeg_engine.ts";
import type { JpegSource, JpegSubsampling } from "./types.ts";
import { decodeBase64 } from "./wasm.ts";

/** An instance gives its memory back (by being dropped) when it has grown beyond this; it starts with 50 MiB. */
const MAX_KEPT_BYTES = 128 * 2 ** 20;

interface FrameInfo {
  width: number;
  height: number;
  bitsPerSample: number;
  componentCount: number;
  isSigned: boolean;
}

/** Classes and memory of the package. */
interface Library {
  readonly HEAPU8: Uint8Array;
  readonly JPEGEncoder: new () => {
    getDecodedBuffer(frame: FrameInfo): Uint8Array;
    getEncodedBuffer(): Uint8ClampedArray<ArrayBuffer>;
    setQuality(quality: number): void;
    setSubSampling(subsampling: number): void;
    setProgressive(progressive: number): void;
    encode(): void;
  };
  readonly JPEGDecoder: new () => {
    getEncodedBuffer(size: number): Uint8Array;
    getDecodedBuffer(): Uint8ClampedArray<ArrayBuffer>;
    getFrameInfo(): FrameInfo;
    decode(): void;
  };
}

type Glue = (library: object) => unknown;
type Instantiated = (instance: WebAssembly.Instance) => void;

let compiled: Promise<WebAssembly.Module> | undefined;

/** The compiled library. Post it to Workers instead of compiling there again. */
export function jpegModule(): Promise<WebAssembly.Module> {
  return compiled ??= compile();
}

async function compile(): Promise<WebAssembly.Module> {
  const [{ brotliDecompressSync }, { WASM_BASE64 }] = await Promise.all([
    import("node:zlib"),
    import("../../wasm/jpeg/jpeg.wasm.ts"),
  ]);
  return WebAssembly.compile(new Uint8Array(brotliDecompressSync(decodeBase64(WASM_BASE64))));
}

/** Loads glue code and, when not given, binary. */
export async function loadJpegWasm(module?: WebAssembly.Module): Promise<JpegEngine> {
  const [glue, binary] = await Promise.all([
    import("@cornerstonejs/codec-libjpeg-turbo-8bit/wasmjs"),
    module ?? jpegModule(),
  ]);
  return new JpegWasm((glue as unknown as { default: Glue }).default, binary);
}

class JpegWasm implements JpegEngine {
  readonly #glue: Glue;
  readonly #module: WebAssembly.Module;
  #library: Library | undefined;
  #encoder: InstanceType<Library["JPEGEncoder"]> | undefined;
  #decoder: InstanceType<Library["JPEGDecoder"]> | undefined;

  constructor(glue: Glue, module: WebAssembly.Module) {
    this.#glue = glue;
    this.#module = module;
  }

  encode(pixels: Required<JpegSource>, quality: number, subsampling: JpegSubsampling): Uint8Array<ArrayBuffer> {
    return this.#guard((library) => {
      const encoder = this.#encoder ??= new library.JPEGEncoder();
      const frame = frameWithRoom(pixels, SUBSAMPLING[subsampling].maxBytes(pixels.width, pixels.height));
      copyPixels(pixels, encoder.getDecodedBuffer(frame), frame.componentCount === 1 ? 1 : 3);
      encoder.setQuality(quality);
      encoder.setSubSampling(SUBSAMPLING[subsampling].id);
      encoder.setProgressive(0);
      encoder.encode();
      return new Uint8Array(encoder.getEncodedBuffer().buffer);
    }, "encode");
  }

  decode(input: Uint8Array, width: number, height: number, channels: 1 | 3): Uint8Array<ArrayBuffer> {
    return this.#guard((library) => {
      const decoder = this.#decoder ??= new library.JPEGDecoder();
      decoder.getEncodedBuffer(input.byteLength).set(input);
      decoder.decode();
      const data = new Uint8Array(decoder.getDecodedBuffer().buffer);
      const frame = decoder.getFrameInfo();
      if (frame.width !== width || frame.height !== height || data.byteLength !== width * height * channels) {
        throw new CodecError("codec.jpeg_data", "Cannot decode JPEG: the picture is not of the size its header says");
      }
      return data;
    }, "decode");
  }

  /** Runs `work`; what it throws is a `codec.jpeg_data`. After a failure, or with much memory, starts anew next time. */
  #guard<T>(work: (library: Library) => T, what: string): T {
    const library = this.#library ??= this.#instantiate();
    let keep = false;
    try {
      const result = work(library);
      keep = library.HEAPU8.byteLength <= MAX_KEPT_BYTES;
      return result;
    } catch (error) {
      if (error instanceof CodecError) throw error;
      const text = `Cannot ${what} JPEG: the library refuses the picture`; // what it throws is only an address
      throw new CodecError("codec.jpeg_data", text, {}, { cause: error });
    } finally {
      if (!keep) this.#library = this.#encoder = this.#decoder = undefined;
    }
  }

  /** The glue code fills the object it is given at once, when instantiation is not left to it. */
  #instantiate(): Library {
    const library = {
      printErr: () => {},
      instantiateWasm: (imports: WebAssembly.Imports, done: Instantiated) => {
        const instance = new WebAssembly.Instance(this.#module, imports);
        done(instance);
        return instance.exports;
      },
    };
    this.#glue(library);
    return library as unknown as Library;
  }
}

/**
 * The encoder writes into as many bytes as the picture has, too few for a small or noisy one. More are had by claiming
 * more bytes per sample or (unless gray) more samples per pixel; the library looks at neither.
 */
function frameWithRoom({ width, height, channels }: JpegSource, bytes: number): FrameInfo {
  const perPixel = Math.ceil(bytes / (width * height));
  const gray = channels === 1 && perPixel <= 31;
  const componentCount = gray ? 1 : Math.min(255, Math.max(3, perPixel));
  const bitsPerSample = 8 * Math.ceil(perPixel / componentCount);
  return { width, height, bitsPerSample, componentCount, isSigned: false };
}

/** Without padding, in the order red, green, blue. */
function copyPixels(source: Required<JpegSource>, to: Uint8Array, toChannels: 1 | 3): void {
  const { data, width, height, channels, stride, order } = source;
  const rowBytes = width * channels;
  const [red, green, blue] = channels === 1 ? [0, 0, 0] : order === "rgb" ? [0, 1, 2] : [2, 1, 0];
  for (let y = 0, at = 0; y < height; y++) {
    const start = y * stride;
    const end = start + rowBytes;
    if (channels === toChannels && order === "rgb") {
      to.set(data.subarray(start, end), at);
      at += rowBytes;
      continue;
    }
    for (let from = start; from < end; from += channels, at += 3) {
      to[at] = data[from + red]!;
      to[at + 1] = data[from + green]!;
      to[at + 2] = data[from + blue]!;
    }
  }
}
