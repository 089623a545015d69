/**
 * The table of adapters: which ROS type becomes what.
 *
 * @module
 */
import { FrameTransform } from "../../../ontology/mod.ts";
import { type RosAdapter, rosAdapter } from "../adapter.ts";
import { cameraAdapters } from "./camera.ts";
import { geometryAdapters, type RosTransformStamped, transformStamped } from "./geometry_msgs.ts";
import { navAdapters } from "./nav_msgs.ts";
import { scanAdapters } from "./scans.ts";
import { sensorAdapters } from "./sensors.ts";
import { builtinAdapters, stdAdapters } from "./std_msgs.ts";

/** Adapters of `tf2_msgs`. */
const tfAdapters: readonly RosAdapter[] = [
  rosAdapter(
    "tf2_msgs/TFMessage",
    FrameTransform,
    (message: { readonly transforms: readonly RosTransformStamped[] }) => ({
      transforms: message.transforms.map(transformStamped),
    }),
  ),
];

/** Every adapter of the package. */
export const rosAdapters: readonly RosAdapter[] = [
  ...stdAdapters,
  ...builtinAdapters,
  ...geometryAdapters,
  ...navAdapters,
  ...sensorAdapters,
  ...cameraAdapters,
  ...scanAdapters,
  ...tfAdapters,
];
