/**
 * Points and spans of time as messages carry them: 32-bit seconds and nanoseconds.
 *
 * @module
 */
import { defineOntology, int32, type OntologyType, required, uint32, type Violation } from "../core/mod.ts";

const BILLION = 1_000_000_000n;

/** A point in time, from 1901 to 2038. Before the epoch, seconds are negative and nanoseconds still count forward. */
export interface Time {
  /** Whole seconds since the epoch, rounded down. */
  seconds: number;
  /** Nanoseconds since that second, less than 1e9. */
  nanoseconds: number;
}
/** Column table of {@linkcode Time}. */
export const Time: OntologyType<Time> = defineOntology<Time>("Time", {
  seconds: required("seconds", int32),
  nanoseconds: required("nanoseconds", uint32),
}, { rule: nanosecondsInSecond });

/** A span of time, up to 68 years either way. Negative ones: as in {@linkcode Time}. */
export interface Duration {
  /** Whole seconds, rounded down. */
  seconds: number;
  /** Nanoseconds on top of them, less than 1e9. */
  nanoseconds: number;
}
/** Column table of {@linkcode Duration}. */
export const Duration: OntologyType<Duration> = defineOntology<Duration>("Duration", {
  seconds: required("seconds", int32),
  nanoseconds: required("nanoseconds", uint32),
}, { rule: nanosecondsInSecond });

function nanosecondsInSecond({ nanoseconds }: Time): Violation | undefined {
  // What is no number is refused, and named, where the row is written.
  if (typeof nanoseconds !== "number" || (nanoseconds >= 0 && nanoseconds < 1e9)) return undefined;
  return { field: "nanoseconds", value: nanoseconds, rule: "be at least 0 and less than 1e9" };
}

/** Time of nanoseconds since the epoch. @throws {RangeError} beyond 1901 to 2038 */
export function timeFromNs(ns: bigint): Time {
  const rest = BigInt.asUintN(64, ((ns % BILLION) + BILLION) % BILLION);
  const seconds = Number((ns - rest) / BILLION);
  if (seconds !== (seconds | 0)) throw new RangeError(`Cannot make a time of ${ns} ns: its seconds exceed 32 bits`);
  return { seconds, nanoseconds: Number(rest) };
}

/** Nanoseconds since the epoch. */
export function timeToNs(time: Time): bigint {
  return BigInt(time.seconds) * BILLION + BigInt(time.nanoseconds);
}

/** Time of seconds since the epoch, to the nearest nanosecond the number can tell. @throws {RangeError} as {@linkcode timeFromNs} */
export function timeFromSeconds(seconds: number): Time {
  const whole = Math.floor(seconds);
  return timeFromNs(BigInt(whole) * BILLION + BigInt(roundHalfEven((seconds - whole) * 1e9)));
}

/** The nearest integer, the even one of two: as other clients round, so that they make the same times. */
function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/** Seconds since the epoch; exact to about 0.2 µs. */
export function timeToSeconds(time: Time): number {
  return time.seconds + time.nanoseconds * 1e-9;
}

/** Time of milliseconds since the epoch. @throws {RangeError} as {@linkcode timeFromNs} */
export function timeFromMs(ms: number): Time {
  const whole = Math.floor(ms);
  return timeFromNs(BigInt(whole) * 1_000_000n + BigInt(Math.round((ms - whole) * 1e6)));
}

/** Milliseconds since the epoch. */
export function timeToMs(time: Time): number {
  return time.seconds * 1000 + time.nanoseconds / 1e6;
}

/** Time of a date. @throws {RangeError} as {@linkcode timeFromNs} */
export function timeFromDate(date: Date): Time {
  return timeFromMs(date.getTime());
}

/** Date of a time; what is finer than a millisecond is cut off. */
export function timeToDate(time: Time): Date {
  return new Date(time.seconds * 1000 + Math.floor(time.nanoseconds / 1e6));
}

/** The present, as the system clock has it: to the millisecond. */
export function timeNow(): Time {
  return timeFromMs(Date.now());
}

/** Duration of nanoseconds. @throws {RangeError} beyond 68 years */
export function durationFromNs(ns: bigint): Duration {
  return timeFromNs(ns);
}

/** Nanoseconds of a duration. */
export function durationToNs(duration: Duration): bigint {
  return timeToNs(duration);
}

/** Duration of seconds, to the nearest nanosecond. @throws {RangeError} beyond 68 years */
export function durationFromSeconds(seconds: number): Duration {
  return timeFromSeconds(seconds);
}

/** Seconds of a duration. */
export function durationToSeconds(duration: Duration): number {
  return timeToSeconds(duration);
}

/** Duration of milliseconds. @throws {RangeError} beyond 68 years */
export function durationFromMs(ms: number): Duration {
  return timeFromMs(ms);
}

/** Milliseconds of a duration. */
export function durationToMs(duration: Duration): number {
  return timeToMs(duration);
}
