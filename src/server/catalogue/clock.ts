/**
 * The server's clock.
 *
 * @module
 */

/** UTC now, nanoseconds since 1970, exact to the millisecond. */
export function utcNowNs(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}
