/**
 * The point cloud WASM kernel and its memory.
 *
 * @module
 */
import { WASM_BASE64 } from "../../wasm/lidar/lidar.wasm.ts";
import type { LidarColumnType } from "./lidar_columns.ts";
import { GROUP_POINTS, maxSectionBytes } from "./lidar_header.ts";
import { PayloadWriter } from "./lidar_payload.ts";
import { decodeBase64 } from "./wasm.ts";

/** Exports of `wasm/lidar/lidar.as.ts`; addresses, counts, sizes in bytes. Booleans are 0 and 1. */
interface Exports {
  /** Bytes after a region that the kernel may touch. */
  readonly SLACK: WebAssembly.Global;
  readonly memory: WebAssembly.Memory;
  heapBase(): number;
  reset(): void;
  quantise32(from: number, n: number, step: number, exact: number, zeros: number, to: number, mask: number): number;
  quantise64(from: number, n: number, step: number, exact: number, zeros: number, to: number, mask: number): number;
  restore32(from: number, n: number, step: number, to: number): void;
  restore64(from: number, n: number, step: number, to: number): void;
  widen(from: number, n: number, size: number, to: number): void;
  narrow(from: number, n: number, size: number, to: number): void;
  gather(from: number, n: number, size: number, mask: number, wanted: number, to: number): number;
  merge(clear: number, set: number, repeat: number, n: number, size: number, mask: number, to: number): void;
  areMaskedAlike(): number;
  putMasked(size: number, to: number): void;
  equal(a: number, b: number, size: number): number;
  countSet(mask: number, n: number): number;
  differ(column: number, at: number, n: number): void;
  sum(column: number, at: number, n: number): void;
  placeRings(rings: number, n: number): void;
  differByRing(column: number, at: number, rings: number, n: number): void;
  sumByRing(column: number, at: number, rings: number, n: number): void;
  differThreeByRing(x: number, y: number, z: number, rings: number, n: number): void;
  sumThreeByRing(x: number, y: number, z: number, rings: number, n: number): void;
  packBits(from: number, n: number, to: number): number;
  unpackBits(from: number, available: number, n: number, to: number): number;
  packBytes(from: number, n: number, to: number): number;
  unpackBytes(from: number, available: number, n: number, to: number): number;
  toPlanes(from: number, n: number, size: number, to: number): void;
  fromPlanes(from: number, n: number, size: number, to: number): void;
}

let compiled: WebAssembly.Module | undefined;

/** The compiled kernel. Post it to Workers instead of compiling there again. */
export function lidarModule(): WebAssembly.Module {
  return compiled ??= new WebAssembly.Module(decodeBase64(WASM_BASE64));
}

/** Where a column is worked on: x, y and z have a lane each, to be predicted at once; others take the first. */
export interface Lane {
  /** Values as the caller has them. */
  readonly values: number;
  /** Steps, i32, then their differences, u32; or the other way round. */
  readonly steps: number;
  /** Bytes of a section. */
  readonly section: number;
}

/** One instance of the kernel. Its regions hold one group of points. */
export class LidarKernel {
  /** Functions of the kernel. */
  readonly wasm: Exports;
  /** All of its memory; replaced when the memory grows. */
  bytes: Uint8Array<ArrayBuffer>;
  /** Where an encoder gathers its sections. */
  readonly payload: PayloadWriter = new PayloadWriter();
  /** Rings of the group's points, as places. */
  rings = 0;
  /** The same of the points that are not masked. */
  denseRings = 0;
  /** Bits of the points that are masked. */
  mask = 0;
  /** The last mask that was written in the group. */
  keptMask = 0;
  /** Values among which masked ones are spread. */
  spread = 0;
  #lanes: readonly Lane[] = [];
  #points = 0;

  /** Instantiates `module`. */
  constructor(module: WebAssembly.Module) {
    this.wasm = new WebAssembly.Instance(module).exports as unknown as Exports;
    this.bytes = new Uint8Array(this.wasm.memory.buffer as ArrayBuffer);
  }

  /** Where x, y and z have their steps. */
  get coordinateSteps(): readonly [x: number, y: number, z: number] {
    const [x, y, z] = this.#lanes;
    return [x!.steps, y!.steps, z!.steps];
  }

  /** The lane of a column. */
  laneOf({ id }: LidarColumnType): Lane {
    return this.#lanes[id] ?? this.#lanes[0]!;
  }

  /** Begins a cloud of so many points. */
  begin(points: number): void {
    this.wasm.reset();
    if (Math.min(points, GROUP_POINTS) <= this.#points) return;
    this.#points = Math.min(2 * points, GROUP_POINTS); // some room, so that growing scans do not lay out each time
    let top = this.wasm.heapBase();
    const region = (bytes: number) => {
      const start = top;
      top += Math.ceil((bytes + this.wasm.SLACK.value) / 64) * 64;
      return start;
    };
    this.rings = region(2 * this.#points);
    this.denseRings = region(2 * this.#points);
    this.mask = region(this.#points / 8 + 1);
    this.keptMask = region(this.#points / 8 + 1);
    this.spread = region(8 * this.#points);
    this.#lanes = [8, 4, 4].map((size) => ({
      values: region(size * this.#points),
      steps: region(4 * this.#points),
      section: region(maxSectionBytes(this.#points, size)),
    }));
    const missing = top - this.bytes.byteLength;
    if (missing > 0) this.wasm.memory.grow(Math.ceil(missing / 65_536));
    this.bytes = new Uint8Array(this.wasm.memory.buffer as ArrayBuffer);
  }
}
