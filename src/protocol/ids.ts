/**
 * Ids that servers give: ULIDs in the locators of sessions, UUIDs for sessions and topics.
 *
 * @module
 */
const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/**
 * A new ULID: 48 bits of time, 80 random bits, as 26 characters. Sorts by time, to the millisecond.
 *
 * @param timeMs Milliseconds since 1970. @default now
 */
export function newUlid(timeMs: number = Date.now()): string {
  if (!(Number.isInteger(timeMs) && timeMs >= 0 && timeMs < 2 ** 48)) {
    throw new RangeError(`Cannot create a ULID: time ${timeMs} is not a whole number below 2^48`);
  }
  let text = "";
  for (let shift = 45; shift >= 0; shift -= 5) text += CROCKFORD[Math.floor(timeMs / 2 ** shift) % 32];
  for (const byte of crypto.getRandomValues(new Uint8Array(16))) text += CROCKFORD[byte % 32];
  return text;
}

/** Whether `text` is a ULID in its canonical form, upper case. */
export function isUlid(text: string): boolean {
  return /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(text);
}

/** A new random UUID, hyphenated. */
export function newUuid(): string {
  return crypto.randomUUID();
}

/** Whether `text` is a hyphenated UUID. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(text);
}
