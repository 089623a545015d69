/**
 * A lane's Worker that dies when told to.
 *
 * @module
 */
import "../../../../src/client/lanes/worker.ts";

const scope = globalThis as unknown as EventTarget;
scope.addEventListener("message", (event) => {
  if ((event as MessageEvent<{ type: string }>).data.type === "die") throw new Error("out of luck");
});
