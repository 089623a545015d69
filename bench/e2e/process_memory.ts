/**
 * Memory of a process, as Linux sees it.
 *
 * @module
 */
import { readFileSync, writeFileSync } from "node:fs";

/** Follows how much memory a process has at most. */
export class ProcessMemory {
  readonly #pid: number;
  #before = 0;

  /** Follows that process. */
  constructor(pid: number) {
    this.#pid = pid;
  }

  /** Forgets earlier peaks. */
  start(): void {
    writeFileSync(`/proc/${this.#pid}/clear_refs`, "5"); // the peak begins anew
    this.#before = this.#read("VmRSS");
  }

  /** Resident bytes at {@linkcode start}. */
  get before(): number {
    return this.#before;
  }

  /** By how many bytes it grew, at most, since {@linkcode start}: the system's own peak, not a sample. */
  growth(): number {
    return this.#read("VmHWM") - this.#before;
  }

  #read(field: string): number {
    const status = readFileSync(`/proc/${this.#pid}/status`, "latin1");
    return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)![1]) * 1024;
  }
}
