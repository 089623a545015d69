/**
 * Mosaico's actions and flights over a server directory.
 *
 * @module
 */
export { type ApiKey, type ApiKeyScope, Authorizer } from "./api_keys.ts";
export { MosaicoService } from "./mosaico_service.ts";
export type { ServiceParts } from "./parts.ts";
