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

/** A signal that the first Ctrl-C aborts, as long as it is not disposed; a second one ends the program at once. */
export function interruptSignal(): { readonly signal: AbortSignal } & Disposable {
  const controller = new AbortController();
  const onInterrupt = () => controller.abort(new InterruptedError("interrupted"));
  process.once("SIGINT", onInterrupt);
  return { signal: controller.signal, [Symbol.dispose]: () => void process.off("SIGINT", onInterrupt) };
}
