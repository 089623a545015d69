/**
 * `std_msgs` and `builtin_interfaces`: single values and times.
 *
 * @module
 */
import * as ontology from "../../../ontology/mod.ts";
import { type RosAdapter, rosAdapter } from "../adapter.ts";
import type { RosTime } from "../message_decoder.ts";
import { header, type RosHeader, time } from "./common.ts";

/** A message of one field, which the ontology calls `data` as ROS does. */
interface Single<V> {
  readonly data: V;
}

function single<V>(rosType: string, type: ontology.OntologyType<{ data: V }>): RosAdapter {
  return rosAdapter<Single<V>, { data: V }>(rosType, type, ({ data }) => ({ data }));
}

/** Adapters of `std_msgs`. */
export const stdAdapters: readonly RosAdapter[] = [
  single("std_msgs/Bool", ontology.Boolean),
  single("std_msgs/Float32", ontology.Floating32),
  single("std_msgs/Float64", ontology.Floating64),
  single("std_msgs/Int8", ontology.Integer8),
  single("std_msgs/Int16", ontology.Integer16),
  single("std_msgs/Int32", ontology.Integer32),
  single("std_msgs/Int64", ontology.Integer64),
  single("std_msgs/UInt8", ontology.Unsigned8),
  single("std_msgs/UInt16", ontology.Unsigned16),
  single("std_msgs/UInt32", ontology.Unsigned32),
  single("std_msgs/UInt64", ontology.Unsigned64),
  single("std_msgs/String", ontology.String),
  rosAdapter("std_msgs/Header", ontology.Header, (message: RosHeader) => header(message)!),
];

/** Adapters of `builtin_interfaces`. */
export const builtinAdapters: readonly RosAdapter[] = [
  rosAdapter("builtin_interfaces/Time", ontology.Time, (message: RosTime) => time(message)),
  rosAdapter("builtin_interfaces/Duration", ontology.Duration, (message: RosTime) => time(message)),
];
