/**
 * Turns of the event loop.
 *
 * @module
 */

/** Longest time, milliseconds, that streams keep the thread, unless they are told otherwise. */
const LONGEST_MS = 8;
/** Bytes before which nobody gives way: short exchanges lose no time. */
const LEAST_BYTES = 1 << 20;

let bytes = 0;
let lastTurn = 0;
let turn: Promise<void> | undefined;

/**
 * Gives every socket and timer its turn, now and then: answers `undefined` when they had one lately, else a promise of it.
 *
 * For each step of a stream, before `byteLength` more bytes. All streams of a thread pause together. Without that, Deno
 * looks at nothing else while one of them always has more: a control call was seen to wait half a second behind two.
 */
export function giveWay(byteLength: number, longestMs: number = LONGEST_MS): Promise<void> | undefined {
  if (turn !== undefined) return turn;
  bytes += byteLength;
  if (bytes < LEAST_BYTES || performance.now() - lastTurn < longestMs) return undefined;
  return turn = new Promise((resolve) =>
    setTimeout(() => {
      bytes = 0;
      lastTurn = performance.now();
      turn = undefined;
      resolve();
    })
  );
}
