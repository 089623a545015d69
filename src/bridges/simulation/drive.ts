/**
 * A drive that never was: a car goes round a small world, and its sensors report.
 *
 * @module
 */
import { jpegCodec } from "../../codecs/mod.ts";
import {
  CompressedImage,
  FrameTransform,
  GPS,
  IMU,
  Lidar,
  MotionState,
  type OntologyType,
} from "../../ontology/mod.ts";
import { CameraSimulator, IMAGE_HEIGHT, IMAGE_WIDTH } from "./camera.ts";
import { LidarSimulator } from "./lidar.ts";
import { Random } from "./random.ts";
import { frameTransforms, gpsSample, headerAt, imuSample, odometrySample } from "./sensors.ts";
import { carAt, type CarState } from "./trajectory.ts";
import { makeWorld } from "./world.ts";

/** One message of the drive. */
export interface SimulatedMessage {
  /** Name of its topic. */
  readonly topic: string;
  /** Type of its topic. */
  readonly type: OntologyType<unknown>;
  /** Record time, Unix nanoseconds. */
  readonly timestampNs: bigint;
  /** Value of that type, the receiver's to keep. */
  readonly data: unknown;
}

/** Options of {@linkcode simulateDrive}. */
export interface SimulationOptions {
  /** Length of the drive. @default 30 */
  readonly seconds?: number;
  /** Same seed, same drive. @default 1 */
  readonly seed?: number;
  /** Time of the first message, Unix nanoseconds. @default 2024-01-01 */
  readonly startNs?: bigint;
}

/** A sensor that reports at a fixed rate. */
interface Sensor<T> {
  readonly topic: string;
  readonly type: OntologyType<T>;
  readonly rateHz: number;
  sample(car: CarState, timestampNs: bigint): T;
}

const JPEG_QUALITY = 80;

/**
 * Simulates a drive; messages come in time order. `/imu` 200 Hz, `/tf` 100 Hz, `/odometry` 50 Hz, `/camera` 15 Hz
 * (JPEG, 640 × 360), `/gps` 10 Hz, `/lidar` 10 Hz (64 beams, 512 columns). What the sensors say fits together: all of
 * it follows from one trajectory and one world. A second of driving is about 4 MB.
 */
export async function* simulateDrive(options: SimulationOptions = {}): AsyncGenerator<SimulatedMessage, void, void> {
  const { seconds = 30, seed = 1, startNs = 1_704_067_200_000_000_000n } = options;
  const sensors = makeSensors(seed, await jpegCodec());
  const next = sensors.map(() => 0);
  const counts = sensors.map(({ rateHz }) => Math.ceil(seconds * rateHz));
  for (;;) {
    let first: number | undefined;
    sensors.forEach((sensor, i) => {
      if (next[i]! >= counts[i]!) return;
      if (first === undefined || next[i]! / sensor.rateHz < next[first]! / sensors[first]!.rateHz) first = i;
    });
    if (first === undefined) return;
    const { topic, type, rateHz, sample } = sensors[first]!;
    const time = next[first]!++ / rateHz;
    const timestampNs = startNs + BigInt(Math.round(time * 1e9));
    yield { topic, type, timestampNs, data: sample(carAt(time), timestampNs) };
  }
}

/** Every sensor has random numbers of its own, so that none depends on how often another is asked. */
function makeSensors(seed: number, jpeg: Awaited<ReturnType<typeof jpegCodec>>): readonly Sensor<unknown>[] {
  const world = makeWorld(new Random(seed));
  const [imuNoise, gpsNoise] = [new Random(seed + 1), new Random(seed + 2)];
  const lidar = new LidarSimulator(world, new Random(seed + 3));
  const camera = new CameraSimulator(world);
  return [
    sensor("/tf", FrameTransform, 100, (car, time) => frameTransforms(car, time)),
    sensor("/odometry", MotionState, 50, (car, time) => odometrySample(car, headerAt(time, "map"))),
    sensor("/imu", IMU, 200, (car, time) => imuSample(car, headerAt(time, "imu"), imuNoise)),
    sensor("/gps", GPS, 10, (car, time) => gpsSample(car, headerAt(time, "gps"), gpsNoise)),
    sensor("/lidar", Lidar, 10, (car, time) => ({ header: headerAt(time, "lidar"), ...lidar.scan(car) })),
    sensor<CompressedImage>("/camera", CompressedImage, 15, (car, time) => {
      const pixels = { width: IMAGE_WIDTH, height: IMAGE_HEIGHT, channels: 3 as const, data: camera.render(car) };
      return { header: headerAt(time, "camera"), data: jpeg.encode(pixels, { quality: JPEG_QUALITY }), format: "jpeg" };
    }),
  ];
}

function sensor<T>(topic: string, type: OntologyType<T>, rateHz: number, sample: Sensor<T>["sample"]): Sensor<unknown> {
  return { topic, type: type as OntologyType<unknown>, rateHz, sample };
}
