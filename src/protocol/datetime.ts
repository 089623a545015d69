/**
 * Dates as servers word them in notifications.
 *
 * @module
 */

/** `YYYY-MM-DD HH:MM:SS.ffffff UTC` of nanoseconds since 1970; older SDKs read no finer fraction. */
export function formatDatetime(timeNs: bigint): string {
  const microseconds = timeNs / 1_000n - (timeNs % 1_000n < 0n ? 1n : 0n);
  const fraction = ((microseconds % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const date = new Date(Number((microseconds - fraction) / 1_000n));
  return `${date.toISOString().slice(0, 19).replace("T", " ")}.${String(fraction).padStart(6, "0")} UTC`;
}

/**
 * Nanoseconds since 1970 of a date as any server words it: ` ` or `T` between date and time, seconds and fraction optional,
 * then `UTC`, `Z`, an offset, or nothing, which means UTC. `undefined` when it is none.
 */
export function parseDatetime(text: string): bigint | undefined {
  const form = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)(:\d\d)?(?:\.(\d{1,9}))? ?(UTC|Z|[+-]\d\d:\d\d)?$/;
  const match = form.exec(text);
  if (match === null) return undefined;
  const [, day, minute, second = ":00", fraction = "", zone = "Z"] = match;
  const timeMs = Date.parse(`${day}T${minute}${second}${zone === "UTC" ? "Z" : zone}`);
  return Number.isNaN(timeMs) ? undefined : BigInt(timeMs) * 1_000_000n + BigInt(fraction.padEnd(9, "0"));
}
