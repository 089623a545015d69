/**
 * `mosaico doctor`: what works here, and what does not.
 *
 * @module
 */
import { COMMON_OPTIONS, parseCommand, UsageError } from "../arguments.ts";
import { checkCodecs, checkRuntime, checkServer, checkWorkers, type ServerReport } from "../checks.ts";
import { formatBytes, print, printJson, table } from "../output.ts";

/** Usage text. */
export const DOCTOR_USAGE = `mosaico doctor [--host H --port P | --directory DIR] [--json]

Says which runtime this is, which implementation of each codec can be used and why none better, and whether
Workers can be started (without them everything works, on one thread). With --host, --port or --directory:
whether the server answers, its version, limits and round-trip time. Ends with 0 when all is well, or with 1.`;

/** Runs the command. */
export async function doctor(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseCommand(args, COMMON_OPTIONS);
  if (positionals.length > 0) throw new UsageError(`doctor takes no names, got ${positionals.join(" ")}`);
  const asked = values.host !== undefined || values.port !== undefined || values.directory !== undefined;
  const server = asked ? await checkServer(values) : undefined;
  const [runtime, codecs, workers] = [checkRuntime(), await checkCodecs(), await checkWorkers()];
  const healthy = codecs.every(({ error }) => error === undefined) && server?.reachable !== false;
  if (values.json) {
    printJson({ healthy, runtime, codecs, workers, server });
    return healthy ? 0 : 1;
  }
  print(`runtime: ${runtime.name} ${runtime.version}, ${runtime.platform}`);
  print(`workers: ${workers.available ? "can be started" : `none, lanes share one thread: ${workers.reason}`}`);
  if (server !== undefined) print(`server:  ${describe(server)}`);
  const rows = codecs.map(({ codec, implementation, reason, error }) => {
    return [codec, implementation, error === undefined ? reason : `DOES NOT WORK: ${error} (${reason})`];
  });
  for (const line of table(["CODEC", "BEST HERE", "WHY"], rows)) print(line);
  print(healthy ? "healthy" : "not healthy");
  return healthy ? 0 : 1;
}

function describe({ reachable, version, config, roundTripMs, code, error }: ServerReport): string {
  if (!reachable) return `DOES NOT ANSWER: ${error}${code === undefined ? "" : ` [${code}]`}`;
  const { maxDecodeMessageBytes, maxEncodeMessageBytes, targetEncodeMessageBytes } = config!;
  return `version ${version}, round trip ${roundTripMs!.toFixed(2)} ms, messages up to ` +
    `${formatBytes(maxDecodeMessageBytes)} in and ${formatBytes(maxEncodeMessageBytes)} out, ` +
    `${formatBytes(targetEncodeMessageBytes)} aimed at`;
}
