/**
 * The protobuf form of the messages, spoken by servers after 0.7. Loaded when such a server is met.
 *
 * @module
 */
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { concat, EMPTY_BYTES, messageOf } from "../base/mod.ts";
import { ProtocolError } from "./errors.ts";
import { MESSAGE_ACTIONS } from "./message_actions.ts";
import {
  FLIGHT_INFO_COMMAND,
  PUT_COMMAND,
  SCHEMA_COMMAND,
  SEQUENCE_METADATA,
  TOPIC_METADATA,
} from "./message_documents.ts";
import type { MessageForm } from "./message_form.ts";
import type { WireCodec } from "./types.ts";

/** The codec for servers after 0.7. */
export const binaryCodec: WireCodec = {
  form: "binary",
  encodeRequest: (action, request) => write(action, MESSAGE_ACTIONS[action].request, request),
  decodeRequest: (action, body) => read(action, MESSAGE_ACTIONS[action].request, body),
  encodeAnswer: (action, answer) => {
    const form = MESSAGE_ACTIONS[action].answer;
    return form === undefined ? EMPTY_BYTES : write(`the answer of ${action}`, form, answer);
  },
  decodeAnswer: (action, bodies) => {
    const form = MESSAGE_ACTIONS[action].answer;
    return form === undefined ? {} : read(`the answer of ${action}`, form, concat(bodies));
  },
  encodeFlightInfoCommand: (command) => write("the command of GetFlightInfo", FLIGHT_INFO_COMMAND, command),
  decodeFlightInfoCommand: (cmd) => read("the command of GetFlightInfo", FLIGHT_INFO_COMMAND, cmd),
  encodeSchemaCommand: (locator) => write("the command of GetSchema", SCHEMA_COMMAND, locator),
  decodeSchemaCommand: (cmd) => read("the command of GetSchema", SCHEMA_COMMAND, cmd),
  encodePutCommand: (command) => write("the command of DoPut", PUT_COMMAND, command),
  decodePutCommand: (cmd) => read("the command of DoPut", PUT_COMMAND, cmd),
  encodeSequenceMetadata: (metadata) => write("the metadata of a sequence", SEQUENCE_METADATA, metadata),
  decodeSequenceMetadata: (bytes) => read("the metadata of a sequence", SEQUENCE_METADATA, bytes),
  encodeTopicMetadata: (metadata) => write("the metadata of a topic", TOPIC_METADATA, metadata),
  decodeTopicMetadata: (bytes) => read("the metadata of a topic", TOPIC_METADATA, bytes),
};

function write<T>(message: string, form: MessageForm<T>, value: T): Uint8Array {
  try {
    return toBinary(form.schema, form.toMessage(value));
  } catch (cause) {
    throw new ProtocolError("message.invalid", `Cannot write ${message}: ${messageOf(cause)}`, { message }, { cause });
  }
}

function read<T>(message: string, form: MessageForm<T>, bytes: Uint8Array): T {
  let decoded;
  try {
    decoded = fromBinary(form.schema, bytes, { readUnknownFields: false });
  } catch (cause) {
    const text = `Cannot read ${message}: it is not protobuf: ${messageOf(cause)}`;
    throw new ProtocolError("message.malformed", text, { message }, { cause });
  }
  return form.fromMessage(decoded);
}
