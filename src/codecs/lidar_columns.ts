/**
 * The columns of a point cloud: names, types, numbers.
 *
 * @module
 */
import { CodecError } from "./errors.ts";

/**
 * One scan as columns, all of one length; any of them may be missing. Units are those of the ontology's `Lidar`, which
 * the codec does not look at.
 */
export interface LidarColumns {
  /** Metres, sensor frame. */
  readonly x?: Float32Array | undefined;
  /** Metres, sensor frame. */
  readonly y?: Float32Array | undefined;
  /** Metres, sensor frame. */
  readonly z?: Float32Array | undefined;
  /** Strength of the return. */
  readonly intensity?: Float32Array | undefined;
  /** Reflectivity as the device calibrates it. */
  readonly reflectivity?: Uint16Array | undefined;
  /** Ring, beam or channel. */
  readonly beamId?: Uint16Array | undefined;
  /** Distance, metres. */
  readonly range?: Float32Array | undefined;
  /** Ambient light. */
  readonly nearIr?: Float32Array | undefined;
  /** Radians. */
  readonly azimuth?: Float32Array | undefined;
  /** Radians. */
  readonly elevation?: Float32Array | undefined;
  /** Confidence of the return. */
  readonly confidence?: Uint8Array | undefined;
  /** Which return it is. */
  readonly returnType?: Uint8Array | undefined;
  /** Seconds since the start of the scan. */
  readonly pointTimestamp?: Float64Array | undefined;
}

/** Name of a column. */
export type LidarColumnName = keyof LidarColumns;

/** Arrays a column can be. */
export type LidarValues = Uint8Array | Uint16Array | Float32Array | Float64Array;

/** What the format knows of a column. */
export interface LidarColumnType {
  /** Name. */
  readonly name: LidarColumnName;
  /** Number in the format. */
  readonly id: number;
  /** Number of the type in the format. */
  readonly type: number;
  /** Bytes of a value. */
  readonly size: 1 | 2 | 4 | 8;
  /** Whether values have steps, and masks. */
  readonly float: boolean;
  /** Step when none is asked for; 0 = bit by bit. */
  readonly resolution: number;
  /** Its array. */
  readonly array: { new (length: number): LidarValues };
}

const METRE = { float: true, size: 4, type: 2, resolution: 0.001, array: Float32Array } as const;
const FLOAT = { ...METRE, resolution: 0 } as const;
const UINT16 = { float: false, size: 2, type: 1, resolution: 0, array: Uint16Array } as const;
const UINT8 = { float: false, size: 1, type: 0, resolution: 0, array: Uint8Array } as const;

/** All columns; the index is the id. */
export const LIDAR_COLUMNS: readonly LidarColumnType[] = [
  { name: "x", id: 0, ...METRE },
  { name: "y", id: 1, ...METRE },
  { name: "z", id: 2, ...METRE },
  { name: "intensity", id: 3, ...FLOAT },
  { name: "reflectivity", id: 4, ...UINT16 },
  { name: "beamId", id: 5, ...UINT16 },
  { name: "range", id: 6, ...METRE },
  { name: "nearIr", id: 7, ...FLOAT },
  { name: "azimuth", id: 8, ...FLOAT },
  { name: "elevation", id: 9, ...FLOAT },
  { name: "confidence", id: 10, ...UINT8 },
  { name: "returnType", id: 11, ...UINT8 },
  { name: "pointTimestamp", id: 12, float: true, size: 8, type: 3, resolution: 0, array: Float64Array },
];

/** Number of the beam column. */
export const BEAM_ID = 5;

/** Whether a column is x, y or z. */
export function isCoordinate({ id }: LidarColumnType): boolean {
  return id < 3;
}

/** A payload that cannot be decoded. */
export function lidarError(
  reason: "header" | "version" | "truncated" | "data" | "too_large",
  what: string,
): CodecError {
  return new CodecError(`codec.lidar_${reason}`, `Cannot decode the point cloud: ${what}`);
}
