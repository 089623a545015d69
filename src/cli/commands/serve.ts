/**
 * `mosaico serve DIR`: the embedded server, in the foreground.
 *
 * @module
 */
import process from "node:process";
import { MosaicoServer } from "../../server/mod.ts";
import { onlyArgument, parseCommand, portOf } from "../arguments.ts";
import { print } from "../output.ts";

/** Usage text. */
export const SERVE_USAGE = `mosaico serve DIR [--host 127.0.0.1] [--port 6726] [--child]

Serves the folder DIR, which is created when missing. Port 0 picks a free port.
The first line on stdout is "listening on HOST:PORT". Ends on Ctrl-C.
--child is for programs that start it: it ends with its standard input instead, and leaves Ctrl-C to them.`;

/** Runs the command. */
export async function serve(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseCommand(args, {
    host: { type: "string" },
    port: { type: "string" },
    child: { type: "boolean" },
  });
  const directory = onlyArgument(positionals, "folder");
  const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
  if (values.child) {
    // Ctrl-C on a terminal reaches all processes there: the one that started this one still needs it for a moment.
    process.on("SIGINT", () => {});
    process.stdin.on("end", stop).on("close", stop).resume();
  } else process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  await using server = await MosaicoServer.start({
    directory,
    host: values.host ?? "127.0.0.1",
    port: portOf(values.port, 6726),
  });
  print(`listening on ${server.host}:${server.port}`);
  await stopped;
  process.stdin.destroy();
  return 0;
}
