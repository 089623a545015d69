/**
 * Columns of a point cloud → bytes: `wasm/lidar/README.md`, "Sections".
 *
 * @module
 */
import { concat } from "../base/mod.ts";
import { BEAM_ID, LIDAR_COLUMNS, type LidarColumns, type LidarColumnType, type LidarValues } from "./lidar_columns.ts";
import { type CodedColumn, GROUP_POINTS, SECTION_HEADER_BYTES, writeLidarHeader } from "./lidar_header.ts";
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
const TRIAL_COLUMN = 15;
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
  const chunks = [writeLidarHeader(header)];
  const writer = new SectionWriter(kernel, byRing ? columns.beamId : undefined, packBytes);
  for (let start = 0; start < points; start += GROUP_POINTS) {
    writer.beginGroup(start, Math.min(start + GROUP_POINTS, points));
    for (const source of sources) {
      const section = writer.write(source);
      const packed = stage?.compress(section) ?? section.slice();
      const lengths = new DataView(new ArrayBuffer(SECTION_HEADER_BYTES));
      lengths.setUint32(0, packed.byteLength, true);
      lengths.setUint32(4, section.byteLength, true);
      chunks.push(new Uint8Array(lengths.buffer), packed);
    }
  }
  return concat(chunks);
}

/** Chooses how a column is coded, from some of its values. */
function sourceOf(column: LidarColumnType, values: LidarValues, resolution: number): Source {
  if (!column.float) return { column, values, resolution: 0, exact: true, zeros: false };
  const sample: number[] = [];
  for (let i = 0; i < Math.min(SAMPLE_VALUES, values.length); i++) {
    sample.push(values[i * 40_503 % values.length]!); // far apart, and at no regular distance
  }
  const zeros = sample.filter((value) => value === 0).length > sample.length / 8;
  if (resolution > 0) return { column, values, resolution, exact: false, zeros };
  return { column, values, resolution: exactStep(column, sample), exact: true, zeros: false };
}

/** A step that gives nearly all values of `sample` back bit by bit, or 0. */
function exactStep(column: LidarColumnType, sample: readonly number[]): number {
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
  if (rings === undefined || source === undefined) return false;
  const { wasm } = kernel;
  const some = Math.max(TRIAL_POINTS.least, Math.min(TRIAL_POINTS.most, Math.floor(rings.length / 64)));
  const points = Math.min(some, rings.length);
  let [before, sameRing] = [0, 0];
  for (let trial = 0; trial < TRIALS; trial++) {
    const start = Math.floor((rings.length - points) * (trial + 0.5) / TRIALS);
    copyIn(kernel, kernel.rings, rings.subarray(start, start + points));
    copyIn(kernel, kernel.values, source.values.subarray(start, start + points));
    quantise(kernel, source, points);
    const kept = wasm.gather(kernel.steps, points, 4, kernel.mask, 0, kernel.steps);
    wasm.gather(kernel.rings, points, 2, kernel.mask, 0, kernel.denseRings);
    const packed = () => { // but for the first points, whose rings were not seen
      const skipped = Math.floor(kept / 4);
      return wasm.packBits(kernel.differences + 4 * skipped, kept - skipped, kernel.section);
    };
    wasm.differ(TRIAL_COLUMN, kernel.steps, kept, kernel.differences);
    before += packed();
    wasm.differByRing(TRIAL_COLUMN, kernel.steps, kernel.denseRings, kept, kernel.differences);
    sameRing += packed();
  }
  return sameRing < before;
}

/** Steps and mask of the first `n` values in the kernel; returns how many are masked. */
function quantise(kernel: LidarKernel, { column, resolution, exact, zeros }: Source, n: number): number {
  const { wasm, values, steps, mask } = kernel;
  const run = column.size === 4 ? wasm.quantise32 : wasm.quantise64;
  return run(values, n, resolution, exact ? 1 : 0, zeros ? 1 : 0, steps, mask);
}

function copyIn(kernel: LidarKernel, to: number, values: LidarValues): void {
  kernel.bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), to);
}

/** Writes sections into the kernel's memory. */
class SectionWriter {
  readonly #kernel: LidarKernel;
  readonly #rings: Uint16Array | undefined;
  readonly #packBytes: boolean;
  #to = 0;
  #start = 0;
  #points = 0;
  #hasKeptMask = false;

  constructor(kernel: LidarKernel, rings: Uint16Array | undefined, packBytes: boolean) {
    this.#kernel = kernel;
    this.#rings = rings;
    this.#packBytes = packBytes;
  }

  /** Begins the group of points `start` … `end`. */
  beginGroup(start: number, end: number): void {
    this.#start = start;
    this.#points = end - start;
    this.#hasKeptMask = false;
    if (this.#rings !== undefined) copyIn(this.#kernel, this.#kernel.rings, this.#rings.subarray(start, end));
  }

  /** The section of a column in this group: a view of the kernel's memory, valid until the next. */
  write(source: Source): Uint8Array {
    const { wasm, bytes, section, values, steps, rings } = this.#kernel;
    const { column, resolution } = source;
    const n = this.#points;
    this.#to = section;
    copyIn(this.#kernel, values, source.values.subarray(this.#start, this.#start + n));
    if (!column.float) {
      wasm.widen(values, n, column.size, steps);
      bytes[this.#to++] = MASK.none;
      this.#writeSteps(column, n, rings);
    } else if (resolution === 0) {
      bytes[this.#to++] = PLANES;
      wasm.toPlanes(values, n, column.size, this.#to);
      this.#to += n * column.size;
    } else this.#writeFloats(source);
    return bytes.subarray(section, this.#to);
  }

  #writeFloats(source: Source): void {
    const { wasm, bytes, mask, steps, rings, denseRings } = this.#kernel;
    const n = this.#points;
    const masked = quantise(this.#kernel, source, n);
    if (masked === 0) {
      bytes[this.#to++] = MASK.none;
      this.#writeSteps(source.column, n, rings);
      return;
    }
    this.#writeMasked(source.column.size, masked);
    const kept = wasm.gather(steps, n, 4, mask, 0, steps);
    this.#writeSteps(source.column, kept, denseRings);
  }

  /** Writes the section's kind, the mask, and the masked values bit by bit. */
  #writeMasked(size: number, masked: number): void {
    const { wasm, bytes, values, mask, keptMask, rings, denseRings } = this.#kernel;
    const n = this.#points;
    const maskBytes = Math.ceil(n / 8);
    const same = this.#hasKeptMask && wasm.equal(mask, keptMask, maskBytes) === 1;
    const oneValue = wasm.areMaskedAlike() === 1;
    const kind = masked === n ? MASK.all : same ? MASK.same : MASK.own;
    bytes[this.#to++] = kind | (oneValue ? ONE_VALUE : 0);
    if (kind === MASK.own) {
      bytes.copyWithin(this.#to, mask, mask + maskBytes);
      bytes.copyWithin(keptMask, mask, mask + maskBytes);
      this.#to += maskBytes;
      this.#hasKeptMask = true;
      wasm.gather(rings, n, 2, mask, 0, denseRings); // which also the same mask will need
    }
    if (oneValue) wasm.putMasked(size, this.#to);
    else wasm.gather(values, n, size, mask, 1, this.#to);
    this.#to += oneValue ? size : masked * size;
  }

  /** Writes `n` steps as differences. */
  #writeSteps({ id }: LidarColumnType, n: number, rings: number): void {
    const { wasm, steps, differences } = this.#kernel;
    if (this.#rings === undefined || id === BEAM_ID) wasm.differ(id, steps, n, differences);
    else wasm.differByRing(id, steps, rings, n, differences);
    const pack = this.#packBytes ? wasm.packBytes : wasm.packBits;
    this.#to += pack(differences, n, this.#to);
  }
}
