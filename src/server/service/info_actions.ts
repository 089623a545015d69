/**
 * What the server says of itself.
 *
 * @module
 */
import type { ActionHandlers } from "./action_handlers.ts";

/** Handlers of `info`, for SDKs since 0.7, and `version`, for those before. */
export const INFO_ACTIONS: ActionHandlers<"info" | "version"> = {
  info: { answer: ({ info }) => info },
  version: { answer: ({ info: { version, semver } }) => ({ version, semver }) },
};
