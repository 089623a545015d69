/**
 * The points of a scan, while they come in.
 *
 * @module
 */
import type { Lidar, Message } from "../../ontology/mod.ts";

/** The arrays of the columns; those that a sensor does not have are empty, and take writes without keeping them. */
export interface ScanArrays {
  x: Float32Array;
  y: Float32Array;
  z: Float32Array;
  range: Float32Array;
  intensity: Float32Array;
  reflectivity: Uint16Array;
  nearIr: Float32Array;
  beamId: Uint16Array;
  returnType: Uint8Array;
  pointTimestamp: Float64Array;
}

/** Name of a column, as in `Lidar`. */
export type ScanColumn = keyof ScanArrays;

type Values = Float32Array | Float64Array | Uint16Array | Uint8Array;

const TYPES: Readonly<Record<ScanColumn, new (length: number) => Values>> = {
  x: Float32Array,
  y: Float32Array,
  z: Float32Array,
  range: Float32Array,
  intensity: Float32Array,
  reflectivity: Uint16Array,
  nearIr: Float32Array,
  beamId: Uint16Array,
  returnType: Uint8Array,
  pointTimestamp: Float64Array,
};

/** When a scan began. */
export interface ScanStart {
  /** Arrival of its first packet, Unix nanoseconds. */
  readonly timestampNs: bigint;
  /** The sensor's own time of its first point, Unix nanoseconds as the sensor understands them. */
  readonly sensorNs: bigint;
}

const INITIAL_POINTS = 16_384;
const NANOSECONDS = 1_000_000_000n;
const MAX_SECONDS = 2n ** 31n - 1n;

/** Columns that grow with the scan. */
export class ScanBuilder {
  /** Write to these at index `count`; they are replaced when {@linkcode ScanBuilder.reserve} makes room. */
  arrays: ScanArrays;
  /** Points so far. */
  count = 0;
  readonly #columns: readonly ScanColumn[];
  readonly #frameId: string;
  #capacity = 0;

  /** A builder of scans with these columns. */
  constructor(columns: readonly ScanColumn[], frameId: string) {
    this.#columns = columns;
    this.#frameId = frameId;
    const empty = Object.entries(TYPES).map(([name, array]) => [name, new array(0)]);
    this.arrays = Object.fromEntries(empty) as unknown as ScanArrays;
  }

  /** Makes room for so many points more. */
  reserve(points: number): void {
    if (this.count + points <= this.#capacity) return;
    this.#capacity = Math.max(INITIAL_POINTS, 2 * this.#capacity, this.count + points);
    const grown = this.#columns.map((name) => {
      const values = new TYPES[name](this.#capacity);
      values.set(this.arrays[name].subarray(0, this.count));
      return [name, values];
    });
    this.arrays = { ...this.arrays, ...Object.fromEntries(grown) };
  }

  /** The scan, with arrays of its own; `undefined` when it has no points. The builder is empty then. */
  finish(start: ScanStart): Message<Lidar> | undefined {
    const { count } = this;
    this.count = 0;
    if (count === 0) return undefined;
    const columns = Object.fromEntries(this.#columns.map((name) => [name, this.arrays[name].slice(0, count)]));
    const header = { timestamp: timeOf(start.sensorNs), frameId: this.#frameId };
    return { timestampNs: start.timestampNs, data: { header, ...columns } as unknown as Lidar };
  }
}

/** A time as headers have it, unless its seconds are more than fit. */
function timeOf(time: bigint): { seconds: number; nanoseconds: number } | undefined {
  const seconds = time / NANOSECONDS;
  if (time < 0n || seconds > MAX_SECONDS) return undefined;
  return { seconds: Number(seconds), nanoseconds: Number(time % NANOSECONDS) };
}
