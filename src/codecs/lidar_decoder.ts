/**
 * Bytes → columns of a point cloud: `wasm/lidar/README.md`, "Sections".
 *
 * @module
 */
import {
  BEAM_ID,
  isCoordinate,
  type LidarColumns,
  type LidarColumnType,
  lidarError,
  type LidarValues,
} from "./lidar_columns.ts";
import { MASK, ONE_VALUE, PLANES } from "./lidar_encoder.ts";
import { GROUP_POINTS, headerBytes, type LidarHeader, maxSectionBytes, SECTION_HEADER_BYTES } from "./lidar_header.ts";
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
  const reader = new GroupReader(kernel, header);
  let at = headerBytes(columns.length);
  for (let start = 0; start < points; start += GROUP_POINTS) {
    const n = Math.min(GROUP_POINTS, points - start);
    reader.begin(start, n);
    for (const { column } of columns) {
      const left = payload.byteLength - at - SECTION_HEADER_BYTES;
      if (left < 0 || view.getUint32(at, true) > left) throw lidarError("truncated", "a section ends early");
      const [stored, plain] = [view.getUint32(at, true), view.getUint32(at + 4, true)];
      if (stored > plain || plain > maxSectionBytes(n, column.size) || (stored < plain && stage === undefined)) {
        throw lidarError("data", `a section of ${n} points has ${plain} bytes, ${stored} of them stored`);
      }
      at += SECTION_HEADER_BYTES + stored;
      const section = payload.subarray(at - stored, at);
      reader.read(stored === plain ? section : stage!.decompress(section, plain));
    }
    reader.finish();
  }
  if (at !== payload.byteLength) throw lidarError("data", `${payload.byteLength - at} bytes follow the last section`);
  return Object.fromEntries(columns.map(({ column }, i) => [column.name, reader.output(i)]));
}

/** A column whose differences were unpacked into its lane. */
interface Pending {
  /** Its place among the columns. */
  readonly index: number;
  /** Values that are not masked. */
  readonly kept: number;
  /** Address of the bits of those that are; 0 when there are none. */
  readonly mask: number;
  /** Address of the masked values. */
  readonly exact: number;
  /** Whether it is one for all of them. */
  readonly oneValue: boolean;
}

/** Reads sections in the kernel's memory, one after the other. */
class GroupReader {
  readonly #kernel: LidarKernel;
  readonly #header: LidarHeader;
  readonly #outputs: LidarValues[] = [];
  /** Columns that may be summed up at once: the same points of x, y and z. */
  readonly #pending: Pending[] = [];
  #index = 0;
  #from = 0;
  #end = 0;
  #start = 0;
  #points = 0;
  #hasKeptMask = false;

  constructor(kernel: LidarKernel, header: LidarHeader) {
    this.#kernel = kernel;
    this.#header = header;
  }

  /** Begins the group of `points` from point `start`. */
  begin(start: number, points: number): void {
    this.#start = start;
    this.#points = points;
    this.#index = 0;
    this.#hasKeptMask = false;
  }

  /** The values of the column at `index`: made when its first section has proved good. */
  output(index: number): LidarValues {
    const { array } = this.#header.columns[index]!.column;
    return this.#outputs[index] ??= new array(this.#header.points);
  }

  /** Reads the section of the next column. */
  read(section: Uint8Array): void {
    const { wasm, bytes } = this.#kernel;
    const { column, resolution } = this.#header.columns[this.#index]!;
    const joint = this.#header.byRing && isCoordinate(column);
    if (!joint) this.finish();
    const lane = this.#kernel.laneOf(column);
    bytes.set(section, lane.section);
    this.#from = lane.section;
    this.#end = this.#from + section.byteLength;
    const kind = bytes[this.#take(1)]!;
    const planes = column.float && resolution === 0;
    if (planes ? kind !== PLANES : !column.float && kind !== MASK.none) throw unknownKind(kind, column);
    if (planes) {
      wasm.fromPlanes(this.#take(this.#points * column.size), this.#points, column.size, lane.values);
      this.#copyOut(this.#index, lane.values);
    } else this.#unpack(kind, column, lane.steps);
    if (this.#from !== this.#end) throw lidarError("data", `${this.#end - this.#from} bytes follow ${column.name}`);
    if (!joint) this.finish();
    this.#index++;
  }

  /** Turns the differences of what is pending into values, and copies them out. */
  finish(): void {
    this.#sum();
    for (const pending of this.#pending) {
      const { column } = this.#header.columns[pending.index]!;
      if (column.float) this.#restore(pending);
      else this.#narrow(pending);
    }
    this.#pending.length = 0;
  }

  #unpack(kind: number, column: LidarColumnType, steps: number): void {
    const { wasm } = this.#kernel;
    const n = this.#points;
    const mask = this.#readMask(kind, column);
    const kept = mask === 0 ? n : n - wasm.countSet(mask, n);
    const oneValue = (kind & ONE_VALUE) !== 0;
    const exact = this.#take(oneValue ? column.size : (n - kept) * column.size);
    const unpack = this.#header.packBytes ? wasm.unpackBytes : wasm.unpackBits;
    const used = unpack(this.#from, this.#end - this.#from, kept, steps);
    if (used === 0 && kept > 0) {
      throw lidarError("truncated", `the values of ${column.name} are damaged or end early`);
    }
    this.#from += used;
    this.#pending.push({ index: this.#index, kept, mask, exact, oneValue });
  }

  /** Address of the mask of a section, or 0; finishes what has another. */
  #readMask(kind: number, column: LidarColumnType): number {
    const { wasm, bytes, mask, keptMask, rings, denseRings } = this.#kernel;
    const n = this.#points;
    const maskBytes = Math.ceil(n / 8);
    const which = kind & ~ONE_VALUE;
    const wanted = kind === MASK.none ? 0 : which === MASK.all ? mask : keptMask;
    if (which === MASK.own || this.#pending.some((other) => other.mask !== wanted)) this.finish();
    if (which === MASK.own) {
      const at = this.#take(maskBytes);
      bytes.copyWithin(keptMask, at, at + maskBytes);
      this.#hasKeptMask = true;
      wasm.gather(rings, n, 2, keptMask, 0, denseRings); // which also the same mask will need
    } else if (which === MASK.all) bytes.fill(255, mask, mask + maskBytes);
    else if (kind !== MASK.none && !(which === MASK.same && this.#hasKeptMask)) throw unknownKind(kind, column);
    return wanted;
  }

  #sum(): void {
    const { wasm, rings, denseRings } = this.#kernel;
    const ringsOf = (pending: Pending) => pending.mask === 0 ? rings : denseRings;
    if (this.#pending.length === 3) {
      const first = this.#pending[0]!;
      wasm.sumThreeByRing(...this.#kernel.coordinateSteps, ringsOf(first), first.kept);
      return;
    }
    for (const pending of this.#pending) {
      const { column } = this.#header.columns[pending.index]!;
      const { steps } = this.#kernel.laneOf(column);
      if (this.#header.byRing && column.id !== BEAM_ID) {
        wasm.sumByRing(column.id, steps, ringsOf(pending), pending.kept);
      } else wasm.sum(column.id, steps, pending.kept);
    }
  }

  #restore({ index, kept, mask, exact, oneValue }: Pending): void {
    const { wasm, spread } = this.#kernel;
    const { column, resolution } = this.#header.columns[index]!;
    const { values, steps } = this.#kernel.laneOf(column);
    const run = column.size === 4 ? wasm.restore32 : wasm.restore64;
    run(steps, kept, resolution, values);
    if (mask !== 0) wasm.merge(values, exact, oneValue ? 1 : 0, this.#points, column.size, mask, spread);
    this.#copyOut(index, mask === 0 ? values : spread);
  }

  #narrow({ index, kept }: Pending): void {
    const { wasm, bytes, rings } = this.#kernel;
    const { column } = this.#header.columns[index]!;
    const { values, steps } = this.#kernel.laneOf(column);
    wasm.narrow(steps, kept, column.size, values);
    this.#copyOut(index, values);
    if (column.id !== BEAM_ID || !this.#header.byRing) return;
    bytes.copyWithin(rings, values, values + 2 * kept);
    wasm.placeRings(rings, kept);
  }

  #copyOut(index: number, from: number): void {
    const { size } = this.#header.columns[index]!.column;
    const bytes = this.#points * size;
    new Uint8Array(this.output(index).buffer, this.#start * size, bytes)
      .set(this.#kernel.bytes.subarray(from, from + bytes));
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
