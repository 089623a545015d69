/**
 * All that reading a ROS topic takes: its ontology type, and the way from a payload to a value of it.
 *
 * @module
 */
import { type JsonObject, messageOf, MosaicoError } from "../../base/mod.ts";
import type { OntologyType } from "../../ontology/mod.ts";
import type { RosAdapter } from "./adapter.ts";
import { rosAdapters } from "./adapters/mod.ts";
import { CdrDecoder } from "./cdr_decoder.ts";
import { parseRosDefinition, plainTypeName, type RosStruct, type RosVersion } from "./definition.ts";
import { dynamicType } from "./dynamic_type.ts";
import type { RosMessage } from "./message_decoder.ts";
import { Ros1Decoder } from "./ros1_decoder.ts";

/** How the messages of a ROS topic are read. */
export interface RosTopic {
  /** What the values are of. */
  readonly type: OntologyType<unknown>;
  /** Whether an adapter made `type`; otherwise it has the columns of the message definition. */
  readonly adapted: boolean;
  /** What the topic should remember of its origin: name and definition of the message type, its constants. */
  readonly metadata: JsonObject;
  /**
   * Value of a payload. Borrows `payload`: byte columns of the value are views of it.
   *
   * @throws {MosaicoError} `codec.cdr` or `codec.ros1` when the payload is damaged, `schema.ros_message` when the message is inconsistent
   */
  decode(payload: Uint8Array): unknown;
}

/**
 * Prepares the reading of a topic of `rosType`, such as `sensor_msgs/msg/Imu`, defined by `definition`
 * (`.msg` text with the definitions of nested types).
 *
 * @param adapters Asked before the adapters of this package.
 * @param version The ROS that wrote the definition and the payloads: 2 in CDR, 1 in its own encoding.
 * @throws {MosaicoError} `schema.ros_definition` when the definition cannot be used
 */
export function rosTopic(
  rosType: string,
  definition: string,
  adapters: readonly RosAdapter[] = [],
  version: RosVersion = 2,
): RosTopic {
  const { root, constants } = parseRosDefinition(rosType, definition, version);
  const decoder = version === 1 ? new Ros1Decoder(root) : new CdrDecoder(root);
  const adapter = findAdapter(rosType, adapters);
  return {
    type: adapter?.ontology ?? typeOf(root),
    adapted: adapter !== undefined,
    metadata: { msgtype: rosType, enums: constants, msgdef: definition },
    decode: (payload) => {
      const message = decoder.decode(payload);
      return adapter === undefined ? message : adapt(adapter, rosType, message);
    },
  };
}

function findAdapter(rosType: string, first: readonly RosAdapter[]): RosAdapter | undefined {
  const name = plainTypeName(rosType);
  return [...first, ...rosAdapters].find((adapter) => adapter.rosTypes.includes(name));
}

function adapt(adapter: RosAdapter, rosType: string, message: RosMessage): unknown {
  try {
    return adapter.toOntology(message);
  } catch (cause) {
    const text = `Cannot make ${adapter.ontology.tag} of a message of ${rosType}: ${messageOf(cause)}`;
    throw new MosaicoError("schema.ros_message", text, { type: rosType, tag: adapter.ontology.tag }, { cause });
  }
}

function typeOf(message: RosStruct): OntologyType<unknown> {
  try {
    return dynamicType(message) as OntologyType<unknown>;
  } catch (cause) {
    const text = `Cannot use the definition of ${message.name}: ${messageOf(cause)}`;
    throw new MosaicoError("schema.ros_definition", text, { type: message.name }, { cause });
  }
}
