/**
 * The codecs of a lane: native ones where they may be called, WASM otherwise. Each thread has its own.
 *
 * @module
 */
import {
  type BodyCodec,
  type CodecStatus,
  codecStatus,
  type JpegCodec,
  jpegCodec,
  loadNativeCodecs,
  lz4Codec,
  type NativeOptions,
  zstdCodec,
} from "../../codecs/mod.ts";
import { ZeroFrameCodec } from "../../columnar/mod.ts";

/** What {@linkcode loadLaneCodecs} may be told. */
export interface LaneCodecOptions {
  /** Whether native libraries are tried, or where they are. @default true */
  readonly nativeCodecs?: boolean | NativeOptions;
  /** LZ4 in WASM, compiled by another thread. @default compiled here when needed */
  readonly lz4Module?: WebAssembly.Module;
  /** Whether zeros may be shared: see `ZeroFrameOptions`. @default false */
  readonly sharedZeros?: boolean;
}

/** Codecs of one thread. */
export interface LaneCodecs {
  /** Compression of record batch bodies. */
  readonly bodies: Readonly<Record<BodyCodec["name"], BodyCodec>>;
  /** What each codec runs on, and why. */
  readonly status: readonly CodecStatus[];
  /** JPEG, loaded on its first use. @param module in WASM, compiled by another thread */
  jpeg(module?: WebAssembly.Module): Promise<JpegCodec>;
}

/** Tries the native libraries, asking for no permission, and loads the codecs. */
export async function loadLaneCodecs(options: LaneCodecOptions = {}): Promise<LaneCodecs> {
  const { nativeCodecs = true, lz4Module, sharedZeros: shared = false } = options;
  const native = nativeCodecs === false ? undefined : await loadNativeCodecs(nativeCodecs === true ? {} : nativeCodecs);
  const given = native === undefined ? {} : { native };
  let jpeg: Promise<JpegCodec> | undefined;
  return {
    bodies: {
      lz4: new ZeroFrameCodec(lz4Codec({ ...given, ...(lz4Module && { module: lz4Module }) }), { shared }),
      zstd: new ZeroFrameCodec(zstdCodec(), { shared }),
    },
    status: codecStatus(native),
    jpeg: (module) => jpeg ??= jpegCodec({ ...given, ...(module && { module }) }),
  };
}
