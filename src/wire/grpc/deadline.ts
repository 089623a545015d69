/**
 * Deadlines of calls.
 *
 * @module
 */
import { RpcError } from "./errors.ts";
import { GrpcStatus } from "./status.ts";

/** Longest time a timer of the runtime can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1;
/** Eight digits. */
const MAX_TIMEOUT_COUNT = 99_999_999;

const UNIT_MS: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 1e-3, n: 1e-6 };

/** A deadline as `grpc-timeout` carries it: at most eight digits. */
export function encodeTimeout(timeoutMs: number): string {
  if (!(timeoutMs > 0)) throw new RangeError(`Cannot set a deadline: ${timeoutMs} ms is not positive`);
  const unit = ["m", "S", "M"].find((shorter) => timeoutMs / UNIT_MS[shorter]! <= MAX_TIMEOUT_COUNT) ?? "H";
  return `${Math.min(MAX_TIMEOUT_COUNT, Math.ceil(timeoutMs / UNIT_MS[unit]!))}${unit}`;
}

/** Milliseconds of a `grpc-timeout`. @throws {RpcError} INVALID_ARGUMENT when it is none */
export function decodeTimeout(text: string): number {
  const match = /^(\d{1,8})([HMSmun])$/.exec(text);
  if (match === null) {
    const shown = JSON.stringify(text.slice(0, 20));
    throw new RpcError(GrpcStatus.INVALID_ARGUMENT, `Bad request: grpc-timeout ${shown} is not a duration.`);
  }
  return Number(match[1]) * UNIT_MS[match[2]!]!;
}

/** Calls `expired` after `timeoutMs`; what is longer than a timer can wait (24 days) never comes. */
export function startDeadline(timeoutMs: number, expired: (reason: DOMException) => void): Deadline {
  if (timeoutMs > MAX_TIMER_MS) return undefined;
  return setTimeout(() => expired(new DOMException("The deadline passed", "TimeoutError")), timeoutMs);
}

/** What `clearTimeout` takes. */
export type Deadline = ReturnType<typeof setTimeout> | undefined;
