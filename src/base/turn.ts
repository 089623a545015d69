/**
 * Turns of the event loop.
 *
 * @module
 */

/** Longest time, milliseconds, that streams keep the thread. */
const LONGEST_MS = 8;
/** A stream shorter than this many steps never gives way. */
const LEAST_STEPS = 4;

let steps = 0;
let lastTurn = 0;
let turn: Promise<void> | undefined;

/**
 * Gives sockets and timers their turn, now and then: answers `undefined` when they had one lately, else a promise of it.
 *
 * For each step of a stream between threads. While messages of Workers come without a pause, Deno looks at nothing else:
 * a control call was seen to wait half a second behind two streams.
 */
export function giveWay(): Promise<void> | undefined {
  if (turn !== undefined) return turn;
  if (++steps < LEAST_STEPS || performance.now() - lastTurn < LONGEST_MS) return undefined;
  return turn = new Promise((resolve) =>
    setTimeout(() => {
      steps = 0;
      lastTurn = performance.now();
      turn = undefined;
      resolve();
    })
  );
}
