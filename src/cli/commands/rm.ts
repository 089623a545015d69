/**
 * `mosaico rm NAME`: a sequence and all its data away.
 *
 * @module
 */
import { isMosaicoError, MosaicoError } from "../../base/mod.ts";
import { COMMON_OPTIONS, onlyArgument, parseCommand, PLACE_USAGE } from "../arguments.ts";
import { withClient } from "../connection.ts";
import { print, printJson } from "../output.ts";

/** Usage text. */
export const RM_USAGE: string = `mosaico rm NAME [--force] [--json]

Deletes a sequence and all its data, for good. A finalized sequence needs --force.

${PLACE_USAGE}`;

/** Runs the command. */
export async function rm(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseCommand(args, { ...COMMON_OPTIONS, force: { type: "boolean" } });
  const name = onlyArgument(positionals, "sequence name");
  try {
    await withClient(values, (client) => client.sequenceDelete(name, { locked: values.force ?? false }));
  } catch (cause) {
    if (!isMosaicoError(cause, "session.locked")) throw cause;
    const text = `Cannot delete sequence "${name}": it is finalized; --force deletes it for good`;
    throw new MosaicoError("session.locked", text, {}, { cause });
  }
  if (values.json) printJson({ deleted: name });
  else print(`deleted ${name}`);
  return 0;
}
