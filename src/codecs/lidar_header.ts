/**
 * The header of a coded point cloud, and the limits of what follows: `wasm/lidar/README.md`, "Header".
 *
 * @module
 */
import { BEAM_ID, LIDAR_COLUMNS, type LidarColumnType, lidarError } from "./lidar_columns.ts";

/** Points of a group: each column's values are coded so many at a time. */
export const GROUP_POINTS = 65_536;
/** Bytes before a section: its length as stored, and its length. */
export const SECTION_HEADER_BYTES = 8;

const MAGIC = 0x4443_4c4d; // "MLCD"
const VERSION = 1;
const FIXED_BYTES = 12;
const COLUMN_BYTES = 12;
const RING = 1;
const BYTES = 2;
const EXACT = 1;
const STAGES = ["none", "lz4", "zstd"] as const;

/** What packs a section once more. */
export type LidarStage = typeof STAGES[number];

/** A column of a cloud. */
export interface CodedColumn {
  /** Name, type. */
  readonly column: LidarColumnType;
  /** Step; 0 when the values are stored as they are. */
  readonly resolution: number;
  /** Whether values come back bit by bit. */
  readonly exact: boolean;
}

/** The header. */
export interface LidarHeader {
  /** Points. */
  readonly points: number;
  /** Whether values are predicted from the same ring, not from the point before. */
  readonly byRing: boolean;
  /** Whether differences are packed as bytes, not as bits. */
  readonly packBytes: boolean;
  /** What packs the sections that it makes shorter. */
  readonly stage: LidarStage;
  /** In the order of the sections. */
  readonly columns: readonly CodedColumn[];
}

/** Bytes of a header. */
export function headerBytes(columns: number): number {
  return FIXED_BYTES + COLUMN_BYTES * columns;
}

/** The bytes of a header. */
export function writeLidarHeader(header: LidarHeader): Uint8Array {
  const view = new DataView(new ArrayBuffer(headerBytes(header.columns.length)));
  view.setUint32(0, MAGIC, true);
  view.setUint8(4, VERSION);
  view.setUint8(5, (header.byRing ? RING : 0) | (header.packBytes ? BYTES : 0));
  view.setUint8(6, STAGES.indexOf(header.stage));
  view.setUint8(7, header.columns.length);
  view.setUint32(8, header.points, true);
  header.columns.forEach(({ column, resolution, exact }, i) => {
    const at = FIXED_BYTES + i * COLUMN_BYTES;
    view.setUint8(at, column.id);
    view.setUint8(at + 1, column.type);
    view.setUint16(at + 2, exact ? EXACT : 0, true);
    view.setFloat64(at + 4, resolution, true);
  });
  return new Uint8Array(view.buffer);
}

/**
 * Reads and checks the header of `payload`, also that what follows it can hold the points.
 *
 * @throws {CodecError} `codec.lidar_header`, `codec.lidar_version`, `codec.lidar_truncated`, `codec.lidar_too_large`
 */
export function readLidarHeader(payload: Uint8Array, maxPoints: number): LidarHeader {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  if (payload.byteLength < FIXED_BYTES) throw lidarError("truncated", `${payload.byteLength} bytes hold no header`);
  if (view.getUint32(0, true) !== MAGIC) throw lidarError("header", "it does not start with MLCD");
  const version = view.getUint8(4);
  if (version !== VERSION) throw lidarError("version", `its format version is ${version}, this code reads ${VERSION}`);
  const flags = view.getUint8(5);
  const stage = STAGES[view.getUint8(6)];
  const count = view.getUint8(7);
  const points = view.getUint32(8, true);
  if (flags > (RING | BYTES) || stage === undefined) throw lidarError("header", "it uses flags that are not known");
  if (count === 0) throw lidarError("header", "it has no columns");
  if (points > maxPoints) throw lidarError("too_large", `${points} points exceed the maximum of ${maxPoints}`);
  const sections = Math.ceil(points / GROUP_POINTS) * count;
  if (payload.byteLength < headerBytes(count) + sections * (SECTION_HEADER_BYTES + 2)) {
    throw lidarError("truncated", `${payload.byteLength} bytes cannot hold ${count} columns of ${points} points`);
  }
  const columns = Array.from({ length: count }, (_, i) => readColumn(view, FIXED_BYTES + i * COLUMN_BYTES));
  if (new Set(columns.map(({ column }) => column.id)).size < count) throw lidarError("header", "a column comes twice");
  const byRing = (flags & RING) !== 0;
  if (byRing && columns[0]?.column.id !== BEAM_ID) throw lidarError("header", "the ring of the points is not given");
  return { points, byRing, packBytes: (flags & BYTES) !== 0, stage, columns };
}

function readColumn(view: DataView, at: number): CodedColumn {
  const column = LIDAR_COLUMNS[view.getUint8(at)];
  const flags = view.getUint16(at + 2, true);
  const resolution = view.getFloat64(at + 4, true);
  if (column === undefined || view.getUint8(at + 1) !== column.type) {
    throw lidarError("header", `column ${view.getUint8(at)} of type ${view.getUint8(at + 1)} is not known`);
  }
  if (!isResolution(resolution) || flags > EXACT || (resolution !== 0 && !column.float)) {
    throw lidarError("header", `column ${column.name} has resolution ${resolution}, flags ${flags}`);
  }
  return { column, resolution, exact: flags === EXACT };
}

/** Whether a step is one that works: 0, or a number whose inverse is finite too. */
export function isResolution(resolution: number): boolean {
  return resolution === 0 || (resolution >= 1e-300 && resolution <= 1e300);
}

/** The most bytes a section of `points` values of `size` bytes can take: kind, mask, values, widths, differences of five. */
export function maxSectionBytes(points: number, size: number): number {
  return 16 + 2 * Math.ceil(points / 8) + (size + 5) * points;
}
