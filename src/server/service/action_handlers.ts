/**
 * The form of an action's handler.
 *
 * @module
 */
import type { ActionName, Actions } from "../../protocol/mod.ts";
import type { ApiKeyScope } from "./api_keys.ts";
import type { ServiceParts } from "./parts.ts";

/** How one action is answered: with one result, or with one an item. */
export type ActionHandler<A extends ActionName> =
  & {
    /** What an API key must allow; absent = any good key serves. */
    readonly scope?: ApiKeyScope;
  }
  & ({
    /** The answer; `signal` says that nobody waits for it any more. @throws {RpcError} */
    answer(
      parts: ServiceParts,
      request: Actions[A]["request"],
      signal: AbortSignal,
    ): Actions[A]["answer"] | Promise<Actions[A]["answer"]>;
  } | {
    /** The answers; `signal` as above. @throws {RpcError} */
    answers(
      parts: ServiceParts,
      request: Actions[A]["request"],
      signal: AbortSignal,
    ): AsyncIterable<Actions[A]["answer"]>;
  });

/** Handlers by name. */
export type ActionHandlers<A extends ActionName = ActionName> = { readonly [Name in A]: ActionHandler<Name> };
