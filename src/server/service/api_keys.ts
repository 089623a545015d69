/**
 * Who may call what.
 *
 * @module
 */
import { equalBytes, utf8 } from "../../base/mod.ts";
import type { FlightCallContext } from "../../wire/flight/mod.ts";
import { refuse } from "./statuses.ts";

/** What an API key allows. */
export type ApiKeyScope = "read" | "write" | "delete";

/** A key that callers may show. */
export interface ApiKey {
  /** The key itself. */
  readonly token: string;
  /** What it allows; no scope implies another. */
  readonly scopes: readonly ApiKeyScope[];
  /** When it ceases to be good. @default never */
  readonly expiresAt?: Date;
}

/** Metadata entry that holds the key. */
const HEADER = "mosaico-api-key-token";

/** Checks the API key of each call, if any are given. */
export class Authorizer {
  readonly #keys: readonly { readonly secret: Uint8Array; readonly key: ApiKey }[] | undefined;

  /** With `keys` every call needs one of them; without, everything is allowed. */
  constructor(keys?: readonly ApiKey[]) {
    this.#keys = keys?.map((key) => ({ secret: utf8(key.token), key }));
  }

  /**
   * Refuses a call whose key does not allow `scope`; any good key serves where it is `undefined`.
   *
   * @param action Name of the action, for the text; absent for the other verbs.
   * @throws {RpcError} PERMISSION_DENIED; the text holds nothing of the key
   */
  check({ metadata }: FlightCallContext, scope?: ApiKeyScope, action?: string): void {
    if (this.#keys === undefined) return;
    const shown = metadata.get(HEADER)?.[0];
    if (shown === undefined) throw refuse.denied("Missing API key in request header.");
    const secret = typeof shown === "string" ? utf8(shown) : shown;
    const known = this.#keys.find((each) => equalBytes(each.secret, secret))?.key;
    if (known === undefined) throw refuse.denied("Unauthorized: API key does not exist.");
    if (known.expiresAt !== undefined && known.expiresAt.getTime() <= Date.now()) {
      throw refuse.denied("Unauthorized: API key is expired.");
    }
    if (scope === undefined || known.scopes.includes(scope)) return;
    throw refuse.denied(
      action === undefined
        ? `Unauthorized: provided API key does not have ${scope.toUpperCase()} permissions.`
        : `Unauthorized: provided API key has not enough permissions to execute \`${action}\` action.`,
    );
  }
}
