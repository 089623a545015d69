import assert from "node:assert/strict";
import { test } from "node:test";
import { isMosaicoError } from "../../../src/base/mod.ts";
import { ServiceFixture } from "./service_support.ts";
import { message, range } from "./support.ts";

/** A Worker that only does what the test has it do. */
class FakeWorker extends EventTarget {
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onerror: ((event: { message: string; preventDefault(): void }) => void) | null = null;
  isTerminated = false;
  /** Called with what it is told. */
  readonly heard: (worker: FakeWorker, type: string) => void;

  constructor(heard: (worker: FakeWorker, type: string) => void) {
    super();
    this.heard = heard;
    queueMicrotask(() => heard(this, "created"));
  }

  postMessage({ type }: { type: string }): void {
    queueMicrotask(() => this.heard(this, type));
  }

  terminate(): void {
    this.isTerminated = true;
  }

  fail(): void {
    this.onerror!({ message: "out of memory", preventDefault: () => {} });
  }
}

async function fixtureWith(startWorker: () => Worker): Promise<ServiceFixture> {
  const fixture = await ServiceFixture.start(undefined, { workers: 2, workerRows: 1, startWorker });
  await fixture.record("d", { t: [message(range(0, 90)), message(range(90, 180))] }, "IMU");
  return fixture;
}

/** Rows with times of which the index does not know enough. */
const QUERY = { locator: "d/t", clusteringDtNs: 1n, ontology: { "IMU.label": { $match: "t1?" } } };
const EXPECTED = [[10, 11], [13, 14], [16, 17], [19, 19]];

async function runs(fixture: ServiceFixture): Promise<number[][]> {
  const found = await fixture.pages("topic_filter_clusterize", QUERY);
  return found.map(({ range }) => [Number(range.startNs), Number(range.endNs)]);
}

test("where no Worker can be made, all is done here, and it is not tried again", async () => {
  let tries = 0;
  await using fixture = await fixtureWith(() => {
    tries++;
    throw new TypeError("there are none");
  });
  assert.deepEqual(await runs(fixture), EXPECTED);
  assert.deepEqual(await runs(fixture), EXPECTED);
  assert.equal(tries, 1);
});

test("where Workers end before they run, all is done here", async () => {
  const workers: FakeWorker[] = [];
  await using fixture = await fixtureWith(() => {
    const worker = new FakeWorker((worker, type) => type === "created" && worker.fail());
    workers.push(worker);
    return worker as unknown as Worker;
  });
  assert.deepEqual(await runs(fixture), EXPECTED);
  assert.deepEqual(workers.map(({ isTerminated }) => isTerminated), [true, true]);
});

test("a Worker that is lost on the way fails the query, and is replaced for the next", async () => {
  let lost = 0;
  const started = { data: { type: "started" } };
  await using fixture = await fixtureWith(() =>
    new FakeWorker((worker, type) => {
      if (type === "created") worker.onmessage!(started);
      if (type === "portion") {
        lost++;
        worker.fail();
      }
    }) as unknown as Worker
  );
  for (let i = 1; i <= 2; i++) {
    await assert.rejects(
      runs(fixture),
      (error) => isMosaicoError(error, "rpc.internal") && /out of memory/.test(error.message),
    );
    assert.ok(lost >= i);
  }
});

test("Workers end with their server", async () => {
  const workers: FakeWorker[] = [];
  {
    await using fixture = await fixtureWith(() => {
      const worker = new FakeWorker((worker, type) => {
        if (type === "created") worker.onmessage!({ data: { type: "started" } });
        if (type === "portion") fixture.engine[Symbol.dispose]();
      });
      workers.push(worker);
      return worker as unknown as Worker;
    });
    await assert.rejects(runs(fixture), /the server is closed/);
  }
  assert.ok(workers.length > 0 && workers.every(({ isTerminated }) => isTerminated));
});
