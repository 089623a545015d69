/**
 * ROS messages to ontology types: definitions, decoding, adapters.
 *
 * @module
 */
export { type RosAdapter, rosAdapter } from "./adapter.ts";
export { rosAdapters } from "./adapters/mod.ts";
export { CdrDecoder } from "./cdr_decoder.ts";
export {
  parseRosDefinition,
  type RosDefinition,
  type RosField,
  type RosPrimitive,
  type RosStruct,
  type RosVersion,
} from "./definition.ts";
export type { RosMessage, RosTime } from "./message_decoder.ts";
export { Ros1Decoder } from "./ros1_decoder.ts";
export { type RosTopic, rosTopic } from "./topic.ts";
