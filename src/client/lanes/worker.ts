/**
 * Entry of the Workers that lanes run in. Nothing to import: the client starts it.
 *
 * @module
 */
import { LaneService } from "./lane_service.ts";
import type { FromWorker, ToWorker } from "./worker_messages.ts";

/** The Worker's own global, as far as it is needed here. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: FromWorker, transfer: Transferable[]): void;
}

const scope = globalThis as unknown as WorkerScope;
const service = new LaneService((message, transfer) => scope.postMessage(message, transfer));
scope.onmessage = ({ data }) => void service.receive(data);
scope.postMessage({ type: "started" }, []);
