import assert from "node:assert/strict";
import { test } from "node:test";
import { type Lane, LanePool } from "../../../../src/client/lanes/mod.ts";
import { failure, within } from "../../../support/errors.ts";

interface Opening extends PromiseWithResolvers<Lane> {
  readonly slot: number;
  readonly signal: AbortSignal;
}

/** A pool whose lanes open when the test says so. */
function poolOf(lanes: number): { pool: LanePool; openings: Opening[] } {
  const openings: Opening[] = [];
  const pool = new LanePool({
    lanes,
    maxBytesInFlight: 1_000,
    open(slot, signal) {
      const opening = { slot, signal, ...Promise.withResolvers<Lane>() };
      signal.addEventListener("abort", () => opening.reject(signal.reason));
      openings.push(opening);
      return opening.promise;
    },
  });
  return { pool, openings };
}

class FakeLane implements Lane {
  readonly inWorker = false;
  readonly reason = "of a test";
  readonly codecs = [];
  active = 0;
  isLost = false;
  closed = 0;
  upload(): never {
    throw new Error("not in this test");
  }
  download(): never {
    throw new Error("not in this test");
  }
  close(): Promise<void> {
    this.closed++;
    return Promise.resolve();
  }
}

test("callers share the opening of a lane; the abort of one does not fail the others", async () => {
  const { pool, openings } = poolOf(1);
  const controller = new AbortController();
  const first = pool.next(controller.signal);
  const second = pool.next();
  const reason = new Error("never mind");
  controller.abort(reason);
  await assert.rejects(first, (error) => error === reason);
  assert.equal(openings.length, 1);
  assert.equal(openings[0]!.signal.aborted, false);
  const lane = new FakeLane();
  openings[0]!.resolve(lane);
  assert.equal(await within(1_000, second), lane);
  assert.equal(await pool.next(), lane);
  await assert.rejects(pool.next(controller.signal), (error) => error === reason);
});

test("a lane that cannot be opened fails all who wait for it, and is opened again for the next", async () => {
  const { pool, openings } = poolOf(1);
  const waiting = [pool.next(), pool.next()];
  openings[0]!.reject(new Error("no route"));
  for (const next of waiting) await assert.rejects(next, /no route/);
  const again = pool.next();
  const lane = new FakeLane();
  openings[1]!.resolve(lane);
  assert.equal(await again, lane);
});

test("closing ends an opening under way, fails those who wait, and takes nothing new", async () => {
  const { pool, openings } = poolOf(2);
  const opened = pool.next();
  const lane = new FakeLane();
  openings[0]!.resolve(lane);
  await opened;
  const waiting = failure(pool.next(), "session.closed");
  const credit = failure(Promise.all([pool.credit.acquire(1_000), pool.credit.acquire(1_000)]), "session.closed");
  await within(1_000, pool.close());
  await waiting;
  await credit;
  assert.ok(openings[1]!.signal.aborted);
  assert.equal(lane.closed, 1);
  await failure(pool.next(), "session.closed");
});

test("lanes are handed out in turn, the least busy first", async () => {
  const { pool, openings } = poolOf(3);
  const lanes = [new FakeLane(), new FakeLane(), new FakeLane()];
  const take = async () => {
    const next = pool.next();
    const opening = openings.at(-1)!;
    opening.resolve(lanes[opening.slot]!);
    return lanes.indexOf(await next as FakeLane);
  };
  assert.deepEqual([await take(), await take(), await take(), await take()], [0, 1, 2, 0]);
  lanes[1]!.active = lanes[2]!.active = 2;
  assert.deepEqual([await take(), await take()], [0, 0]);
});

test("stats tell of each lane whether it is open, where it runs and why", async () => {
  const { pool, openings } = poolOf(2);
  const reasons = () => pool.stats().map(({ place, reason, active }) => [place, reason, active]);
  const unopened = [undefined, "no topic has needed it so far", 0];
  assert.deepEqual(reasons(), [unopened, unopened]);
  const next = pool.next();
  assert.deepEqual(reasons(), [[undefined, "it is being opened", 0], unopened]);
  const lane = new FakeLane();
  lane.active = 3;
  openings[0]!.resolve(lane);
  await next;
  assert.deepEqual(reasons(), [["inline", "of a test", 3], unopened]);
  lane.isLost = true;
  assert.deepEqual(reasons(), [[undefined, "it was lost; the next topic in turn opens it again", 0], unopened]);
});
