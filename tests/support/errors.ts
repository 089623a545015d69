/**
 * What tests say about errors.
 *
 * @module
 */
import assert from "node:assert/strict";
import { isMosaicoError, type MosaicoError } from "../../src/base/mod.ts";

/** The error of the family that `work` fails with, of the given code. */
export async function failure(work: Promise<unknown> | (() => unknown), code: string): Promise<MosaicoError> {
  let thrown: unknown;
  try {
    await (typeof work === "function" ? work() : work);
  } catch (error) {
    thrown = error;
  }
  assert.ok(thrown !== undefined, `nothing failed, expected ${code}`);
  assert.ok(isMosaicoError(thrown), `expected ${code}, got ${thrown instanceof Error ? thrown.stack : thrown}`);
  if (code.endsWith(".")) assert.ok(thrown.code.startsWith(code), `expected ${code}*, got ${thrown.code}`);
  else assert.equal(thrown.code, code, thrown.message);
  return thrown;
}

/** Settles as `work` does, or fails when that takes too long: no test may hang where the promise is that nothing hangs. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`still waiting after ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Whether `promise` has settled by the next turns of the event loop. */
export async function isSettled(promise: Promise<unknown> | undefined, turnMs = 20): Promise<boolean> {
  if (promise === undefined) return true;
  let settled = false;
  promise.then(() => settled = true, () => settled = true);
  await new Promise((resolve) => setTimeout(resolve, turnMs));
  return settled;
}

/** Waits until `holds` does, asking often. */
export async function until(holds: () => boolean | Promise<boolean>, ms = 5_000): Promise<void> {
  const end = performance.now() + ms;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`${holds} does not hold after ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
