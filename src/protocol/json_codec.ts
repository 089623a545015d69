/**
 * The JSON form of the messages, spoken by servers 0.3 to 0.7.
 *
 * @module
 */
import { concat } from "../base/mod.ts";
import { ProtocolError, quote } from "./errors.ts";
import { JSON_ACTIONS, type JsonForm } from "./json_actions.ts";
import {
  FLIGHT_INFO_COMMAND,
  PUT_COMMAND,
  SCHEMA_COMMAND,
  SEQUENCE_METADATA,
  TOPIC_METADATA,
} from "./json_documents.ts";
import { JsonReader } from "./json_reader.ts";
import { jsonBytes } from "./json_writer.ts";
import type { ActionName, Actions, WireCodec } from "./types.ts";

/** The codec for servers up to 0.7, and of the embedded server. */
export const jsonCodec: WireCodec = {
  form: "json",
  encodeRequest: (action, request) => jsonBytes(action, () => JSON_ACTIONS[action].request.write(request)),
  decodeRequest: (action, body) => JSON_ACTIONS[action].request.read(readObject(action, body)),
  encodeAnswer: (action, answer) =>
    jsonBytes(`the answer of ${action}`, () => ({
      action,
      response: JSON_ACTIONS[action].answer?.write(answer) ?? null,
    })),
  decodeAnswer,
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

/**
 * An answer may be cut into several results, so all are read as one document. An action without answer is content with
 * anything an old server may say: null, an envelope named otherwise, or nothing.
 */
function decodeAnswer<A extends ActionName>(action: A, bodies: readonly Uint8Array[]): Actions[A]["answer"] {
  const { answer } = JSON_ACTIONS[action];
  const bytes = concat(bodies);
  const message = `the answer of ${action}`;
  if (bytes.byteLength === 0 && answer === undefined) return {};
  const envelope = readObject(message, bytes);
  if (answer === undefined) return {};
  const name = envelope.field("action").optional((field) => field.text());
  if (name !== undefined && name !== action) throw unexpected(action, `it answers ${quote(name)}`);
  const response = envelope.field("response");
  if (response.isAbsent) throw unexpected(action, "it holds no response");
  return answer.read(response);
}

function unexpected(action: ActionName, problem: string): ProtocolError {
  const text = `Cannot read the answer of ${action}: ${problem}`;
  return new ProtocolError("message.unexpected_answer", text, { message: action });
}

function write<T>(message: string, form: JsonForm<T>, value: T): Uint8Array {
  return jsonBytes(message, () => form.write(value));
}

function read<T>(message: string, form: JsonForm<T>, bytes: Uint8Array): T {
  return form.read(readObject(message, bytes));
}

function readObject(message: string, bytes: Uint8Array): JsonReader {
  const reader = JsonReader.parse(message, bytes);
  reader.object();
  return reader;
}
