/**
 * A Worker of a user, who records and reads in it.
 *
 * @module
 */
import { type Findings, recordAndRead } from "./record_and_read.ts";

interface Scope {
  onmessage: ((event: MessageEvent<[number, string]>) => void) | null;
  postMessage(answer: Findings): void;
}

const scope = globalThis as unknown as Scope;
scope.onmessage = ({ data }) => void recordAndRead(...data).then((findings) => scope.postMessage(findings));
