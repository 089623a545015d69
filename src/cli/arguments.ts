/**
 * Command lines: options every command knows, and the errors of a wrong one.
 *
 * @module
 */
import { parseArgs, type ParseArgsConfig } from "node:util";

/** A command line that cannot be understood; ends with exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Options as `node:util` takes them. */
export type OptionTable = NonNullable<ParseArgsConfig["options"]>;

/** Where the data is, and how to print: the options of every command that reads. */
export const COMMON_OPTIONS: {
  readonly host: { readonly type: "string" };
  readonly port: { readonly type: "string" };
  readonly directory: { readonly type: "string" };
  readonly json: { readonly type: "boolean" };
} = { host: { type: "string" }, port: { type: "string" }, directory: { type: "string" }, json: { type: "boolean" } };

/** What the usage text of those commands says of them. */
export const PLACE_USAGE: string = `Works on a server (--host 127.0.0.1 --port 6726) or, without one, on a folder \
(--directory DIR).`;

/** What {@linkcode COMMON_OPTIONS} parse to. */
export interface CommonOptions {
  /** Server to speak to. @default 127.0.0.1 */
  readonly host?: string | undefined;
  /** Its port. @default 6726 */
  readonly port?: string | undefined;
  /** Serve this folder in the same process, instead. */
  readonly directory?: string | undefined;
  /** Print one JSON document. */
  readonly json?: boolean | undefined;
}

/** Parses `args`; what it refuses is a {@linkcode UsageError}. */
export function parseCommand<Options extends OptionTable>(
  args: readonly string[],
  options: Options,
): ReturnType<typeof parseArgs<{ options: Options; allowPositionals: true; args: string[] }>> {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

/** The only positional argument. */
export function onlyArgument(positionals: readonly string[], what: string): string {
  const [value, ...rest] = positionals;
  if (value === undefined || rest.length > 0) {
    throw new UsageError(`expected one ${what}, got ${positionals.length === 0 ? "none" : positionals.join(" ")}`);
  }
  return value;
}

/** A port number. */
export function portOf(text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) {
    throw new UsageError(`--port takes a number from 0 to 65535, not "${text}"`);
  }
  return port;
}

/** A count. */
export function countOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw new UsageError(`--${option} takes a count, not "${text}"`);
  return Number(text);
}

/** Nanoseconds since 1970: digits, or a date such as `2026-11-22T10:00:00.5Z`. */
export function timeOf(option: string, text: string | undefined): bigint | undefined {
  if (text === undefined) return undefined;
  if (/^-?\d{1,19}$/.test(text)) return BigInt(text);
  const match = /^(\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d)?)(?:\.(\d{1,9}))?Z?$/.exec(text);
  const ms = match === null ? NaN : Date.parse(match[1]!.includes("T") ? `${match[1]}Z` : match[1]!);
  if (Number.isNaN(ms)) {
    throw new UsageError(`--${option} takes nanoseconds or a date such as 2026-11-22T10:00:00Z, not "${text}"`);
  }
  return BigInt(ms) * 1_000_000n + BigInt((match![2] ?? "").padEnd(9, "0"));
}

const DURATION = /^(\d{1,15})(?:\.(\d{1,9}))?(ns|us|ms|s|min|h)?$/;
const UNITS_NS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  min: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

/** Whether a text is a length of time such as `1.5s`, `20ms`, or bare nanoseconds. */
export function isDuration(text: string): boolean {
  return DURATION.test(text);
}

/** A length of time in nanoseconds. */
export function durationOf(option: string, text: string): bigint {
  const match = DURATION.exec(text);
  if (match === null) throw new UsageError(`--${option} takes a length of time such as 1.5s or 20ms, not "${text}"`);
  const [, whole, fraction = "", unit = "ns"] = match;
  return (BigInt(whole! + fraction) * UNITS_NS[unit]!) / 10n ** BigInt(fraction.length);
}
