/**
 * `mosaico cat NAME`: messages as lines of JSON.
 *
 * @module
 */
import { stringifyJson } from "../../base/mod.ts";
import { COMMON_OPTIONS, countOf, onlyArgument, parseCommand, PLACE_USAGE, timeOf } from "../arguments.ts";
import { withClient } from "../connection.ts";
import { NotFoundError } from "../not_found.ts";
import { plain, write } from "../output.ts";

/** Usage text. */
export const CAT_USAGE: string = `mosaico cat NAME [--topic T]… [--start TIME] [--end TIME] [--limit N]

Prints the messages of a sequence in time order, one JSON object a line:
{"topic":…,"timestampNs":…,"ontologyTag":…,"data":{…}}. Bytes are base64; NaN is null.
TIME is nanoseconds since 1970 or a date such as 2026-11-22T10:00:00Z; the start is inclusive, the end exclusive.

${PLACE_USAGE}`;

/** Text that is gathered before it is written. */
const WRITE_BYTES = 1 << 16;

/** Runs the command. */
export async function cat(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseCommand(args, {
    ...COMMON_OPTIONS,
    topic: { type: "string", multiple: true },
    start: { type: "string" },
    end: { type: "string" },
    limit: { type: "string" },
  });
  const name = onlyArgument(positionals, "sequence name");
  const startNs = timeOf("start", values.start);
  const endNs = timeOf("end", values.end);
  let left = countOf("limit", values.limit) ?? Infinity;
  return await withClient(values, async (client) => {
    const sequence = await client.sequenceHandler(name);
    if (sequence === undefined) throw new NotFoundError(`there is no sequence "${name}"`);
    if (left === 0) return 0;
    let text = "";
    const options = {
      ...(values.topic === undefined ? {} : { topics: values.topic }),
      ...(startNs === undefined ? {} : { startNs }),
      ...(endNs === undefined ? {} : { endNs }),
    };
    for await (const { topic, timestampNs, ontologyTag, data } of sequence.stream(options)) {
      text += `${stringifyJson({ topic, timestampNs, ontologyTag, data: plain(data) })}\n`;
      if (text.length >= WRITE_BYTES) {
        if (!await write(text)) return 0;
        text = "";
      }
      if (--left === 0) break;
    }
    await write(text);
    return 0;
  });
}
