import { type ErrorFacts, MosaicoError } from "../base/mod.ts";

/** A schema, a row or a column that cannot be: which field, which value and which rule stand in the text and in `facts`. */
export class SchemaError extends MosaicoError {
  /** Class name. */
  override readonly name = "SchemaError";

  /** Creates the error; `code` is of the family `schema.*`. */
  constructor(code: `schema.${string}`, message: string, facts: ErrorFacts = {}, options?: ErrorOptions) {
    super(code, message, facts, options);
  }
}

/**
 * Bytes that are not a sound Arrow IPC message, or ask for something that is not supported.
 *
 * Codes: `codec.ipc_invalid` (contradicts the format or itself), `codec.ipc_truncated` (ends too early),
 * `codec.ipc_unsupported` (sound, but of a kind that is not read), `codec.ipc_limit` (claims more than its bytes can back).
 */
export class IpcError extends MosaicoError {
  /** Class name. */
  override readonly name = "IpcError";

  /** Creates the error; `code` is of the family `codec.ipc_*`. */
  constructor(
    code: "codec.ipc_invalid" | "codec.ipc_truncated" | "codec.ipc_unsupported" | "codec.ipc_limit",
    message: string,
    facts: ErrorFacts = {},
    options?: ErrorOptions,
  ) {
    super(code, message, facts, options);
  }
}

/** Shorthand for the commonest {@linkcode IpcError}. */
export function invalidIpc(message: string): IpcError {
  return new IpcError("codec.ipc_invalid", message);
}
