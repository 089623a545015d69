/**
 * The LZ4 WASM kernel and its memory.
 *
 * @module
 */
import { WASM_BASE64 } from "../../wasm/lz4/lz4.wasm.ts";
import { decodeBase64 } from "./wasm.ts";

/** Exports of `wasm/lz4/lz4.as.ts`; addresses and sizes in bytes. */
interface Exports {
  /** Bytes after a region that the kernel's wide copies may touch. */
  readonly SLACK: WebAssembly.Global;
  readonly memory: WebAssembly.Memory;
  heapBase(): number;
  resetTable(): void;
  rebaseTable(shift: number, low: number): void;
  compressAlone(to: number, from: number, size: number): number;
  compressLinked(to: number, from: number, size: number, low: number): number;
  decompressBlock(to: number, limit: number, low: number, from: number, size: number): number;
  hashBytes(at: number, size: number): number;
  beginContent(): void;
  addContent(at: number, size: number): void;
  finishContent(long: number): number;
}

let compiled: WebAssembly.Module | undefined;

/** The compiled kernel. Post it to Workers instead of compiling there again. */
export function lz4Module(): WebAssembly.Module {
  return compiled ??= new WebAssembly.Module(decodeBase64(WASM_BASE64));
}

/** One instance of the kernel, with two regions in its memory: a window of plain bytes, and room for blocks. */
export class Lz4Kernel {
  /** Functions of the kernel. */
  readonly wasm: Exports;
  /** All of its memory; replaced when the memory grows. */
  bytes: Uint8Array;
  /** The same, to read and write numbers. */
  view: DataView;
  /** Where the window begins. */
  readonly window: number;
  /** Where the room for blocks begins. */
  blocks = 0;

  /** Instantiates `module`. */
  constructor(module: WebAssembly.Module) {
    this.wasm = new WebAssembly.Instance(module).exports as unknown as Exports;
    this.window = this.wasm.heapBase();
    this.bytes = new Uint8Array(this.wasm.memory.buffer);
    this.view = new DataView(this.wasm.memory.buffer);
    this.reserve(16, 0); // for a frame's header
  }

  /** Lays out a window and room for blocks of these sizes; what was there before is lost. */
  reserve(windowBytes: number, blocksBytes: number): void {
    const slackBytes = this.wasm.SLACK.value;
    this.blocks = this.window + windowBytes + slackBytes;
    const missing = this.blocks + blocksBytes + slackBytes - this.bytes.byteLength;
    if (missing <= 0) return;
    this.wasm.memory.grow(Math.ceil(missing / 65536));
    this.bytes = new Uint8Array(this.wasm.memory.buffer);
    this.view = new DataView(this.wasm.memory.buffer);
  }
}
