/**
 * Dials that give up.
 *
 * @module
 */
import { dialAborted, dialError } from "./errors.ts";

/**
 * Settles as `dialed` does, or at once when `signal` aborts; a result that comes too late goes to `discard`.
 *
 * @throws {ConnectionError} made of what `dialed` rejects with, or `connection.timeout`; the reason of another abort
 */
export async function withSignal<T>(
  host: string,
  port: number,
  dialed: Promise<T>,
  signal: AbortSignal | undefined,
  discard: (late: T) => void,
): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal!.reason);
  if (signal?.aborted) onAbort();
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([aborted, dialed]);
  } catch (error) {
    dialed.then(discard, () => {});
    throw signal?.aborted ? dialAborted(host, port, signal.reason) : dialError(host, port, error);
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}
