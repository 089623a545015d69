import assert from "node:assert/strict";
import { test } from "node:test";
import { TopicNames } from "../../../src/bridges/recording/topic_names.ts";

test("TopicNames maps channel names to names of topics", () => {
  const cases: [string, string][] = [
    ["/imu/data", "/imu/data"],
    ["odom", "/odom"],
    ["vehicle.speed.value", "/vehicle/speed/value"],
    ["/a b", "/a_b"],
    ["/имя/データ", "/unnamed"],
    ["/x/имя", "/x/_"],
    ["", "/unnamed_2"],
    ["/../../etc/x", "/etc/x"],
    ["/a\nb", "/a_b_2"],
    ["/_hidden", "/hidden"],
    ["//imu///data/", "/imu/data_2"],
    ["/IMU/data", "/IMU/data"],
    ["imu/data", "/imu/data_3"],
  ];
  const names = new TopicNames();
  for (const [channel, topic] of cases) assert.equal(names.assign(channel), topic, JSON.stringify(channel));
});
