/**
 * Entry of the Workers that scan data. Nothing to import: the embedded server starts it.
 *
 * @module
 */
import { ScanService } from "./scan_service.ts";
import type { FromWorker, ToWorker } from "./worker_messages.ts";

/** The Worker's own global, as far as it is needed here. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: FromWorker, transfer: Transferable[]): void;
}

const scope = globalThis as unknown as WorkerScope;
const service = new ScanService((message, transfer) => scope.postMessage(message, transfer));
scope.onmessage = ({ data }) => service.receive(data);
scope.postMessage({ type: "started" }, []);
