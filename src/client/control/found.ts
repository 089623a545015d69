/**
 * What there is, or nothing.
 *
 * @module
 */
import { RpcError } from "../../wire/flight/mod.ts";

/** What `ask` answers, or `undefined` when the server says there is no such thing. */
export async function found<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof RpcError && error.code === "rpc.not_found") return undefined;
    throw error;
  }
}
