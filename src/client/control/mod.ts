/**
 * The control connection: negotiation, actions, metadata, notifications.
 *
 * @module
 */
export { ControlConnection, type PagedAction } from "./control_connection.ts";
export { found } from "./found.ts";
export { negotiate, type NegotiateOptions } from "./negotiation.ts";
export type { CallLimits, Negotiated, Notification, SequenceInfo, TopicEndpoint, TopicInfo } from "./types.ts";
