/**
 * The error of a name that nothing answers to.
 *
 * @module
 */

/** A sequence or topic that does not exist; ends with exit code 1. */
export class NotFoundError extends Error {
  override readonly name = "NotFoundError";
}
