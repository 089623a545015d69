/**
 * A Worker of a user, who uploads in it.
 *
 * @module
 */
import { uploadOnce } from "./one_upload.ts";

interface Scope {
  onmessage: ((event: MessageEvent<number>) => void) | null;
  postMessage(answer: string): void;
}

const scope = globalThis as unknown as Scope;
scope.onmessage = ({ data }) => void uploadOnce(data).then((answer) => scope.postMessage(answer));
