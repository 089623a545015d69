/**
 * What a person or a program reads: tables, sizes, times, JSON, and a progress line on a terminal.
 *
 * @module
 */
import process from "node:process";
import { stringifyJson } from "../base/mod.ts";

/** Writes a line to stdout. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Writes text to stdout, waiting for a slow reader. False when nobody reads any more. */
export function write(text: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (!error) resolve(true);
      else if (isClosedPipe(error)) resolve(false);
      else reject(error);
    });
  });
}

/** Makes it no failure that nobody reads any more what is printed, as in `mosaico ls | head -1`. */
export function allowClosedStdout(): void {
  process.stdout.on("error", (error) => {
    if (!isClosedPipe(error)) throw error;
  });
}

function isClosedPipe(error: Error & { readonly code?: string }): boolean {
  return error.code === "EPIPE";
}

/** Writes a line to stderr. */
export function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Writes one JSON document to stdout; 64-bit integers keep all their digits. */
export function printJson(value: unknown): void {
  print(stringifyJson(plain(value)));
}

/**
 * `value` as JSON can hold it: bytes in base64, typed arrays and lists as arrays, maps as entries, NaN and infinities
 * as null.
 */
export function plain(value: unknown): unknown {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Uint8Array) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64");
  }
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as Iterable<number>, plain);
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) return Array.from(value, ([key, entry]) => [plain(key), plain(entry)]);
  return Object.fromEntries(
    Object.entries(value).filter(([, entry]) => entry !== undefined).map(([key, entry]) => [key, plain(entry)]),
  );
}

/** Lines of columns under their titles; a column of numbers is aligned right. */
export function table(titles: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = titles.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)));
  const numeric = titles.map((_, i) =>
    rows.length > 0 && rows.every((row) => /^[-\d.,]+(e[-+]\d+)?( [A-Za-z]+)?$/.test(row[i]!))
  );
  const line = (row: readonly string[]) =>
    row.map((cell, i) => numeric[i] ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)).join("  ").trimEnd();
  return [line(titles), ...rows.map(line)];
}

/** A size such as `12.3 MB` (powers of ten). */
export function formatBytes(bytes: number | bigint): string {
  let size = Number(bytes);
  for (const unit of ["B", "kB", "MB", "GB"]) {
    if (size < 1000) return `${unit === "B" ? size : size.toFixed(1)} ${unit}`;
    size /= 1000;
  }
  return `${size.toFixed(1)} TB`;
}

/** A whole number with its thousands apart; `-` for one that is not known. */
export function formatCount(count: number | bigint | undefined): string {
  if (count === undefined) return "-";
  return count.toString().replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A count of things, such as `1 session` or `2,000 sessions`. */
export function formatCounted(count: number, thing: string): string {
  return `${formatCount(count)} ${thing}${count === 1 ? "" : "s"}`;
}

/** Nanoseconds since 1970 as a date in UTC with millisecond precision. */
export function formatTime(timestampNs: bigint | undefined): string {
  if (timestampNs === undefined) return "-";
  const ms = timestampNs / 1_000_000n;
  return ms > 8_640_000_000_000_000n || ms < -8_640_000_000_000_000n
    ? `${timestampNs} ns`
    : new Date(Number(ms)).toISOString();
}

/** Nanoseconds since 1970 as a date in UTC with all its digits, which options that take a time read back. */
export function formatExactTime(timestampNs: bigint): string {
  const ms = timestampNs / 1_000_000n;
  if (timestampNs < 0n || ms > 253_402_300_799_999n) return `${timestampNs}`;
  const fraction = String(timestampNs % 1_000_000_000n).padStart(9, "0").replace(/0{1,9}$/, "");
  return `${new Date(Number(ms)).toISOString().slice(0, 19)}${fraction === "" ? "" : `.${fraction}`}Z`;
}

/** A length of time such as `12.5 ms`. */
export function formatSpan(spanNs: bigint): string {
  let span = Number(spanNs);
  for (const unit of ["ns", "us", "ms"]) {
    if (span < 1000) return `${unit === "ns" ? span : span.toFixed(1)} ${unit}`;
    span /= 1000;
  }
  return `${span.toFixed(span < 1000 ? 3 : 0)} s`;
}

/**
 * A line on stderr that is drawn over and over; nothing at all when stderr is no terminal. The end of its scope takes it
 * away.
 */
export class ProgressLine implements Disposable {
  readonly #title: string;
  #drawnAt = 0;
  #drawn = false;

  /** Draws nothing yet. */
  constructor(title: string) {
    this.#title = title;
  }

  /** Draws a bar of `fraction` (0 to 1) and `text`, at most 20 times a second. */
  update(fraction: number, text: string): void {
    const now = performance.now();
    if (!process.stderr.isTTY || now - this.#drawnAt < 50) return;
    this.#drawnAt = now;
    this.#drawn = true;
    const filled = Math.round(24 * Math.min(1, Math.max(0, fraction)));
    process.stderr.write(`\r${this.#title} [${"█".repeat(filled)}${"·".repeat(24 - filled)}] ${text}\x1b[K`);
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#drawn) process.stderr.write("\r\x1b[K");
    this.#drawn = false;
  }

  /** As {@linkcode clear}. */
  [Symbol.dispose](): void {
    this.clear();
  }
}
