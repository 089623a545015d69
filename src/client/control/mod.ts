/**
 * The control connection: negotiation, actions, metadata, notifications.
 *
 * @module
 */
export { type ControlCallOptions, ControlConnection, type PagedAction } from "./control_connection.ts";
export { negotiate, type NegotiateOptions } from "./negotiation.ts";
export type { Negotiated, Notification, SequenceInfo, TopicEndpoint, TopicInfo } from "./types.ts";
