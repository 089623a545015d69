/**
 * Point clouds, lossless at a resolution.
 *
 * @module
 */
import { lz4Codec } from "./lz4.ts";
import { LIDAR_COLUMNS, type LidarColumnName, type LidarColumns } from "./lidar_columns.ts";
import { decodeCloud } from "./lidar_decoder.ts";
import { encodeCloud, type EncodeSettings } from "./lidar_encoder.ts";
import { isResolution, readLidarHeader } from "./lidar_header.ts";
import { LidarKernel, lidarModule } from "./lidar_kernel.ts";
import type { NativeCodecs } from "./native.ts";
import type { BodyCodec } from "./types.ts";
import { zstdCodecWith, type ZstdParameters } from "./zstd.ts";

/** Options of {@linkcode lidarCodec}. */
export interface LidarCodecOptions {
  /** The compiled kernel, from {@linkcode lidarModule} of another thread. @default lidarModule() */
  readonly module?: WebAssembly.Module;
  /** The compiled LZ4 kernel, from `lz4Module` of another thread. @default lz4Module() */
  readonly lz4Module?: WebAssembly.Module;
  /** Native libraries to use for LZ4, from `loadNativeCodecs`. @default none */
  readonly native?: NativeCodecs;
  /** Clouds with more points are refused. @default 8_388_608 */
  readonly maxPoints?: number;
}

/**
 * How small and how fast: `fast` packs bits; `medium` packs bytes, then LZ4; `small` packs bytes, then Zstandard.
 */
export type LidarProfile = "fast" | "medium" | "small";

/** Options of {@linkcode LidarCodec.encode}. */
export interface LidarEncodeOptions {
  /** How small and how fast. @default "fast" */
  readonly profile?: LidarProfile;
  /**
   * Step of each float column, in its own unit: values come back within half of it, plus what float32 cannot tell
   * apart. 0 keeps every bit. @default 0.001 for x, y, z and range, 0 for others
   */
  readonly resolutions?: Readonly<Partial<Record<LidarColumnName, number>>>;
}

/** What a payload says of itself. */
export interface LidarSummary {
  /** Number of points. */
  readonly points: number;
  /** Its columns, in the order of the payload. */
  readonly columns: readonly {
    /** Name. */
    readonly name: LidarColumnName;
    /** Step, in the unit of the column; 0 = bit by bit. */
    readonly resolution: number;
  }[];
}

/** Encodes and decodes point clouds. Synchronous; one object belongs to one thread. */
export interface LidarCodec {
  /**
   * One payload of all columns, as a copy. Order of points, NaN, infinities, and values too far away for the step are
   * kept as they are. Borrows `columns`.
   *
   * @throws {TypeError} when a column has another type or length than it should, or there is none
   * @throws {RangeError} when a resolution is out of range, or there are more points than allowed
   */
  encode(columns: LidarColumns, options?: LidarEncodeOptions): Uint8Array;
  /**
   * The columns of a payload, as copies. Borrows `payload`.
   *
   * @throws {CodecError} `codec.lidar_header`, `codec.lidar_version`, `codec.lidar_truncated`, `codec.lidar_data` when
   * it is damaged or of another version, `codec.lidar_too_large` when it has too many points; also those of LZ4 and
   * Zstandard
   */
  decode(payload: Uint8Array): LidarColumns;
  /**
   * What the header of a payload says; the points are not decoded. Borrows `payload`.
   *
   * @throws {CodecError} `codec.lidar_header`, `codec.lidar_version`, `codec.lidar_truncated`, `codec.lidar_too_large`
   */
  inspect(payload: Uint8Array): LidarSummary;
}

/**
 * Packed differences repeat seldom, but then at length. Not to look for less makes them smaller than the level's own choice
 * does, in a tenth to a third less time.
 */
const SECTION_PARAMETERS: ZstdParameters = { compressionLevel: 1, strategy: 1, minMatch: 7, hashLog: 11 };

const COLUMNS_BY_NAME = new Map(LIDAR_COLUMNS.map((column) => [column.name, column]));

/**
 * The codec of `wasm/lidar/README.md`: values become steps, steps differences to the point before or to the ring's last
 * (whichever suits the scan), differences packed bits or bytes. In WASM; its memory stays below 6 MiB.
 *
 * @example
 * ```ts
 * import { lidarCodec } from "@mosaico/client/codecs";
 *
 * const codec = lidarCodec();
 * const x = Float32Array.from({ length: 1000 }, (_, i) => Math.sin(i / 100) * 20);
 * const payload = codec.encode({ x, y: x, z: x }, { profile: "small", resolutions: { z: 0 } });
 * const back = codec.decode(payload);
 * console.log(payload.byteLength < 12_000, Math.abs(back.x![7]! - x[7]!) <= 0.0005, back.z![7] === x[7]); // true true true
 * ```
 */
export function lidarCodec(options: LidarCodecOptions = {}): LidarCodec {
  const { maxPoints = 8_388_608 } = options;
  if (!Number.isInteger(maxPoints) || maxPoints < 1 || maxPoints > 2 ** 28) {
    throw new RangeError(`Cannot make a point cloud codec: maxPoints is ${maxPoints}, expected 1 to ${2 ** 28}`);
  }
  const { module, native } = options;
  let kernel: LidarKernel | undefined;
  const ready = () => kernel ??= new LidarKernel(module ?? lidarModule());
  const stages: Readonly<Record<BodyCodec["name"], BodyCodec>> = {
    lz4: lz4Codec({
      ...(options.lz4Module !== undefined && { module: options.lz4Module }),
      ...(native !== undefined && { native }),
    }),
    zstd: zstdCodecWith(SECTION_PARAMETERS),
  };
  const settings: Readonly<Record<LidarProfile, Omit<EncodeSettings, "resolutions">>> = {
    fast: { packBytes: false, stage: undefined },
    medium: { packBytes: true, stage: stages.lz4 },
    small: { packBytes: true, stage: stages.zstd },
  };
  return {
    encode(columns, { profile = "fast", resolutions = {} } = {}) {
      if (!Object.hasOwn(settings, profile)) {
        throw new RangeError(`Cannot encode the point cloud: profile is ${profile}, expected fast, medium or small`);
      }
      checkResolutions(resolutions);
      const points = countPoints(columns, maxPoints);
      return encodeCloud(ready(), columns, points, { ...settings[profile], resolutions });
    },
    decode(payload) {
      const header = readLidarHeader(payload, maxPoints);
      return decodeCloud(ready(), header, payload, header.stage === "none" ? undefined : stages[header.stage]);
    },
    inspect(payload) {
      const { points, columns } = readLidarHeader(payload, maxPoints);
      const summary = columns.map(({ column, resolution, exact }) => {
        return { name: column.name, resolution: exact ? 0 : resolution };
      });
      return { points, columns: summary };
    },
  };
}

function checkResolutions(resolutions: Readonly<Partial<Record<string, number>>>): void {
  for (const [name, resolution = 0] of Object.entries(resolutions)) {
    if (!COLUMNS_BY_NAME.get(name as LidarColumnName)?.float) {
      throw new RangeError(`Cannot encode the point cloud: ${name} is no column of floats, it has no resolution`);
    }
    if (!isResolution(resolution)) {
      throw new RangeError(
        `Cannot encode the point cloud: resolution of ${name} is ${resolution}, expected 0 or a positive number`,
      );
    }
  }
}

/** The columns' common length. */
function countPoints(columns: LidarColumns, maxPoints: number): number {
  let points: number | undefined;
  for (const [name, values] of Object.entries(columns)) {
    if (values === undefined) continue;
    const column = COLUMNS_BY_NAME.get(name as LidarColumnName);
    if (column === undefined || !(values instanceof column.array)) {
      const wanted = column === undefined ? "no such column" : `a ${column.array.name}`;
      throw new TypeError(`Cannot encode the point cloud: ${name} is a ${values.constructor.name}, expected ${wanted}`);
    }
    points ??= values.length;
    if (values.length !== points) {
      throw new TypeError(`Cannot encode the point cloud: ${name} has ${values.length} values, others ${points}`);
    }
  }
  if (points === undefined) throw new TypeError("Cannot encode the point cloud: it has no columns");
  if (points > maxPoints) {
    throw new RangeError(`Cannot encode the point cloud: ${points} points exceed the maximum of ${maxPoints}`);
  }
  return points;
}
