import assert from "node:assert/strict";
import { test } from "node:test";
import { type SimulatedMessage, simulateDrive } from "../../../src/bridges/simulation/mod.ts";
import { carAt } from "../../../src/bridges/simulation/trajectory.ts";
import { jpegCodec } from "../../../src/codecs/mod.ts";
import type { CompressedImage, FrameTransform, GPS, IMU, Lidar, MotionState } from "../../../src/ontology/mod.ts";
import { MemorySink } from "./memory_sink.ts";

async function drive(seconds: number, seed?: number): Promise<SimulatedMessage[]> {
  const messages: SimulatedMessage[] = [];
  const options = seed === undefined ? { seconds } : { seconds, seed };
  for await (const message of simulateDrive(options)) messages.push(message);
  return messages;
}

function only<T>(messages: readonly SimulatedMessage[], topic: string): { at: number; data: T }[] {
  const start = messages[0]!.timestampNs;
  return messages.filter((message) => message.topic === topic)
    .map((message) => ({ at: Number(message.timestampNs - start) / 1e9, data: message.data as T }));
}

test("simulateDrive() reports at the rates of its sensors, in time order", async () => {
  const messages = await drive(2);
  const counts = Object.fromEntries(
    ["/imu", "/tf", "/odometry", "/camera", "/gps", "/lidar"].map((topic) => [topic, only(messages, topic).length]),
  );
  assert.deepEqual(counts, { "/imu": 400, "/tf": 200, "/odometry": 100, "/camera": 30, "/gps": 20, "/lidar": 20 });
  assert.equal(Object.values(counts).reduce((a, b) => a + b), messages.length);
  messages.forEach((message, i) => assert.ok(i === 0 || message.timestampNs >= messages[i - 1]!.timestampNs));
  assert.equal(messages[0]!.timestampNs, 1_704_067_200_000_000_000n);
});

test("simulateDrive() is the same for the same seed, and another for another", async () => {
  const [first, again, other] = [await drive(0.2, 7), await drive(0.2, 7), await drive(0.2, 8)];
  assert.deepEqual(again, first);
  assert.notDeepEqual(only<Lidar>(other, "/lidar")[0]!.data.x, only<Lidar>(first, "/lidar")[0]!.data.x);
  assert.notDeepEqual(only<IMU>(other, "/imu")[0]!.data, only<IMU>(first, "/imu")[0]!.data);
});

test("simulateDrive() gives values that fit their types", async () => {
  const sink = new MemorySink();
  for (const { topic, type, timestampNs, data } of await drive(0.2)) {
    const writer = sink.topics.get(topic) ?? (await sink.topicCreate(topic, type), sink.topics.get(topic)!);
    writer.push(timestampNs, data);
  }
  assert.equal(sink.topics.size, 6);
  for (const topic of sink.topics.values()) assert.ok(topic.rows().length > 0);
});

test("simulateDrive(): what the sensors say fits together", async () => {
  const messages = await drive(3);
  const imu = only<IMU>(messages, "/imu");
  const odometry = only<MotionState>(messages, "/odometry");
  const yawOf = ({ pose }: MotionState) => 2 * Math.atan2(pose.orientation.z, pose.orientation.w);

  // Turn rates add up to the turn, accelerations to the change of speed; noise is small over 3 s.
  const last = odometry.at(-1)!;
  const during = imu.filter(({ at }) => at < last.at);
  const turned = during.reduce((sum, { data }) => sum + data.angularVelocity.z / 200, 0);
  assert.ok(Math.abs(turned - (yawOf(last.data) - yawOf(odometry[0]!.data))) < 0.01);
  const faster = during.reduce((sum, { data }) => sum + data.acceleration.x / 200, 0);
  assert.ok(Math.abs(faster - (last.data.velocity.linear!.x - odometry[0]!.data.velocity.linear!.x)) < 0.05);

  // Positions move as fast as the velocity says.
  const [a, b] = [odometry[10]!.data, odometry[11]!.data];
  const moved = Math.hypot(b.pose.position.x - a.pose.position.x, b.pose.position.y - a.pose.position.y);
  assert.ok(Math.abs(moved * 50 - a.velocity.linear!.x) < 0.1);

  // Fixes and frames are where the odometry is.
  const fix = only<GPS>(messages, "/gps").at(-1)!;
  const state = odometry.find(({ at }) => at === fix.at)!.data;
  assert.ok(Math.abs((fix.data.position.x - 45.07) * 111_320 - state.pose.position.y) < 2);
  const tf = only<FrameTransform>(messages, "/tf").find(({ at }) => at === fix.at)!.data;
  assert.equal(tf.transforms[0]!.translation.x, state.pose.position.x);
});

test("simulateDrive(): the LIDAR sees ground, and nothing above the walls or nearer than the car", async () => {
  const { data } = only<Lidar>(await drive(0.05), "/lidar")[0]!;
  const points = data.x.length;
  assert.ok(points > 20_000 && points <= 64 * 512, `${points}`);
  let ground = 0;
  for (let i = 0; i < points; i++) {
    const [x, y, z] = [data.x[i]!, data.y[i]!, data.z[i]!];
    assert.ok(z > -1.95 && z < 6.5, `z ${z}`);
    assert.ok(Math.hypot(x, y) > 2 && Math.hypot(x, y) < 101);
    if (Math.abs(z + 1.9) < 0.05) ground++;
  }
  assert.ok(ground > points / 4, `${ground} of ${points}`);
  for (const list of [data.y, data.z, data.intensity!, data.beamId!]) assert.equal(list.length, points);
});

test("simulateDrive(): the camera sees sky above and road below", async () => {
  const { data } = only<CompressedImage>(await drive(0.05), "/camera")[0]!;
  const { width, height, data: pixels } = (await jpegCodec()).decode(data.data, { channels: 3 });
  assert.deepEqual([width, height], [640, 360]);
  const at = (x: number, y: number) => [...pixels.subarray(3 * (y * width + x), 3 * (y * width + x) + 3)];
  const [skyRed, , skyBlue] = at(320, 10);
  assert.ok(skyBlue! > skyRed! + 50);
  const [red, green, blue] = at(400, 350);
  assert.ok(Math.max(red!, green!, blue!) - Math.min(red!, green!, blue!) < 30 && red! < 120);
});

test("carAt() has derivatives that fit its positions", () => {
  const step = 1e-4;
  for (const seconds of [0, 3, 11.5, 29]) {
    const [before, now, after] = [carAt(seconds - step), carAt(seconds), carAt(seconds + step)];
    const close = (value: number, expected: number) => assert.ok(Math.abs(value - expected) < 1e-4);
    close(now.velocityX, (after.x - before.x) / (2 * step));
    close(now.velocityY, (after.y - before.y) / (2 * step));
    close(now.forward, (after.speed - before.speed) / (2 * step));
    close(now.yawRate, (after.yaw - before.yaw) / (2 * step));
    assert.equal(now.left, now.yawRate * now.speed);
  }
});
