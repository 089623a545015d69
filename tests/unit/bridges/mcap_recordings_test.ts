import assert from "node:assert/strict";
import { test } from "node:test";
import { importMcap } from "../../../src/bridges/mcap/mod.ts";
import type { Image, IMU, MotionState } from "../../../src/ontology/mod.ts";
import { MemorySink } from "./memory_sink.ts";
import { needsData, pieces, readTestData } from "./support.ts";

/** Topics of each recording: name, ontology tag, messages. */
const recordings: Record<string, [topic: string, tag: string, messages: number][]> = {
  "recordings/assembled_drive_ros2.mcap": [
    ["/tf_static", "FrameTransform", 1],
    ["/odometry/gnss_ins", "MotionState", 240],
    ["/tf", "FrameTransform", 240],
    ["/camera/eon/image/compressed", "CompressedImage", 1],
    ["/imu/data", "IMU", 1248],
    ["/vehicle/steering_angle_deg", "Floating64", 992],
    ["/vehicle/speed", "Velocity", 991],
    ["/vehicle/wheel_speeds", "Float64MultiArray", 991],
    ["/imu/mag", "Magnetometer", 119],
    ["/gps/fix", "GPS", 115],
    ["/gps/vel", "Velocity", 115],
    ["/camera/front/image/compressed", "CompressedImage", 65],
    ["/camera/front/camera_info", "CameraInfo", 65],
    ["/camera/front/image_raw", "Image", 1],
    ["/camera/front/image_mono", "Image", 1],
    ["/lidar/top/points", "PointCloud2", 4],
    ["/scan", "LaserScan", 43],
    ["/radar/targets", "PointCloud2", 70],
    ["/lidar/front/points", "PointCloud2", 2],
  ],
  "rosbag2/husky_ros2_mcap/husky_ros2_mcap.mcap": [
    ["/imu/data", "IMU", 11865],
    ["/husky_velocity_controller/odom", "MotionState", 3952],
    ["/fix", "GPS", 989],
  ],
  "rosbag2/ouster_os1_ros2_mcap/ouster_os1_ros2_mcap.mcap": [
    ["/tf_static", "FrameTransform", 1],
    ["/rosout", "Log", 12],
    ["/os1_cloud_node/imu", "IMU", 17],
    ["/os1_cloud_node/points", "PointCloud2", 2],
    ["/img_node/range_image", "Image", 2],
    ["/img_node/noise_image", "Image", 2],
    ["/img_node/intensity_image", "Image", 2],
  ],
  "rosbag2/sick_ros2_mcap/sick_ros2_mcap.mcap": [
    ["/rosout", "Log", 35],
    ["/sick_lms_1xx/scan", "LaserScan", 89],
    ["/cloud", "PointCloud2", 89],
    ["/cloud_radar_track", "PointCloud2", 108],
    ["/diagnostics", "DiagnosticArray", 3],
    ["/cloud_radar_rawtarget", "PointCloud2", 139],
    ["/tf", "FrameTransform", 17],
  ],
};

async function imported(path: string): Promise<MemorySink> {
  const sink = new MemorySink();
  await importMcap(pieces(await readTestData(path)), sink, { sourceFile: path.split("/").at(-1)! });
  return sink;
}

for (const [path, topics] of Object.entries(recordings)) {
  test(`importMcap() accounts for every message of ${path}`, needsData, async () => {
    const bytes = await readTestData(path);
    const sink = new MemorySink();
    const report = await importMcap(pieces(bytes), sink, { sourceFile: "recording.mcap" });
    assert.deepEqual(
      report.topics.map(({ topic, ontologyTag, messagesPushed }) => [topic, ontologyTag, messagesPushed]),
      topics,
    );
    const total = topics.reduce((sum, [, , messages]) => sum + messages, 0);
    assert.equal(report.messagesRead, total);
    assert.equal(report.messagesPushed, total);
    assert.equal(report.messagesDeclared, total);
    assert.equal(report.bytesRead, bytes.length);
    assert.equal(report.complete, true);
    for (const [name, tag, messages] of topics) {
      const topic = sink.topics.get(name)!;
      assert.equal(topic.type.tag, tag);
      assert.equal(topic.rows().length, messages);
      const origin = topic.metadata._ros_ as Record<string, string>;
      assert.match(origin.msgtype!, /^\w+\/msg\/\w+$/);
      assert.ok(origin.msgdef!.length > 0);
      assert.equal(origin.source_file, "recording.mcap");
    }
  });
}

test("importMcap() reads values right: husky", needsData, async () => {
  const sink = await imported("rosbag2/husky_ros2_mcap/husky_ros2_mcap.mcap");
  const [imu] = sink.topics.get("/imu/data")!.rows<IMU>();
  // The device is mounted turned: gravity is on y.
  assert.ok(Math.abs(imu!.acceleration.y - 9.8) < 0.5, `${imu!.acceleration.y}`);
  assert.equal(imu!.header?.frameId, "imu_link");
  const norm = Math.hypot(imu!.orientation!.x, imu!.orientation!.y, imu!.orientation!.z, imu!.orientation!.w);
  assert.ok(Math.abs(norm - 1) < 1e-6);
  const odometry = sink.topics.get("/husky_velocity_controller/odom")!;
  const first = odometry.rows<MotionState>()[0]!;
  assert.equal(first.targetFrameId, "base_link");
  const seconds = Number(odometry.timestamps.at(-1)! - odometry.timestamps[0]!) / 1e9;
  assert.ok(seconds > 390 && seconds < 396, `${seconds}`);
});

test("importMcap() reads values right: pictures", needsData, async () => {
  const sink = await imported("recordings/assembled_drive_ros2.mcap");
  const raw = sink.topics.get("/camera/front/image_raw")!.rows<Image>()[0]!;
  assert.deepEqual([raw.width, raw.height, raw.stride, raw.encoding], [960, 540, 2880, "bgr8"]);
  assert.equal(raw.data.length, 2880 * 540);
  const jpeg = sink.topics.get("/camera/front/image/compressed")!.rows<{ data: Uint8Array; format: string }>();
  assert.ok(jpeg.every(({ data, format }) => format === "jpeg" && data[0] === 0xff && data[1] === 0xd8));
});
