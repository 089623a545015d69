/**
 * Bytes → columns of a point cloud: `wasm/lidar/README.md`, "Sections".
 *
 * @module
 */
import { BEAM_ID, type LidarColumns, type LidarColumnType, lidarError, type LidarValues } from "./lidar_columns.ts";
import { MASK, ONE_VALUE, PLANES } from "./lidar_encoder.ts";
import {
  type CodedColumn,
  GROUP_POINTS,
  headerBytes,
  type LidarHeader,
  maxSectionBytes,
  SECTION_HEADER_BYTES,
} from "./lidar_header.ts";
import type { LidarKernel } from "./lidar_kernel.ts";
import type { BodyCodec } from "./types.ts";

/** The columns of `payload`, whose header was read. */
export function decodeCloud(
  kernel: LidarKernel,
  header: LidarHeader,
  payload: Uint8Array,
  stage: BodyCodec | undefined,
): LidarColumns {
  const { points, columns } = header;
  kernel.begin(points);
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const outputs: LidarValues[] = [];
  const reader = new SectionReader(kernel, header);
  let at = headerBytes(columns.length);
  for (let start = 0; start < points || start === 0; start += GROUP_POINTS) {
    const n = Math.min(GROUP_POINTS, points - start);
    reader.beginGroup(n);
    for (const [i, coded] of columns.entries()) {
      if (points > 0) {
        const left = payload.byteLength - at - SECTION_HEADER_BYTES;
        if (left < 0 || view.getUint32(at, true) > left) throw lidarError("truncated", "a section ends early");
        const [stored, plain] = [view.getUint32(at, true), view.getUint32(at + 4, true)];
        if (stored > plain || plain > maxSectionBytes(n) || (stored < plain && stage === undefined)) {
          throw lidarError("data", `a section of ${n} points has ${plain} bytes, ${stored} of them stored`);
        }
        at += SECTION_HEADER_BYTES + stored;
        const section = payload.subarray(at - stored, at);
        reader.read(coded, stored === plain ? section : stage!.decompress(section, plain));
      }
      outputs[i] ??= new coded.column.array(points); // made when the first section has proved good
      reader.copyOut(coded.column, outputs[i], start);
    }
  }
  if (at !== payload.byteLength) throw lidarError("data", `${payload.byteLength - at} bytes follow the last section`);
  return Object.fromEntries(columns.map(({ column }, i) => [column.name, outputs[i]]));
}

/** Reads sections in the kernel's memory. */
class SectionReader {
  readonly #kernel: LidarKernel;
  readonly #header: LidarHeader;
  #from = 0;
  #end = 0;
  #points = 0;
  #hasKeptMask = false;

  constructor(kernel: LidarKernel, header: LidarHeader) {
    this.#kernel = kernel;
    this.#header = header;
  }

  /** Begins the next group. */
  beginGroup(points: number): void {
    this.#points = points;
    this.#hasKeptMask = false;
  }

  /** Copies the values of the column that was read to `out`, from point `start`. */
  copyOut({ size }: LidarColumnType, out: LidarValues, start: number): void {
    const { bytes, values } = this.#kernel;
    const to = new Uint8Array(out.buffer, start * size, this.#points * size);
    to.set(bytes.subarray(values, values + this.#points * size));
  }

  /** Reads a section; the kernel then has the values. */
  read({ column, resolution }: CodedColumn, section: Uint8Array): void {
    const { wasm, bytes, values, steps, rings } = this.#kernel;
    const n = this.#points;
    bytes.set(section, this.#kernel.section);
    this.#from = this.#kernel.section;
    this.#end = this.#from + section.byteLength;
    const kind = bytes[this.#take(1)]!;
    if (!column.float) {
      if (kind !== MASK.none) throw unknownKind(kind, column);
      this.#readSteps(column, n, rings);
      wasm.narrow(steps, n, column.size, values);
      if (column.id === BEAM_ID) bytes.copyWithin(rings, values, values + 2 * n);
    } else if (resolution === 0) {
      if (kind !== PLANES) throw unknownKind(kind, column);
      wasm.fromPlanes(this.#take(n * column.size), n, column.size, values);
    } else if (kind === MASK.none) {
      this.#readSteps(column, n, rings);
      this.#restore(column, n, resolution, values);
    } else this.#readMasked(kind, column, resolution);
    if (this.#from !== this.#end) throw lidarError("data", `${this.#end - this.#from} bytes follow ${column.name}`);
  }

  #readMasked(kind: number, column: LidarColumnType, resolution: number): void {
    const { wasm, bytes, values, mask, keptMask, differences, rings, denseRings } = this.#kernel;
    const [n, size] = [this.#points, column.size];
    const maskBytes = Math.ceil(n / 8);
    const which = kind & ~ONE_VALUE;
    if (which === MASK.own) {
      const at = this.#take(maskBytes);
      bytes.copyWithin(mask, at, at + maskBytes);
      bytes.copyWithin(keptMask, at, at + maskBytes);
      this.#hasKeptMask = true;
      wasm.gather(rings, n, 2, mask, 0, denseRings); // which also the same mask will need
    } else if (which === MASK.all) bytes.fill(255, mask, mask + maskBytes);
    else if (which === MASK.same && this.#hasKeptMask) bytes.copyWithin(mask, keptMask, keptMask + maskBytes);
    else throw unknownKind(kind, column);
    const masked = wasm.countSet(mask, n);
    const oneValue = (kind & ONE_VALUE) !== 0;
    const exact = this.#take(oneValue ? size : masked * size);
    this.#readSteps(column, n - masked, denseRings);
    this.#restore(column, n - masked, resolution, differences); // which are no longer needed
    wasm.merge(differences, exact, oneValue ? 1 : 0, n, size, mask, values);
  }

  #restore(column: LidarColumnType, n: number, resolution: number, to: number): void {
    const { wasm, steps } = this.#kernel;
    const run = column.size === 4 ? wasm.restore32 : wasm.restore64;
    run(steps, n, resolution, to);
  }

  #readSteps({ id, name }: LidarColumnType, n: number, rings: number): void {
    const { wasm, differences, steps } = this.#kernel;
    const unpack = this.#header.packBytes ? wasm.unpackBytes : wasm.unpackBits;
    const used = unpack(this.#from, this.#end - this.#from, n, differences);
    if (used === 0 && n > 0) throw lidarError("truncated", `the values of ${name} are damaged or end early`);
    this.#from += used;
    if (this.#header.byRing && id !== BEAM_ID) wasm.sumByRing(id, differences, rings, n, steps);
    else wasm.sum(id, differences, n, steps);
  }

  /** Address of the next `length` bytes, which are thereby read. */
  #take(length: number): number {
    if (length > this.#end - this.#from) throw lidarError("truncated", `${length} bytes are missing`);
    this.#from += length;
    return this.#from - length;
  }
}

function unknownKind(kind: number, { name }: LidarColumnType): Error {
  return lidarError("data", `a section of ${name} has the kind ${kind}`);
}
