/**
 * `mosaico query 'EXPR'`: topics and moments by what they are and hold.
 *
 * @module
 */
import { isMosaicoError } from "../../base/mod.ts";
import type { MosaicoClient } from "../../client/mod.ts";
import {
  type ClusterRange,
  type Query,
  queryFromText,
  type QueryResponse,
  type QueryResponseItem,
} from "../../query/mod.ts";
import { COMMON_OPTIONS, durationOf, isDuration, onlyArgument, parseCommand, PLACE_USAGE } from "../arguments.ts";
import { withClient } from "../connection.ts";
import { explanation } from "../explanation.ts";
import { interruptible } from "../interrupt.ts";
import { formatExactTime, formatSpan, note, print, printJson, table } from "../output.ts";

/** Usage text. */
export const QUERY_USAGE: string = `mosaico query 'EXPR' [--clusters [GAP]] [--intersect] [--explain] [--json]

Finds topics by conditions that must all hold, joined by "and":
  sequence = "drive-1"   sequence ~ "drive*"   topic in ("/imu", "/gps")   topic.type = "IMU"
  sequence.created >= "2026-11-22"             sequence.meta.car.model = "v7"   topic.meta.rate exists
  IMU.acceleration.x > 5    GPS.status.status = 2    String.data ~ "*[ERR]*"    LaserScan.ranges[any] < 0.2
Operators: = != < <= > >= ~ in (…), between A and B, outside A and B, exists, missing. ~ takes a glob: * ? # [a-z].
Lists are opened by [any], [all] or [3]. A type this program does not know has its tag in quotes: "Wheel".speed > 3.

--clusters [GAP]  the runs of matching records of each topic; gaps longer than GAP (20ms, 1s; 1s) split them, 0 joins all
--intersect       the spans in which all topics found in a sequence have such runs
--explain         how the server found it: chunks pruned, bytes read, time
--json            {"items":[{"sequence":…,"topics":[{"name":…,"ontologyTag":…,"clusters":[{"startNs":…,"endNs":…}]}]}]}

START and END, both inclusive, are what mosaico cat --start takes. Exit code 0 whether or not anything is found.

${PLACE_USAGE}`;

/** Gap that splits runs when none is said. */
const DEFAULT_GAP = "1s";

/** A sequence that was found, as `--json` prints it. */
interface Found {
  readonly sequence: string;
  readonly topics: readonly {
    readonly name: string;
    readonly locator: string;
    readonly ontologyTag: string;
    readonly clusters?: readonly ClusterRange[];
  }[];
  readonly intersections?: readonly ClusterRange[];
}

/** What to look for in what was found. */
interface Moments {
  readonly clusters: boolean;
  readonly intersect: boolean;
  readonly clusteringDtNs: bigint;
}

/** Runs the command. */
export async function query(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseCommand(withGap(args), {
    ...COMMON_OPTIONS,
    clusters: { type: "string" },
    intersect: { type: "boolean" },
    explain: { type: "boolean" },
  });
  const wanted = queryFromText(onlyArgument(positionals, "expression in quotes"));
  const moments = {
    clusters: values.clusters !== undefined,
    intersect: values.intersect ?? false,
    clusteringDtNs: durationOf("clusters", values.clusters ?? DEFAULT_GAP),
  };
  return await interruptible((signal) =>
    withClient(values, async (client) => {
      const response = await ask(client, wanted, values.explain ?? false, signal);
      const found: Found[] = [];
      for (const item of response) found.push(await look(item, moments, signal));
      const { statistics } = response;
      if (values.json) {
        printJson({ items: found, statistics });
        return 0;
      }
      for (const line of linesOf(found, moments)) print(line);
      if (found.length === 0) note("nothing found");
      if (statistics !== undefined) { for (const line of explanation(statistics)) print(line); }
      return 0;
    }, { workers: 0, signal })
  );
}

/** The answer, explained where that is asked for and the server does that. */
async function ask(client: MosaicoClient, query: Query, explain: boolean, signal: AbortSignal): Promise<QueryResponse> {
  try {
    return await client.query(query, { explain, signal });
  } catch (error) {
    if (!isMosaicoError(error, "query.unsupported_by_server")) throw error;
    note("this server does not explain queries");
    return await client.query(query, { signal });
  }
}

async function look(item: QueryResponseItem, moments: Moments, signal: AbortSignal): Promise<Found> {
  const options = { clusteringDtNs: moments.clusteringDtNs, signal };
  const runs = moments.clusters ? await item.clusterizeAll(options) : undefined;
  const topics = item.topics.map(({ name, locator, ontologyTag }) => {
    const clusters = runs?.get(name)?.map(({ range }) => range);
    return { name, locator, ontologyTag, ...(clusters === undefined ? {} : { clusters }) };
  });
  const { name: sequence } = item.sequence;
  if (!moments.intersect) return { sequence, topics };
  // A single topic meets nothing but itself: its runs are the spans.
  const [first, ...others] = item.topics;
  const spans = others.length > 0 ? await item.intersect([], options) : await first!.clusterize(options);
  return { sequence, topics, intersections: spans.map(({ range }) => range) };
}

function linesOf(found: readonly Found[], { clusters, intersect }: Moments): string[] {
  if (found.length === 0) return [];
  const span = ({ startNs, endNs }: ClusterRange) => [
    formatExactTime(startNs),
    formatExactTime(endNs),
    formatSpan(endNs - startNs),
  ];
  const lines: string[] = [];
  if (clusters || !intersect) {
    const rows = found.flatMap(({ sequence, topics }) =>
      topics.flatMap((topic) => {
        const row = [sequence, topic.name, topic.ontologyTag];
        return topic.clusters === undefined ? [row] : topic.clusters.map((range) => [...row, ...span(range)]);
      })
    );
    const titles = ["SEQUENCE", "TOPIC", "TYPE", ...(clusters ? ["START", "END", "SPAN"] : [])];
    lines.push(...table(titles, rows));
  }
  if (intersect) {
    const rows = found.flatMap(({ sequence, topics, intersections }) =>
      intersections!.map((range) => [sequence, topics.map(({ name }) => name).join(" "), ...span(range)])
    );
    lines.push(...table(["SEQUENCE", "TOPICS TOGETHER", "START", "END", "SPAN"], rows));
  }
  return lines;
}

/** Gives `--clusters` the default gap where it stands without one. */
function withGap(args: readonly string[]): string[] {
  const given: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const hasGap = args[i] === "--clusters" && isDuration(args[i + 1] ?? "");
    if (hasGap) given.push(`--clusters=${args[++i]}`);
    else given.push(args[i] === "--clusters" ? `--clusters=${DEFAULT_GAP}` : args[i]!);
  }
  return given;
}
