/**
 * Errors on their way out of a Worker: plain data there, typed again here.
 *
 * @module
 */
import { type ErrorData, errorToData, MosaicoError } from "../../base/mod.ts";
import { CodecError } from "../../codecs/mod.ts";
import { IpcError, SchemaError } from "../../columnar/mod.ts";
import { GrpcStatus, RpcError } from "../../wire/flight/mod.ts";
import { ConnectionError } from "../../wire/net/mod.ts";

/** An error and what caused it. */
export interface PostedError extends ErrorData {
  /** Where it was thrown, in the Worker. */
  readonly stack?: string;
  /** The error behind it. */
  readonly cause?: PostedError;
}

/** Causes of causes beyond this many are left out. */
const MAX_CAUSES = 8;

/** Plain data of `error` and its causes. */
export function packError(error: unknown, causes: number = MAX_CAUSES): PostedError {
  const { stack, cause } = error instanceof Error ? error : {};
  return {
    ...errorToData(error),
    ...(stack === undefined ? {} : { stack }),
    ...(cause === undefined || causes === 0 ? {} : { cause: packError(cause, causes - 1) }),
  };
}

/** The error again, of the class it had. */
export function unpackError(data: PostedError): Error {
  const error = rebuild(data, data.cause === undefined ? {} : { cause: unpackError(data.cause) });
  if (data.stack !== undefined) Object.defineProperty(error, "stack", { value: data.stack, configurable: true });
  return error;
}

function rebuild({ name, code, message, facts }: PostedError, options: ErrorOptions): Error {
  switch (name) {
    case "RpcError":
      return new RpcError(Number(facts["status"] ?? GrpcStatus.UNKNOWN), message, { facts, ...options });
    case "ConnectionError":
      return new ConnectionError(code, message, facts, options);
    case "SchemaError":
      return new SchemaError(code as `schema.${string}`, message, facts, options);
    case "IpcError":
      return new IpcError(code as ConstructorParameters<typeof IpcError>[0], message, facts, options);
    case "CodecError":
      return new CodecError(code, message, facts, options);
    case "TypeError":
      return new TypeError(message, options);
    case "RangeError":
      return new RangeError(message, options);
  }
  if (code !== "internal") return new MosaicoError(code, message, facts, options);
  return Object.defineProperty(new Error(message, options), "name", { value: name, configurable: true });
}
