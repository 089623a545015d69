/**
 * Columns of a point cloud → bytes: `wasm/lidar/README.md`, "Sections".
 *
 * @module
 */
import {
  BEAM_ID,
  isCoordinate,
  LIDAR_COLUMNS,
  type LidarColumns,
  type LidarColumnType,
  type LidarValues,
} from "./lidar_columns.ts";
import { type CodedColumn, GROUP_POINTS, writeLidarHeader } from "./lidar_header.ts";
import type { LidarKernel } from "./lidar_kernel.ts";
import type { BodyCodec } from "./types.ts";

/** Kind of a section whose values are stored as they are, byte planes. */
export const PLANES = 4;
/** Set in a section's kind when its masked points share one value. */
export const ONE_VALUE = 8;
/** Kinds of a section by which points are masked: none, those of the bits that follow, those of an earlier column, all. */
export const MASK = { none: 0, own: 1, same: 2, all: 3 } as const;

/** Places, and least and most points at each, that are tried to choose a prediction. */
const TRIALS = 4;
const TRIAL_POINTS = { least: 256, most: 768 } as const;
/** A column that no cloud has keeps the trials' state. */
const TRIAL_COLUMN = 14;
/** Values that are looked at to choose a step. */
const SAMPLE_VALUES = 256;

/** How a cloud is coded. */
export interface EncodeSettings {
  /** Step of each column that differs from its default. */
  readonly resolutions: Readonly<Partial<Record<string, number>>>;
  /** Whether differences are packed as bytes. */
  readonly packBytes: boolean;
  /** What packs the sections. */
  readonly stage: BodyCodec | undefined;
}

/** A column to be coded. */
interface Source extends CodedColumn {
  readonly values: LidarValues;
  /** Whether many values are 0: points without a return, better masked than coded. */
  readonly zeros: boolean;
}

/** One payload of `columns`, which have `points` values each. */
export function encodeCloud(
  kernel: LidarKernel,
  columns: LidarColumns,
  points: number,
  { resolutions, packBytes, stage }: EncodeSettings,
): Uint8Array {
  kernel.begin(points);
  const sources = LIDAR_COLUMNS.flatMap((column) => {
    const values = columns[column.name];
    return values === undefined ? [] : [sourceOf(column, values, resolutions[column.name] ?? column.resolution)];
  });
  sources.sort((a, b) => Number(b.column.id === BEAM_ID) - Number(a.column.id === BEAM_ID));
  const byRing = ringPredicts(kernel, columns.beamId, sources.find(({ resolution }) => resolution > 0));

  const header = { points, byRing, packBytes, stage: stage?.name ?? "none", columns: sources } as const;
  kernel.payload.begin(writeLidarHeader(header));
  const writer = new GroupWriter(kernel, byRing ? columns.beamId : undefined, packBytes, (section) => {
    kernel.payload.append(stage?.compress(section) ?? section, section.byteLength);
  });
  for (let start = 0; start < points; start += GROUP_POINTS) {
    writer.write(sources, start, Math.min(start + GROUP_POINTS, points));
  }
  return kernel.payload.finish();
}

/** Chooses how a column is coded, from some of its values. */
function sourceOf(column: LidarColumnType, values: LidarValues, resolution: number): Source {
  if (!column.float) return { column, values, resolution: 0, exact: true, zeros: false };
  if (resolution > 0) return { column, values, resolution, exact: false, zeros: hasManyZeros(values) };
  return { column, values, resolution: exactStep(column, values), exact: true, zeros: false };
}

/** Places of some values: far apart, and at no regular distance. */
function samplePlace(i: number, values: LidarValues): number {
  return i * 40_503 % values.length;
}

function hasManyZeros(values: LidarValues): boolean {
  const looked = Math.min(SAMPLE_VALUES, values.length);
  let zeros = 0;
  for (let i = 0; i < looked; i++) if (values[samplePlace(i, values)] === 0) zeros++;
  return zeros > looked / 8;
}

/** A step that gives nearly all values back bit by bit, or 0. */
function exactStep(column: LidarColumnType, values: LidarValues): number {
  const sample = Array.from(
    { length: Math.min(SAMPLE_VALUES, values.length) },
    (_, i) => values[samplePlace(i, values)]!,
  );
  const round = column.size === 4 ? Math.fround : (value: number) => value;
  for (const step of column.size === 4 ? [1] : [1, 1e-6, 1e-9]) {
    const missed = sample.filter((value) =>
      Number.isFinite(value) && !Object.is(round(Math.round(value * (1 / step)) * step), value)
    );
    if (missed.length <= sample.length / 16) return step;
  }
  return 0;
}

/** Whether, at some places of `source`, differences within a ring pack tighter than those to the point before. */
function ringPredicts(kernel: LidarKernel, rings: Uint16Array | undefined, source: Source | undefined): boolean {
  if (rings === undefined || rings.length === 0 || source === undefined) return false;
  const { wasm } = kernel;
  const some = Math.max(TRIAL_POINTS.least, Math.min(TRIAL_POINTS.most, Math.floor(rings.length / 64)));
  const points = Math.min(some, rings.length);
  let [before, sameRing] = [0, 0];
  for (let trial = 0; trial < TRIALS; trial++) {
    const start = Math.floor((rings.length - points) * (trial + 0.5) / TRIALS);
    const { values, steps, section } = kernel.laneOf(source.column);
    copyIn(kernel, kernel.rings, rings.subarray(start, start + points));
    wasm.placeRings(kernel.rings, points);
    copyIn(kernel, values, source.values.subarray(start, start + points));
    quantise(kernel, source, points);
    const kept = wasm.gather(steps, points, 4, kernel.mask, 0, steps);
    wasm.gather(kernel.rings, points, 2, kernel.mask, 0, kernel.denseRings);
    // The differences replace the steps, which the second way needs too.
    kernel.bytes.copyWithin(kernel.spread, steps, steps + 4 * kept);
    const packed = (at: number) => { // but for the first points, whose rings were not seen
      const skipped = Math.floor(kept / 4);
      return wasm.packBits(at + 4 * skipped, kept - skipped, section);
    };
    wasm.differ(TRIAL_COLUMN, steps, kept);
    before += packed(steps);
    wasm.differByRing(TRIAL_COLUMN, kernel.spread, kernel.denseRings, kept);
    sameRing += packed(kernel.spread);
  }
  return sameRing < before;
}

/** Steps and mask of the first `n` values in the column's lane; returns how many are masked. */
function quantise(kernel: LidarKernel, { column, resolution, exact, zeros }: Source, n: number): number {
  const { wasm, mask } = kernel;
  const { values, steps } = kernel.laneOf(column);
  const run = column.size === 4 ? wasm.quantise32 : wasm.quantise64;
  return run(values, n, resolution, exact ? 1 : 0, zeros ? 1 : 0, steps, mask);
}

function copyIn(kernel: LidarKernel, to: number, values: LidarValues): void {
  kernel.bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), to);
}

/** A section whose steps are not written yet. */
interface Pending {
  readonly column: LidarColumnType;
  /** Steps in the column's lane. */
  readonly kept: number;
  /** Address of their rings. */
  readonly rings: number;
  /** Where the section goes on. */
  readonly to: number;
}

/** Writes groups of points into the kernel's memory, section by section. */
class GroupWriter {
  readonly #kernel: LidarKernel;
  readonly #rings: Uint16Array | undefined;
  readonly #packBytes: boolean;
  readonly #emit: (section: Uint8Array) => void;
  /** Columns that may be predicted at once: the same points of x, y and z. */
  readonly #pending: Pending[] = [];
  #points = 0;
  #hasKeptMask = false;

  /** `emit` takes each section: a view of the kernel's memory, valid until it returns. */
  constructor(
    kernel: LidarKernel,
    rings: Uint16Array | undefined,
    packBytes: boolean,
    emit: (section: Uint8Array) => void,
  ) {
    this.#kernel = kernel;
    this.#rings = rings;
    this.#packBytes = packBytes;
    this.#emit = emit;
  }

  /** Writes the group of points `start` … `end`. */
  write(sources: readonly Source[], start: number, end: number): void {
    const { wasm, rings } = this.#kernel;
    this.#points = end - start;
    this.#hasKeptMask = false;
    if (this.#rings !== undefined) {
      copyIn(this.#kernel, rings, this.#rings.subarray(start, end));
      wasm.placeRings(rings, end - start);
    }
    for (const source of sources) {
      const { column } = source;
      const joint = this.#rings !== undefined && isCoordinate(column);
      if (!joint) this.#finish();
      copyIn(this.#kernel, this.#kernel.laneOf(column).values, source.values.subarray(start, end));
      this.#add(source);
      if (!joint) this.#finish();
    }
    this.#finish();
  }

  #add(source: Source): void {
    const { wasm, bytes, rings } = this.#kernel;
    const { column, resolution } = source;
    const { values, steps, section } = this.#kernel.laneOf(column);
    const n = this.#points;
    if (!column.float) {
      wasm.widen(values, n, column.size, steps);
      bytes[section] = MASK.none;
      this.#pending.push({ column, kept: n, rings, to: section + 1 });
    } else if (resolution === 0) {
      this.#finish();
      bytes[section] = PLANES;
      wasm.toPlanes(values, n, column.size, section + 1);
      this.#emit(bytes.subarray(section, section + 1 + n * column.size));
    } else this.#addFloats(source);
  }

  #addFloats(source: Source): void {
    const { wasm, bytes, mask, keptMask, rings, denseRings } = this.#kernel;
    const { column } = source;
    const { values, steps, section } = this.#kernel.laneOf(column);
    const n = this.#points;
    const masked = quantise(this.#kernel, source, n);
    const kept = n - masked;
    const maskBytes = Math.ceil(n / 8);
    const same = this.#hasKeptMask && wasm.equal(mask, keptMask, maskBytes) === 1;
    const which = masked === 0 ? MASK.none : masked === n ? MASK.all : same ? MASK.same : MASK.own;
    const keptRings = masked === 0 ? rings : denseRings;
    if (which === MASK.own || this.#pending.some((other) => other.kept !== kept || other.rings !== keptRings)) {
      this.#finish();
    }
    const oneValue = masked > 0 && wasm.areMaskedAlike() === 1;
    let to = section;
    bytes[to++] = which | (oneValue ? ONE_VALUE : 0);
    if (which === MASK.own) {
      bytes.copyWithin(to, mask, mask + maskBytes);
      bytes.copyWithin(keptMask, mask, mask + maskBytes);
      to += maskBytes;
      this.#hasKeptMask = true;
      wasm.gather(rings, n, 2, mask, 0, denseRings); // which also the same mask will need
    }
    if (oneValue) wasm.putMasked(column.size, to);
    else if (masked > 0) wasm.gather(values, n, column.size, mask, 1, to);
    to += oneValue ? column.size : masked * column.size;
    if (masked > 0) wasm.gather(steps, n, 4, mask, 0, steps);
    this.#pending.push({ column, kept, rings: keptRings, to });
  }

  /** Writes the steps of what is pending as differences. */
  #finish(): void {
    const { wasm, bytes } = this.#kernel;
    this.#differ();
    for (const { column, kept, to } of this.#pending) {
      const { section, steps } = this.#kernel.laneOf(column);
      const pack = this.#packBytes ? wasm.packBytes : wasm.packBits;
      this.#emit(bytes.subarray(section, to + pack(steps, kept, to)));
    }
    this.#pending.length = 0;
  }

  #differ(): void {
    const { wasm } = this.#kernel;
    if (this.#pending.length === 3) {
      const { rings, kept } = this.#pending[0]!;
      wasm.differThreeByRing(...this.#kernel.coordinateSteps, rings, kept);
      return;
    }
    for (const { column, kept, rings } of this.#pending) {
      const { steps } = this.#kernel.laneOf(column);
      if (this.#rings === undefined || column.id === BEAM_ID) wasm.differ(column.id, steps, kept);
      else wasm.differByRing(column.id, steps, rings, kept);
    }
  }
}
