/**
 * Ctrl-C as a signal.
 *
 * @module
 */
import process from "node:process";

/** Ended by Ctrl-C; the command line then ends with 130. */
export class InterruptedError extends Error {
  override readonly name = "InterruptedError";
}

/**
 * Runs `work` with a signal that the first Ctrl-C aborts; a second one ends the program at once.
 *
 * @throws {InterruptedError} in the place of whatever `work` throws once it was interrupted
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const onInterrupt = () => controller.abort(new InterruptedError("interrupted"));
  process.once("SIGINT", onInterrupt);
  try {
    return await work(controller.signal);
  } catch (error) {
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    process.off("SIGINT", onInterrupt);
  }
}
