/**
 * Native libraries in place of WASM, where they are installed and may be called; and a report of what runs.
 *
 * @module
 */
import { type NativeJpeg, openNativeJpeg } from "./jpeg_native.ts";
import { type NativeLz4, openNativeLz4 } from "./lz4_native.ts";

/** Options of {@linkcode loadNativeCodecs}. */
export interface NativeOptions {
  /** Path or name of liblz4. @default what the system's loader finds */
  readonly lz4?: string;
  /** Path or name of libturbojpeg. @default what the system's loader finds */
  readonly jpeg?: string;
}

/** Libraries that can be used by the codecs of this thread; each an explanation where there is none. */
export interface NativeCodecs {
  /** liblz4. */
  readonly lz4: NativeLz4 | string;
  /** libturbojpeg. */
  readonly jpeg: NativeJpeg | string;
}

/** Which implementation of a codec runs, and why. */
export interface CodecStatus {
  /** The codec. */
  readonly codec: "lz4" | "zstd" | "jpeg" | "lidar";
  /** A native library, our WASM, or what the runtime has built in. */
  readonly implementation: "native" | "wasm" | "runtime";
  /** The library's name, or why it is not a native one. */
  readonly reason: string;
}

/**
 * Opens the native libraries that are there and pass a self-test. Asks for no permission: under Deno only what
 * `--allow-ffi` already grants is tried. Give the result to `lz4Codec` and `jpegCodec`.
 *
 * @example
 * ```ts
 * import { codecStatus, loadNativeCodecs, lz4Codec } from "@mosaico/client/codecs";
 *
 * const native = await loadNativeCodecs();
 * for (const { codec, implementation, reason } of codecStatus(native)) console.log(codec, implementation, reason);
 * console.log(lz4Codec({ native }).compress(new Uint8Array(1000)) !== undefined); // true
 * ```
 */
export async function loadNativeCodecs(options: NativeOptions = {}): Promise<NativeCodecs> {
  const [lz4, jpeg] = await Promise.all([openNativeLz4(options.lz4), openNativeJpeg(options.jpeg)]);
  return { lz4, jpeg };
}

/** What the codecs made with `native` run on; without it, all is WASM or built in. */
export function codecStatus(native?: NativeCodecs): readonly CodecStatus[] {
  const status = (codec: "lz4" | "jpeg"): CodecStatus => {
    const found = native?.[codec] ?? "native libraries were not asked for";
    return typeof found === "string"
      ? { codec, implementation: "wasm", reason: found }
      : { codec, implementation: "native", reason: found.library };
  };
  return [
    status("lz4"),
    { codec: "zstd", implementation: "runtime", reason: "node:zlib" },
    status("jpeg"),
    { codec: "lidar", implementation: "wasm", reason: "there is no native library" },
  ];
}
