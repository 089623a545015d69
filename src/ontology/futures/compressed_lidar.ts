/**
 * LIDAR scans, compressed.
 *
 * @module
 */
import type { LidarCodec, LidarEncodeOptions } from "../../codecs/mod.ts";
import {
  binary,
  defineOntology,
  float64,
  list,
  type NumberList,
  type OntologyType,
  required,
  uint32,
  utf8,
} from "../core/mod.ts";
import { headerColumn, type WithHeader } from "../data/mod.ts";
import type { Lidar } from "./lidar.ts";
import { LIDAR_LISTS, lidarColumns } from "./lidar_columns.ts";

/**
 * One LIDAR scan in the format of `wasm/lidar/README.md`: as exact as `resolution` says, in a third to a fifth of the bytes. A
 * type of this package: every server stores it, clients without it read it as unmodeled data. What stands beside the
 * payload repeats what the payload says, so that scans can be told apart without a decoder.
 */
export interface CompressedLidar extends WithHeader {
  /** Number of points. */
  n: number;
  /** The lists of the scan that are there, under their names on the wire (`beam_id`), in the order of the payload. */
  columns: readonly string[];
  /** Step of each of `columns`, in its unit; 0 = every bit is kept. */
  resolution: NumberList;
  /** The points. */
  payload: Uint8Array;
}
/** Column table of {@linkcode CompressedLidar}. */
export const CompressedLidar: OntologyType<CompressedLidar> = defineOntology<CompressedLidar>("CompressedLidar", {
  ...headerColumn,
  n: required("n", uint32),
  columns: required("columns", list(utf8)),
  resolution: required("resolution", list(float64)),
  payload: required("payload", binary),
});

/** Options of {@linkcode compressLidar}. */
export interface CompressLidarOptions extends LidarEncodeOptions {
  /** Codec to use; give one when there are many scans. @default one made for the call */
  readonly codec?: LidarCodec;
}

/**
 * Compresses a scan. Borrows `lidar`. All its lists are kept, and the points in their order.
 *
 * @throws {TypeError} when its lists are not of one length
 * @throws {RangeError} when a value does not fit its list, or a resolution is out of range
 *
 * @example
 * ```ts
 * import { compressLidar, decompressLidar } from "@mosaico/client/ontology";
 *
 * const x = Array.from({ length: 1000 }, (_, i) => Math.sin(i / 100) * 20);
 * const scan = await compressLidar({ x, y: x, z: x, intensity: x }, { resolutions: { intensity: 0.1 } });
 * console.log(scan.n, scan.columns, scan.resolution); // 1000 [ "x", "y", "z", "intensity" ] [ 0.001, 0.001, 0.001, 0.1 ]
 * const lidar = await decompressLidar(scan);
 * console.log(Math.abs(lidar.x[500]! - x[500]!) < 0.0006); // true
 * ```
 */
export async function compressLidar(lidar: Lidar, options: CompressLidarOptions = {}): Promise<CompressedLidar> {
  const codec = options.codec ?? (await import("../../codecs/mod.ts")).lidarCodec();
  const payload = codec.encode(lidarColumns(lidar), options);
  const { points, columns } = codec.inspect(payload);
  return {
    header: lidar.header,
    n: points,
    columns: columns.map(({ name }) => wireName(name)),
    resolution: columns.map(({ resolution }) => resolution),
    payload,
  };
}

/**
 * The scan that was compressed; its lists are fresh copies. Borrows `compressed`.
 *
 * @param options `codec`: the codec to use; give one when there are many scans, or more than 8,388,608 points in one
 * @throws {CodecError} `codec.lidar_…` when the payload is damaged, has too many points, is not what `n` and `columns`
 * say, or lacks x, y or z; also those of LZ4 and Zstandard
 */
export async function decompressLidar(
  compressed: CompressedLidar,
  options: Pick<CompressLidarOptions, "codec"> = {},
): Promise<Lidar> {
  const { CodecError, lidarCodec } = await import("../../codecs/mod.ts");
  const { header, n, columns: named, payload } = compressed;
  const codec = options.codec ?? lidarCodec();
  const { points, columns } = codec.inspect(payload);
  const names = columns.map(({ name }) => wireName(name));
  if (points !== n || names.join() !== named.join()) {
    const text = `Cannot decompress the scan: its payload holds ${points} points of ${names}, not ${n} of ${named}`;
    throw new CodecError("codec.lidar_data", text, { points, expected: n });
  }
  const { x, y, z, ...others } = codec.decode(payload);
  if (x === undefined || y === undefined || z === undefined) {
    throw new CodecError("codec.lidar_data", `Cannot decompress the scan: its payload holds ${names}, not x, y and z`);
  }
  return { header, x, y, z, ...others };
}

function wireName(key: string): string {
  return LIDAR_LISTS.find((column) => column.key === key)!.name;
}
