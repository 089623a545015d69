/**
 * Says in errors what was asked, and of what.
 *
 * @module
 */
import { ProtocolError } from "../../protocol/mod.ts";
import { RpcError } from "../../wire/flight/mod.ts";

/** Runs `call`; its errors begin with `what`, such as `Cannot run sequence_create on "drive"`, and keep class, code and cause. */
export async function inContext<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw withContext(what, error);
  }
}

/** `error` with `what` before its text, if it is an answer of the server or a fault of it. */
function withContext(what: string, error: unknown): unknown {
  if (error instanceof RpcError) {
    return new RpcError(error.status, `${what}: ${error.message}`, { cause: error, facts: error.facts });
  }
  if (error instanceof ProtocolError) {
    return new ProtocolError(error.code, `${what}: ${error.message}`, error.facts, { cause: error });
  }
  return error;
}
