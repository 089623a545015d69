/**
 * What the service answers when it refuses: status and text, in the words of the reference server.
 *
 * @module
 */
import { isMosaicoError, messageOf } from "../../base/mod.ts";
import { GrpcStatus, RpcError } from "../../wire/grpc/mod.ts";

/** INVALID_ARGUMENT, NOT_FOUND and so on, by what is wrong. */
export const refuse = {
  /** No such action. */
  unknownAction: (name: string): RpcError => invalid(`Bad request: no available action for string \`${name}\`.`),
  /** A request that cannot be read, or breaks a rule. */
  badRequest: (problem: string): RpcError => invalid(`Bad request: ${problem}.`),
  /** Not a locator, or not of the kind that is needed. */
  badLocator: (locator: string, kind: string = ""): RpcError => invalid(`${locator} is not a valid ${kind}locator.`),
  /** Not a UUID. */
  badUuid: (uuid: string): RpcError => invalid(`${uuid} is not a valid UUID.`),
  /** A window that is empty or reversed. */
  badWindow: (startNs: bigint, endNs: bigint): RpcError =>
    invalid(`Bad timestamp range: start ${startNs} is not before end ${endNs}.`),
  /** A descriptor or an expression of another kind. */
  unsupportedDescriptor: (): RpcError => invalid("Unsupported descriptor."),
  /** Nothing there. */
  notFound: (what: string): RpcError => new RpcError(GrpcStatus.NOT_FOUND, `${what} not found.`),
  /** Taken. */
  alreadyExists: (what: string): RpcError => new RpcError(GrpcStatus.ALREADY_EXISTS, `${what} already exists.`),
  /** A topic that would not belong to the sequence of its session. */
  foreignTopic: (topic: string, sequence: string): RpcError =>
    new RpcError(GrpcStatus.PERMISSION_DENIED, `Topic \`${topic}\` is not under sequence \`${sequence}\`.`),
  /** A session that takes nothing any more. */
  sessionFinalized: (session: string): RpcError => unmet(`Session \`${session}\` already finalized.`),
  /** A session without topics. */
  sessionEmpty: (session: string): RpcError => unmet(`Session \`${session}\` is empty.`),
  /** A topic that nothing was uploaded to. */
  notUploaded: (topic: string): RpcError =>
    unmet(
      `DoPut not called for topic \`${topic}\`. At least one with an empty batch is required to finalize the topic.`,
    ),
  /** A topic whose upload ended before its end. */
  uploadBroken: (topic: string): RpcError =>
    unmet(`The upload of topic \`${topic}\` has not ended well. Upload it again, or delete it.`),
  /** A topic whose upload runs. */
  uploading: (topic: string): RpcError => unmet(`Topic \`${topic}\` is already uploading data.`),
  /** A topic that takes no more data. */
  uploaded: (topic: string): RpcError => unmet(`Topic \`${topic}\` has already been uploaded and finalized.`),
  /** A message of an upload that has no place there. */
  unsupportedMessage: (): RpcError => new RpcError(GrpcStatus.ABORTED, "Unsupported stream message, stream aborted."),
  /** No API key, a wrong one, or one that may not do this. */
  denied: (text: string): RpcError => new RpcError(GrpcStatus.PERMISSION_DENIED, text),
} as const;

/** The status for any failure of a handler. Texts of unforeseen failures are kept: the server is the user's own. */
export function toRpcError(error: unknown): RpcError {
  if (error instanceof RpcError) return error;
  const text = messageOf(error);
  const status = isMosaicoError(error, "session.disk_full")
    ? GrpcStatus.RESOURCE_EXHAUSTED
    : isMosaicoError(error, "session.topic_deleted")
    ? GrpcStatus.ABORTED
    : isMosaicoError(error, "message.", "schema.", "codec.", "query.")
    ? GrpcStatus.INVALID_ARGUMENT
    : GrpcStatus.INTERNAL;
  const full = status === GrpcStatus.INVALID_ARGUMENT
    ? `Bad request: ${text}.`
    : status === GrpcStatus.INTERNAL
    ? `Internal error: ${text}.`
    : `${text}.`;
  return new RpcError(status, full, { cause: error });
}

function invalid(text: string): RpcError {
  return new RpcError(GrpcStatus.INVALID_ARGUMENT, text);
}

function unmet(text: string): RpcError {
  return new RpcError(GrpcStatus.FAILED_PRECONDITION, text);
}
