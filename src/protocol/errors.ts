/**
 * What goes wrong between two sides that should speak the same protocol.
 *
 * @module
 */
import { MosaicoError } from "../base/mod.ts";

/**
 * A message, name or value that the protocol does not allow. Codes:
 *
 * - `message.malformed`: bytes that came are not the message they should be
 * - `message.unexpected_answer`: the answer to another action, or none where one is due
 * - `message.invalid`: a value that cannot be sent
 * - `message.invalid_request`: a request that breaks a rule
 * - `message.invalid_name`, `message.invalid_locator`, `message.invalid_metadata`, `message.invalid_api_key`
 * - `session.unsupported_server`: the server speaks no version of the protocol this package knows
 */
export class ProtocolError extends MosaicoError {
  /** Class name. */
  override readonly name = "ProtocolError";
}

/** At most 80 characters of a hostile or long text, quoted. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 77)}…` : text);
}
