/**
 * The reference case: four cameras of raw 1080p pictures at 30 Hz, encoded as JPEG in the lanes, and four IMUs at 1 kHz,
 * recorded by one client into a server of its own process.
 *
 * `deno run -A bench/e2e/reference_case_bench.ts` or `bun bench/e2e/reference_case_bench.ts`; options as in `fixture.ts`
 * (lanes are in Workers by default), and `--seconds 10`, `--hz 30`, `--codecs native,wasm`, `--search-seconds 3`,
 * `--synchronized yes`, `--pixels taken`. With libturbojpeg the case is run at 30 Hz; with WASM, and where 30 Hz do not hold, the highest
 * rate that does is looked for.
 *
 * Cameras run freely, so their frames are spread over the period, unless they are synchronized. The time of a frame is when
 * it is due. How late it is is measured at its end: when the server has the JPEG in its hands. It is late when the next
 * frame was due by then, and dropped when the camera could not even push it before that: `push` was waiting for room,
 * the thread was busy, or all memory of the camera was away. A rate holds when no frame is late or dropped. A neighbour on
 * two processors makes frames late: `processorsUsedByOthers` tells of any.
 *
 * Pictures are made ahead, and lie in the memory of their camera, as if a driver had filled it. `push` takes them, and their memory
 * (shared with the lanes) comes back to the camera when they are encoded. With `--pixels copied`, `push` copies them, and the camera has its memory at once.
 *
 * @module
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import process from "node:process";
import { MosaicoClient } from "../../src/client/mod.ts";
import { Image, IMU } from "../../src/ontology/mod.ts";
import { benchArguments, cpuSecondsOf, type Facts, percentile, report } from "../harness.ts";
import { Camera, movingFrames } from "./cameras.ts";
import { type BenchServer, END_TO_END_FLAGS, freshName, remove, withServer } from "./fixture.ts";
import { clock, latencies, listAgainAndAgain, LoopWatch, sleep, timesOf } from "./latency.ts";
import type { ServerReport } from "./server.ts";

const FLAGS = {
  workers: { type: "string", default: "2" },
  seconds: { type: "string", default: "10" },
  hz: { type: "string", default: "30" },
  codecs: { type: "string", default: "native,wasm" },
  "search-seconds": { type: "string", default: "3" },
  synchronized: { type: "string", default: "no" },
  pixels: { type: "string", default: "taken" },
} as const;
const given = benchArguments({ ...END_TO_END_FLAGS, ...FLAGS });
const takePixels = given.pixels === "taken";
const CAMERAS = 4;
const IMUS = 4;
const IMU_HZ = 1_000;
const LIST_INTERVAL_MS = 20;
const SAMPLE: IMU = {
  acceleration: { x: 0.1, y: 0.5, z: 9.8 },
  angularVelocity: { x: 0.01, y: 0.02, z: 0.03 },
};

interface Trial {
  readonly holds: boolean;
  readonly figures: Record<string, number>;
}

const frames = movingFrames(6, 1920, 1080);
const cameras = Array.from({ length: CAMERAS }, () => new Camera(frames));

await withServer(async (server) => {
  for (const codecs of given.codecs.split(",")) {
    await using client = await MosaicoClient.connect(server.host, server.port, {
      workers: Number(given.workers),
      nativeCodecs: codecs === "native",
    });
    const { implementation, reason } = (await client.codecs()).find(({ codec }) => codec === "jpeg")!;
    if (implementation !== codecs) {
      console.error(`The reference case with ${codecs} codecs is left out: ${reason}`);
      continue;
    }
    const params = {
      codecs,
      workers: Number(given.workers),
      synchronized: given.synchronized === "yes",
      pixels: given.pixels,
    };
    await runTrial(client, server, 5, 1); // warms up
    const idle = await lists(client, () => sleep(3_000));
    const tryRate = async (hz: number, seconds: string): Promise<Trial> => {
      const { figures, holds } = await runTrial(client, server, hz, Number(seconds));
      const controlIdleP99Ms = percentile(idle, 0.99);
      const controlRatioP99 = figures["controlP99Ms"]! / controlIdleP99Ms;
      return { figures: { ...figures, controlIdleP99Ms, controlRatioP99 }, holds };
    };
    const wanted = Number(given.hz);
    const full = codecs === "native" ? await tryRate(wanted, given.seconds) : undefined;
    if (full !== undefined) report("e2e/reference case", { ...params, hz: wanted }, full.figures);
    const highest = full?.holds ? wanted : await highestRate(tryRate, wanted, params);
    report("e2e/reference case, highest rate that holds", params, { hz: highest });
  }
}, FLAGS);

/** The highest whole rate below `wanted` that holds, by halving; a rate that fails has a second try. 0 = not even 1 Hz. */
async function highestRate(
  tryRate: (hz: number, seconds: string) => Promise<Trial>,
  wanted: number,
  params: Facts,
): Promise<number> {
  let holds = 0;
  let fails = wanted + 1;
  let best: Trial | undefined;
  while (fails - holds > 1) {
    const hz = holds + fails >> 1;
    let trial = await tryRate(hz, given["search-seconds"]);
    if (!trial.holds) trial = await tryRate(hz, given["search-seconds"]);
    if (!trial.holds) fails = hz;
    else {
      holds = hz;
      best = trial;
    }
  }
  if (best !== undefined) report("e2e/reference case", { ...params, hz: holds }, best.figures);
  return holds;
}

async function runTrial(client: MosaicoClient, server: BenchServer, hz: number, seconds: number): Promise<Trial> {
  await server.ask("watch");
  const drive = await client.sequenceCreate(freshName());
  const topics = await Promise.all(cameras.map((camera, i) => {
    const giveBack = takePixels ? { onPixelsFree: (pixels: Uint8Array) => camera.giveBack(pixels) } : {};
    return drive.topicCreate(`/camera${i}`, Image, { encode: "jpeg", takePixels, ...giveBack });
  }));
  const imus = await Promise.all(Array.from({ length: IMUS }, (_, i) => drive.topicCreate(`/imu${i}`, IMU)));
  const loop = new LoopWatch();
  const cpuBefore = process.cpuUsage();
  const serverBefore = cpuSecondsOf(server.pid);
  const machineBefore = machineSeconds();
  const periodMs = 1000 / hz;
  const startMs = clock() + 50;
  const count = Math.round(seconds * hz);
  let dropped = 0;
  const busy = await lists(client, async () => {
    loop.start();
    const shots = topics.map(async (topic, c) => {
      const phaseMs = given.synchronized === "yes" ? 0 : c * periodMs / CAMERAS;
      for (let i = 0; i < count; i++) {
        const due = startMs + phaseMs + i * periodMs;
        await sleep(Math.max(0, due - clock()));
        const image = clock() > due + periodMs ? undefined : cameras[c]!.take();
        if (image === undefined) {
          dropped++;
          continue;
        }
        const room = topic.push(BigInt(Math.round(due * 1e6)), image);
        if (!takePixels) cameras[c]!.giveBack(image.data);
        if (room !== undefined) await room;
      }
    });
    const rows = async () => {
      for (let row = 0; row < seconds * IMU_HZ; await sleep(1)) {
        const end = Math.min(seconds * IMU_HZ, Math.floor((clock() - startMs) * IMU_HZ / 1000));
        for (; row < end; row++) {
          const timestampNs = BigInt(Math.round((startMs + row * 1000 / IMU_HZ) * 1e6));
          for (const imu of imus) void imu.push(timestampNs, SAMPLE);
        }
      }
    };
    await Promise.all([...shots, rows()]);
  });
  const lags = await loop.stop();
  const { user, system } = process.cpuUsage(cpuBefore);
  const ownSeconds = (user + system) / 1e6 + cpuSecondsOf(server.pid) - serverBefore;
  const otherSeconds = machineSeconds() - machineBefore - ownSeconds;
  const trialSeconds = seconds + periodMs / 1000;
  await drive.finalize();
  const seen = await server.ask<ServerReport>("report");

  let kept = 0;
  for (const [i, topic] of drive.topics.entries()) {
    const stored = (await client.topicHandler(drive.name, topic.name))!.messageCount;
    assert.equal(stored, BigInt(topic.rowCount), topic.name);
    if (i < CAMERAS) kept += topic.rowCount;
    else assert.equal(topic.rowCount, seconds * IMU_HZ);
  }
  await remove(client, drive.name);
  const lateness = topics.flatMap((topic) => seen.arrivals[topic.name] ?? []);
  assert.deepEqual([kept, lateness.length], [CAMERAS * count - dropped, kept], "every frame is stored, or dropped");
  const late = lateness.filter((ms) => ms > periodMs).length;
  return {
    holds: late === 0 && dropped === 0,
    figures: {
      trialSeconds: seconds,
      frames: kept,
      lateFrames: late,
      droppedFrames: dropped,
      ...latencies("frame", lateness),
      ...latencies("lag", lags),
      controlP99Ms: percentile(busy, 0.99),
      serverLagP99Ms: percentile(seen.lags, 0.99),
      processorsUsed: ownSeconds / trialSeconds,
      processorsUsedByOthers: Math.max(0, otherSeconds / trialSeconds),
    },
  };
}

/** CPU seconds of all that runs on this machine, so far; 0 where the system has no `/proc`. */
function machineSeconds(): number {
  try {
    const ticks = readFileSync("/proc/stat", "latin1").split("\n", 1)[0]!.split(/ +/).slice(1).map(Number);
    const [user, nice, system, , , interrupts, softInterrupts] = ticks as [number, ...number[]];
    return (user + nice! + system! + interrupts! + softInterrupts!) / 100; // of Linux's ticks, which are hundredths
  } catch {
    return 0;
  }
}

/** Milliseconds `listSequences` took while `work` ran. */
async function lists(client: MosaicoClient, work: () => Promise<unknown>): Promise<number[]> {
  let isWorking = true;
  const calls = listAgainAndAgain(client, () => isWorking, LIST_INTERVAL_MS);
  await work();
  isWorking = false;
  return timesOf(await calls);
}
