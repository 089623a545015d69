/**
 * Dates as servers word them in notifications.
 *
 * @module
 */

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
