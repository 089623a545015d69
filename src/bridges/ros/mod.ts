/**
 * ROS messages to ontology types: definitions, decoding, adapters.
 *
 * @module
 */
export { type RosAdapter, rosAdapter } from "./adapter.ts";
export { rosAdapters } from "./adapters/mod.ts";
export { CdrDecoder, type RosMessage, type RosTime } from "./cdr_decoder.ts";
export {
  parseRosDefinition,
  type RosDefinition,
  type RosField,
  type RosPrimitive,
  type RosStruct,
} from "./definition.ts";
export { type RosTopic, rosTopic } from "./topic.ts";
