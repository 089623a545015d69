/**
 * Calls that only some servers know.
 *
 * @module
 */
import { isMosaicoError } from "../../base/mod.ts";
import { type AggregateRequest, type AggregateValue, isUnknownAction } from "../../protocol/mod.ts";
import { QueryError } from "../../query/mod.ts";
import type { CallLimits } from "../control/mod.ts";
import type { HandlerParts } from "./parts.ts";

/** Runs `call`; `what` begins the error of a server that does not know it. @throws {QueryError} `query.unsupported_by_server` */
export async function extension<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!isUnknownAction(error) && !isMosaicoError(error, "rpc.unimplemented")) throw error;
    const text = `${what}: this server cannot do that; it is an extension of the embedded server`;
    throw new QueryError("query.unsupported_by_server", text, {}, { cause: error });
  }
}

/** Figures over the records of a topic. @throws {QueryError} `query.unsupported_by_server` */
export async function aggregate(
  { control }: HandlerParts,
  request: AggregateRequest,
  options: CallLimits,
): Promise<readonly AggregateValue[]> {
  const what = `Cannot aggregate "${request.locator}"`;
  return (await extension(what, () => control.call("topic_aggregate", request, options))).values;
}
